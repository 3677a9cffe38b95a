"""Jobs run in this process, with a listener's messages in memory."""

import io
import json
import threading
import warnings
from dataclasses import asdict

import numpy as np
import pytest
import torch

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.errors import BadInputError, IssError
from iss_backend.meshing import MeshSettings
from iss_backend.pipeline import FromImageSettings, GenerateSettings, TextToShape
from iss_backend.rendering import RenderSettings
from iss_backend.shape import Shape
from iss_backend.worker import listener, thumbnail
from iss_backend.worker.protocol import Frame, read_frame
from iss_backend.worker.remarks import heard_remarks
from iss_backend.worker.streams import Channel
from iss_backend.worker.work import do_job

FAST = GenerateSettings(
    guess=GuessSettings(candidates=2, candidate_views=1, prior_steps=4),
    stage2=Stage2Settings(steps=2, views=2, learning_rate=1e-2, render=RenderSettings(size=12, steps=16, grid=12)),
)
SETTINGS = {name: value for name, value in asdict(FAST).items() if name not in ("seed", "keep_best")}
COARSE = MeshSettings(resolution=24)


@pytest.fixture(scope="module")
def studio(tiny_bundle):
    """Return the pipeline over the tiny bundle."""
    return TextToShape.open(tiny_bundle, "cpu")


@pytest.fixture(scope="module")
def shape(studio):
    """Return a shape of seed 0."""
    return studio.generate("a red car", FAST)


@pytest.fixture(autouse=True)
def coarse_previews(monkeypatch):
    monkeypatch.setattr(listener, "PREVIEW", MeshSettings(resolution=16))


class Recorder(Channel):
    """A channel that keeps its messages, and does something at a message of a type."""

    def __init__(self, at=None, act=None):
        self.stream, self.at, self.act = io.BytesIO(), at, act
        super().__init__(self.stream)

    def send(self, type_, arrays=None, **facts):
        super().send(type_, arrays, **facts)
        if type_ == self.at:
            self.act()

    def messages(self):
        self.stream.seek(0)
        return list(iter(lambda: read_frame(self.stream), None))


def job(type_, arrays=None, **parameters):
    parameters.setdefault("resolution", 24)
    return Frame(json.loads(json.dumps({"type": type_, "id": 7, **parameters})), arrays or {})


def run(studio, frame, **hooks):
    channel = Recorder(**hooks)
    do_job(studio, 7, frame, channel, threading.Event())
    return channel.messages()


def packed(shape):
    return np.frombuffer(shape.to_bytes(), np.uint8)


def shape_in(message):
    return Shape.from_bytes(message.arrays["shape"].tobytes())


def test_generate_gives_what_the_facade_gives(studio, shape):
    messages = run(studio, job("generate", text="a red car", settings=SETTINGS))
    done = messages[-1]
    mesh = studio.mesh(shape, COARSE)
    assert done.type == "done"
    for name in ("vertices", "faces", "colours"):
        assert np.array_equal(done.arrays[name], getattr(mesh, name))
        assert done.arrays[name].dtype == getattr(mesh, name).dtype
    facts = {name: done.header[name] for name in ("id", "text", "seed", "bundle", "scores")}
    assert facts == {"id": 7, "text": "a red car", "seed": 0, "bundle": "tiny", "scores": shape.scores}
    assert done.header["settings"]["stage2"]["steps"] == 2
    assert done.header["seconds"] > 0
    assert torch.equal(shape_in(done).code, shape.code)


def test_what_was_warned_of_comes_with_the_end_in_one_sentence_each(studio):
    for _ in range(2):  # the second job is told again
        done = run(studio, job("generate", text="a red car " * 80, settings=SETTINGS))[-1]
        (remark,) = done.header["remarks"]
        assert remark.startswith("The text is too long by ")
    assert run(studio, job("generate", text="a red car", settings=SETTINGS))[-1].header["remarks"] == []


def test_other_warnings_are_no_remarks():
    with pytest.warns(DeprecationWarning, match="old"), heard_remarks() as remarks:
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert remarks == []


def test_progress_and_the_first_preview_come_before_the_end(studio):
    messages = run(studio, job("generate", text="a red car", settings=SETTINGS))
    assert [m.type for m in messages[:2]] == ["mesh", "progress"]
    steps = [(m.header["phase"], m.header["step"], m.header["total"]) for m in messages if m.type == "progress"]
    assert steps == [("stage 2", step, 2) for step in range(3)]
    preview = messages[0]
    assert (preview.header["preview"], preview.header["id"]) == (True, 7)
    assert 0 < len(preview.arrays["vertices"]) < len(messages[-1].arrays["vertices"])
    assert shape_in(preview).text == "a red car"  # what is left where the process has to be killed


def test_previews_are_rationed(studio, monkeypatch):
    frame = job("generate", text="a red car", settings=SETTINGS)
    for every, count in ((1e9, 1), (0.0, 4)):
        monkeypatch.setattr(listener, "PREVIEW_EVERY_S", every)
        assert sum(m.type == "mesh" for m in run(studio, frame)) == count


def test_an_empty_preview_is_left_out(studio, shape, monkeypatch):
    def nothing(*_):
        raise BadInputError("No shape came out.")

    monkeypatch.setattr(studio, "mesh", nothing)
    assert listener.preview_mesh(studio, shape) is None


@pytest.mark.parametrize("at", ["progress", "mesh"])
def test_cancelled_with_the_best_so_far(studio, at):
    cancelled = threading.Event()
    channel = Recorder(at, cancelled.set)
    do_job(studio, 7, job("generate", text="a red car " * 80, settings=SETTINGS), channel, cancelled)
    *_, before, last = channel.messages()
    assert (before.type, last.type, last.header["id"]) == (at, "cancelled", 7)
    best = shape_in(last)
    assert best.text == last.header["text"] == ("a red car " * 80).strip()
    assert "The text is too long by " in last.header["remarks"][0]
    preview = studio.mesh(best, listener.PREVIEW, listener.PREVIEW_SMOOTH)
    assert np.array_equal(last.arrays["vertices"], preview.vertices)


def test_cancelling_is_heard_inside_the_first_guess_and_leaves_no_hook(studio, shape):
    cancelled = threading.Event()
    cancelled.set()
    channel = Recorder()
    do_job(studio, 7, job("generate", text="a red car", settings=SETTINGS), channel, cancelled)
    assert [m.type for m in channel.messages()] == ["cancelled"]
    assert not torch.nn.modules.module._global_forward_pre_hooks
    assert run(studio, job("mesh", {"shape": packed(shape)}))[-1].type == "done"


def test_cancelling_the_last_mesh_keeps_the_finished_shape(studio, shape, monkeypatch):
    cancelled, channel = threading.Event(), Recorder()
    finish = studio.generate

    def generate_then_cancel(*arguments):
        made = finish(*arguments)
        cancelled.set()
        return made

    monkeypatch.setattr(studio, "generate", generate_then_cancel)
    do_job(studio, 7, job("generate", text="a red car", settings=SETTINGS), channel, cancelled)
    last = channel.messages()[-1]
    assert last.type == "cancelled"
    assert torch.equal(shape_in(last).code, shape.code)
    assert last.header["scores"] == shape.scores


def test_mesh_again_at_another_resolution(studio, shape):
    for smooth in (0, 4):
        (done,) = run(studio, job("mesh", {"shape": packed(shape)}, resolution=32, smooth=smooth))
        mesh = studio.mesh(shape, MeshSettings(resolution=32), smooth)
        assert np.array_equal(done.arrays["vertices"], mesh.vertices)
        assert torch.equal(shape_in(done).code, shape.code)


def test_vary_and_edit_and_stylise(studio, shape):
    given = {"shape": packed(shape)}
    varied = run(studio, job("vary", given, settings={**SETTINGS, "seed": 5}))[-1]
    assert (varied.header["seed"], varied.header["text"]) == (5, "a red car")
    edited = run(studio, job("edit", given, text="a blue car", settings={**SETTINGS, "keep": 0.9}))[-1]
    assert edited.header["text"] == "a blue car"
    small = {"steps": 1, "views": 1, "prior_points": 64, "render": SETTINGS["stage2"]["render"]}
    styled = run(studio, job("stylise", given, text="golden", settings={**small, "mode": "texture"}))[-1]
    assert shape_in(styled).weights
    assert torch.equal(shape_in(styled).code, shape.code)
    for message in (varied, edited, styled):
        assert len(message.arrays["vertices"]) > 3


def test_a_card_without_room_for_the_thumbnail_costs_no_shape(studio, shape, on_full_card):
    on_card = on_full_card(studio, thumbnail, "restore_style")
    done = run(on_card, job("mesh", {"shape": packed(shape)}))[-1]
    assert done.type == "done" and on_card.device.type == "cpu"
    assert np.array_equal(done.arrays["picture"], thumbnail.thumbnail(studio, shape))
    assert "starts again on the processor instead of cuda" in done.header["remarks"][0]


def test_blend(studio, shape):
    other = studio.generate("a red car", GenerateSettings(1, FAST.guess, FAST.stage2))
    (done,) = run(studio, job("blend", {"first": packed(shape), "second": packed(other)}, amount=1))
    torch.testing.assert_close(shape_in(done).code, other.code)


@pytest.mark.parametrize("steered", [{}, {"text": "a red car"}])
def test_from_image(studio, steered):
    image = np.full((48, 48, 4), 255, np.uint8)
    image[..., 3] = 0
    image[12:36, 12:36] = (200, 30, 30, 255)
    done = run(studio, job("from_image", {"image": image}, settings=SETTINGS, **steered))[-1]
    picture = torch.from_numpy(image).permute(2, 0, 1) / 255.0
    direct = studio.from_image(picture, steered.get("text"), FromImageSettings(0, FAST.guess, FAST.stage2))
    assert torch.equal(shape_in(done).code, direct.code)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (job("dance"), "no job 'dance'; this version knows generate, vary"),
        (job("train"), "'train' needs|takes no"),
        (job("generate"), "needs 'text' as a text, not None"),
        (job("generate", text=5), "needs 'text' as a text, not 5"),
        (job("generate", text="a car", steps=5), "takes no 'steps'; it takes text, settings"),
        (job("generate", text="a car", resolution=9000), "8 to 512, not 9000"),
        (job("generate", text="a car", smooth=-1), "0 to 100 times, not -1"),
        (job("mesh"), "needs the array 'shape'"),
        (job("mesh", {"shape": np.zeros(5, np.uint8)}), "5 bytes are no shape"),
        (job("from_image", {"image": np.zeros((4, 4), np.uint8)}), "with 3 dimensions"),
        (job("from_image", {"image": np.zeros((4, 4, 2), np.uint8)}), "3 or 4 channels"),
        (job("blend", {"first": np.zeros(5, np.int32)}), "needs the array 'first'"),
    ],
)
def test_unusable_jobs_are_explained(studio, frame, words):
    with pytest.raises(IssError, match=words):
        run(studio, frame)
