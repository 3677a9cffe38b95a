"""One batch: its items in order, one at a time in the queue, each a generation of its own. No Blender data here."""

from __future__ import annotations

import enum
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..jobs.job import Job, JobState
from ..jobs.queue import MOST_LOSSES
from ..language import tr

if TYPE_CHECKING:
    from ..generation import Generation
    from ..runtime import Runtime


class ItemState(enum.Enum):
    """Where an item stands; the last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(eq=False)
class BatchItem:
    """One prompt: its generation (None where its row cannot be used), and what became of it.

    Attributes:
        prompt: what to make.
        key: of the panel's row that it came from, "" where it came from elsewhere.
        message: why it failed, one sentence.
    """

    prompt: str
    generation: Generation | None = None
    key: str = ""
    state: ItemState = ItemState.WAITING
    message: str = ""

    @property
    def jobs(self) -> list[Job]:
        """Its jobs, one a variation."""
        return self.generation.jobs if self.generation is not None else []

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen to it."""
        return self.state in (ItemState.DONE, ItemState.CANCELLED, ItemState.FAILED)

    @property
    def fraction(self) -> float:
        """The share that is done, 0..1."""
        if self.is_over or not self.jobs:
            return float(self.is_over)
        return sum(1.0 if job.is_over else job.progress.fraction for job in self.jobs) / len(self.jobs)


@dataclass(eq=False)
class Batch:
    """The items of one press of the button, in order.

    Attributes:
        is_paused: whether the next item waits for a person; the running one is finished.
    """

    items: list[BatchItem]
    is_paused: bool = False
    began: float = field(default_factory=time.monotonic)
    _seconds: float = 0.0  # that finished items took
    _losses: int = 0  # failed items in a row after which there was no worker

    @property
    def current(self) -> BatchItem | None:
        """The item that is in the queue."""
        return next((item for item in self.items if item.state is ItemState.RUNNING), None)

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen."""
        return all(item.is_over for item in self.items)

    @property
    def is_moving(self) -> bool:
        """Tell whether there is something to do now."""
        return self.current is not None or not (self.is_paused or self.is_over)

    @property
    def failed(self) -> list[BatchItem]:
        """The items that failed."""
        return [item for item in self.items if item.state is ItemState.FAILED]

    @property
    def fraction(self) -> float:
        """The share of all items that is done, 0..1."""
        return sum(item.fraction for item in self.items) / max(len(self.items), 1)

    @property
    def seconds_left(self) -> float | None:
        """About how long the rest takes, by the items so far; None before the first is done."""
        done = sum(1 for item in self.items if item.state is ItemState.DONE)
        rest = sum(1.0 - item.fraction for item in self.items)
        return rest * self._seconds / done if done else None

    def item_of(self, key: str) -> BatchItem | None:
        """Return the item of a panel's row."""
        return next((item for item in self.items if key and item.key == key), None)

    def step(self, state: Runtime) -> bool:
        """Take in the end of an item and begin the next; returns whether anything changed. Never blocks."""
        current = self.current
        if current is not None:
            if current.generation.key in state.generations.active:
                return False
            self._close(current, has_worker=state.queue.facts is not None)
            if self.is_over:
                state.say(self.summary(), is_alert=bool(self.failed))
            return True
        waiting = next((item for item in self.items if item.state is ItemState.WAITING), None)
        if waiting is None or self.is_paused:
            return False
        waiting.state, self.began = ItemState.RUNNING, time.monotonic()
        state.begin(waiting.generation)
        return True

    def cancel(self) -> None:
        """Drop the items that wait; whoever calls ends the running jobs."""
        for item in self.items:
            if item.state is ItemState.WAITING:
                item.state = ItemState.CANCELLED
        self.is_paused = False

    def summary(self) -> str:
        """Return one sentence about how it ended, or how far it is."""
        count = {state: sum(1 for item in self.items if item.state is state) for state in ItemState}
        text = tr("Batch: {number} of {count} done", number=count[ItemState.DONE], count=len(self.items))
        if count[ItemState.FAILED]:
            text = tr("{text}, {number} failed", text=text, number=count[ItemState.FAILED])
        if count[ItemState.CANCELLED]:
            text = tr("{text}, {number} cancelled", text=text, number=count[ItemState.CANCELLED])
        if not self.failed:
            return text
        first = self.failed[0]
        told = "{text}. First failure: “{prompt}”: {message}"
        return tr(told, text=text, prompt=first.prompt, message=first.message)

    def _close(self, item: BatchItem, *, has_worker: bool) -> None:
        """Judge an item by its jobs; gives up where workers are lost again and again."""
        failures = [job.message for job in item.jobs if job.state is JobState.FAILED]
        self._losses = self._losses + 1 if failures and not has_worker else 0
        if failures:
            given_up = self.items if self._losses >= MOST_LOSSES else []
            for failed in [item, *(other for other in given_up if other.state is ItemState.WAITING)]:
                failed.state, failed.message = ItemState.FAILED, failures[0]
        elif any(job.state is JobState.CANCELLED for job in item.jobs):
            item.state = ItemState.CANCELLED
        else:
            item.state = ItemState.DONE
            self._seconds += time.monotonic() - self.began
