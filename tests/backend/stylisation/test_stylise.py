from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from iss_backend.errors import BadInputError
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.stylisation import StyliseSettings, restore_style, stylise_shape_and_texture, stylise_texture
from iss_backend.stylisation import style as style_module
from iss_backend.stylisation.fields import duplicate_decoder
from iss_backend.stylisation.shape_texture import keep_promise, least_iou, prior_weight, silhouette_iou

RED = functional.normalize(torch.tensor([1.0, -1.0, -1.0]), dim=0)
LOOK = RenderSettings(size=16, steps=24, grid=16)
QUICK = StyliseSettings(steps=12, views=2, learning_rate=0.05, render=LOOK, prior_points=512)
SCULPT = replace(QUICK, mode="shape_texture", learning_rate=0.02)


@pytest.fixture
def code():
    return torch.zeros(8)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def mean_colour(model, code):
    views = render(model, model.prepare(code[None]), turntable_cameras(3), LOOK)
    return views.rgb.permute(0, 2, 3, 1)[views.mask].mean(dim=0)


def run(stylise, base, clip, code, settings, target=RED):
    model = duplicate_decoder(base, "texture" if stylise is stylise_texture else "shape")
    return model, list(stylise(model, clip, code, target, settings, seeded()))


@pytest.mark.parametrize("target", [RED, functional.normalize(torch.tensor([-1.0, -1.0, 1.0]), dim=0)])
def test_colours_move_towards_the_target(tiny_triplane, colour_clip, code, target):
    model, steps = run(stylise_texture, tiny_triplane, colour_clip, code, QUICK, target)
    change = (mean_colour(model, code) - mean_colour(tiny_triplane, code)).detach()
    assert functional.cosine_similarity(change, target, dim=0) > 0.7
    assert change.norm() > 0.1
    assert [step.step for step in steps] == list(range(1, 13))
    assert all(abs(step.agreement - (1.0 - step.loss)) < 1e-6 for step in steps)


def test_the_base_and_its_occupancy_stay_bit_for_bit(tiny_triplane, colour_clip, code):
    before = {name: weight.clone() for name, weight in tiny_triplane.state_dict().items()}
    model, _ = run(stylise_texture, tiny_triplane, colour_clip, code, QUICK)
    assert all(torch.equal(before[name], weight) for name, weight in tiny_triplane.state_dict().items())
    points = torch.rand(1, 3000, 3, generator=seeded(3)) - 0.5
    expected = tiny_triplane.occupancy(tiny_triplane.prepare(code[None]), points)
    assert torch.equal(model.occupancy(model.prepare(code[None]), points), expected)


@pytest.mark.parametrize("stylise", [stylise_texture, stylise_shape_and_texture])
def test_the_same_seed_gives_the_same_style(tiny_triplane, colour_clip, code, stylise):
    settings = replace(SCULPT if stylise is stylise_shape_and_texture else QUICK, steps=3)
    first, second = (run(stylise, tiny_triplane, colour_clip, code, settings)[0].differences() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("views", [1, 3])
def test_all_views_and_a_random_background_count(tiny_triplane, colour_clip, code, monkeypatch, views):
    seen, colours = [], []
    encode = colour_clip.encode_image

    def remember(images):
        images.retain_grad()
        seen.append(images)
        return encode(images)

    def look(model, field, cameras, settings, grid):
        colours.append(settings.background_colour)
        return render(model, field, cameras, settings, grid)

    monkeypatch.setattr(colour_clip, "encode_image", remember)
    monkeypatch.setattr(style_module, "render", look)
    run(stylise_texture, tiny_triplane, colour_clip, code, replace(QUICK, steps=3, views=views))
    assert [len(images) for images in seen] == [views] * 3
    assert all((images.grad.abs().sum(dim=(1, 2, 3)) > 0).all() for images in seen)
    assert len(set(colours)) == 3
    for images, colour in zip(seen, colours, strict=True):
        torch.testing.assert_close(images[:, :, 0, 0].detach(), torch.tensor(colour).expand(views, -1))


def test_a_firmer_hold_keeps_more_of_the_silhouette(tiny_triplane, colour_clip, code):
    """L_C here wants large red areas, so without L_P the shape swells or shrinks."""
    ious = []
    for keep_shape in (0.0, 0.5, 1.0):
        settings = replace(SCULPT, keep_shape=keep_shape)
        model, _ = run(stylise_shape_and_texture, tiny_triplane, colour_clip, code, settings)
        ious.append(silhouette_iou(tiny_triplane, model, code))
    assert ious == sorted(ious)
    assert ious[0] < ious[2] - 0.02
    assert ious[2] > 0.9


def test_the_iou_of_silhouettes(analytic, ball):
    small, large = analytic(ball(0, 0, 0), 0.2), analytic(ball(0, 0, 0), 0.4)
    code = torch.zeros(1)
    assert silhouette_iou(small, small, code) == 1.0
    # From distance d a ball of radius r is seen as a disc of tan(asin(r / d)): (r / d)^2 / (1 - (r / d)^2).
    area = [(r / 1.7) ** 2 / (1 - (r / 1.7) ** 2) for r in (0.2, 0.4)]
    assert silhouette_iou(small, large, code) == pytest.approx(area[0] / area[1], rel=0.08)
    nothing = analytic(ball(0, 0, 0), -1.0)
    assert silhouette_iou(nothing, nothing, code) == 1.0
    assert silhouette_iou(nothing, small, code) == 0.0


def test_a_style_that_goes_too_far_is_weakened_to_what_was_promised(tiny_triplane, code):
    model = duplicate_decoder(tiny_triplane, "shape")
    with torch.no_grad():
        model.tuned["occupancy_head"].bias += 3.0
    wild = model.differences()
    assert silhouette_iou(tiny_triplane, restore_style(tiny_triplane, wild), code) < 0.8
    tame = keep_promise(tiny_triplane, wild, code, 0.9)
    iou = silhouette_iou(tiny_triplane, restore_style(tiny_triplane, tame), code)
    assert 0.9 <= iou < 0.97
    assert keep_promise(tiny_triplane, tame, code, 0.9) is tame
    assert keep_promise(tiny_triplane, wild, code, 1.01) == {}  # which nothing keeps


def test_hold_sets_the_weight_and_the_promise():
    assert prior_weight(0.0) < prior_weight(0.5) < prior_weight(1.0)
    assert 0.0 < least_iou(0.0) < least_iou(0.5) < least_iou(1.0) < 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "geometry"},
        {"way": "paper"},
        {"steps": -1},
        {"views": 0},
        {"prior_points": 0},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"keep_shape": 1.1},
        {"keep_shape": float("nan")},
    ],
)
def test_settings_that_make_no_sense(wrong):
    with pytest.raises(BadInputError):
        StyliseSettings(**wrong)
