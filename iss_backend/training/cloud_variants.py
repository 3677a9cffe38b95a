"""Variants of clouds of surface points, [B, P, 3] or [B, P, 6] with colours, that a network of forms learns from."""

from __future__ import annotations

import torch
from torch import Tensor

BLUR_CELLS = (0.02, 0.07)  # sides of the cells that a cloud is blurred in
MOST_CELLS = 1024  # along an axis
HOLES, HOLE_RADIUS = 3, 0.07  # of what a cloud may lack


def roughened(
    points: Tensor, torn_share: float, blurred_share: float, jitter: float, generator: torch.Generator
) -> Tensor:
    """Make exact clouds more like generated ones, which are smoother and lack pieces.

    Args:
        points: the clouds.
        torn_share, blurred_share: of the clouds that are torn, and that are blurred.
        jitter: the standard deviation that points are shaken with, at most; each cloud has its own.
        generator: source of all draws.
    """
    ragged, blurry = torch.rand(2, len(points), 1, 1, generator=generator)
    points = torch.where(ragged < torn_share, torn(points, generator), points)
    points = torch.where(blurry < blurred_share, blurred(points, generator), points)
    amount = jitter * torch.rand(len(points), 1, 1, generator=generator)
    places = points[..., :3] + amount * torch.randn(*points.shape[:2], 3, generator=generator)
    return torch.cat([places, points[..., 3:]], dim=-1)


def varied(points: Tensor, stretch: float, generator: torch.Generator) -> Tensor:
    """Return clouds stretched or squeezed along each axis by up to `stretch`, half of them mirrored, turned anyhow."""
    batch = len(points)
    factors = 1.0 + stretch * (2.0 * torch.rand(batch, 1, 3, generator=generator) - 1.0)
    factors[..., 0] *= torch.where(torch.rand(batch, 1, generator=generator) < 0.5, -1.0, 1.0)
    moved = torch.cat([points[..., :3] * factors, points[..., 3:]], dim=-1)
    return turned(moved, 2.0 * torch.pi * torch.rand(batch, generator=generator))


def blurred(points: Tensor, generator: torch.Generator) -> Tensor:
    """Make each point of clouds the mean of its cell in a grid that lies anywhere; details get lost."""
    low, high = BLUR_CELLS
    size = low + (high - low) * torch.rand(len(points), 1, 1, generator=generator)
    shift = torch.rand(len(points), 1, 3, generator=generator)
    x, y, z = ((points[..., :3] / size + shift).floor().long() + MOST_CELLS // 2).unbind(dim=-1)
    cells = ((torch.arange(len(points))[:, None] * MOST_CELLS + x) * MOST_CELLS + y) * MOST_CELLS + z
    found, numbers, counts = torch.unique(cells.flatten(), return_inverse=True, return_counts=True)
    sums = points.new_zeros(len(found), points.shape[-1]).index_add(0, numbers, points.flatten(0, 1))
    return (sums / counts[:, None])[numbers].view_as(points)


def torn(points: Tensor, generator: torch.Generator) -> Tensor:
    """Put the points of clouds that lie in some balls elsewhere on them: holes, and legs that end in air."""
    batch, size = points.shape[:2]
    places, middles = points[..., :3], torch.randint(size, (batch, HOLES), generator=generator)
    middles = places.gather(1, middles[..., None].expand(-1, -1, 3))
    lost = (torch.cdist(places, middles) < HOLE_RADIUS).any(dim=-1)
    others = torch.randint(size, (batch, size), generator=generator)
    return torch.where(lost[..., None], points.gather(1, others[..., None].expand_as(points)), points)


def turned(points: Tensor, angles: Tensor) -> Tensor:
    """Return clouds turned about Y by angles [B] in radians."""
    cosine, sine = angles.cos()[:, None], angles.sin()[:, None]
    x, y, z = points[..., :3].unbind(dim=-1)
    places = torch.stack([cosine * x + sine * z, y, cosine * z - sine * x], dim=-1)
    return torch.cat([places, points[..., 3:]], dim=-1)
