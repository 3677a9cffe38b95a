"""Pin-hole cameras as data sets describe them: in pixels, off-centre, of any picture size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pinhole:
    """One camera of a picture of H x W pixels, whose top left corner is (0, 0) and whose first pixel ends at (1, 1).

    Attributes:
        focal: focal lengths (x, y) in pixels.
        centre: principal point (x, y) in pixels.
        world_mat: world -> camera, float64 [4, 4], rigid; the camera looks along +z, x right, y down.
    """

    focal: tuple[float, float]
    centre: tuple[float, float]
    world_mat: np.ndarray

    @property
    def position(self) -> np.ndarray:
        """Return where the camera stands in the world, [3]."""
        return -self.world_mat[:3, :3].T @ self.world_mat[:3, 3]

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the pixels [N, 2] of points [N, 3] of the world, and their camera-space z [N]."""
        camera = points @ self.world_mat[:3, :3].T + self.world_mat[:3, 3]
        depth = camera[:, 2]
        with np.errstate(divide="ignore", invalid="ignore"):  # points beside the camera have no pixel
            return camera[:, :2] / depth[:, None] * self.focal + self.centre, depth

    def directions(self, pixels: np.ndarray) -> np.ndarray:
        """Return camera-space rays [..., 3] with z = 1 through pixels [..., 2]."""
        plane = (pixels - np.asarray(self.centre)) / self.focal
        return np.concatenate([plane, np.ones_like(plane[..., :1])], axis=-1)

    def rotation_towards(self, point: np.ndarray) -> np.ndarray:
        """Return the rotation [3, 3] from this camera to one at the same place that looks at a point [3] of the world.

        Rows of the picture stay as level as they were. Turning a camera where it stands changes no line of sight, so
        pictures of the turned camera can be drawn from its own exactly.
        """
        forward = self.world_mat[:3, :3] @ point + self.world_mat[:3, 3]
        forward = forward / np.linalg.norm(forward)
        right = np.cross([0.0, 1.0, 0.0], forward)
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(forward, right), forward])


@dataclass(frozen=True)
class RawView:
    """A picture as a data set has it.

    Attributes:
        image: RGB, uint8 [H, W, 3].
        mask: bool [H, W], True on the object.
        depth: camera-space z in units of the world, float32 [H, W], inf where unknown; None without depth.
        camera: of the same H x W pixels.
    """

    image: np.ndarray
    mask: np.ndarray
    depth: np.ndarray | None
    camera: Pinhole
