"""One batch: its items in order, in the queue as fast as that takes them, each a generation. No Blender data here."""

from __future__ import annotations

import enum
import time
from dataclasses import dataclass
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
        began: when it went to the queue.
    """

    prompt: str
    generation: Generation | None = None
    key: str = ""
    state: ItemState = ItemState.WAITING
    message: str = ""
    began: float = 0.0

    @property
    def jobs(self) -> list[Job]:
        """Its jobs, one a variation."""
        return self.generation.jobs if self.generation is not None else []

    @property
    def failures(self) -> list[str]:
        """Why jobs of it failed."""
        return [job.message for job in self.jobs if job.state is JobState.FAILED]

    @property
    def remarks(self) -> list[str]:
        """What the worker remarked on."""
        return self.generation.remarks if self.generation is not None else []

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
        is_paused: whether the next item waits for a person; the running ones are finished.
    """

    items: list[BatchItem]
    is_paused: bool = False
    _seconds: float = 0.0  # that finished items took
    _at_once: int = 1  # items that run at a time
    _losses: int = 0  # times in a row that there was no worker after failures

    @property
    def running(self) -> list[BatchItem]:
        """The items that are in the queue."""
        return [item for item in self.items if item.state is ItemState.RUNNING]

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen."""
        return all(item.is_over for item in self.items)

    @property
    def is_moving(self) -> bool:
        """Tell whether there is something to do now."""
        return bool(self.running) or not (self.is_paused or self.is_over)

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
        rest = [1.0 - item.fraction for item in self.items if not item.is_over]
        return sum(rest) * self._seconds / done / min(self._at_once, max(len(rest), 1)) if done else None

    def item_of(self, key: str) -> BatchItem | None:
        """Return the item of a panel's row."""
        return next((item for item in self.items if key and item.key == key), None)

    def step(self, state: Runtime) -> bool:
        """Take in the ends of items, else begin the next; returns whether anything changed. Never blocks."""
        ended = [item for item in self.running if item.generation.key not in state.generations.active]
        if ended:
            is_lost = state.queue.facts is None and any(item.failures for item in ended)
            self._losses = self._losses + 1 if is_lost else 0
            for item in ended:
                self._close(item)
            if self.is_over:
                state.say(self.summary(), is_alert=bool(self.failed))
            return True
        self._at_once = state.queue.at_once
        waiting = next((item for item in self.items if item.state is ItemState.WAITING), None)
        if waiting is None or self.is_paused or (self.running and state.queue.is_full):
            return False
        waiting.state, waiting.began = ItemState.RUNNING, time.monotonic()
        state.begin(waiting.generation)
        return True

    def cancel(self) -> None:
        """Drop the items that wait; whoever calls ends the running jobs."""
        for item in self.items:
            if item.state is ItemState.WAITING:
                item.state = ItemState.CANCELLED
        self.is_paused = False

    def abandon(self) -> None:
        """Drop all items that are not over, also the running ones, whose results go nowhere; nothing more is told."""
        self.cancel()
        for item in self.running:
            item.state = ItemState.CANCELLED

    def summary(self) -> str:
        """Return one sentence about how it ended, or how far it is."""
        count = {state: sum(1 for item in self.items if item.state is state) for state in ItemState}
        text = tr("Batch: {number} of {count} done", number=count[ItemState.DONE], count=len(self.items))
        if count[ItemState.FAILED]:
            text = tr("{text}, {number} failed", text=text, number=count[ItemState.FAILED])
        if count[ItemState.CANCELLED]:
            text = tr("{text}, {number} cancelled", text=text, number=count[ItemState.CANCELLED])
        if self.failed:
            first = self.failed[0]
            told = "{text}. First failure: “{prompt}”: {message}"
            return tr(told, text=text, prompt=first.prompt, message=first.message)
        remarks = [(item.prompt, remark) for item in self.items for remark in item.remarks]
        if not remarks:
            return text
        prompt, remark = remarks[0]
        return tr("{text}. “{prompt}”: {message}", text=text, prompt=prompt, message=remark)

    def _close(self, item: BatchItem) -> None:
        """Judge an item by its jobs; gives up where workers are lost again and again."""
        failures = item.failures
        if failures:
            given_up = self.items if self._losses >= MOST_LOSSES else []
            for failed in [item, *(other for other in given_up if other.state is ItemState.WAITING)]:
                failed.state, failed.message = ItemState.FAILED, failures[0]
        elif any(job.state is not JobState.DONE for job in item.jobs):
            item.state = ItemState.CANCELLED
        else:
            item.state = ItemState.DONE
            self._seconds += time.monotonic() - item.began
