from dataclasses import replace

import pytest
import torch

from iss_backend.rendering import (
    OccupancyGrid,
    RenderSettings,
    build_occupancy_grid,
    orbit_cameras,
    random_cameras,
    render,
)

SMALL = RenderSettings(size=24, steps=64, grid=24)


def front(dtype=torch.float32):
    return orbit_cameras(torch.zeros(1, dtype=dtype), torch.zeros(1, dtype=dtype))


def centre_of(picture):
    """Return the mean column and row of a mask, in pixels from the picture's middle."""
    rows, columns = picture.nonzero().unbind(dim=1)
    middle = (picture.shape[0] - 1) / 2
    return columns.float().mean().item() - middle, rows.float().mean().item() - middle


def test_pictures_are_upright_and_not_transposed(analytic, ball, no_code):
    right, _ = centre_of(render(analytic(ball(0.3, 0, 0), 0.1), no_code, front(), SMALL).mask[0])
    expected = 0.3 * 2.1875 / 1.7 * 12
    assert right == pytest.approx(expected, abs=0.6)
    column, row = centre_of(render(analytic(ball(0, 0.3, 0), 0.1), no_code, front(), SMALL).mask[0])
    assert (column, row) == pytest.approx((0.0, -expected), abs=0.6)


def test_colours_are_those_of_the_surface_points(analytic, ball, no_code):
    picture = render(analytic(ball(0, 0, 0)), no_code, front(), SMALL)
    rgb, mask = picture.rgb[0].detach(), picture.mask[0]
    rays = front().rays(24)[0].view(24, 24, 3)
    points = front().centres[0] + rays * picture.depth[0].detach()[..., None]
    assert torch.allclose(rgb.permute(1, 2, 0)[mask], 0.5 + 0.8 * points[mask], atol=1e-5)
    assert points[mask].norm(dim=-1).sub(0.3).abs().max() < 1e-4
    assert rgb[0, 12, 15] > rgb[0, 12, 8] and rgb[1, 8, 12] > rgb[1, 15, 12]


def test_shapes_and_the_values_of_rays_that_miss(analytic, ball, no_code):
    cameras = random_cameras(2, torch.Generator().manual_seed(0))
    picture = render(analytic(ball(0, 0, 0)), no_code, cameras, SMALL)
    assert picture.rgb.shape == picture.missed_rgb.shape == (2, 3, 24, 24)
    assert picture.mask.shape == picture.depth.shape == (2, 24, 24)
    assert picture.normals.shape == (2, 24, 24, 3)
    missed = ~picture.mask
    assert picture.depth[missed].isinf().all() and (picture.normals[missed] == 0).all()
    assert torch.allclose(picture.normals[picture.mask].norm(dim=-1), torch.tensor(1.0), atol=1e-5)
    assert (picture.rgb.permute(0, 2, 3, 1)[missed] == 1).all()


@pytest.mark.parametrize("background", ["field", "composite"])
def test_background(analytic, ball, no_code, background):
    settings = RenderSettings(size=16, background=background, background_colour=(0.2, 0.4, 0.6))
    picture = render(analytic(ball(0, 0, 0)), no_code, front(), settings)
    points = front().centres[0] + front().rays(16)[0].view(16, 16, 3)
    missed = ~picture.mask[0]
    of_field = 0.5 + 0.8 * points[missed]
    expected = of_field if background == "field" else torch.tensor([0.2, 0.4, 0.6]).expand_as(of_field)
    assert torch.allclose(picture.rgb[0].permute(1, 2, 0)[missed], expected, atol=1e-6)
    if background == "composite":  # the middle of each tile of 4 x 4 pixels speaks for all
        middle = torch.arange(16) // 4 * 4 + 2
        of_field = 0.5 + 0.8 * points[middle[:, None], middle][missed]
    assert torch.allclose(picture.missed_rgb[0].permute(1, 2, 0)[missed], of_field, atol=1e-6)
    assert (picture.missed_rgb[0].permute(1, 2, 0)[picture.mask[0]] == 1).all()


def test_albedo_is_lit_from_the_camera(analytic, box, no_code):
    svr = analytic(box(0.3, 0.3, 0.3))
    lit = render(svr, no_code, front(), SMALL)
    svr.colours_are_lit = False
    shaded = render(svr, no_code, front(), SMALL)
    cosine = 1 / front().rays(24)[0].norm(dim=-1).view(24, 24)
    expected = lit.rgb[0] * (0.45 + 0.55 * cosine)
    assert torch.allclose(shaded.rgb[0][:, lit.mask[0]], expected[:, lit.mask[0]], atol=1e-4)


def test_gradient_of_colours_against_finite_differences(analytic, ball):
    svr = analytic(ball(0.05, -0.02, 0.0))
    settings = RenderSettings(size=10, steps=64, refine=60)
    weights = torch.rand(1, 3, 10, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    dense = OccupancyGrid(torch.ones(1, 1, 1, dtype=torch.bool))

    def loss(code):
        return (render(svr, svr.prepare(code), front(torch.float64), settings, dense).rgb * weights).sum()

    code = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    loss(code).backward()
    with torch.no_grad():
        numeric = (loss(code + 1e-6) - loss(code - 1e-6)) / 2e-6
    assert code.grad.item() == pytest.approx(numeric.item(), rel=1e-6)
    assert svr.radius.grad.item() == pytest.approx(numeric.item(), rel=1e-6)
    assert abs(numeric) > 0.1


def test_an_empty_field_renders_and_has_no_gradient(analytic):
    svr = analytic(lambda p, radius: radius - 1.0 - p.norm(dim=-1))
    code = torch.zeros(1, 1, requires_grad=True)
    picture = render(svr, svr.prepare(code), front(), SMALL)
    assert not picture.mask.any() and (picture.rgb == 1).all()
    (picture.rgb.sum() + picture.missed_rgb.sum()).backward()
    assert code.grad is None or (code.grad == 0).all()
    assert svr.radius.grad is None or svr.radius.grad == 0


def test_an_empty_real_field_has_zero_gradient(tiny_triplane):
    with torch.no_grad():
        tiny_triplane.occupancy_head.bias.sub_(50.0)
    code = torch.zeros(1, 8, requires_grad=True)
    picture = render(tiny_triplane, tiny_triplane.prepare(code), front(), SMALL)
    assert not picture.mask.any()
    picture.rgb.sum().backward()
    assert (code.grad == 0).all()


def test_a_full_picture_has_no_missed_rays(analytic, box, no_code):
    near = orbit_cameras(torch.zeros(1), torch.zeros(1), 0.6)
    picture = render(analytic(box(0.49, 0.49, 0.2)), no_code, near, SMALL)
    assert picture.mask.all() and (picture.missed_rgb == 1).all()


def test_gradients_reach_the_code_through_a_real_decoder(tiny_triplane):
    code = torch.zeros(1, 8, requires_grad=True)
    picture = render(tiny_triplane, tiny_triplane.prepare(code), front(), SMALL)
    assert picture.mask.sum() > 0
    picture.rgb.sum().backward()
    assert code.grad.isfinite().all() and code.grad.abs().max() > 0
    assert all(p.grad.isfinite().all() for p in tiny_triplane.decoder_parameters())


def test_frozen_decoders_and_disabled_gradients(tiny_triplane):
    tiny_triplane.requires_grad_(False)
    with torch.no_grad():
        field = tiny_triplane.prepare(torch.zeros(1, 8))
        picture = render(tiny_triplane, field, front(), SMALL)
    again = render(tiny_triplane, field, front(), SMALL)
    assert not picture.rgb.requires_grad and torch.equal(picture.rgb, again.rgb.detach())


def test_a_reused_grid_gives_the_same_picture(analytic, ball, no_code):
    svr = analytic(ball(0, 0, 0))
    grid = build_occupancy_grid(svr, no_code, SMALL.grid, torch.device("cpu"))
    first, second = (render(svr, no_code, front(), SMALL, g) for g in (None, grid))
    assert torch.equal(first.rgb, second.rgb)


def test_without_a_grid_every_ray_is_marched_through_the_whole_cube(analytic, ball, no_code):
    """A ball and a thin plate: what the grid skips is empty, so that both ways show the same."""

    def scene(points, radius):
        plate = torch.maximum((points[..., 1] + 0.4).abs() - 0.02, points[..., 0].abs() - 0.45)
        return torch.maximum(ball(0.1, 0, 0)(points, radius), -plate)

    model, cameras = analytic(scene), random_cameras(3, torch.Generator().manual_seed(1))
    dense = RenderSettings(size=24, steps=128, refine=8, grid=0)
    skipping, marched = (render(model, no_code, cameras, look) for look in (replace(dense, grid=24), dense))
    assert build_occupancy_grid(model, no_code, 0, torch.device("cpu")).occupied.all()
    assert (skipping.mask == marched.mask).float().mean() > 0.998
    both = skipping.mask & marched.mask
    assert both.sum() > 200
    torch.testing.assert_close(skipping.depth[both], marched.depth[both], atol=1e-3, rtol=0)
