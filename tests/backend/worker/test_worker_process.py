"""The real process over its pipes, with the tiny bundle: what only a process can show."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from iss_backend.worker.orders import Order
from iss_backend.worker.protocol import Frame, read_frame, write_frame
from iss_backend.worker.server import Worker
from iss_backend.worker.streams import Channel

ROOT = Path(__file__).parents[3]
ENOUGH_S = 180.0  # a bound against hanging, not a measurement
# Replaces parts by some that misbehave, and then starts the worker as usual.
WORKER = "import os, sys\n{}\nfrom iss_backend.cli.main import main\nsys.exit(main(['worker', *sys.argv[1:]]))"
MESH_BY_SMOOTHNESS = """
from iss_backend.pipeline import TextToShape
original = TextToShape.mesh
def mesh(self, shape, settings, smooth):
    if smooth == 1:
        print("stray")
        os.write(1, b"raw")
        sys.__stdout__.write("old")
        sys.__stdout__.flush()
    if smooth == 9:
        raise ZeroDivisionError("a bug")
    return original(self, shape, settings, smooth)
TextToShape.mesh = mesh
"""
NEVER_LOADS = """
from iss_backend.worker.server import Worker
def load(self):
    while True:
        pass
Worker._load = load
"""
TINY = {"steps": 1, "views": 1, "guess": {"candidates": 1, "candidate_views": 1, "prior_steps": 1}}


class Process:
    """A worker and its log."""

    def __init__(self, folder, bundle, prelude):
        command = [sys.executable, "-c", WORKER.format(prelude), "--bundle", str(bundle), "--device", "cpu"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "ISS_WORKER_LOG": "/the/log"}
        self.log = folder / "log"
        with self.log.open("w") as log:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log}
            self.popen = subprocess.Popen(command, env=environment, cwd=folder, **pipes)

    def ask(self, type_, **parameters):
        write_frame(self.popen.stdin, {"type": type_, **parameters})

    def until(self, wanted):
        """Read until a message that is wanted; return all."""
        seen = []
        while not seen or not wanted(seen[-1]):
            seen.append(read_frame(self.popen.stdout))
            assert seen[-1] is not None, [m.header for m in seen[:-1]]
        return seen

    def end_of(self, job):
        ends = ("done", "cancelled", "error")
        return self.until(lambda m: m.type in ends and m.header["id"] == job)[-1]

    def stop(self):
        self.popen.kill()
        self.popen.wait()
        self.popen.stdin.close()
        self.popen.stdout.close()


@pytest.fixture(scope="module")
def worker(tiny_bundle, tmp_path_factory):
    """Return a worker that has loaded, and what it said until then; its meshes misbehave by their smoothness."""
    process = Process(tmp_path_factory.mktemp("worker"), tiny_bundle, MESH_BY_SMOOTHNESS)
    process.ask("hello")
    process.ask("generate", id=1, text="a red car", resolution=16, settings=TINY)
    process.ask("generate", id=2, text="a red car")
    process.ask("cancel", id=2)
    process.start = process.until(lambda m: m.type == "done")
    yield process
    process.stop()


@pytest.fixture
def idle(tmp_path):
    """Return a worker whose main thread computes for ever."""
    process = Process(tmp_path, tmp_path, NEVER_LOADS)
    yield process
    process.stop()


def test_it_greets_at_once_and_again_when_it_has_loaded(worker):
    first, second = (m.header for m in worker.start if m.type == "hello")
    assert (first["protocol"], first["loaded"], first["device"], first["bundle"]) == (1, False, "cpu", None)
    assert first["versions"]["torch"] != "missing"
    assert (second["loaded"], second["device"], second["bundle"]) == (True, "cpu", "tiny")


def test_jobs_wait_for_the_models_and_can_be_cancelled_while_they_wait(worker):
    order = [(m.type, m.header.get("id")) for m in worker.start if m.type not in ("heartbeat", "hello")]
    assert order[:3] == [("progress", 1), ("progress", 2), ("cancelled", 2)]
    assert order[-1] == ("done", 1)
    assert next(m.header["phase"] for m in worker.start if m.type == "progress") == "loading"
    assert len(worker.start[-1].arrays["vertices"]) > 3


def test_errors_are_one_sentence_and_the_worker_lives_on(worker):
    worker.ask("generate", id=3, text="")
    error = worker.end_of(3).header
    assert (error["kind"], error["message"].count("\n")) == ("BadInputError", 0)
    worker.ask("generate", id=4, text="a red car", resolution=16, settings=TINY)
    assert worker.end_of(4).type == "done"


def test_stray_prints_of_python_and_of_c_break_no_frame(worker):
    worker.ask("generate", id=5, text="a red car", resolution=16, settings=TINY, smooth=1)
    assert len(worker.end_of(5).arrays["vertices"]) > 3
    log = worker.log.read_text()
    assert all(word in log for word in ("stray", "raw", "old"))


def test_an_internal_error_names_the_log(worker):
    worker.ask("generate", id=6, text="a red car", resolution=16, settings=TINY, smooth=9)
    error = worker.end_of(6).header
    assert error["kind"] == "InternalError"
    assert error["message"] == (
        "An internal error stopped the work (ZeroDivisionError: a bug); the log tells more: /the/log"
    )
    assert "Traceback" in worker.log.read_text()


def test_it_dies_with_blender_in_the_middle_of_a_computation(idle):
    idle.until(lambda m: m.type == "heartbeat")  # it beats while it computes
    idle.popen.stdin.close()
    assert idle.popen.wait(ENOUGH_S) == 0


def test_it_leaves_when_told_in_the_middle_of_a_computation(idle):
    idle.ask("shutdown")
    assert idle.popen.wait(ENOUGH_S) == 0


def test_it_dies_when_nobody_listens(idle):
    idle.until(lambda m: m.type == "heartbeat")
    idle.popen.stdout.close()
    assert idle.popen.wait(ENOUGH_S) == 0  # at the next heartbeat


@pytest.mark.parametrize("contents", [b"GET / HTTP/1.1\r\n\r\n", b"\x02\0\0\0[]"])
def test_nonsense_ends_it_with_a_clear_log(idle, contents):
    idle.popen.stdin.write(contents)
    idle.popen.stdin.flush()
    assert idle.popen.wait(ENOUGH_S) == 3
    assert "Nonsense arrived on standard input: a header" in idle.log.read_text()


def test_a_message_without_id_is_nonsense(idle):
    idle.ask("generate", text="a car")
    assert idle.popen.wait(ENOUGH_S) == 3
    assert "a message 'generate' without a number as its id" in idle.log.read_text()


def test_both_ways_to_start_are_the_same():
    for how in (["-m", "iss_backend.worker"], ["-m", "iss_backend", "worker"]):
        told = subprocess.run([sys.executable, *how, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
        assert {"--bundle", "--device"} <= set(told.stdout.split())


def test_with_two_cores_a_second_process_does_a_second_job(tiny_bundle, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    process = Process(tmp_path, tiny_bundle, "")
    try:
        process.ask("hello")
        process.until(lambda m: m.type == "hello" and m.header["loaded"])
        process.ask("generate", id=1, text="a red car", resolution=16, settings={**TINY, "steps": 100_000})
        process.ask("generate", id=2, text="a red car", resolution=16, settings=TINY)
        done = process.end_of(2)
        assert (done.type, done.arrays["picture"].shape) == ("done", (96, 96, 4))
        process.ask("generate", id=3, text="a red car", resolution=16, settings={**TINY, "steps": 100_000})
        process.until(lambda m: m.header.get("id") == 3 and m.type == "mesh")  # its previews come through
        process.ask("cancel", id=3)
        assert process.end_of(3).type == "cancelled"
        process.ask("cancel", id=1)
        assert process.end_of(1).type == "cancelled"
        process.ask("hello")
        assert process.until(lambda m: m.type == "hello")[-1].header["at_once"] == 2
    finally:
        process.stop()


class Recorder(Channel):
    """A channel that keeps what is sent."""

    def __init__(self):
        self.sent = []

    def send(self, type_, arrays=None, **facts):
        self.sent.append((type_, facts))


def test_a_missing_bundle_is_told_and_may_be_mended(tiny_bundle, tmp_path):
    channel = Recorder()
    frame = Frame({"type": "generate", "text": "a red car", "settings": TINY, "resolution": 16}, {})
    worker = Worker(channel, tmp_path / "later", "cpu")
    worker._load()
    ((type_, greeting),) = channel.sent
    assert (type_, greeting["loaded"]) == ("hello", False)
    assert "holds no model bundle" in greeting["error"]
    worker._answer(Order(1, frame))
    assert channel.sent[-1] == ("error", {"id": 1, "message": greeting["error"], "kind": "NotLoaded"})
    (tmp_path / "later").symlink_to(tiny_bundle)
    worker._answer(Order(2, frame))
    assert next(facts for type_, facts in channel.sent[3:] if type_ == "hello")["loaded"]
    assert (channel.sent[-1][0], channel.sent[-1][1]["id"]) == ("done", 2)
