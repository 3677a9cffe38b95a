"""Cameras that a picture may have been taken by."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from iss_backend.rendering.cameras import FOCAL, Cameras, orbit_cameras


@dataclass(frozen=True)
class Poses:
    """P cameras that look at the cube's middle, and where in the picture that is.

    Attributes:
        azimuth, elevation: radians [P], as `orbit_cameras` takes them.
        zoom: [P], how much larger a picture shows things than that camera's.
        shift: [P, 2], where the cube's middle is seen; x and y in -1..1 over the picture.
        framed: whether zoom and shift are known.
    """

    azimuth: Tensor
    elevation: Tensor
    zoom: Tensor
    shift: Tensor
    framed: bool = False

    def __len__(self) -> int:
        return len(self.azimuth)

    def __getitem__(self, chosen: Tensor) -> Poses:
        """Return those of the indices [Q]."""
        return Poses(self.azimuth[chosen], self.elevation[chosen], self.zoom[chosen], self.shift[chosen], self.framed)

    @property
    def cameras(self) -> Cameras:
        """Return the cameras alone."""
        return orbit_cameras(self.azimuth, self.elevation)

    def moved(self, by: Tensor) -> Poses:
        """Return poses moved by [P, 5]: both angles, the logarithm of the zoom, and the shift; these, if not known."""
        turned = replace(self, azimuth=self.azimuth + by[:, 0], elevation=self.elevation + by[:, 1])
        if self.framed:
            return turned
        return replace(turned, zoom=self.zoom * by[:, 2].exp(), shift=self.shift + by[:, 3:])

    def rays(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """Return origins [P, 3] and ray vectors [P, R, 3] through places [R, 2] of the picture, x and y in -1..1."""
        cameras = self.cameras
        seen = (places - self.shift[:, None]) / (self.zoom[:, None, None] * FOCAL)
        ahead = torch.cat([seen, torch.ones_like(seen[..., :1])], dim=-1)
        return cameras.centres, ahead @ cameras.world_mats[:, :3, :3]


def framed_poses(azimuth: Tensor, elevation: Tensor) -> Poses:
    """Return the poses of pictures that are framed as the training captures are."""
    return Poses(azimuth, elevation, torch.ones_like(azimuth), azimuth.new_zeros(len(azimuth), 2), True)
