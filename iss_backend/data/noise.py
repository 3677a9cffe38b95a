"""Cheap vectorised noise in space, from which the solid textures are made."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

LATTICE = 32  # cells after which the noise repeats
_NEIGHBOURS = torch.cartesian_prod(*[torch.arange(-1, 2)] * 3)


@cache
def _wrapped_table() -> Tensor:
    """Return random numbers in 0..1 on the lattice, its first layers repeated behind the last ones."""
    table = torch.rand(1, 1, LATTICE, LATTICE, LATTICE, generator=torch.Generator().manual_seed(1))
    return functional.pad(table, (0, 1, 0, 1, 0, 1), mode="circular")


@cache
def _cell_table() -> Tensor:
    """Return each cell's seed in 0.1..0.9 of the cell, and its number in 0..1, [LATTICE^3, 4]."""
    table = torch.rand(LATTICE**3, 4, generator=torch.Generator().manual_seed(4))
    return table * torch.tensor([0.8, 0.8, 0.8, 1.0]) + torch.tensor([0.1, 0.1, 0.1, 0.0])


def value_noise(points: Tensor) -> Tensor:
    """Return smooth noise in 0..1, [P], at points [P, 3]; its features are about one unit wide."""
    cell = points.floor()
    share = points - cell
    smooth = cell.remainder(LATTICE) + share * share * (3.0 - 2.0 * share)
    grid = (smooth * (2.0 / LATTICE) - 1.0)[None, None, None]
    return functional.grid_sample(_wrapped_table(), grid, align_corners=True).flatten()


def fractal_noise(points: Tensor, octaves: int = 3) -> Tensor:
    """Return noise in 0..1, [P], at points [P, 3] with finer and fainter octaves on top."""
    total, weight = torch.zeros(len(points)), 0.0
    for octave in range(octaves):
        total += value_noise(points * 2.0**octave + 7.3 * octave) * 0.5**octave
        weight += 0.5**octave
    return total / weight


def cells(points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return cellular noise at points [P, 3], with about one cell in a unit of volume.

    Returns:
        The distances to the nearest and to the second nearest seed, [P] each, and a number in 0..1 of the nearest
        one's cell, [P].

    """
    cell = points.floor()
    around = cell[:, None] + _NEIGHBOURS
    x, y, z = around.long().remainder(LATTICE).unbind(-1)
    drawn = _cell_table()[(x * LATTICE + y) * LATTICE + z]
    distances = (around + drawn[..., :3] - points[:, None]).square().sum(dim=-1)
    nearest, which = distances.min(dim=1)
    second = distances.scatter(1, which[:, None], torch.inf).amin(dim=1)
    return nearest.sqrt(), second.sqrt(), drawn[..., 3].gather(1, which[:, None])[:, 0]
