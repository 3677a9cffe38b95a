"""Progress of long work, as a callback: libraries report, terminals and panels draw."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True)
class ProgressEvent:
    """One report: `step` of `total` in `phase`, the current `loss` if there is one, and seconds left if known."""

    phase: str
    step: int
    total: int
    loss: float | None = None
    eta_s: float | None = None


Item = TypeVar("Item")
ProgressCallback = Callable[[ProgressEvent], None]


def ignore_progress(event: ProgressEvent) -> None:
    """Do nothing with a report (the default callback)."""


class ProgressMeter:
    """Turns step counts of one phase into events with an estimate of the time left, which runs from its making."""

    def __init__(self, phase: str, total: int, report: ProgressCallback, start: int = 0) -> None:
        self._phase, self._total, self._report, self._start = phase, total, report, start
        self._began = time.monotonic()
        self._last = ProgressEvent(phase, start, total)

    def step(self, done: int, loss: float | None = None) -> None:
        """Report that `done` of the total steps are finished."""
        here = done - self._start
        eta = (time.monotonic() - self._began) / here * (self._total - done) if here > 0 else None
        self._last = ProgressEvent(self._phase, done, self._total, loss, eta)
        self._report(self._last)

    def again(self) -> None:
        """Report the last step once more: work between steps goes on, and may be cancelled."""
        self._report(self._last)


def with_progress(
    phase: str, items: Iterable[Item], report: ProgressCallback, total: int | None = None
) -> Iterator[Item]:
    """Yield items one after the other, and report each when it is done with; `total` counts what has no length."""
    meter = ProgressMeter(phase, len(items) if total is None else total, report)
    for number, item in enumerate(items, 1):
        yield item
        meter.step(number)
