"""The jobs that a worker was given, for all threads that hear of them or do them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from iss_backend.worker.protocol import Frame


def _nobody() -> None:
    """Tell nobody that a job is no longer wanted: where this process does it, `cancelled` is enough."""


@dataclass(eq=False)
class Order:
    """A job that was asked for.

    Attributes:
        id: of the job, as in its `frame`.
        cancelled: is set when it is no longer wanted; `tell` is called then.
        is_own: only this process may do it, because another one has died of it.
    """

    id: int
    frame: Frame
    cancelled: threading.Event = field(default_factory=threading.Event)
    tell: Callable[[], None] = _nobody
    is_own: bool = False


class Orders:
    """Orders that wait, in their order, and those that somebody works on.

    Args:
        own_first: leave an order to this process where that has none to do, since it has more cores for it.
    """

    def __init__(self, own_first: bool) -> None:
        self._own_first = own_first
        self._changed = threading.Condition()
        self._waiting: deque[Order] = deque()
        self._taken: list[Order] = []
        self._own: Order | None = None
        self._is_beside_over = False

    def beside(self, fits: Callable[[Order], bool]) -> int:
        """Return how many orders other processes have or may take now, less one where this one has none to do."""
        with self._changed:
            own = 0 if self._own is None else 1
            return len(self._taken) - own + len(self._for_others(fits)) - (1 - own)

    def put(self, order: Order) -> None:
        """Add an order behind all others."""
        with self._changed:
            self._waiting.append(order)
            self._changed.notify_all()

    def put_back(self, order: Order) -> None:
        """Put a taken order in front of all others; only this process may take it now."""
        with self._changed:
            self._taken.remove(order)
            order.is_own, order.tell = True, _nobody
            self._waiting.appendleft(order)
            self._changed.notify_all()

    def take(self, wait: bool = True) -> Order | None:
        """Take the next order for this process; None where there is none now and it shall not `wait`."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not wait)
            if not self._waiting:
                return None
            self._own = self._waiting.popleft()
            self._taken.append(self._own)
            self._changed.notify_all()
            return self._own

    def take_beside(self, fits: Callable[[Order], bool], seconds: float) -> Order | None:
        """Take the next order that fits another process.

        Returns:
            None where there was none for so many seconds, and at once where this process does one that fits no other
            (it needs the others' memory too) and after `end_beside`.
        """

        def fitting() -> list[Order]:
            if self._own_first and self._own is None:
                return []
            return self._for_others(fits)

        with self._changed:
            self._changed.wait_for(lambda: self._is_alone(fits) or fitting(), seconds)
            order = next(iter(fitting()), None)
            if order is None:
                return None
            self._waiting.remove(order)
            self._taken.append(order)
            return order

    def end_beside(self) -> None:
        """Let other processes take no order any more, and those that wait for one know it."""
        with self._changed:
            self._is_beside_over = True
            self._changed.notify_all()

    def finish(self, order: Order) -> None:
        """Forget an order that is done."""
        with self._changed:
            self._taken.remove(order)
            if order is self._own:
                self._own = None

    def cancel(self, number: int) -> bool:
        """Drop the order of this id where it waits, else tell whoever works on it; returns whether it was dropped."""
        with self._changed:
            dropped = [order for order in self._waiting if order.id == number]
            for order in dropped:
                self._waiting.remove(order)
            taken = [order for order in self._taken if order.id == number]
        for order in taken:
            order.cancelled.set()
            order.tell()
        return bool(dropped)

    def _is_alone(self, fits: Callable[[Order], bool]) -> bool:
        """Tell whether this process does an order beside which there shall be none, or the others have ended."""
        return self._is_beside_over or (self._own is not None and not fits(self._own))

    def _for_others(self, fits: Callable[[Order], bool]) -> list[Order]:
        if self._is_alone(fits):
            return []
        return [order for order in self._waiting if fits(order) and not order.is_own]
