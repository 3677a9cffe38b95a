"""A progress line on stderr."""

from __future__ import annotations

import sys
import time

from iss_backend.progress import ProgressEvent

WIDTH = 24
REDRAW_S = 0.1
PLAIN_LINES = 20  # a log file gets about so many of a phase, however wide its steps are, in place of a redrawn one


class ProgressBar:
    """Draws events as one line that is overwritten; where stderr is no terminal, as a few plain lines."""

    def __init__(self) -> None:
        self._drawn = 0.0
        self._told = ("", 0)
        self._interactive = sys.stderr.isatty()

    def __call__(self, event: ProgressEvent) -> None:
        """Draw one event."""
        finished = event.step >= event.total
        if self._interactive:
            if finished or time.monotonic() - self._drawn > REDRAW_S:
                self._drawn = time.monotonic()
                end = "\n" if finished else ""
                print(f"\r{describe(event)}\033[K", end=end, file=sys.stderr, flush=True)
        elif self._told != (part := (event.phase, PLAIN_LINES * event.step // max(1, event.total))):
            self._told = part
            print(describe(event), file=sys.stderr, flush=True)


def describe(event: ProgressEvent) -> str:
    """Return one line: phase, bar, step, loss, time left."""
    filled = WIDTH * event.step // max(1, event.total)
    bar = "#" * filled + "." * (WIDTH - filled)
    loss = "" if event.loss is None else f"  loss {event.loss:.4f}"
    left = "" if event.eta_s is None or event.step >= event.total else f"  {duration(event.eta_s)} left"
    return f"{event.phase:10} [{bar}] {event.step}/{event.total}{loss}{left}"


def duration(seconds: float) -> str:
    """Return seconds as 's', 'm:ss' or 'h:mm:ss'."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
