import math

import pytest
import torch

from iss_backend.training.cloud_variants import (
    BLUR_CELLS,
    HOLE_RADIUS,
    HOLES,
    blurred,
    roughened,
    torn,
    turned,
    varied,
)


def test_turning_by_a_quarter():
    quarter = turned(torch.tensor([[[1.0, 2.0, 0.0]]]), torch.tensor([math.pi / 2]))
    assert quarter[0, 0].tolist() == pytest.approx([0, 2, -1], abs=1e-6)


def test_blur_gathers_the_points_of_a_cell_and_moves_no_cloud():
    points = torch.rand(2, 3000, 3, generator=torch.Generator().manual_seed(0)) - 0.5
    soft = blurred(points, torch.Generator().manual_seed(1))
    torch.testing.assert_close(soft.mean(dim=1), points.mean(dim=1), atol=1e-5, rtol=0)
    moved = (soft - points).norm(dim=-1)
    assert moved.max() <= BLUR_CELLS[1] * 3**0.5
    # A cell's points have one mean, so there are no more places than cells that the cube is cut into.
    assert all(len(cloud.unique(dim=0)) < 2900 for cloud in soft)
    near = torch.tensor([[[0.0, 0.0, 0.0], [0.4, 0.4, 0.4], [0.4001, 0.4, 0.4]]])
    seeds = [blurred(near, torch.Generator().manual_seed(seed))[0] for seed in range(20)]
    assert any(torch.equal(cloud[1], cloud[2]) for cloud in seeds)
    assert all(torch.equal(cloud[0], near[0, 0]) for cloud in seeds)


def test_torn_clouds_lack_balls_and_nothing_is_added():
    grid = torch.stack(torch.meshgrid(*[torch.linspace(-0.5, 0.5, 41)] * 2, torch.zeros(1), indexing="ij"), dim=-1)
    points = grid.view(1, -1, 3)
    ragged = torn(points, torch.Generator().manual_seed(0))
    far = torch.cdist(points[0], ragged[0]).amin(dim=1)
    bare = far > 0.6 * HOLE_RADIUS
    assert set(map(tuple, ragged[0].tolist())) <= set(map(tuple, points[0].tolist()))
    assert 0 < bare.sum() < HOLES * 3.2 * HOLE_RADIUS**2 * 40**2


def test_blurred_colours_are_the_means_of_their_cells():
    points = torch.tensor([[[0.0, 0, 0, 1, 0, 0], [1e-6, 0, 0, 0, 0, 1], [0.4, 0, 0, 0, 1, 0]]])
    soft = blurred(points, torch.Generator().manual_seed(0))[0]
    torch.testing.assert_close(soft[:, 3:], torch.tensor([[0.5, 0, 0.5], [0.5, 0, 0.5], [0, 1, 0]]))


def test_variants_keep_colours_and_stretch_no_further_than_they_should():
    points = torch.cat([torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]), torch.rand(3, 3)], dim=1).repeat(200, 1, 1)
    found = varied(points, 0.15, torch.Generator().manual_seed(0))
    assert torch.equal(found[..., 3:], points[..., 3:])
    lengths = found[..., :3].norm(dim=-1)
    assert 0.85 <= lengths.min() < 0.86 < 1.14 < lengths.max() <= 1.1501
    assert found[:, 1, [0, 2]].abs().max() < 1e-6  # what is up stays up
    handedness = torch.linalg.det(found[..., :3]).sign()
    assert 0.4 < (handedness < 0).float().mean() < 0.6


def test_roughened_clouds_are_near_to_what_they_were():
    points = torch.rand(60, 400, 6, generator=torch.Generator().manual_seed(0)) - torch.tensor([0.5] * 3 + [0.0] * 3)
    first, again = (roughened(points, 1 / 3, 0.6, 0.012, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, again)
    rough = first
    apart = torch.cdist(rough[..., :3], points[..., :3]).amin(dim=-1).amax(dim=-1)
    assert (apart > 1e-4).all()
    assert apart.max() < 0.15
    assert 0 <= rough[..., 3:].min() <= rough[..., 3:].max() <= 1
    recoloured = (rough[..., 3:] != points[..., 3:]).flatten(1).any(dim=1)
    assert 0.5 < recoloured.float().mean() < 0.95  # blurred or torn: 1 - 2/3 * 0.4
