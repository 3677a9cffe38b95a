import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from iss_backend.errors import BadInputError
from iss_backend.evaluation.baselines.dream_fields.augmentation import blurred, random_background
from iss_backend.evaluation.baselines.dream_fields.field import DreamField, FieldConfig, integrated_encoding
from iss_backend.evaluation.baselines.dream_fields.optimise import (
    DreamSettings,
    dream_fields_method,
    dream_loss,
    optimise_field,
    small_budget,
)
from iss_backend.evaluation.baselines.dream_fields.rendering import (
    VolumePicture,
    compositing_weights,
    cone_gaussians,
    random_camera,
    render_volume,
)
from iss_backend.rendering.ray_samples import intersect_box

TINY = DreamSettings(FieldConfig(8, 8, 1, 2), steps=2, size=10, crop=8, crops=2, samples=6, warmup=1, opacity_steps=1)


def constant_field(density, colour=0.0):
    """A field of one density and one colour (its logit) everywhere."""
    field = DreamField(FieldConfig(4, 4, 1, 1))
    with torch.no_grad():
        field.head.weight.zero_()
        field.head.bias.copy_(torch.tensor([math.log(math.expm1(density)), colour, colour, colour]))
    return field


def test_the_encoding_is_the_mean_over_a_gaussian():
    mean, variance = torch.tensor([[0.3, -0.7, 0.1]]), torch.tensor([[0.2, 0.05, 0.0]])
    noise = torch.randn(200_000, 3, generator=torch.Generator().manual_seed(0))
    points = mean + variance.sqrt() * noise
    exact = integrated_encoding(points, torch.zeros_like(points), 3)
    torch.testing.assert_close(integrated_encoding(mean, variance, 3)[0], exact.mean(dim=0), rtol=0, atol=0.01)
    assert exact.shape == (200_000, 18)
    assert torch.allclose(exact[0, :3], points[0].sin(), atol=1e-5)
    assert torch.allclose(exact[0, 3:6], (2 * points[0]).sin(), atol=1e-5)


def test_gaussians_have_the_moments_of_conical_frustums():
    near, far, radius = 2.0, 3.0, 0.3
    generator = torch.Generator().manual_seed(1)
    depth = near + (far - near) * torch.rand(400_000, generator=generator)
    kept = torch.rand(len(depth), generator=generator) < (depth / far) ** 2  # area grows with the square of depth
    depth = depth[kept]
    across = radius * depth * torch.rand(len(depth), generator=generator).sqrt()
    across = across * torch.cos(2 * math.pi * torch.rand(len(depth), generator=generator))
    mean, along, side = cone_gaussians(torch.tensor([[near, far]]), torch.tensor([[0.0, 0.0, 1.0]]), radius)
    assert mean.item() == pytest.approx(depth.mean().item(), abs=2e-3)
    assert along.item() == pytest.approx(depth.var().item(), rel=0.02)
    assert side.item() == pytest.approx(across.var().item(), rel=0.02)


def test_weights_by_hand():
    weights, passed = compositing_weights(torch.tensor([[math.log(2.0), 0.0, math.log(4.0)]]))
    torch.testing.assert_close(weights, torch.tensor([[0.5, 0.0, 0.375]]))
    torch.testing.assert_close(passed, torch.tensor([0.125]))


def test_a_uniform_cube_is_as_transparent_as_its_chords():
    camera = random_camera(torch.Generator().manual_seed(2))
    seen = render_volume(constant_field(0.7), camera, torch.zeros(3), 9, 2000, torch.Generator().manual_seed(0))
    rays = camera.rays(9)[0]
    cube = torch.full((3,), 0.5)
    enter, leave = intersect_box(camera.centres.expand_as(rays), rays, -cube, cube)
    chords = 2.0 * (leave - enter).clamp(min=0) * rays.norm(dim=-1)  # in scene units
    torch.testing.assert_close(seen.transmittance.flatten(), torch.exp(-0.7 * chords), rtol=0, atol=5e-3)
    grey = 0.5 * (1.0 - seen.transmittance)
    torch.testing.assert_close(seen.rgb, grey.expand(3, -1, -1), rtol=0, atol=1e-5)
    assert seen.centre.norm() < 0.5


def test_the_surface_lies_at_the_threshold():
    field, points = constant_field(5.0), torch.rand(1, 7, 3) - 0.5
    field.settle_threshold(torch.zeros(3))
    assert field.threshold.item() == pytest.approx(5.0, rel=1e-4)  # the mean, below the published 10
    logits, _ = field.query(torch.zeros(1, 3), points)
    torch.testing.assert_close(logits, torch.zeros(1, 7), rtol=0, atol=1e-4)
    dense = constant_field(30.0)
    dense.settle_threshold(torch.zeros(3))
    assert dense.query(torch.zeros(1, 3), points)[0][0, 0].item() == pytest.approx(math.log(3.0), abs=1e-4)


class OneFeature(nn.Module):
    """A CLIP that sees the same in every picture."""

    def encode_image(self, pictures):
        assert pictures.shape == (2, 3, 8, 8)
        return torch.tensor([[0.6, 0.8]]).expand(2, 2)


def test_the_loss_rewards_transparency_up_to_its_target():
    target = torch.tensor([1.0, 0.0])
    losses = []
    for transparent in (0.2, 0.9):
        seen = VolumePicture(torch.zeros(3, 10, 10), torch.full((10, 10), transparent), torch.zeros(3))
        losses.append(dream_loss(OneFeature(), seen, target, 0.3, TINY, torch.Generator()).item())
    assert losses == pytest.approx([-0.6 - 0.5 * 0.2, -0.6 - 0.5 * 0.7])


def test_backgrounds_are_pictures_of_three_kinds():
    generator = torch.Generator().manual_seed(3)
    pictures = torch.stack([random_background(16, generator) for _ in range(30)])
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    assert pictures.std(dim=(1, 2, 3)).min() < 0.12 < pictures.std(dim=(1, 2, 3)).max()


def test_a_blur_keeps_constants_and_spreads_points():
    assert torch.allclose(blurred(torch.full((3, 9, 9), 0.3), 1.5), torch.tensor(0.3))
    point = torch.zeros(3, 15, 15)
    point[:, 7, 7] = 1.0
    spread = blurred(point, 1.0)
    assert spread.sum(dim=(1, 2)).tolist() == pytest.approx([1.0] * 3)
    assert spread[0, 7, 8].item() == pytest.approx(spread[0, 7, 7].item() * math.exp(-0.5))
    assert torch.equal(blurred(point, 0.1), point)


def test_a_row_of_the_benchmark_is_repeatable(studio):
    events = []
    method = dream_fields_method(studio, TINY, events.append)
    first, second = method.make("a lamp", 1), method.make("a lamp", 1)
    assert [event.step for event in events] == [1, 2, 1, 2]
    assert torch.equal(first.shape.code, second.shape.code)
    weights = zip(first.studio.bundle.svr.parameters(), second.studio.bundle.svr.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in weights)
    assert first.studio.pictures(first.shape, 1, 8).shape == (1, 3, 8, 8)


def test_the_loss_falls(studio):
    losses = []
    fast = replace(TINY, steps=12, first_rate=0.02, rate=0.02)
    optimise_field(studio.bundle.clip, "a lamp", fast, 0, studio.device, lambda event: losses.append(event.loss))
    assert sum(losses[-3:]) < sum(losses[:3])


def test_the_schedules_of_a_small_budget_end_within_it():
    settings = small_budget(30)
    assert (settings.steps, settings.warmup, settings.opacity_steps) == (30, 3, 10)
    assert DreamSettings().steps == 10_000  # as published


def test_crops_larger_than_pictures_are_refused():
    with pytest.raises(BadInputError, match="crops within pictures"):
        DreamSettings(size=8, crop=9)
