"""Soft silhouettes: a gradient where DVR has none.

A ray that misses gives the shape no gradient, one that hits moves the surface only along itself: nothing tells a shape
to grow or shrink across the picture. Along rays near the outline, the largest logit says how nearly they miss or graze;
its sigmoid, used as coverage, smooths the outline over about a pixel and makes it differentiable. Not in the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.rendering.occupancy_grid import OccupancyGrid
from iss_backend.rendering.queries import query_points
from iss_backend.rendering.ray_samples import intersect_box
from iss_backend.svr.base import FieldState, SVRModel


@dataclass(frozen=True)
class Outline:
    """Rays beside the outline: `index` [N] of them, `coverage` [N] in 0..1, and D_c [N, 3] at their nearest point."""

    index: Tensor
    coverage: Tensor
    colours: Tensor


def outline_rays(mask: Tensor) -> Tensor:
    """Return the flat indices [N] of the pixels of masks [V, S, S] that have a neighbour of the other kind."""
    values = mask.float()[:, None]
    grown = functional.max_pool2d(values, 3, 1, 1)
    shrunk = -functional.max_pool2d(-values, 3, 1, 1)
    return torch.nonzero((grown != shrunk).flatten()).squeeze(-1)


def soften_outline(
    svr: SVRModel,
    field: FieldState,
    grid: OccupancyGrid,
    origins: Tensor,
    rays: Tensor,
    mask: Tensor,
    steps: int,
) -> Outline:
    """Find the point of the largest logit on every ray [R, 3] beside the outline of masks [V, S, S].

    Args:
        svr, field: what is rendered.
        grid: its occupancy grid; only its occupied box is searched.
        origins: of the rays [R, 3], R = V S S.
        rays: their vectors [R, 3].
        mask: which rays hit.
        steps: samples along a ray through the box.
    """
    index = outline_rays(mask)
    origins, rays = origins[index], rays[index]
    enter, leave = intersect_box(origins, rays, *grid.bounds().to(rays))
    inside = leave > enter
    index, origins, rays, enter, leave = (part[inside] for part in (index, origins, rays, enter, leave))
    ticks = (torch.arange(steps, device=rays.device) + 0.5) / steps
    depths = enter[:, None] + (leave - enter)[:, None] * ticks
    with torch.no_grad():
        logits = grid.occupancy(svr, field, origins, rays, depths)
        depth = depths.gather(1, logits.argmax(dim=1, keepdim=True))
    logits, colours = query_points(svr, field, origins + rays * depth)
    return Outline(index, torch.sigmoid(logits), colours)
