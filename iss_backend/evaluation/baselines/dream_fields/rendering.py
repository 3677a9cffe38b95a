"""Volume rendering of a dream field by cone casting (mip-NeRF), all in scene units."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from iss_backend.evaluation.baselines.dream_fields.field import CUBE_TO_SCENE, DreamField
from iss_backend.rendering import Cameras, orbit_cameras

RADIUS = 4.0  # of the camera's orbit
NEAR, FAR = RADIUS - math.sqrt(3.0), RADIUS + math.sqrt(3.0)
ELEVATION = math.radians(30.0)
FOCAL = 2.4  # in half picture widths: 1.2 picture widths


@dataclass(frozen=True)
class VolumePicture:
    """What one camera sees.

    Attributes:
        rgb: [3, S, S], light from the scene alone, without background.
        transmittance: share of the background that shines through, [S, S].
        centre: mean position [3] of what is seen, in scene units from the origin.
    """

    rgb: Tensor
    transmittance: Tensor
    centre: Tensor


def random_camera(generator: torch.Generator) -> Cameras:
    """Return a camera of the published orbit: 30 degrees up, at a random azimuth."""
    azimuth = 2.0 * math.pi * torch.rand(1, generator=generator)
    cameras = orbit_cameras(azimuth, torch.full((1,), ELEVATION), RADIUS / CUBE_TO_SCENE)
    return Cameras(cameras.world_mats, FOCAL)


def cone_gaussians(edges: Tensor, directions: Tensor, pixel_radius: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return mean depths [R, N], and variances along [R, N] and across [R, N] the rays, of conical frustums.

    mip-NeRF, equation 7, in the stable form of its code.

    Args:
        edges: depths between samples [R, N + 1], along rays whose directions have any length.
        directions: of the rays [R, 3].
        pixel_radius: of the cone at depth 1.
    """
    middle, half = (edges[:, 1:] + edges[:, :-1]) / 2.0, (edges[:, 1:] - edges[:, :-1]) / 2.0
    common = 3.0 * middle.square() + half.square()
    mean = middle + 2.0 * middle * half.square() / common
    along = half.square() / 3.0 - (4.0 / 15.0) * half**4 * (12.0 * middle.square() - half.square()) / common.square()
    across = middle.square() / 4.0 + (5.0 / 12.0) * half.square() - (4.0 / 15.0) * half**4 / common
    return mean, along, pixel_radius**2 * across


def render_volume(
    field: DreamField, camera: Cameras, origin: Tensor, size: int, samples: int, generator: torch.Generator
) -> VolumePicture:
    """Render S x S pixels of one camera, `samples` stratified samples a ray.

    Args:
        field: the scene; empty outside the cube around its origin.
        camera: one camera, in units of our cube.
        origin: of the scene [3], in our cube's units.
        size: pixels a side.
        samples: of each ray.
        generator: source of where the samples lie.
    """
    rays = camera.rays(size)[0]
    start = CUBE_TO_SCENE * camera.centres[0]
    jitter = torch.rand(len(rays), samples + 1, generator=generator).to(rays)
    edges = NEAR + (FAR - NEAR) * (torch.arange(samples + 1).to(rays) + jitter - 0.5).clamp(0, samples) / samples
    depth, along, across = cone_gaussians(edges, rays, 2.0 / math.sqrt(12.0) * 2.0 / size / FOCAL)
    squares = rays.square()[:, None]
    variances = along[..., None] * squares + across[..., None] * (1.0 - squares / squares.sum(-1, keepdim=True))
    points = start + rays[:, None] * depth[..., None]
    density, colour = field.density_and_colour(points + CUBE_TO_SCENE * origin, variances)
    density = density * (points.abs() < CUBE_TO_SCENE / 2.0).all(dim=-1)
    lengths = (edges[:, 1:] - edges[:, :-1]) * rays.norm(dim=-1, keepdim=True)
    weights, transmittance = compositing_weights(density * lengths)
    rgb = (weights[..., None] * colour).sum(dim=1).T.view(3, size, size)
    centre = (weights[..., None] * points).sum(dim=(0, 1)) / weights.sum().clamp(min=1e-6)
    return VolumePicture(rgb, transmittance.view(size, size), centre.detach())


def compositing_weights(thickness: Tensor) -> tuple[Tensor, Tensor]:
    """Return what each sample adds [R, N], and what shines through all [R], for optical thicknesses [R, N]."""
    passed = torch.exp(-torch.cumsum(thickness, dim=1))
    before = torch.cat([torch.ones_like(passed[:, :1]), passed[:, :-1]], dim=1)
    return before - passed, passed[:, -1]
