"""The client against a worker that misbehaves."""

import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from iss_blender_addon.worker.client import WorkerClient
from iss_blender_addon.worker.process import LOG_LIMIT, LOG_VARIABLE, last_lines, own_environment

FAKE = Path(__file__).with_name("fake_worker.py")
ENOUGH_S = 60.0  # a bound against hanging, not a measurement


@pytest.fixture
def make(tmp_path):
    """Return a maker of clients of the fake worker: make(mode, ...)."""
    made = []

    def build(mode, **choices):
        made.append(WorkerClient([sys.executable, str(FAKE), mode], tmp_path / "logs" / "worker.log", **choices))
        return made[-1]

    yield build
    for client in made:
        client.shutdown()


def events_until(client, wanted):
    """Poll until `wanted(event)` for one of them; return all."""
    seen, limit = [], time.monotonic() + ENOUGH_S
    while time.monotonic() < limit:
        seen += client.poll()
        if any(wanted(event) for event in seen):
            return seen
        time.sleep(0.005)
    raise AssertionError(f"nothing of what was wanted came: {[event.header for event in seen]}")


def end_of(client, job):
    """Poll until a job ends; return its last event."""
    return next(e for e in events_until(client, lambda e: e.id == job and e.is_final) if e.id == job and e.is_final)


def has_gone(process):
    return process.wait(ENOUGH_S) and process.exit_code is not None


def test_a_job_runs_and_ends_once(make):
    client = make("good")
    assert client.poll() == []
    assert not client.is_alive
    job = client.submit({"type": "generate", "text": "a car"}, {"image": np.zeros((500, 500, 4), np.uint8)})
    seen = events_until(client, lambda e: e.type == "done")
    assert [e.type for e in seen][:3] == ["hello", "progress", "done"]
    assert client.hello["device"] == "fake"
    done = seen[2]
    assert (done.id, done.header["text"]) == (job, "fake")
    assert done.arrays["vertices"].tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert [(a.dtype.str, a.flags.writeable) for a in done.arrays.values()] == [
        ("<f4", True),
        ("<i4", True),
        ("|u1", True),
    ]
    second = client.submit({"type": "generate", "text": "a car"})
    assert second == job + 1
    assert all(e.id == second for e in events_until(client, lambda e: e.type == "done"))  # none of the first any more


@pytest.mark.parametrize(
    ("mode", "reason", "words"),
    [
        ("crash", "crashed", "ended unexpectedly .exit code 7."),
        ("half", "crashed", "exit code 0"),
        ("nonsense", "nonsense", "a header of .* bytes was announced"),
        ("huge header", "nonsense", "a header of 4294967295 bytes"),
        ("huge array", "nonsense", "arrays that cannot be"),
        ("wrong json", "nonsense", "cannot be read"),
    ],
)
def test_faults_are_told_and_the_next_job_starts_afresh(make, mode, reason, words):
    client = make(mode)
    jobs = [client.submit({"type": "generate"})]
    lost = end_of(client, jobs[0])
    assert (lost.type, lost.header["reason"]) == ("lost", reason)
    assert re.search(words, lost.header["message"])
    assert lost.header["log"] in lost.header["message"]
    assert not client.is_alive
    jobs.append(client.submit({"type": "generate"}))
    assert client.is_alive
    assert end_of(client, jobs[1]).header["reason"] == reason


def test_a_crash_shows_the_end_of_the_log(make):
    client = make("crash")
    lost = end_of(client, client.submit({"type": "generate"}))
    assert lost.header["exit_code"] == 7
    assert lost.header["last_lines"] == ["Segmentation fault, says the fake"]
    assert Path(lost.header["log"]).is_file()


@pytest.mark.parametrize("mode", ["silent", "mute"])
def test_silence_is_noticed(make, mode, monkeypatch):
    monkeypatch.setattr("iss_blender_addon.worker.client.STARTING_SILENCE_S", 0.5)
    client = make(mode, silence_s=0.5)
    lost = end_of(client, client.submit({"type": "generate"}))
    assert (lost.type, lost.header["reason"]) == ("lost", "silent")


def test_a_busy_blender_is_no_silent_worker(make):
    client = make("good", silence_s=1.5)
    client.start()
    events_until(client, lambda e: e.type == "hello")
    client._polled -= 3600.0  # an hour without a poll: Blender rendered, or the computer slept
    assert client.poll() == []
    assert client.is_alive


def test_a_slow_start_is_no_silence(make):
    client = make("mute", silence_s=0.1)
    client.start()
    client._silent_s = 60.0
    assert client.poll() == []
    assert client.is_alive


def test_an_obedient_worker_is_asked_and_lives_on(make):
    client = make("obedient", patience_s=ENOUGH_S)
    job = client.submit({"type": "generate"})
    client.cancel(job)
    ended = end_of(client, job)
    assert (ended.type, ended.header["forced"]) == ("cancelled", False)
    assert client.is_alive


def test_a_stubborn_worker_is_killed_and_the_last_preview_kept(make):
    client = make("stubborn", patience_s=0.2)
    job, other = client.submit({"type": "generate"}), client.submit({"type": "generate"})
    events_until(client, lambda e: e.type == "mesh" and e.id == other)
    process = client._process
    client.cancel(job)
    seen = events_until(client, lambda e: e.id == other and e.is_final)
    ended = next(e for e in seen if e.id == job)
    assert (ended.type, ended.header["forced"]) == ("cancelled", True)
    assert ended.arrays["vertices"].shape == (3, 3)
    assert (seen[-1].type, seen[-1].header["reason"]) == ("lost", "stopped")
    assert has_gone(process)
    client.submit({"type": "generate"})
    assert client.is_alive


def test_a_worker_that_dies_while_it_is_cancelled_has_cancelled(make):
    client = make("stubborn", patience_s=ENOUGH_S)
    job = client.submit({"type": "generate"})
    events_until(client, lambda e: e.type == "mesh")
    client.cancel(job)
    client._process.kill()
    seen = events_until(client, lambda e: e.type == "lost")
    assert [(e.type, e.id) for e in seen] == [("cancelled", job), ("lost", None)]


def test_cancelling_what_has_ended_or_never_was_does_nothing(make):
    client = make("good", patience_s=0.0)
    job = client.submit({"type": "generate"})
    end_of(client, job)
    for number in (job, 99):
        client.cancel(number)
    assert client.poll() == []
    assert client.is_alive


def test_another_protocol_is_refused(make):
    lost = end_of(client := make("future"), client.submit({"type": "generate"}))
    assert (lost.header["reason"], client.hello) == ("protocol", None)
    assert "speaks protocol 2, the add-on 1; install the backend again" in lost.header["message"]


def test_a_command_that_does_not_exist_is_told(tmp_path):
    client = WorkerClient([str(tmp_path / "no-python")], tmp_path / "worker.log")
    client.start()
    (lost,) = client.poll()
    assert (lost.type, lost.id, lost.header["reason"]) == ("lost", None, "start")
    job = client.submit({"type": "generate"})
    assert [(e.type, e.id) for e in client.poll()] == [("lost", job)]
    client.shutdown()


@pytest.mark.parametrize("mode", ["good", "deaf", "mute"])
def test_shutdown_ends_the_process(make, mode):
    client = make(mode)
    client.start()
    process = client._process
    began = time.monotonic()
    client.shutdown()
    assert time.monotonic() - began < 10.0
    assert has_gone(process)
    client.shutdown()  # twice is once
    assert client.poll() == []


def test_killed_by_hand(make):
    client = make("stubborn")
    job, process = client.submit({"type": "generate"}), client._process
    client.kill()
    (lost,) = client.poll()
    assert (lost.id, lost.header["reason"]) == (job, "stopped")
    assert has_gone(process)


def test_a_worker_that_does_not_read_holds_nobody_up(make):
    client = make("mute")
    image = np.zeros((2000, 2000, 4), np.uint8)  # far more than a pipe holds
    for _ in range(3):
        client.submit({"type": "from_image"}, {"image": image})
    assert client.poll() == []
    client.kill()
    assert [e.type for e in client.poll()] == ["lost"] * 3


WRITES_TO_THE_DEAF = """
import signal, sys, time
from pathlib import Path
import numpy as np
from iss_blender_addon.worker.process import WorkerProcess

signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as in Blender, whose Python installs no handlers
deaf = "import os, time; os.close(0); time.sleep(2)"
worker = WorkerProcess([sys.executable, "-c", deaf], Path(sys.argv[1]), None, None)
time.sleep(1.0)
worker.send({"job": "generate"}, {"picture": np.zeros(1 << 20, np.uint8)})
assert worker.wait(10.0)
print("alive")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_worker_that_hears_nothing_any_more_does_not_take_blender_along(tmp_path):
    command = [sys.executable, "-c", WRITES_TO_THE_DEAF, str(tmp_path / "worker.log")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[2])
    assert (ended.returncode, ended.stdout) == (0, "alive\n"), ended.stderr


def test_a_log_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "file").write_text("no folder")
    client = WorkerClient([sys.executable, str(FAKE), "good"], tmp_path / "file" / "worker.log")
    assert end_of(client, client.submit({"type": "generate"})).type == "done"
    client.shutdown()


def test_a_long_log_is_begun_anew_and_a_short_one_continued(make, tmp_path):
    log = tmp_path / "logs" / "worker.log"
    log.parent.mkdir()
    for before, kept in ((b"x" * (LOG_LIMIT + 1), 0), (b"short\n", 6)):
        log.write_bytes(before)
        client = make("good")
        client.start()
        assert log.stat().st_size == kept
        client.shutdown()


def test_the_last_lines_of_a_log(tmp_path):
    (tmp_path / "log").write_bytes(b"".join(b"line %d\n" % i for i in range(5000)) + b"caf\xe9\n")
    assert last_lines(tmp_path / "log", 2) == ["line 4999", "caf�"]
    assert last_lines(tmp_path / "none") == []


def test_the_environment_leads_no_other_python_astray(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("KEPT", "yes")
    environment = own_environment()
    assert environment["KEPT"] == "yes"
    assert not [name for name in environment if name.startswith("PYTHON")]
    assert LOG_VARIABLE not in environment


def test_importing_the_client_brings_no_numpy():
    code = "import sys, iss_blender_addon.worker.client; sys.exit('numpy' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0
