import time

import pytest

from iss_backend.progress import ProgressEvent, ProgressMeter, ignore_progress, with_progress


def test_the_time_left_is_estimated_from_the_steps_since_the_start(monkeypatch):
    clock, events = iter([100.0, 106.0, 110.0]), []
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    meter = ProgressMeter("stage 2", 10, events.append, start=4)
    meter.step(4)
    meter.step(6, 0.5)  # 2 steps in 6 s, 4 to go
    meter.step(9, 0.25)  # 5 steps in 10 s, 1 to go
    assert events == [
        ProgressEvent("stage 2", 4, 10),
        ProgressEvent("stage 2", 6, 10, 0.5, 12.0),
        ProgressEvent("stage 2", 9, 10, 0.25, 2.0),
    ]


def test_work_between_steps_tells_the_last_one_again():
    events = []
    meter = ProgressMeter("x", 2, events.append)
    meter.again()
    meter.step(1, 0.5)
    meter.again()
    assert [(event.step, event.loss) for event in events] == [(0, None), (1, 0.5), (1, 0.5)]


def test_exceptions_of_the_callback_reach_the_caller():
    def stop(event):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        ProgressMeter("x", 1, stop).step(1)
    assert ignore_progress(ProgressEvent("x", 0, 0)) is None


def test_items_are_reported_when_they_are_done_with():
    happened = []
    for item in with_progress("x", ["a", "b"], lambda event: happened.append((event.step, event.total))):
        happened.append(item)
    assert happened == ["a", (1, 2), "b", (2, 2)]
    assert list(with_progress("x", iter("ab"), ignore_progress, total=2)) == ["a", "b"]
