"""Several processes for several jobs on one processor: a shape alone cannot keep two cores busy, two shapes can.

A generation consists of thousands of small steps, whose work two threads share badly: with two threads a shape takes a
third more processor time than with one, and little less time. So this process takes one job and its mates the others,
each with its share of the cores.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import torch

from iss_backend.memory import limit_memory
from iss_backend.pipeline import TextToShape
from iss_backend.worker.capacity import ROOM_GB, needed_gb
from iss_backend.worker.jobs import JOBS
from iss_backend.worker.mate import Mate, MateLost, MatePlan
from iss_backend.worker.orders import Order, Orders
from iss_backend.worker.protocol import Frame

LOOK_EVERY_S = 0.2  # whether an order is still wanted that waits for memory
LONGEST_END_S = 5.0  # a bound: a killed mate is gone in milliseconds where the machine is not overloaded

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Place:
    """Where a mate works; `mate` is None while it is being started. `thread` has the talk with it."""

    mate: Mate | None = None
    thread: threading.Thread | None = None


class Crew:
    """The mates of this process, which do orders beside it.

    Args:
        studio: whose bundle they load too.
        orders: what they take from.
        answer: called with all that they say about orders, from their threads.
        at_once: processes, this one included.
        patience_s: a mate without work for so long leaves.
        changed: called from a mate's thread when it has left, and its order, if any, was put back.
        room: GB of each mate, which gets no orders that need more.
    """

    def __init__(
        self,
        studio: TextToShape,
        orders: Orders,
        answer: Callable[[Frame], None],
        at_once: int,
        patience_s: float,
        changed: Callable[[], None],
        room: float = ROOM_GB,
    ) -> None:
        self._orders, self._answer, self._patience_s, self._changed = orders, answer, patience_s, changed
        self._cores = torch.get_num_threads()
        self._memory = studio.memory_limit
        self._mate_gb = room
        limit = None if self._memory is None else room
        self._plan = MatePlan(studio.folder, max(1, self._cores // at_once), limit)
        self._room = at_once - 1
        self._places: list[_Place] = []
        self._lock = threading.Lock()
        self._left = threading.Condition(self._lock)
        self._is_over = False

    @property
    def threads(self) -> int:
        """Threads for an order that this process does itself now."""
        with self._lock:
            return max(1, self._cores // (1 + len(self._places)))

    @property
    def size(self) -> int:
        """How many mates there are."""
        return len(self._places)

    def hire(self) -> None:
        """Start another mate where there is more to do than this process and its mates have in hand, and room."""
        with self._lock:
            if self._is_over or len(self._places) >= min(self._room, self._orders.beside(self._fits)):
                return
            place = _Place()
            self._places.append(place)
            self._share_memory()
            place.thread = threading.Thread(target=self._employ, args=(place,), name="mate", daemon=True)
            place.thread.start()

    def make_room(self, order: Order) -> None:
        """Wait until the mates have left, where the order that this process has taken needs more memory than theirs."""
        if self._fits(order):
            return
        with self._left:
            while self._places and not order.cancelled.is_set():
                self._left.wait(LOOK_EVERY_S)

    def dismiss(self) -> None:
        """End all mates now, and what they do; there will be no others."""
        with self._lock:
            self._is_over, places = True, list(self._places)
            for place in places:
                if place.mate is not None:
                    place.mate.kill()
        self._orders.end_beside()
        for place in places:
            place.thread.join(LONGEST_END_S)

    def _employ(self, place: _Place) -> None:
        """Start a mate and have it do orders until there are none; a lost mate is not replaced."""
        order: Order | None = None
        try:
            place.mate = mate = Mate(self._plan)
            if self._is_over:  # it was dismissed before it was there to be killed
                return
            mate.wait_until_loaded()
            while not self._is_over and (order := self._orders.take_beside(self._fits, self._patience_s)) is not None:
                mate.do(order, self._answer)
                self._orders.finish(order)
        except MateLost as lost:
            self._tell_of(lost, order)
        finally:
            with self._lock:
                self._places.remove(place)
                self._share_memory()
                self._left.notify_all()
            if place.mate is not None:
                place.mate.close()
            self._changed()

    def _fits(self, order: Order) -> bool:
        """Tell whether a mate can do an order, in its room."""
        return order.frame.type in JOBS and needed_gb(order) <= self._mate_gb

    def _share_memory(self) -> None:
        """Hold this process to what its mates leave of a memory limit."""
        if self._memory is not None:
            limit_memory(self._memory - self._mate_gb * len(self._places), torch.device("cpu"))

    def _tell_of(self, lost: MateLost, order: Order | None) -> None:
        if self._is_over:
            return
        with self._lock:
            self._room -= 1
        log.warning("%s %s", lost, "The others do its work." if order is None else "What it did is begun again.")
        if order is not None:
            self._orders.put_back(order)
