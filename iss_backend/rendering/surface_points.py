"""Coloured points of a field's surface, from the grid that tells rays where to go."""

from __future__ import annotations

import torch
from torch import Tensor

from iss_backend.rendering.queries import query_points
from iss_backend.svr.base import FieldState, SVRModel


def surface_crossings(logits: Tensor) -> Tensor:
    """Return the points [N, 3] at which a surface crosses the lines between neighbouring cell centres.

    These are the vertices of marching cubes: where logits [G, G, G] at the centres, taken to run evenly between two of
    them, are zero. N is 0 where nothing or everything is inside.
    """
    size = len(logits)
    found = []
    for axis in range(3):
        low, high = logits.narrow(axis, 0, size - 1), logits.narrow(axis, 1, size - 1)
        cells = ((low > 0.0) != (high > 0.0)).nonzero()
        before, after = (values[tuple(cells.T)] for values in (low, high))
        points = cells.to(logits.dtype)
        points[:, axis] += before / (before - after)
        found.append((points + 0.5) / size - 0.5)
    return torch.cat(found)


@torch.no_grad()
def coloured_surface_points(svr: SVRModel, field: FieldState, logits: Tensor, count: int) -> Tensor | None:
    """Return `count` points [count, 6] of one field's surface: positions in the cube, and D_c there in 0..1.

    Args:
        svr: whose D it is.
        field: the field, a batch of one.
        logits: of its cell centres, [G, G, G] indexed x, y, z.
        count: points; of more crossings an even share is taken, of fewer some are taken again.

    Returns:
        None where there is no surface.
    """
    crossings = surface_crossings(logits)
    if not len(crossings):
        return None
    chosen = torch.linspace(0, len(crossings) - 1, count, device=crossings.device).round().long()
    points = crossings[chosen]
    return torch.cat([points, query_points(svr, field, points)[1]], dim=-1)
