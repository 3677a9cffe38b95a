import torch

from iss_backend.rendering import RenderSettings, orbit_cameras, render
from iss_backend.rendering.silhouette import outline_rays

CAMERAS = orbit_cameras(torch.zeros(1), torch.zeros(1))


def darkness(model, field, soft):
    settings = RenderSettings(size=48, steps=96, grid=32, soft_outline=soft)
    return (1.0 - render(model, field, CAMERAS, settings).rgb).sum()


def test_outline_rays_are_those_with_a_neighbour_of_the_other_kind():
    mask = torch.zeros(1, 5, 5, dtype=torch.bool)
    mask[0, 2, 2] = True
    rows, columns = outline_rays(mask) // 5, outline_rays(mask) % 5
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == {(r, c) for r in (1, 2, 3) for c in (1, 2, 3)}
    assert len(outline_rays(torch.ones(2, 5, 5, dtype=torch.bool))) == 0


def test_only_a_soft_outline_tells_a_ball_to_grow(analytic, ball, no_code):
    model = analytic(ball(0.0, 0.0, 0.0), radius=0.3, steepness=60.0)
    gradients = {}
    for soft in (False, True):
        (gradients[soft],) = torch.autograd.grad(darkness(model, no_code, soft), model.radius)
    step = 0.02
    with torch.no_grad():
        larger = darkness(analytic(ball(0.0, 0.0, 0.0), 0.3 + step, 60.0), no_code, False)
        smaller = darkness(analytic(ball(0.0, 0.0, 0.0), 0.3 - step, 60.0), no_code, False)
    growth = (larger - smaller) / (2 * step)  # what a change of radius really does to the picture
    assert growth > 0
    assert 0.5 * growth < gradients[True] < 1.5 * growth
    assert abs(gradients[False]) < 0.25 * growth


def test_the_picture_is_the_same_away_from_the_outline(analytic, ball, no_code):
    model = analytic(ball(0.1, 0.0, 0.0))
    hard, soft = (render(model, no_code, CAMERAS, RenderSettings(size=32, soft_outline=s)) for s in (False, True))
    away = torch.ones(32 * 32, dtype=torch.bool).index_fill(0, outline_rays(hard.mask), False)
    assert torch.equal(hard.rgb.flatten(2)[..., away], soft.rgb.flatten(2)[..., away])
    assert not torch.equal(hard.rgb, soft.rgb)
    assert torch.equal(hard.mask, soft.mask)
    assert soft.rgb.min() >= 0.0 and soft.rgb.max() <= 1.0
