"""Pin-hole cameras in the convention of Differentiable Volumetric Rendering (DVR).

A point of the cube projects as ``p_cam = camera_mat @ world_mat @ scale_mat @ p``; the camera looks along +z,
x points right, y down; pixel coordinates are ``(x/z, y/z)`` in [-1, 1]^2 with (-1, -1) at the top left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# 35 mm focal length over half a 32 mm sensor: the field of view of 49.13 degrees of ShapeNet renderings.
FOCAL = 2.1875
GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


@dataclass(frozen=True)
class Camera:
    """One view: `world_mat` [4, 4] (cube -> camera, rigid) and `camera_mat` [4, 4] (camera -> pixels)."""

    world_mat: np.ndarray
    camera_mat: np.ndarray

    @property
    def centre(self) -> np.ndarray:
        """Return the camera's position in the cube's axes, [3]."""
        rotation, translation = self.world_mat[:3, :3], self.world_mat[:3, 3]
        return -rotation.T @ translation

    def pixel_rays(self, size: int) -> np.ndarray:
        """Return the ray vectors through the pixel centres, [size, size, 3], row-major, top row first.

        The camera-space z of each vector is 1, so that the ray parameter is the depth (not the distance).
        """
        ticks = (2.0 * np.arange(size) + 1.0) / size - 1.0
        x, y = np.meshgrid(ticks / self.camera_mat[0, 0], ticks / self.camera_mat[1, 1])
        return np.stack([x, y, np.ones_like(x)], axis=-1) @ self.world_mat[:3, :3]

    def project(self, points: np.ndarray) -> np.ndarray:
        """Project points [N, 3] of the cube to pixel coordinates [N, 2] in [-1, 1] (inside the picture)."""
        camera_space = points @ self.world_mat[:3, :3].T + self.world_mat[:3, 3]
        focal = np.array([self.camera_mat[0, 0], self.camera_mat[1, 1]])
        return camera_space[:, :2] / camera_space[:, 2:3] * focal


def look_at_origin(centre: np.ndarray) -> Camera:
    """Return the camera at `centre` [3] that looks at the origin with +Y up in the picture."""
    forward = -centre / np.linalg.norm(centre)
    up = np.array([0.0, 1.0, 0.0]) if abs(forward[1]) < 0.999 else np.array([0.0, 0.0, -1.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    world_mat = np.eye(4)
    world_mat[:3, :3] = rotation
    world_mat[:3, 3] = -rotation @ centre
    return Camera(world_mat, np.diag([FOCAL, FOCAL, 1.0, 1.0]))


def sphere_cameras(count: int, distance: float, rng: np.random.Generator) -> list[Camera]:
    """Return `count` cameras spread evenly over the whole sphere (Fibonacci lattice, random start azimuth).

    Views from below are included: where every view sees past a point, the point is outside the shape, so the
    more sides are seen, the better inside and outside are told apart.
    """
    height = 1.0 - 2.0 * (np.arange(count) + 0.5) / count
    azimuth = GOLDEN_ANGLE * np.arange(count) + rng.uniform(0.0, 2.0 * np.pi)
    radius = np.sqrt(1.0 - height**2)
    centres = distance * np.stack([radius * np.sin(azimuth), height, radius * np.cos(azimuth)], axis=1)
    return [look_at_origin(centre) for centre in centres]
