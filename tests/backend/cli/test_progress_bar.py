import pytest

from iss_backend.cli import progress_bar
from iss_backend.cli.progress_bar import ProgressBar, describe, duration
from iss_backend.progress import ProgressEvent


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1:00"), (125, "2:05"), (3600, "1:00:00"), (7325, "2:02:05")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_a_line_shows_phase_bar_step_loss_and_time_left():
    line = describe(ProgressEvent("stage 2", 10, 20, 0.5, 61.0))
    assert line == f"stage 2    [{'#' * 12}{'.' * 12}] 10/20  loss 0.5000  1:01 left"
    assert describe(ProgressEvent("x", 20, 20, None, 0.0)) == f"x          [{'#' * 24}] 20/20"
    assert "0/0" in describe(ProgressEvent("x", 0, 0))


def test_a_log_file_gets_a_few_plain_lines(capsys):
    bar = ProgressBar()
    for step in range(1001):
        bar(ProgressEvent("x", step, 1000))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 21
    assert lines[-1].endswith("1000/1000")


def test_a_log_file_hears_of_steps_that_no_twentieth_divides(capsys):
    bar = ProgressBar()
    for step in range(256, 30000, 256):
        bar(ProgressEvent("pairs", step, 30000))
    assert len(capsys.readouterr().err.splitlines()) == 20


def test_a_terminal_gets_one_line_that_is_overwritten(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    now = iter(range(1, 100))
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: next(now))
    bar = ProgressBar()
    for step in range(4):
        bar(ProgressEvent("x", step, 3))
    written = capsys.readouterr().err
    assert written.count("\r") == 4
    assert written.count("\n") == 1
    assert written.endswith("\n")
