import dataclasses

import numpy as np
import pytest
import torch

from iss_backend.data.carving import carve, cell_centres, seen_surface
from iss_backend.data.multi_view import read_shape


def carved(shape, resolution=64):
    points, normals, _ = seen_surface(shape)
    return carve(shape, points, normals, resolution).reshape((resolution,) * 3)


def volume(grid):
    return grid.mean()


def test_cell_centres_count_z_fastest():
    centres = cell_centres(4)
    assert centres.shape == (64, 3)
    assert torch.allclose(centres[0], torch.full((3,), -0.375))
    assert torch.allclose(centres[1], torch.tensor([-0.375, -0.375, -0.125]))
    assert torch.allclose(centres[16], torch.tensor([-0.125, -0.375, -0.375]))


def test_seen_points_lie_on_the_sphere_with_its_normals_and_colours(sphere_folder):
    shape = read_shape(sphere_folder)
    points, normals, colours = seen_surface(shape)
    assert len(points) == shape.masks.sum()
    assert np.allclose(np.linalg.norm(points, axis=1), 0.35, atol=1e-5)
    assert np.allclose(normals, points / 0.35, atol=0.01)
    assert (np.ptp(points, axis=0) > 0.69).all()  # all around
    right_top = (points[:, 0] > 0.01) & (points[:, 1] > 0.01)
    assert (colours[right_top] == (220, 200, 60)).all()


def test_a_sphere_has_its_volume(sphere_folder):
    grid = carved(read_shape(sphere_folder))
    assert volume(grid) == pytest.approx(4 / 3 * np.pi * 0.35**3, rel=0.03)
    radius = cell_centres().norm(dim=1).numpy().reshape(grid.shape)
    assert grid[radius < 0.32].all()  # a pixel is 0.024 wide: its half may be lost at the silhouette
    assert not grid[radius > 0.38].any()


def test_a_box_has_its_volume_and_place(capture, tmp_path):
    low, high = (-0.4, -0.1, -0.3), (0.2, 0.3, 0.1)
    grid = carved(read_shape(capture(tmp_path / "box", capture.boxes((low, high)), views=24, size=64)))
    assert volume(grid) == pytest.approx(0.6 * 0.4 * 0.4, rel=0.05)
    centres = cell_centres().numpy()[grid.ravel()]
    assert np.allclose(centres.min(0), low, atol=0.02)
    assert np.allclose(centres.max(0), high, atol=0.02)


def test_an_open_box_is_hollow(capture, tmp_path):
    """Five thin walls without a lid: no ray parity, but seen from above to the ground."""
    w, t = 0.35, 0.02
    walls = [((-w, -w, -w), (w, -w + t, w))]
    walls += [((-w, -w, -w), (-w + t, w, w)), ((w - t, -w, -w), (w, w, w))]
    walls += [((-w, -w, -w), (w, w, -w + t)), ((-w, -w, w - t), (w, w, w))]
    grid = carved(read_shape(capture(tmp_path / "open", capture.boxes(*walls), views=32, size=64)))
    centres = cell_centres().numpy().reshape(*grid.shape, 3)
    middle = (np.abs(centres[..., [0, 2]]) < 0.2).all(-1) & (centres[..., 1] > -0.25) & (centres[..., 1] < 0.33)
    assert grid[middle].mean() < 0.03
    floor = (np.abs(centres[..., [0, 2]]) < 0.3).all(-1) & (np.abs(centres[..., 1] + w - t / 2) < 0.5 / 64)
    assert grid[floor].mean() > 0.95


def test_a_plate_thinner_than_a_cell_survives(capture, tmp_path):
    thin = 0.002
    hit = capture.boxes(((-0.4, 0.1, -0.4), (0.4, 0.1 + thin, 0.4)))
    grid = carved(read_shape(capture(tmp_path / "plate", hit, views=24, size=64)))
    covered = grid.any(axis=1)  # looking down
    assert covered[10:54, 10:54].mean() > 0.97
    assert volume(grid) < 0.64 * 3 / 64  # and stays a plate


def test_masks_alone_carve_the_visual_hull(sphere_folder):
    shape = read_shape(sphere_folder)
    points, normals, _ = seen_surface(shape)
    hull = carve(dataclasses.replace(shape, depths=None), points, normals).reshape((64,) * 3)
    full = carved(shape)
    assert hull[full].mean() > 0.99
    assert volume(full) <= volume(hull) < 1.25 * volume(full)
