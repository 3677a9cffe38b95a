"""Pin-hole cameras in DVR's convention, batched.

``p_cam = camera_mat @ world_mat @ p``; the camera looks along +z, x right, y down; pixels span [-1, 1]^2 with (-1, -1)
at the top left. Ray vectors have camera-space z = 1, so the ray parameter is the depth, not the distance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.pixels import pixel_centres

# 35 mm focal length over half a 32 mm sensor: a field of view of 49.13 degrees, as in ShapeNet renderings.
FOCAL = 2.1875
# Distance at which a shape of the cube just fills the picture; the distance of the training captures.
CAPTURE_DISTANCE = 1.7


@dataclass(frozen=True)
class Cameras:
    """V cameras: `world_mats` [V, 4, 4] (cube -> camera, rigid) and one `focal` length in half picture widths."""

    world_mats: Tensor
    focal: float = FOCAL

    def __len__(self) -> int:
        return len(self.world_mats)

    def to(self, device: torch.device | str) -> Cameras:
        """Return the same cameras on a device."""
        return Cameras(self.world_mats.to(device), self.focal)

    @property
    def centres(self) -> Tensor:
        """Return the cameras' positions [V, 3] in the cube's axes."""
        return -torch.einsum("vji,vj->vi", self.world_mats[:, :3, :3], self.world_mats[:, :3, 3])

    def rays(self, size: int) -> Tensor:
        """Return the ray vectors through the pixel centres, [V, size * size, 3], row-major from the top row."""
        index = torch.arange(size, device=self.world_mats.device, dtype=self.world_mats.dtype)
        ticks = pixel_centres(index, size) / self.focal
        y, x = torch.meshgrid(ticks, ticks, indexing="ij")
        camera_space = torch.stack([x, y, torch.ones_like(x)], dim=-1).view(-1, 3)
        return torch.einsum("pj,vji->vpi", camera_space, self.world_mats[:, :3, :3])


def orbit_cameras(azimuth: Tensor, elevation: Tensor, distance: float = CAPTURE_DISTANCE) -> Cameras:
    """Return cameras that look at the origin with +Y up.

    Args:
        azimuth: radians [V]; 0 sees the front (from +Z), a quarter turn sees the side +X.
        elevation: radians [V] above the horizon, within +-89 degrees.
        distance: from the origin, in cube units.
    """
    horizontal = torch.cos(elevation)
    directions = torch.stack(
        [horizontal * torch.sin(azimuth), torch.sin(elevation), horizontal * torch.cos(azimuth)], -1
    )
    forward = -directions
    up = directions.new_tensor([0.0, 1.0, 0.0]).expand_as(forward)
    right = functional.normalize(torch.linalg.cross(forward, up), dim=-1)
    rotation = torch.stack([right, torch.linalg.cross(forward, right), forward], dim=1)
    world_mats = torch.eye(4, device=azimuth.device, dtype=azimuth.dtype).repeat(len(azimuth), 1, 1)
    world_mats[:, :3, :3] = rotation
    world_mats[:, :3, 3] = -distance * torch.einsum("vij,vj->vi", rotation, directions)
    return Cameras(world_mats)


def random_cameras(count: int, generator: torch.Generator, distance: float = CAPTURE_DISTANCE) -> Cameras:
    """Return `count` cameras of the northern hemisphere: azimuths stratified over the circle, 5 to 45 degrees up."""
    jitter = torch.rand(2, count, generator=generator)
    offset = torch.rand(1, generator=generator)
    azimuth = 2.0 * math.pi * ((torch.arange(count) + jitter[0]) / count + offset)
    elevation = torch.deg2rad(5.0 + 40.0 * jitter[1])
    return orbit_cameras(azimuth, elevation, distance)


def turntable_cameras(count: int, elevation_degrees: float = 25.0, distance: float = CAPTURE_DISTANCE) -> Cameras:
    """Return `count` cameras at equal azimuths, the first 35 degrees to the right of the front."""
    azimuth = math.radians(35.0) + 2.0 * math.pi * torch.arange(count) / count
    return orbit_cameras(azimuth, torch.full((count,), math.radians(elevation_degrees)), distance)
