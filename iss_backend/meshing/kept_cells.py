"""Which cells of a field its mesh keeps, for pictures that show no more than the mesh has."""

from __future__ import annotations

import torch
from scipy import ndimage

from iss_backend.meshing.one_piece import in_one_piece
from iss_backend.rendering.occupancy_grid import OccupancyGrid, cell_logits, grid_of_logits
from iss_backend.svr.base import FieldState, SVRModel

MARGIN = 2  # cells around those that are kept: a surface may lie there that no centre of a cell tells of


def grid_in_one_piece(svr: SVRModel, field: FieldState, resolution: int, device: torch.device) -> OccupancyGrid:
    """Return the grid of (2 R)^3 cells of one field, without pieces that lie apart.

    Args:
        svr, field: `svr.prepare(codes)` of ONE code [1, C].
        resolution: R^3 cells at whose centres the field is looked at.
        device: where the grid shall be.
    """
    logits = cell_logits(svr, field, resolution, device)
    kept = ndimage.binary_dilation(in_one_piece(logits.cpu().numpy()) > 0, iterations=MARGIN)
    wide = torch.from_numpy(kept).to(device)
    for axis in range(3):
        wide = wide.repeat_interleave(2, dim=axis)
    return OccupancyGrid(grid_of_logits(logits).occupied & wide)
