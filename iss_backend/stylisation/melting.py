"""A melting shape: it sags and leans, melt runs off it in drips, and it stands in one smooth puddle of itself."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy import ndimage
from scipy.spatial import ConvexHull
from torch import Tensor
from torch.nn import functional

from iss_backend.stylisation.bending import STEEPNESS, Bending, Bent, angle_about
from iss_backend.stylisation.distances import CELLS
from iss_backend.stylisation.runs import runs_of

SAG, DROOP = 0.2, 0.14  # of the height: by how much all sinks, and the rim below the middle
SAGGING_PART = 0.35  # the lower part of the height, which is pressed together
WAVE = 0.035  # how far walls wind
PUDDLE, RIM = 0.045, 0.09  # thickness, and width of the rounded rim
REACH, LESS_REACH = 0.16, 0.1  # of the puddle beyond the shape's foot, and how much less per width of that
FOOT = 0.45  # of the height: what is below this stands in the puddle
FILLET, WELD = 0.07, 0.02  # how softly the shape passes into its puddle, and runs into the shape
WALL = 0.485  # how far from the middle of the cube the puddle ends


@torch.no_grad()
def melting(bending: Bending) -> Bent:
    """Let a shape melt; its runs keep the colours of where they come from, the puddle takes those half-way up."""
    runs, puddle, distances = runs_of(bending), puddle_of(bending), bending.distances

    def body(places: Tensor) -> Tensor:
        return smooth_union(distances.at(places), runs.at(places), WELD)

    def extra(points: Tensor) -> Tensor:
        melt = smooth_union(body(sagged(points, bending)), puddle(points), FILLET * bending.amount + 1e-4)
        return -STEEPNESS * torch.maximum(melt, bending.foot[1] - 0.5 / CELLS - points[..., 1])

    def back(points: Tensor) -> Tensor:
        places = sagged(points, bending)
        ran = runs.at(places) < distances.at(places)
        sources = torch.where(ran[..., None], runs.sources_at(places), places)
        half_way = torch.cat([points[..., :1], _level(points, bending), points[..., 2:]], dim=-1)
        return torch.where((puddle(points) < body(places))[..., None], distances.nearest(half_way), sources)

    return Bent(back=back, extra=extra, replaces=True)


def _level(points: Tensor, bending: Bending) -> Tensor:
    return (bending.foot[1] + 0.5 * bending.height).expand(*points.shape[:-1], 1)


def sagged(points: Tensor, bending: Bending) -> Tensor:
    """Return where points [B, P, 3] of the sagging shape were on the straight one."""
    phases, amount, height = 2.0 * math.pi * bending.draws, bending.amount, bending.height
    x, y, z = (points - bending.foot).unbind(-1)
    t = (y / height).clamp(0.0, 1.0)
    x = x - WAVE * amount * t * torch.sin(9.0 * y + phases[0])
    z = z - WAVE * amount * t * torch.sin(8.0 * y + phases[1])
    half = bending.half.clamp(min=0.05)
    rim = ((x / half[0]).square() + (z / half[1]).square()).clamp(max=1.0)
    ripple = 0.6 + 0.4 * torch.sin(11.0 * x + phases[2]) * torch.sin(10.0 * z + phases[3])
    sunk = SAG * (t / SAGGING_PART).clamp(max=1.0) + DROOP * t * rim * ripple
    # Squared, for sinking costs a shape more of its silhouette than drips and puddle do, which say more.
    return torch.stack([x, y + amount**2 * height * sunk, z], dim=-1) + bending.foot


def smooth_union(first: Tensor, second: Tensor, width: float) -> Tensor:
    """Return the union of two distances, its crease filled over a width (polynomial smooth minimum)."""
    share = (0.5 + 0.5 * (second - first) / width).clamp(0.0, 1.0)
    return torch.lerp(second, first, share) - width * share * (1.0 - share)


def puddle_of(bending: Bending) -> Callable[[Tensor], Tensor]:
    """Return the distances of points [B, P, 3] from the puddle, negative inside."""
    footprint, phases, amount = _footprint(bending), 2.0 * math.pi * bending.draws[4:7], bending.amount
    stands = footprint[0, 0] < 0
    width = max(float(stands.any(dim=axis).float().mean()) for axis in (0, 1))
    reach = amount * (REACH - LESS_REACH * width)

    def distance(points: Tensor) -> Tensor:
        place, flat = points - bending.foot, points[..., [0, 2]]
        grid = (2.0 * flat.clamp(-0.5, 0.5)).view(1, -1, 1, 2)
        away = functional.grid_sample(footprint, grid, padding_mode="border", align_corners=False)
        angle = angle_about(place[..., 0], place[..., 2])
        lobes = sum(w * torch.sin(n * angle + p) for w, n, p in zip((0.22, 0.15, 0.07), (3, 5, 9), phases, strict=True))
        edge = away.view(points.shape[:-1]) - reach * (0.75 + lobes)
        edge = torch.maximum(edge, (flat**4).sum(dim=-1).clamp(min=1e-9) ** 0.25 - WALL)
        dome = (1.0 - (1.0 + edge / RIM).clamp(0.0, 1.0).square()).clamp(min=1e-6).sqrt()
        return torch.maximum(place[..., 1] - PUDDLE * amount**0.5 * dome, edge)

    return distance


def _footprint(bending: Bending) -> Tensor:
    """Return the distances from the convex hull of where a shape stands, seen from above: [1, 1, G, G] indexed z, x."""
    inside = (bending.distances.volume[0, 0] < 0.5 / CELLS).cpu().numpy()
    floor = int((float(bending.foot[1]) + 0.5) * CELLS)
    below = inside[:, : floor + max(4, int(FOOT * float(bending.height) * CELLS))].any(axis=1)
    corners = [np.add(np.argwhere(below), (z, x)) for z in (0, 1) for x in (0, 1)]  # of cells: the hull is never flat
    sides = ConvexHull(np.concatenate(corners)).equations
    away = (sides[:, :2] @ (np.indices(below.shape).reshape(2, -1) + 0.5) + sides[:, 2:]).max(axis=0)
    smooth = ndimage.gaussian_filter(away.reshape(below.shape), 3.0, mode="nearest") / CELLS
    return torch.from_numpy(smooth).float().to(bending.draws.device)[None, None]
