"""Variants of clouds of surface points, [B, P, 3] or [B, P, 6] with colours, that a network of forms learns from."""

from __future__ import annotations

import torch
from torch import Tensor

BLUR_CELLS = (0.02, 0.07)  # sides of the cells that a cloud is blurred in
MOST_CELLS = 1024  # along an axis
HOLES, HOLE_RADIUS = 3, 0.07  # of what a cloud may lack
STRETCH = 0.15  # at most, of each axis
TORN_SHARE, BLURRED_SHARE = 1 / 3, 0.6
SHAKE = 0.012  # at most, the standard deviation of points


def roughened(points: Tensor, generator: torch.Generator) -> Tensor:
    """Make exact clouds [B, P, 6] more like D's: some are torn, most are blurred, all are shaken a little."""
    ragged, blurry = torch.rand(2, len(points), 1, 1, generator=generator)
    points = torch.where(ragged < TORN_SHARE, torn(points, generator), points)
    places, colours = torch.where(blurry < BLURRED_SHARE, blurred(points, generator), points).split(3, dim=-1)
    amount = SHAKE * torch.rand(len(points), 1, 1, generator=generator)
    return torch.cat([places + amount * torch.randn(places.shape, generator=generator), colours], dim=-1)


def varied(points: Tensor, generator: torch.Generator) -> Tensor:
    """Return clouds [B, P, 6] stretched, half of them mirrored, and turned by any angle about the vertical."""
    batch = len(points)
    stretch = 1.0 + STRETCH * (2.0 * torch.rand(batch, 1, 3, generator=generator) - 1.0)
    mirrored = torch.where(torch.rand(batch, 1, 1, generator=generator) < 0.5, -1.0, 1.0)
    factors = torch.cat([mirrored * stretch[..., :1], stretch[..., 1:], torch.ones(batch, 1, 3)], dim=-1)
    return turned(points * factors, 2.0 * torch.pi * torch.rand(batch, generator=generator))


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
