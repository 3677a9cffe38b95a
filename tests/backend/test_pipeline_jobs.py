"""Vary, edit, stylise, blend and from_image over the tiny bundle."""

import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from iss_backend import pipeline
from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.sharpening import sharpened
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.errors import BadInputError, Cancelled, DeviceError
from iss_backend.generation import attempt
from iss_backend.images import find_object
from iss_backend.memory import LittleMemoryWarning
from iss_backend.meshing import MeshSettings
from iss_backend.outline.fit import OutlineSettings
from iss_backend.pipeline import (
    EditSettings,
    FromImageSettings,
    GenerateSettings,
    StyliseSettings,
    TextToShape,
    VarySettings,
)
from iss_backend.rendering import RenderSettings
from iss_backend.shape import Shape
from iss_backend.stylisation import job, ways

LOOK = RenderSettings(size=12, steps=16, grid=12)
GUESS = GuessSettings(candidates=2, candidate_views=1, prior_steps=4)
STAGE2 = Stage2Settings(steps=2, views=2, learning_rate=1e-2, render=LOOK)
GENERATE = GenerateSettings(guess=GUESS, stage2=STAGE2)
VARY = VarySettings(guess=replace(GUESS, tau_1=0.8), stage2=STAGE2)
EDIT = EditSettings(guess=GUESS, stage2=STAGE2, keep_best=False)
IMAGE = FromImageSettings(guess=GUESS, stage2=STAGE2, outline=OutlineSettings(steps=3, trial_steps=1))
UNFITTED = replace(IMAGE, outline=OutlineSettings(steps=0))
TEXTURE = StyliseSettings(steps=2, views=2, render=LOOK, way="field")
PAINT = replace(TEXTURE, way="auto")
SCULPT = replace(TEXTURE, mode="shape_texture", prior_points=200)
COARSE = MeshSettings(resolution=20)


@pytest.fixture(scope="module")
def studio(tiny_bundle):
    return TextToShape.open(tiny_bundle, "cpu")


@pytest.fixture(scope="module")
def shape(studio):
    return studio.generate("a red car", GENERATE)


@pytest.fixture(scope="module")
def golden(studio, shape):
    return studio.stylise(shape, "golden", TEXTURE)


@pytest.fixture(scope="module")
def gilded(studio, shape):
    return studio.stylise(shape, "golden", PAINT)


@pytest.fixture
def picture():
    image = torch.ones(3, 40, 40)
    image[:, 10:30, 15:25] = torch.tensor([0.8, 0.1, 0.1])[:, None, None]
    return image


def jobs(studio, shape, picture):
    """Return every job that reports, as functions of (report, preview), with its phase."""
    return {
        "generate": ("stage 2", lambda r, p: studio.generate("a car", GENERATE, r, p)),
        "vary": ("stage 2", lambda r, p: studio.vary(shape, VARY, r, p)),
        "edit": ("stage 2", lambda r, p: studio.edit(shape, "a blue car", EDIT, r, p)),
        "from_image": ("stage 2", lambda r, p: studio.from_image(picture, "a car", UNFITTED, r, p)),
        "texture": ("stylise", lambda r, p: studio.stylise(shape, "golden", TEXTURE, r, p)),
        "paint": ("stylise", lambda r, p: studio.stylise(shape, "golden", PAINT, r, p)),
        "sculpt": ("stylise", lambda r, p: studio.stylise(shape, "spiky", SCULPT, r, p)),
    }


@pytest.fixture(params=["generate", "vary", "edit", "from_image", "texture", "paint", "sculpt"])
def a_job(request, studio, shape, picture):
    return jobs(studio, shape, picture)[request.param]


def same(first, second):
    """Tell whether two shapes are equal to the bit."""
    return first.to_bytes() == second.to_bytes()


def test_every_job_reports_each_step_and_shows_shapes(studio, a_job):
    phase, run = a_job
    events, shown = [], []
    made = run(events.append, shown.append)
    assert [(e.phase, e.step, e.total) for e in events] == [(phase, step, 2) for step in range(3)]
    assert len(shown) >= 2
    assert {type(one) for one in shown} == {Shape}
    assert {(one.text, one.bundle) for one in shown} == {(made.text, "tiny")}
    assert not studio.mesh(shown[0], COARSE).is_empty
    assert same(Shape.from_bytes(made.to_bytes()), made)
    assert set(made.scores) == {"first", "final"}


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        (replace(SCULPT, way="procedural", steps=25), [0, 12, 24, 25]),
        (replace(SCULPT, way="procedural", steps=5), [0, 5]),
        (replace(SCULPT, learning_rate=0.5), [0, 1, 2]),
    ],
)
def test_the_last_step_is_reported_once_when_a_promise_is_kept(studio, shape, monkeypatch, settings, steps):
    events = []

    def look_four_times(base, weights, code, iou, alive):
        for _ in range(4):
            alive()
        return {}

    monkeypatch.setattr(job, "keep_promise", look_four_times)
    studio.stylise(shape, "spiky", settings, events.append)
    seen = [event.step for event in events]
    assert sorted({*seen}) == steps
    assert seen == sorted(seen)
    assert seen.count(steps[-1]) == 1


def test_the_time_left_of_a_style_leaves_its_preparation_out(studio, shape, monkeypatch):
    clock, events = [0.0], []

    def agree_slowly(*_):
        clock[0] += 1000.0
        return torch.tensor(0.5)

    monkeypatch.setattr(ways, "text_agreement", agree_slowly)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    studio.stylise(shape, "golden", TEXTURE, events.append)
    assert [event.eta_s for event in events] == [None, 0.0, 0.0]


def test_every_job_is_repeatable(a_job):
    torch.manual_seed(5)
    first = a_job[1](lambda event: None, lambda shape: None)
    torch.manual_seed(6)  # the global generator has no say
    assert same(first, a_job[1](lambda event: None, lambda shape: None))


@pytest.mark.parametrize("by", ["report", "preview"])
def test_every_job_is_cancelled_by_its_callbacks(a_job, by):
    def cancel(_):
        raise Cancelled("Cancelled on request.")

    callbacks = {"report": lambda _: None, "preview": lambda _: None, by: cancel}
    with pytest.raises(Cancelled):
        a_job[1](callbacks["report"], callbacks["preview"])


def test_every_job_leaves_the_bundle_and_its_shape_as_they_were(studio, shape, a_job):
    models = (studio.bundle.mapper, studio.bundle.svr, studio.bundle.clip, studio.bundle.prior)
    before = [p.clone() for model in models for p in model.state_dict().values()]
    contents = shape.to_bytes()
    a_job[1](lambda event: None, lambda shape: None)
    after = [p for model in models for p in model.state_dict().values()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert shape.to_bytes() == contents


def test_every_job_explains_exhausted_memory(a_job, monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(attempt, "run_stage2", fail)
    for name in ("stylise_texture", "stylise_shape_and_texture", "stylise_material"):
        monkeypatch.setattr(ways, name, fail)
    with pytest.raises(DeviceError, match="memory is exhausted"):
        a_job[1](lambda event: None, lambda shape: None)


def test_shapes_of_another_bundle_are_refused(studio, shape):
    other = replace(shape, bundle="other")
    for run in (
        lambda: studio.vary(other, VARY),
        lambda: studio.edit(other, "a car", EDIT),
        lambda: studio.stylise(other, "golden", TEXTURE),
        lambda: studio.blend(other, shape, 0.5),
        lambda: studio.blend(shape, other, 0.5),
    ):
        with pytest.raises(BadInputError, match="made with the bundle 'other'"):
            run()


@pytest.mark.parametrize("text", ["", "椅子"])
def test_unusable_texts_are_refused(studio, shape, picture, text):
    for run in (
        lambda: studio.edit(shape, text, EDIT),
        lambda: studio.stylise(shape, text, TEXTURE),
        lambda: studio.from_image(picture, text, IMAGE),
    ):
        with pytest.raises(BadInputError):
            run()


def test_a_variation_is_another_shape_of_the_text(studio, shape):
    first, second = studio.vary(shape, VARY), studio.vary(shape, replace(VARY, seed=2))
    codes = [one.code for one in (shape, first, second)]
    assert all((codes[i] - codes[j]).norm() > 0.1 for i, j in ((0, 1), (0, 2), (1, 2)))
    assert (first.text, first.seed, second.seed) == ("a red car", 1, 2)


@pytest.mark.parametrize("kind", ["prior", "mapper"])
def test_closeness_keeps_variations_near(studio, shape, kind):
    quick = replace(VARY, guess=replace(VARY.guess, kind=kind), stage2=replace(STAGE2, steps=0))
    distances = [
        (studio.vary(shape, replace(quick, closeness=closeness)).code - shape.code).norm()
        for closeness in (0.0, 0.5, 0.9, 1.0)
    ]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 1e-4 < distances[-2]


def test_a_shape_without_a_text_is_varied_by_its_looks(studio, shape):
    assert studio.vary(replace(shape, text=""), VARY).text == ""


@pytest.mark.parametrize("kind", ["prior", "mapper"])
def test_an_edit_keeps_what_it_is_told_to(studio, shape, kind):
    quick = replace(EDIT, seed=3, guess=replace(GUESS, kind=kind), stage2=replace(STAGE2, steps=0))
    whole, half, none = (studio.edit(shape, "a boat", replace(quick, keep=keep)) for keep in (1.0, 0.5, 0.0))
    torch.testing.assert_close(whole.code, shape.code, atol=1e-4, rtol=0)
    assert 1e-3 < (half.code - shape.code).norm() < (none.code - shape.code).norm()
    assert half.text == "a boat"
    assert half.settings["before"] == "a red car"


@pytest.mark.parametrize("weights", [{"code_weight": 1e4}, {"code_weight": 0.0, "prior_weight": 1e4}])
def test_weights_hold_an_edit_back(studio, shape, weights):
    settings = replace(EDIT, keep=1.0, stage2=replace(STAGE2, steps=8, learning_rate=1e-3))
    free = studio.edit(shape, "a boat", replace(settings, code_weight=0.0))
    held = studio.edit(shape, "a boat", replace(settings, **weights))
    assert change(studio, shape, held, weights) < change(studio, shape, free, weights)


def change(studio, before, after, weights):
    """Return the distance of codes, or of fields where L_P has the say."""
    if weights["code_weight"]:
        return (before.code - after.code).norm()
    points = torch.rand(1, 2000, 3, generator=torch.Generator().manual_seed(0)) - 0.5
    svr = studio.bundle.svr
    fields = [torch.sigmoid(svr.occupancy(svr.prepare(one.code[None]), points)) for one in (before, after)]
    return (fields[0] - fields[1]).abs().mean()


@pytest.mark.parametrize("kind", ["golden", "gilded"])
def test_a_texture_leaves_the_geometry_bit_for_bit(studio, shape, kind, request):
    golden = request.getfixturevalue(kind)
    before, after = studio.mesh(shape, COARSE), studio.mesh(golden, COARSE)
    assert before.vertices.tobytes() == after.vertices.tobytes()
    assert before.faces.tobytes() == after.faces.tobytes()
    assert not np.array_equal(before.colours, after.colours)
    assert torch.equal(golden.code, shape.code)
    assert golden.text == "a red car, golden"


def test_sculpting_changes_the_geometry(studio, shape):
    spiky = studio.stylise(shape, "spiky", replace(SCULPT, learning_rate=0.02, keep_shape=0.0))
    before, after = studio.mesh(shape, COARSE), studio.mesh(spiky, COARSE)
    assert before.vertices.tobytes() != after.vertices.tobytes()
    assert after.is_watertight


@pytest.mark.parametrize("settings", [TEXTURE, PAINT])
def test_a_style_applied_twice_does_not_drift(studio, shape, settings):
    golden = studio.stylise(shape, "golden", settings)
    again = studio.stylise(golden, "golden", settings)
    assert same(again, golden)
    other = studio.stylise(golden, "snowy", settings)
    assert same(other, studio.stylise(shape, "snowy", settings))
    assert same(other.without_style(), shape)


def test_a_coat_of_paint_is_laid_on_another_on_request(studio, shape, gilded):
    under_snow = studio.stylise(gilded, "covered in snow", replace(PAINT, continue_style=True))
    assert list(under_snow.weights) == ["paint.0.gold", "paint.1.snow"]
    assert torch.equal(under_snow.weights["paint.0.gold"], gilded.weights["paint.0.gold"])
    snow_alone = studio.stylise(gilded, "covered in snow", PAINT)
    assert list(snow_alone.weights) == ["paint.0.snow"]
    assert same(under_snow.without_style(), shape)


def test_a_style_continues_on_request(studio, golden):
    further = studio.stylise(golden, "golden", replace(TEXTURE, continue_style=True))
    assert further.text == "a red car, golden, golden"
    assert any(not torch.equal(further.weights[name], golden.weights[name]) for name in golden.weights)
    assert further.without_style().text == "a red car"
    still = studio.stylise(golden, "golden", replace(TEXTURE, continue_style=True, steps=0))
    assert all(torch.equal(still.weights[name], golden.weights[name]) for name in golden.weights)


def test_a_style_of_the_other_kind_is_not_continued(studio, golden):
    for settings in (SCULPT, PAINT):
        with pytest.raises(BadInputError, match="cannot be continued"):
            studio.stylise(golden, "snowy", replace(settings, continue_style=True))


def test_other_jobs_leave_a_style_behind(studio, shape, golden):
    assert same(studio.vary(golden, VARY), studio.vary(shape, VARY))
    assert same(studio.edit(golden, "a boat", EDIT), studio.edit(shape, "a boat", EDIT))


def test_pictures_show_the_style(studio, shape, golden):
    plain, styled = studio.pictures(shape, 2, 16), studio.pictures(golden, 2, 16)
    assert torch.equal((plain < 1.0).any(1), (styled < 1.0).any(1))
    assert not torch.allclose(plain, styled, atol=0.01)


def test_blends_are_meshed_at_any_point(studio, shape, golden):
    other = studio.generate("a boat", GENERATE)
    meshes = [studio.mesh(studio.blend(golden, other, amount), COARSE) for amount in (0.0, 0.4, 1.0)]
    ends = [studio.mesh(one, COARSE) for one in (golden, other)]
    assert np.array_equal(meshes[0].vertices, ends[0].vertices)
    assert np.array_equal(meshes[0].colours, ends[0].colours)
    assert np.array_equal(meshes[2].faces, ends[1].faces)
    assert meshes[1].is_watertight


def test_a_blend_that_a_full_card_has_no_room_for_is_made_on_the_processor(studio, shape, on_full_card):
    on_card = on_full_card(studio, pipeline, "code_of")
    with pytest.warns(LittleMemoryWarning, match="starts again on the processor"):
        assert torch.equal(on_card.blend(shape, shape, 0.0).code, shape.code)


def sharp(studio, code):
    """Return the code as `from_image` sharpens it."""
    return sharpened(studio.bundle.svr, code, IMAGE.guess.sharpening, torch.Generator().manual_seed(IMAGE.seed))


def test_a_picture_is_read_by_the_encoder(studio, picture):
    made = studio.from_image(picture, settings=UNFITTED)
    size = studio.bundle.svr.image_size
    fills = (0.48, 0.54, 0.6, 0.66, 0.72)
    prepared = torch.stack([find_object(picture).centred(size, fill).image for fill in fills])
    with torch.no_grad():
        expected = sharp(studio, studio.bundle.svr.encode(prepared).mean(dim=0))
    torch.testing.assert_close(made.code, expected, atol=5e-3, rtol=0.0)  # Adam makes much of rounding
    assert made.text == ""
    assert made.settings["stage2"]["steps"] == 0


def test_a_picture_that_is_framed_is_read_as_it_is(studio, picture):
    framed = studio.from_image(picture, settings=replace(UNFITTED, framing="picture"))
    svr = studio.bundle.svr
    with torch.no_grad():
        expected = sharp(studio, svr.encode(find_object(picture).framed(svr.image_size).image[None])[0])
    torch.testing.assert_close(framed.code, expected, atol=1e-5, rtol=1e-5)
    assert (framed.code - studio.from_image(picture, settings=UNFITTED).code).norm() > 1e-3


def test_a_picture_is_fitted_to_its_outline(studio, picture):
    fitted = studio.from_image(picture, settings=IMAGE)
    assert (fitted.code - studio.from_image(picture, settings=UNFITTED).code).norm() > 0.05
    assert torch.equal(fitted.code, studio.from_image(picture, settings=IMAGE).code)


def test_a_picture_is_read_by_clip(studio, picture):
    by_clip = studio.from_image(picture, settings=replace(IMAGE, way="clip"))
    assert (by_clip.code - studio.from_image(picture, settings=IMAGE).code).norm() > 0.1
    mapped = studio.from_image(picture, settings=replace(IMAGE, way="clip", guess=GuessSettings(kind="mapper")))
    assert not torch.equal(mapped.code, by_clip.code)


def test_a_text_steers_a_picture(studio, picture):
    plain, steered = studio.from_image(picture, settings=IMAGE), studio.from_image(picture, "a boat", IMAGE)
    assert steered.text == "a boat"
    assert steered.settings["stage2"]["steps"] == 2
    assert steered.scores != plain.scores


def test_a_picture_without_an_object_is_refused(studio):
    with pytest.raises(BadInputError, match="No object was found"):
        studio.from_image(torch.ones(3, 40, 40), settings=IMAGE)


def test_forms_are_compared_with_texts_and_not_with_pictures(studio, shape, picture, monkeypatch):
    towers, choose = [], attempt.best_candidate

    def watched(svr, clip, tower, *others):
        towers.append(tower)
        return choose(svr, clip, tower, *others)

    monkeypatch.setattr(attempt, "best_candidate", watched)
    studio.generate("a red car", GENERATE)
    studio.vary(shape, VARY)
    studio.edit(shape, "a blue car", EDIT)
    studio.vary(replace(shape, text=""), VARY)
    studio.from_image(picture, settings=replace(IMAGE, way="clip"))
    assert towers == [studio.bundle.point_tower] * 3 + [None] * 2
