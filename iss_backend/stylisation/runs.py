"""Runs of melt: from a shape's edges down along its surface and, from where it overhangs, down through the air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.stylisation.bending import Bending, spread_over
from iss_backend.stylisation.distances import CELLS, beyond_cube, cell_centres, sample_volume

GRID = 96  # cells a side of the cube in which runs are kept: 1.5 to a radius
STEP, LONGEST = 0.012, 0.34
APART, MOST = 0.1, 60
UPPER_EDGES, LOWER_EDGES = (0.25, 0.8), (-0.75, -0.2)  # y of the normals where runs begin
LEAST_HEIGHT = 0.15  # of the shape's, where the lowest begin
RADIUS, DROP, DROP_LENGTH = 0.015, 0.025, 0.035  # of a run, of the drop at its end, and how long that is
TOUCHING, UNDERSIDE = 1.5 / CELLS, -0.85  # a run leaves the surface when further away, or where the normal points down
FAR = 7  # cells around a run in which it is measured
AWAY = 1.0  # distance told further away


@dataclass(frozen=True)
class Runs:
    """Runs beside a straight shape.

    Attributes:
        volume: distances from the nearest run, [1, 1, G, G, G] indexed z, y, x.
        sources: where the melt of the nearest run comes from, [1, 3, G, G, G].
    """

    volume: Tensor
    sources: Tensor

    def at(self, points: Tensor) -> Tensor:
        """Return the distances [B, P] at points [B, P, 3]."""
        return sample_volume(self.volume, points)[..., 0] + beyond_cube(points)

    def sources_at(self, points: Tensor) -> Tensor:
        """Return where the melt at points [B, P, 3] comes from, a point of the surface each."""
        return sample_volume(self.sources, points, mode="nearest")


@torch.no_grad()
def runs_of(bending: Bending) -> Runs:
    """Let melt run down a shape, the further the larger `amount` is."""
    device = bending.draws.device
    starts = _starts(bending)
    generator = torch.Generator().manual_seed(int(float(bending.draws[7]) * 2**20))
    draws = torch.rand(2, len(starts), generator=generator).to(device)
    lengths = LONGEST * bending.amount**0.5 * (0.25 + 0.75 * draws[0])
    ways, alive = _ways(starts, lengths, bending)
    radii = (0.75 + 0.5 * draws[1])[:, None] * _radii(alive)
    return _measured(ways, alive & (alive.sum(dim=1, keepdim=True) > 3), radii)


def _starts(bending: Bending) -> Tensor:
    """Return where runs begin [S, 3], spread evenly over the edges from which it drips."""
    cells = cell_centres(CELLS).to(bending.draws.device)
    near = cells[bending.distances.volume.flatten().abs() < 0.6 / CELLS]
    slope = bending.distances.outwards(near[None])[0][:, 1]
    edges = torch.stack([(slope > low) & (slope < high) for low, high in (UPPER_EDGES, LOWER_EDGES)]).any(dim=0)
    high = near[:, 1] - bending.foot[1] > LEAST_HEIGHT * bending.height
    return spread_over(near[edges & high], APART, MOST, float(bending.draws[6]))


def _ways(starts: Tensor, lengths: Tensor, bending: Bending) -> tuple[Tensor, Tensor]:
    """Follow runs downwards; return their points [S, N, 3] and which of them belong to the run, bool [S, N]."""
    down = starts.new_tensor([0.0, -1.0, 0.0])
    places, ways, alive = starts, [starts], [torch.ones(len(starts), dtype=torch.bool, device=starts.device)]
    for step in range(1, int(LONGEST / STEP) + 1):
        normals, away = bending.distances.outwards(places[None])[0], bending.distances.at(places[None])[0][:, None]
        touches = (away < TOUCHING) & (normals[:, 1:2] > UNDERSIDE)
        slide = functional.normalize(down - (normals @ down)[:, None] * normals, dim=-1)
        places = torch.where(touches, places + STEP * slide - 0.7 * away * normals, places + STEP * down)
        ways.append(places)
        alive.append(alive[-1] & (step * STEP < lengths) & (places[:, 1] > bending.foot[1]))
    return torch.stack(ways, dim=1), torch.stack(alive, dim=1)


def _radii(alive: Tensor) -> Tensor:
    """Return the radii [S, N] of runs of usual strength: pointed, then thinner on the way, and a drop at the end."""
    place = torch.arange(alive.shape[1], device=alive.device).float()
    count = alive.sum(dim=1, keepdim=True).float()
    drop = (1.0 - (count - 1.0 - place) * STEP / DROP_LENGTH).clamp(0.0, 1.0)
    thin = RADIUS * (1.1 - 0.35 * place / count) * ((place + 1.0) / 3.0).clamp(max=1.0)
    return torch.lerp(thin, torch.full_like(thin, DROP), drop)


def _measured(ways: Tensor, alive: Tensor, radii: Tensor) -> Runs:
    """Return the distances around runs, and where the melt of each cell comes from: the start of the nearest run."""
    far, owner = np.full((GRID, GRID, GRID), AWAY, np.float32), np.zeros((GRID, GRID, GRID), np.int64)
    numbers, steps = alive.nonzero(as_tuple=True)
    for number, point, radius in zip(
        numbers.tolist(), ways[numbers, steps].cpu().numpy(), radii[numbers, steps].tolist(), strict=True
    ):
        middle = (point + 0.5) * GRID - 0.5
        low = np.clip(np.round(middle).astype(int) - FAR, 0, GRID)
        high = np.clip(np.round(middle).astype(int) + FAR + 1, 0, GRID)
        x, y, z = (np.arange(a, b) - m for a, b, m in zip(low, high, middle, strict=True))
        away = np.sqrt(x**2 + y[:, None] ** 2 + z[:, None, None] ** 2) / GRID - radius
        box = np.s_[low[2] : high[2], low[1] : high[1], low[0] : high[0]]
        owner[box] = np.where(away < far[box], number, owner[box])
        far[box] = np.minimum(far[box], away)
    starts = ways[:, 0] if len(ways) else ways.new_zeros(1, 3)
    sources = starts[torch.from_numpy(owner).to(starts.device)].permute(3, 0, 1, 2)
    return Runs(torch.from_numpy(far).to(starts.device)[None, None], sources[None].contiguous())
