"""Processes beside this one, with the tiny bundle."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from iss_backend.pipeline import TextToShape
from iss_backend.worker import capacity
from iss_backend.worker import crew as crew_module
from iss_backend.worker.capacity import equal_room, most_at_once, room_gb
from iss_backend.worker.crew import Crew
from iss_backend.worker.orders import Order, Orders
from iss_backend.worker.protocol import Frame

ROOT = Path(__file__).parents[3]
ENOUGH_S = 180.0  # a bound against hanging, not a measurement
TINY = {"steps": 1, "views": 1, "guess": {"candidates": 1, "candidate_views": 1, "prior_steps": 1}}
PARENT = """
import sys, time
from pathlib import Path
from iss_backend.worker.mate import Mate, MatePlan
mate = Mate(MatePlan(Path(sys.argv[1]), 1, None))
print(mate._process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def studio(tiny_bundle):
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield TextToShape.open(tiny_bundle, "cpu")
    torch.set_num_threads(threads)


@pytest.fixture
def hired(studio):
    """Return orders, a crew of one that waits for them, and what it says."""
    orders, said = Orders(own_first=False), queue.Queue()
    crew = Crew(studio, orders, said.put, 2, ENOUGH_S, lambda: said.put(None))
    yield orders, crew, said
    crew.dismiss()


def generation(number, steps, **others):
    asked = {"type": "generate", "text": "a car", "settings": {**TINY, "steps": steps}, **others}
    return Order(number, Frame(asked, {}))


def is_generation(order):
    return order.frame.type == "generate"


def until(said, type_):
    while (frame := said.get(timeout=ENOUGH_S)) is None or frame.type != type_:
        pass
    return frame


def place_two(orders, steps):
    for number in (1, 2):
        orders.put(generation(number, steps))


def test_a_cancelled_order_ends_with_the_best_so_far_and_the_mate_goes_on(hired):
    orders, crew, said = hired
    place_two(orders, 100_000)
    crew.hire()
    until(said, "mesh")
    assert not orders.cancel(1)  # it does not wait any more
    assert until(said, "cancelled").arrays["shape"].size
    assert orders.cancel(2) or until(said, "cancelled").header["id"] == 2
    orders.put(generation(3, 1))
    end = until(said, "done").header
    assert (end["id"], end["remarks"]) == (3, [])


def test_no_more_are_hired_than_there_is_room_and_work_for(hired):
    orders, crew, _ = hired
    crew.hire()
    assert (crew.size, crew.threads) == (0, 2)
    orders.put(generation(1, 1))
    crew.hire()
    assert crew.size == 0  # this process can do one itself
    for number in (2, 3, 4):
        orders.put(generation(number, 100_000))
        crew.hire()
    assert (crew.size, crew.threads) == (1, 1)
    crew.dismiss()
    assert crew.size == 0
    crew.hire()
    assert crew.size == 0


def test_what_a_lost_mate_did_comes_back_and_is_told(hired, caplog):
    orders, crew, said = hired
    place_two(orders, 100_000)
    crew.hire()
    until(said, "progress")
    crew._places[0].mate._process.kill()
    while said.get(timeout=ENOUGH_S) is not None:
        pass
    (record,) = caplog.records
    gone = "Another worker process ended unexpectedly (exit code -9). What it did is begun again."
    assert record.getMessage() == gone
    back = orders.take(wait=False)
    assert (back.id, back.is_own) == (1, True)
    crew.hire()
    assert crew.size == 0  # a machine that kills one will kill the next


def test_a_mate_that_cannot_load_is_told(studio, tmp_path, caplog):
    studio.folder = tmp_path
    orders, left = Orders(own_first=False), threading.Event()
    place_two(orders, 1)
    Crew(studio, orders, print, 2, ENOUGH_S, left.set).hire()
    assert left.wait(ENOUGH_S)
    (record,) = caplog.records
    assert "cannot load the models" in record.getMessage() and record.getMessage().endswith("The others do its work.")
    assert orders.take(wait=False).id == 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_mate_dies_with_its_parent(tiny_bundle):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PARENT, str(tiny_bundle)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as parent:
        mate = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    limit = time.monotonic() + ENOUGH_S
    while _is_running(mate):
        assert time.monotonic() < limit
        time.sleep(0.05)


def _is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(("limit", "free", "expected"), [(None, 100, 8), (None, 4.0, 3), (2.0, 100, 2), (0.9, 100, 1)])
def test_as_many_as_cores_and_memory_allow(studio, monkeypatch, limit, free, expected):
    monkeypatch.setattr(capacity, "available_memory", lambda: free)
    torch.set_num_threads(8)
    studio.memory_limit = limit
    assert most_at_once(studio) == expected
    studio.device = torch.device("cuda")
    assert most_at_once(studio) == 1


@pytest.mark.parametrize(("resolution", "limit", "expected"), [
    (64, 1.6, 2), (256, 1.6, 1), (256, 2.1, 2), (256, 3.7, 4), (512, 4.0, 1), (512, 5.5, 2), (512, 0.5, 1),
])  # fmt: skip
def test_fewer_where_this_process_makes_fine_meshes(studio, resolution, limit, expected):
    torch.set_num_threads(8)
    studio.memory_limit = limit
    assert most_at_once(studio, resolution) == expected


def test_memory_of_meshes_is_no_less_than_measured():
    measured = {64: 0.66, 128: 0.72, 256: 1.1, 384: 2.15}
    assert all(gigabytes < room_gb(resolution) < 1.25 * gigabytes for resolution, gigabytes in measured.items())


class FakeMate:
    """Does every order at once."""

    def __init__(self, plan):
        self.plan = plan

    def wait_until_loaded(self):
        pass

    def do(self, order, answer):
        answer(order.id)

    def kill(self):
        pass

    def close(self):
        pass


def test_what_needs_more_than_its_share_is_done_alone(monkeypatch):
    monkeypatch.setattr(crew_module, "limit_memory", lambda gigabytes, device: None)
    monkeypatch.setattr(crew_module, "Mate", FakeMate)
    studio = SimpleNamespace(memory_limit=2.0, folder=Path())
    orders, said, began = Orders(own_first=True), queue.Queue(), time.monotonic()
    crew = Crew(studio, orders, said.put, 2, ENOUGH_S, lambda: said.put("left"), equal_room(studio, 2))
    own, large = generation(1, 1), generation(3, 1, resolution=256)
    for order in (own, generation(2, 1, resolution=16), large, generation(4, 1), generation(5, 1, resolution=10**400)):
        orders.put(order)
    assert orders.take() is own
    crew.hire()
    assert [said.get(timeout=ENOUGH_S), said.get(timeout=ENOUGH_S)] == [2, 4]
    orders.finish(own)
    assert orders.take() is large
    crew.make_room(large)
    assert said.get(timeout=ENOUGH_S) == "left"
    assert time.monotonic() - began < ENOUGH_S  # the mate did not wait for more
    orders.put(generation(6, 1))
    crew.hire()
    assert crew.size == 0
    orders.finish(large)
    assert [orders.take().id, orders.take(wait=False).id] == [5, 6]


@pytest.mark.skipif(sys.platform != "linux", reason="memory can be limited on Linux alone")
def test_mates_and_this_process_share_a_memory_limit(studio, monkeypatch):
    limits = []
    monkeypatch.setattr(crew_module, "limit_memory", lambda gigabytes, device: limits.append(round(gigabytes, 6)))
    studio.memory_limit, orders = 2.0, Orders(own_first=False)
    place_two(orders, 1)
    crew = Crew(studio, orders, print, 2, ENOUGH_S, lambda: None)
    crew.hire()
    assert "--memory-limit 0.8" in " ".join(crew._plan.command)
    crew.dismiss()
    assert limits == [1.2, 2.0]


def test_orders_go_to_this_process_first_where_that_is_wanted():
    orders = Orders(own_first=True)
    place_two(orders, 1)
    assert orders.take_beside(is_generation, 0.0) is None
    first = orders.take()
    assert orders.take_beside(lambda order: not is_generation(order), 0.0) is None
    second = orders.take_beside(is_generation, 0.0)
    assert (first.id, second.id, orders.beside(is_generation)) == (1, 2, 1)
    orders.put_back(second)
    assert orders.take_beside(is_generation, 0.0) is None
    assert json.dumps([orders.cancel(2), orders.cancel(1), first.cancelled.is_set()]) == "[true, false, true]"
    orders.finish(first)
    assert orders.take(wait=False) is None


def test_who_waits_for_an_order_beside_this_process_waits_no_more_after_the_end():
    orders, taken = Orders(own_first=False), queue.Queue()
    waiting = threading.Thread(target=lambda: taken.put(orders.take_beside(is_generation, ENOUGH_S)), daemon=True)
    waiting.start()
    orders.end_beside()
    assert taken.get(timeout=10.0) is None
    place_two(orders, 1)
    assert orders.take_beside(is_generation, ENOUGH_S) is None
    assert orders.take().id == 1
