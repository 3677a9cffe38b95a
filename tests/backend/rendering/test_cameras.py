import importlib.util
import math
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from iss_backend.rendering import Cameras, orbit_cameras, random_cameras, turntable_cameras
from iss_backend.rendering.cameras import CAPTURE_DISTANCE, FOCAL

QUARTER = math.pi / 2


def camera_at(azimuth, elevation=0.0, distance=CAPTURE_DISTANCE):
    return orbit_cameras(torch.tensor([azimuth]), torch.tensor([elevation]), distance)


def project(cameras, point):
    """Project by the matrices alone, as the data set's readers do: pixel coordinates and depth."""
    camera_mat = torch.diag(torch.tensor([cameras.focal, cameras.focal, 1.0, 1.0]))
    x, y, z, _ = camera_mat @ cameras.world_mats[0] @ torch.tensor([*point, 1.0])
    return (x / z).item(), (y / z).item(), z.item()


@pytest.fixture(scope="module")
def capture_cameras():
    """Import the add-on's cameras without the add-on, which needs Blender."""
    path = Path(__file__).parents[3] / "iss_blender_addon" / "view_capture" / "cameras.py"
    spec = importlib.util.spec_from_file_location("capture_cameras_alone", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_front_camera_by_hand():
    cameras = camera_at(0.0)
    assert torch.allclose(cameras.centres, torch.tensor([[0.0, 0.0, 1.7]]), atol=1e-6)
    assert project(cameras, (0.2, 0.0, 0.0)) == pytest.approx((0.2 * 2.1875 / 1.7, 0.0, 1.7), abs=1e-6)
    assert project(cameras, (0.0, 0.2, 0.0)) == pytest.approx((0.0, -0.2 * 2.1875 / 1.7, 1.7), abs=1e-6)
    assert project(cameras, (0.0, 0.0, 0.2)) == pytest.approx((0.0, 0.0, 1.5), abs=1e-6)


def test_a_quarter_turn_sees_the_side_x():
    cameras = camera_at(QUARTER)
    assert torch.allclose(cameras.centres, torch.tensor([[1.7, 0.0, 0.0]]), atol=1e-6)
    right, _, depth = project(cameras, (0.0, 0.0, -0.2))
    assert (right, depth) == pytest.approx((0.2 * FOCAL / 1.7, 1.7), abs=1e-6)


def test_elevation_raises_the_camera():
    assert torch.allclose(
        camera_at(0.0, math.radians(30.0), 2.0).centres, torch.tensor([[0.0, 1.0, math.sqrt(3.0)]]), atol=1e-6
    )


def test_rays_of_two_by_two_pixels_by_hand():
    offset = 0.5 / 2.1875
    expected = [[-offset, offset, -1.0], [offset, offset, -1.0], [-offset, -offset, -1.0], [offset, -offset, -1.0]]
    assert torch.allclose(camera_at(0.0).rays(2)[0], torch.tensor(expected), atol=1e-6)


def test_rays_pass_through_the_points_of_their_pixels():
    cameras, size = camera_at(0.7, 0.4), 8
    rays = cameras.rays(size)[0].view(size, size, 3)
    for row, column, depth in ((0, 0, 1.3), (2, 5, 1.7), (7, 1, 2.2)):
        point = cameras.centres[0] + rays[row, column] * depth
        expected = ((2 * column + 1) / size - 1, (2 * row + 1) / size - 1, depth)
        assert project(cameras, point.tolist()) == pytest.approx(expected, abs=1e-5)


def test_field_of_view_is_that_of_shapenet_renderings():
    assert 2 * math.degrees(math.atan(1 / FOCAL)) == pytest.approx(49.13, abs=0.005)


def test_same_numbers_as_the_captures(capture_cameras):
    assert capture_cameras.FOCAL == FOCAL
    azimuth = torch.tensor([0.0, 0.9, 2.5, -2.0], dtype=torch.float64)
    elevation = torch.tensor([0.0, 0.5, -0.6, 1.2], dtype=torch.float64)
    cameras = orbit_cameras(azimuth, elevation)
    for index, centre in enumerate(cameras.centres):
        other = capture_cameras.look_at_origin(centre.numpy())
        np.testing.assert_allclose(other.world_mat, cameras.world_mats[index].numpy(), atol=1e-12)
        np.testing.assert_allclose(other.pixel_rays(5).reshape(-1, 3), cameras.rays(5)[index].numpy(), atol=1e-12)


@pytest.mark.parametrize("cameras", [random_cameras(7, torch.Generator().manual_seed(0)), turntable_cameras(6)])
def test_poses_are_rigid_and_at_the_capture_distance(cameras):
    rotation = cameras.world_mats[:, :3, :3]
    assert torch.allclose(rotation @ rotation.mT, torch.eye(3).expand_as(rotation), atol=1e-6)
    assert torch.allclose(torch.linalg.det(rotation), torch.ones(len(cameras)), atol=1e-6)
    assert torch.allclose(cameras.centres.norm(dim=-1), torch.full((len(cameras),), CAPTURE_DISTANCE), atol=1e-6)


def test_random_cameras_cover_the_circle_from_the_northern_hemisphere():
    centres = random_cameras(12, torch.Generator().manual_seed(5)).centres
    elevation = torch.rad2deg(torch.asin(centres[:, 1] / CAPTURE_DISTANCE))
    assert elevation.min() >= 5.0 - 1e-3 and elevation.max() <= 45.0 + 1e-3
    angles = torch.atan2(centres[:, 0], centres[:, 2]).sort().values
    gaps = torch.diff(torch.cat([angles, angles[:1] + 2 * math.pi]))
    assert gaps.max() <= 2 * (2 * math.pi / 12) + 1e-5


def test_random_cameras_depend_on_the_generator_alone():
    first, again, other = (random_cameras(4, torch.Generator().manual_seed(seed)).world_mats for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_turntable_begins_35_degrees_to_the_right():
    x, y, z = turntable_cameras(4, elevation_degrees=0.0).centres[0].tolist()
    assert (math.degrees(math.atan2(x, z)), y) == pytest.approx((35.0, 0.0), abs=1e-4)


def test_moving_to_a_device_keeps_the_focal_length():
    moved = Cameras(torch.eye(4)[None], focal=3.0).to("cpu")
    assert moved.focal == 3.0 and len(moved) == 1
