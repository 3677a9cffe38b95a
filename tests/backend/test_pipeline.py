from dataclasses import replace

import numpy as np
import pytest
import torch

from iss_backend import pipeline
from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.errors import BadInputError, BundleError, Cancelled, DeviceError
from iss_backend.generation import attempt
from iss_backend.memory import LittleMemoryWarning
from iss_backend.meshing import MeshSettings
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.rendering import RenderSettings
from iss_backend.shape import Shape

FAST = GenerateSettings(
    guess=GuessSettings(candidates=2, candidate_views=1, prior_steps=4),
    stage2=Stage2Settings(steps=2, views=2, learning_rate=1e-2, render=RenderSettings(size=12, steps=16, grid=12)),
)
COARSE = MeshSettings(resolution=24)


@pytest.fixture(scope="module")
def studio(tiny_bundle):
    """Return the pipeline over the tiny bundle."""
    return TextToShape.open(tiny_bundle, "cpu")


@pytest.fixture(scope="module")
def shape(studio):
    """Return a shape of seed 0."""
    return studio.generate("a red car", FAST)


def with_steps(steps, **changes):
    return replace(FAST, stage2=replace(FAST.stage2, steps=steps), **changes)


def test_the_same_seed_gives_the_same_mesh_and_another_seed_another(studio, shape):
    torch.manual_seed(77)  # the global generator has no say
    again, other = studio.generate("a red car", FAST), studio.generate("a red car", replace(FAST, seed=1))
    first, second, third = (studio.mesh(s, COARSE) for s in (shape, again, other))
    assert np.array_equal(first.vertices, second.vertices)
    assert np.array_equal(first.faces, second.faces)
    assert np.array_equal(first.colours, second.colours)
    assert first.vertices.shape != third.vertices.shape or not np.array_equal(first.vertices, third.vertices)


def test_the_mesh_is_closed_coloured_and_turned_outwards(studio, shape):
    mesh = studio.mesh(shape, COARSE)
    assert mesh.is_watertight
    assert mesh.volume > 0.01
    assert len(mesh.colours) == len(mesh.vertices)
    raw = studio.mesh(shape, COARSE, smooth=0)
    assert np.array_equal(raw.faces, mesh.faces)
    assert not np.array_equal(raw.vertices, mesh.vertices)


def test_a_shape_says_where_it_comes_from(shape):
    assert (shape.text, shape.seed, shape.bundle) == ("a red car", 0, "tiny")
    assert shape.settings["stage2"]["steps"] == 2
    assert shape.settings["guess"]["candidates"] == 2
    assert set(shape.scores) == {"first", "final"}
    assert all(-1.0 <= score <= 1.0 for score in shape.scores.values())
    assert (shape.code.dtype, shape.code.device.type, shape.code.requires_grad) == (torch.float32, "cpu", False)


def test_a_saved_shape_gives_the_same_mesh(studio, shape, tmp_path):
    shape.save(tmp_path / "x.shape")
    back = Shape.load(tmp_path / "x.shape")
    assert np.array_equal(studio.mesh(back, COARSE).vertices, studio.mesh(shape, COARSE).vertices)
    assert back.scores == shape.scores


def test_a_shape_of_another_bundle_is_refused(studio, shape):
    with pytest.raises(BadInputError, match="made with the bundle 'other', not with 'tiny'"):
        studio.mesh(replace(shape, bundle="other"), COARSE)
    with pytest.raises(BadInputError, match="has 5 code numbers"):
        studio.mesh(replace(shape, code=torch.zeros(5)), COARSE)
    with pytest.raises(BadInputError):
        studio.pictures(replace(shape, bundle="other"))
    assert shape.decoder == studio.bundle.decoder != ""
    with pytest.raises(BadInputError, match="another version of the bundle 'tiny'"):
        studio.mesh(replace(shape, decoder=""), COARSE)


def test_an_empty_field_is_explained(studio, shape, monkeypatch):
    nothing = torch.tensor(-1e4)
    monkeypatch.setattr(studio.bundle.svr, "occupancy", lambda field, points: nothing.expand(points.shape[:2]))
    with pytest.raises(BadInputError, match="No shape came out for 'a red car'; try another seed"):
        studio.mesh(shape, COARSE)


@pytest.mark.parametrize("keep_best", [True, False])
def test_keep_best_falls_back_to_the_first_guess(studio, monkeypatch, keep_best):
    shown, scores = [], iter([0.9, 0.1])
    monkeypatch.setattr(attempt, "text_agreement", lambda *_: next(scores))
    made = studio.generate("a car", replace(FAST, keep_best=keep_best), preview=shown.append)
    candidate, first, *_, last = shown
    assert torch.equal(made.code, (first if keep_best else last).code)
    assert not torch.equal(first.code, last.code)
    assert candidate.scores == {}
    assert made.scores == {"first": 0.9, "final": 0.9 if keep_best else 0.1}


def test_every_step_is_reported_and_shown(studio):
    events, shown = [], []
    made = studio.generate("a car", replace(FAST, keep_best=False), events.append, shown.append)
    assert [(e.phase, e.step, e.total) for e in events] == [("stage 2", step, 2) for step in range(3)]
    assert events[0].loss is None
    assert all(e.loss > 0 for e in events[1:])
    assert torch.equal(shown[-1].code, made.code)
    assert [(s.text, s.bundle, s.settings, s.scores) for s in shown] == [("a car", "tiny", made.settings, {})] * 4
    assert not studio.mesh(shown[0], COARSE).is_empty


def test_the_first_candidate_is_shown_before_any_is_looked_at(studio, monkeypatch):
    order, judge = [], attempt.best_candidate

    def watched(svr, clip, tower, codes, wanted, settings):
        order.append(codes)
        return judge(svr, clip, tower, codes, wanted, settings)

    monkeypatch.setattr(attempt, "best_candidate", watched)
    monkeypatch.setattr(attempt, "sharpened", lambda svr, code, settings, generator: code + 1.0)
    studio.generate("a car", with_steps(0), preview=lambda shape: order.append(shape.code))
    shown, candidates, best = order
    assert torch.equal(shown, candidates[0])
    assert min((best - 1.0 - code).abs().max() for code in candidates) < 1e-5  # one of them, sharpened


@pytest.mark.parametrize("when", [0, 1])
def test_a_callback_cancels(studio, when):
    steps = []

    def cancel(event):
        steps.append(event.step)
        if event.step == when:
            raise Cancelled("Cancelled on request.")

    with pytest.raises(Cancelled):
        studio.generate("a car", FAST, cancel)
    assert steps[-1] == when


def test_no_steps_give_the_first_guess(studio):
    shown = []
    made = studio.generate("a car", with_steps(0), preview=shown.append)
    assert len(shown) == 2
    assert torch.equal(made.code, shown[-1].code)
    assert made.scores["first"] == made.scores["final"]


def test_tau_2_changes_the_target_and_not_the_first_guess(studio):
    plain, perturbed = [], []
    studio.generate("a car", FAST, preview=plain.append)
    studio.generate("a car", replace(FAST, tau_2=0.3), preview=perturbed.append)
    assert all(torch.equal(*(shape.code for shape in pair)) for pair in zip(plain[:2], perturbed[:2], strict=True))
    assert not torch.equal(plain[-1].code, perturbed[-1].code)


@pytest.mark.parametrize("kind", ["gap", "mapper"])
def test_other_starts(studio, kind):
    made = studio.generate("a car", with_steps(0, guess=GuessSettings(kind=kind)))
    feature = studio.bundle.clip.encode_text(["a car"])
    feature = studio.bundle.gap.close(feature) if kind == "gap" else feature
    torch.testing.assert_close(made.code, studio.bundle.mapper(feature)[0])


def test_generating_leaves_the_bundle_as_it_was(studio):
    models = (studio.bundle.mapper, studio.bundle.svr, studio.bundle.clip, studio.bundle.prior)
    before = [p.clone() for model in models for p in model.state_dict().values()]
    studio.generate("a car", FAST)
    after = [p for model in models for p in model.state_dict().values()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("out")])
def test_exhausted_memory_is_explained(studio, shape, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(attempt, "run_stage2", fail)
    with pytest.raises(DeviceError, match="memory is exhausted"):
        studio.generate("a car", FAST)
    monkeypatch.setattr(pipeline, "extract_mesh", fail)
    with pytest.raises(DeviceError, match="memory is exhausted"):
        studio.mesh(shape, COARSE)


@pytest.mark.parametrize("text", ["", "椅子", "x" * 2000])
def test_unusable_texts_are_refused(studio, text):
    with pytest.raises(BadInputError):
        studio.generate(text, FAST)


def test_pictures_show_all_sides_on_white(studio, shape):
    pictures = studio.pictures(shape, views=3, size=24)
    assert pictures.shape == (3, 3, 24, 24)
    assert 0.0 <= pictures.min() < pictures.max() <= 1.0
    assert (pictures[..., 0, 0] == 1.0).all()


def test_opening_nothing_is_refused(tmp_path):
    with pytest.raises(BundleError):
        TextToShape.open(tmp_path, "cpu")
    with pytest.raises(DeviceError):
        TextToShape.open(tmp_path, "toaster")


FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB")


@pytest.fixture
def full_gpu(monkeypatch):
    """Let there be a GPU that other programs have filled."""
    roomy = pipeline.load_bundle

    def load(folder, device):
        if device.type == "cuda":
            raise FULL
        return roomy(folder, device)

    monkeypatch.setattr(pipeline, "choose_device", lambda name: torch.device("cuda" if name != "cpu" else "cpu"))
    monkeypatch.setattr(pipeline, "limit_memory", lambda gigabytes, device: None)
    monkeypatch.setattr(pipeline, "load_bundle", load)


def test_a_gpu_without_room_hands_over_to_the_processor_and_says_so(full_gpu, tiny_bundle):
    with pytest.warns(LittleMemoryWarning, match="loaded on the processor instead of cuda"):
        studio = TextToShape.open(tiny_bundle, memory_limit=2.0)
    assert studio.device == studio.bundle.device == torch.device("cpu")
    assert (studio.folder, studio.memory_limit) == (tiny_bundle, None)


def test_a_gpu_that_was_asked_for_and_has_no_room_is_explained(full_gpu, tiny_bundle):
    with pytest.raises(DeviceError, match="memory of cuda has no room for the models") as caught:
        TextToShape.open(tiny_bundle, "cuda")
    assert caught.value.__cause__ is FULL


def test_a_card_gets_its_memory_back_once_the_models_have_left_it(tiny_bundle, monkeypatch):
    studio, emptied = TextToShape.open(tiny_bundle, "cpu"), []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(studio.device.type))
    studio.move_to(torch.device("cpu"))
    assert emptied == []
    studio.device = torch.device("cuda")
    studio.move_to(torch.device("cpu"))
    assert emptied == ["cpu"]


def test_a_processor_without_room_is_explained_and_other_errors_pass(monkeypatch):
    for error, raised in ((MemoryError(), DeviceError), (RuntimeError("shapes differ"), RuntimeError)):

        def fail(folder, device, error=error):
            raise error

        monkeypatch.setattr(pipeline, "load_bundle", fail)
        with pytest.raises(raised):
            TextToShape.open(device="cpu")
