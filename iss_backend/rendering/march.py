"""Marching rays through the occupied cells of a grid, up to where each first crosses from outside to inside."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from iss_backend.rendering.occupancy_grid import EMPTY_LOGIT, OccupancyGrid
from iss_backend.rendering.queries import occupancy_in_chunks
from iss_backend.rendering.ray_samples import Reach, Spans, intersect_box
from iss_backend.svr.base import FieldState, SVRModel

# Samples of a ray that are asked together; rays that have hit by then are not followed any further.
STRIDE = 3
# Rays that are marched together: bounds the memory, and keeps what is known of their samples in a processor's cache.
BLOCK = 1 << 14
BLOCK_GPU = 1 << 18


@dataclass(frozen=True)
class Brackets:
    """Rays `index` [H], ascending, with a sample outside at `low` [H] and the next, inside, at `high`; their logits."""

    index: Tensor
    low: Tensor
    low_logit: Tensor
    high: Tensor
    high_logit: Tensor


@dataclass(frozen=True)
class _Samples:
    """M samples in occupied cells: `ray` [M], ascending, and for each ray front to back `number` [M], `depth` [M]."""

    ray: Tensor
    number: Tensor
    depth: Tensor


def march(
    svr: SVRModel,
    field: FieldState,
    grid: OccupancyGrid,
    origins: Tensor,
    rays: Tensor,
    steps: int,
    reach: Reach | None,
) -> Brackets:
    """Bracket the first crossing of each ray [R, 3] from origins [R, 3] that has one; see `surface.first_hits`.

    Samples in empty cells, the faces of the box around the occupied ones, and all beyond it count as outside.
    """
    low, high = grid.bounds().to(rays)
    enter, leave = intersect_box(origins, rays, low, high)
    spans = Spans(enter, leave, max(1, math.ceil(steps * float((high - low).norm()) / math.sqrt(3.0))))
    number, last = spans.numbers_within(reach)
    alive = torch.nonzero((leave > enter) & (number <= last)).squeeze(-1)
    alive = alive[~_starts_inside(svr, field, grid, origins[alive], rays[alive], enter[alive])]
    found = []
    for some in alive.split(BLOCK if rays.device.type == "cpu" else BLOCK_GPU):
        samples = _samples_in_cells(grid, origins, rays, spans, some, number[some], last[some])
        found.append(_first_crossings(svr, field, origins, rays, spans, samples))
    return Brackets(*(torch.cat([getattr(one, part.name) for one in found]) for part in fields(Brackets)))


def _starts_inside(
    svr: SVRModel, field: FieldState, grid: OccupancyGrid, origins: Tensor, rays: Tensor, enter: Tensor
) -> Tensor:
    """Tell which rays [R, 3] from origins [R, 3] start inside the shape; those that `enter` [R] later do not."""
    inside = torch.zeros_like(enter, dtype=torch.bool)
    within = (enter == 0).nonzero().squeeze(-1)
    logits = grid.occupancy(svr, field, origins[within], rays[within], enter[within, None])
    return inside.index_put((within,), logits[:, 0] > 0)


def _samples_in_cells(
    grid: OccupancyGrid, origins: Tensor, rays: Tensor, spans: Spans, some: Tensor, number: Tensor, last: Tensor
) -> _Samples:
    """Return the samples from `number` [N] to `last` [N] of rays `some` [N] that lie in occupied cells."""
    ahead = torch.arange(int((last - number).amax()) + 1 if len(some) else 1, device=some.device)
    depths = spans.depths(some, number, len(ahead))
    met = grid.contains_along(origins[some], rays[some], depths) & (ahead <= (last - number)[:, None])
    row, column = met.nonzero(as_tuple=True)
    return _Samples(some[row], number[row] + column, depths[row, column])


def _first_crossings(
    svr: SVRModel, field: FieldState, origins: Tensor, rays: Tensor, spans: Spans, samples: _Samples
) -> Brackets:
    """Ask the samples, a stride of each ray at a time, until each ray is inside or has no more."""
    count = len(samples.ray)
    logits = torch.full_like(samples.depth, EMPTY_LOGIT)
    _, lengths = torch.unique_consecutive(samples.ray, return_counts=True)
    end = lengths.cumsum(0)
    at, found = end - lengths, []
    while len(at):
        stride = at[:, None] + torch.arange(STRIDE, device=at.device)
        there = stride < end[:, None]
        asked = stride[there]
        ray = samples.ray[asked]
        logits[asked] = occupancy_in_chunks(svr, field, origins[ray] + rays[ray] * samples.depth[asked, None])
        inside = there & (logits[stride.clamp(max=count - 1)] > 0)
        hit = inside.any(dim=1)
        found.append(at[hit] + inside[hit].int().argmax(dim=1))
        on = ~hit & (at + STRIDE < end)
        at, end = at[on] + STRIDE, end[on]
    return _brackets(spans, samples, logits, torch.cat([*found, at]).sort().values)


def _brackets(spans: Spans, samples: _Samples, logits: Tensor, high: Tensor) -> Brackets:
    """Return the brackets that end at the samples of positions `high` [H]."""
    ray, number = samples.ray[high], samples.number[high]
    before = (high - 1).clamp(min=0)
    asked = (samples.ray[before] == ray) & (samples.number[before] == number - 1)
    low_logit = torch.where(asked, logits[before], EMPTY_LOGIT)
    return Brackets(ray, spans.before(ray, number), low_logit, samples.depth[high], logits[high])
