"""The job that learns: over the real protocol's messages, in this process."""

import io
import json
import threading
from pathlib import Path

import pytest

from iss_backend.bundle import load_bundle
from iss_backend.errors import BadInputError
from iss_backend.pipeline import TextToShape
from iss_backend.training import learn
from iss_backend.training.learn_fields import FieldTuning
from iss_backend.worker.protocol import Frame, read_frame
from iss_backend.worker.streams import Channel
from iss_backend.worker.work import do_job

TINY = FieldTuning(4, 4, 4, own=2, old=2, old_points=16, old_near=16, background_rays=4)


class Recorder(Channel):
    """Keeps the messages; sets `cancelled` at the first progress of a phase."""

    def __init__(self, phase=None):
        self.stream, self.phase, self.cancelled = io.BytesIO(), phase, threading.Event()
        super().__init__(self.stream)

    def send(self, type_, arrays=None, **facts):
        super().send(type_, arrays, **facts)
        if facts.get("phase") == self.phase:
            self.cancelled.set()

    def messages(self):
        self.stream.seek(0)
        return list(iter(lambda: read_frame(self.stream), None))


@pytest.fixture(scope="module")
def studio(tiny_bundle):
    return TextToShape.open(tiny_bundle, "cpu")


@pytest.fixture
def captures(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "training")
    from synthetic_captures import ball, write_capture

    write_capture(tmp_path / "own" / "mine" / "ball", ball(0.35))
    return tmp_path / "own"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    plan = learn.LearnPlan("", variants=0, remembered=2, pictures=1, mapper_steps=4, prior_steps=4, fields=TINY)
    monkeypatch.setattr(learn, "LearnPlan", lambda name, seed: learn.replace(plan, name=name, seed=seed))


def run(studio, channel=None, **parameters):
    channel = channel or Recorder()
    header = json.loads(json.dumps({"type": "train", "id": 3, **parameters}))
    do_job(studio, 3, Frame(header, {}), channel, channel.cancelled)
    return channel.messages()


def test_it_tells_progress_and_the_folder_of_a_bundle(studio, captures, tmp_path):
    messages = run(studio, dataset=str(captures), bundle=str(tmp_path / "new"), name="Mine", settings={"effort": 0.5})
    assert {m.type for m in messages[:-1]} == {"progress"}
    assert {m.header["id"] for m in messages} == {3}
    assert "decoder" in {m.header["phase"] for m in messages[:-1]}
    done = messages[-1]
    assert (done.type, done.header["folder"], done.header["bundle"]) == ("done", str(tmp_path / "new"), "Mine")
    assert done.header["scores"].keys() == {"before", "after", "own codes", "old fields kept"}
    assert done.header["seconds"] > 0
    assert load_bundle(tmp_path / "new").name == "Mine"
    assert next(m.header["total"] for m in messages if m.header.get("phase") == "decoder") == 2


def test_it_is_cancelled_and_goes_on(studio, captures, tmp_path):
    asked = {"dataset": str(captures), "bundle": str(tmp_path / "new")}
    messages = run(studio, Recorder("mapper"), **asked)
    assert messages[-1].type == "cancelled"
    assert not (tmp_path / "new" / "manifest.json").exists()
    messages = run(studio, **asked)
    assert messages[-1].type == "done"
    phases = {m.header["phase"] for m in messages[:-1]}
    assert not phases & {"pack", "pictures", "decoder", "encoder"}
    assert "mapper" in phases


def test_the_loaded_models_stay_as_they_are(studio, captures, tmp_path):
    before = {name: value.clone() for name, value in studio.bundle.svr.state_dict().items()}
    run(studio, dataset=str(captures), bundle=str(tmp_path / "new"))
    assert all((value == studio.bundle.svr.state_dict()[name]).all() for name, value in before.items())


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "needs 'dataset' as a text"),
        ({"dataset": "here", "bundle": "/there"}, "'dataset' as a whole path, not 'here'"),
        ({"dataset": "/nowhere", "bundle": "/there", "settings": {"effort": 0.0}}, "with the effort 0.0"),
        ({"dataset": "/a", "bundle": "/b", "resolution": 64}, "takes no 'resolution'"),
    ],
)
def test_unusable_jobs_are_explained(studio, parameters, words):
    with pytest.raises(BadInputError, match=words):
        run(studio, **parameters)
