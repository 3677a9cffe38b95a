"""How high a field may rise within the cells of a grid, judged from its logits at the cells' centres."""

from __future__ import annotations

import torch
from torch import Tensor

# Between the centres a field may leave its trilinear interpolation by this share of the second differences around,
# summed over the axes. That is exact for a crease between two slopes, as a thin part makes one in a distance field, and
# four times what a smooth field needs (h^2 f'' / 8). Differences, because fields differ in steepness by orders of
# magnitude; second ones, because an even slope is interpolated without error, however steep.
MARGIN = 0.5


def highest_in_cells(logits: Tensor) -> Tensor:
    """Return a bound of the logits [2G, 2G, 2G] in each of the (2 G)^3 cells of the cube.

    Args:
        logits: D_o [G, G, G] at the centres of G^3 cells, G > 2; each is halved along every axis, within which a
            trilinear function has its extremes at the corners.
    """
    slack = MARGIN * _largest_around(_second_differences(logits))
    for axis in range(3):
        slack = slack.repeat_interleave(2, axis)
    return _largest_corner(_at_half_steps(logits)) + slack


def _at_half_steps(logits: Tensor) -> Tensor:
    """Return the interpolation [2G + 1, ..] at the centres and half-way between; at the cube's faces extrapolated."""
    for axis in range(3):
        values = logits.transpose(0, axis)
        between = (values[1:] + values[:-1]) / 2.0
        first, last = 1.5 * values[:1] - 0.5 * values[1:2], 1.5 * values[-1:] - 0.5 * values[-2:-1]
        steps = values.new_empty(2 * len(values) + 1, *values.shape[1:])
        steps[0::2], steps[1::2] = torch.cat([first, between, last]), values
        logits = steps.transpose(0, axis)
    return logits


def _second_differences(logits: Tensor) -> Tensor:
    """Return |f(x - h) - 2 f(x) + f(x + h)| [G, G, G], summed over the axes; at a face that of the next layer."""
    total = torch.zeros_like(logits)
    for axis in range(3):
        values = logits.transpose(0, axis)
        bend = (values[2:] - 2.0 * values[1:-1] + values[:-2]).abs()
        total = total + torch.cat([bend[:1], bend, bend[-1:]]).transpose(0, axis)
    return total


def _largest_around(values: Tensor) -> Tensor:
    """Return the largest value [G, G, G] of each cell and its 26 neighbours."""
    for axis in range(3):
        rows = values.transpose(0, axis)
        largest = rows.clone()
        torch.maximum(largest[1:], rows[:-1], out=largest[1:])
        torch.maximum(largest[:-1], rows[1:], out=largest[:-1])
        values = largest.transpose(0, axis)
    return values


def _largest_corner(corners: Tensor) -> Tensor:
    """Return the largest value [N, N, N] of the eight corners [N + 1, N + 1, N + 1] of each cell."""
    for axis in range(3):
        rows = corners.transpose(0, axis)
        corners = torch.maximum(rows[1:], rows[:-1]).transpose(0, axis)
    return corners
