"""Cameras that a picture may have been taken by."""

import math
from dataclasses import replace

import pytest
import torch

from iss_backend.outline.poses import Poses, framed_poses
from iss_backend.rendering.cameras import CAPTURE_DISTANCE, FOCAL


def test_from_the_front_the_middle_ray_goes_straight_back():
    origins, rays = framed_poses(torch.zeros(1), torch.zeros(1)).rays(torch.tensor([[0.0, 0.0], [1.0, 0.0]]))
    assert origins[0].tolist() == pytest.approx([0, 0, CAPTURE_DISTANCE])
    assert rays[0, 0].tolist() == pytest.approx([0, 0, -1], abs=1e-6)
    assert rays[0, 1].tolist() == pytest.approx([1 / FOCAL, 0, -1], abs=1e-6)  # the right of the picture is +X


def test_zoom_and_shift_move_where_things_are_seen():
    """A point that the camera alone sees at (0.2, -0.1) is seen at twice that, moved by the shift."""
    framed, move = framed_poses(torch.tensor([0.7]), torch.tensor([0.3])), torch.tensor([[0, 0, math.log(2), 0.1, 0.3]])
    place = torch.tensor([[0.2, -0.1]])
    _, rays = framed.rays(place)
    _, same = replace(framed, framed=False).moved(move).rays(2 * place + torch.tensor([0.1, 0.3]))
    assert torch.allclose(rays, same, atol=1e-6)
    assert torch.equal(framed.moved(move).rays(place)[1], rays)  # its zoom and shift are known


def test_poses_are_chosen_by_index():
    poses = Poses(torch.arange(3.0), torch.ones(3), torch.ones(3), torch.zeros(3, 2))
    assert poses[torch.tensor([2, 0])].azimuth.tolist() == [2, 0]
    assert len(poses[torch.zeros(0, dtype=torch.long)]) == 0
