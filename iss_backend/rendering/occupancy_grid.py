"""A coarse grid that tells where a field may be occupied, so that rays skip empty space."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.rendering.queries import occupancy_in_chunks
from iss_backend.svr.base import FieldState, SVRModel

# A cell is taken for empty where the highest logit of its centre and neighbours, plus this share of the range of
# logits among them, is still outside: a thin part that passes between the centres raises the field around it.
# Relative to the range, because fields differ in steepness by orders of magnitude.
MARGIN = 0.5
# The logit that points in empty cells are given.
EMPTY_LOGIT = -10.0


@dataclass(frozen=True)
class OccupancyGrid:
    """`occupied`: bool [G, G, G] indexed x, y, z over the cube [-0.5, 0.5]^3."""

    occupied: Tensor

    def contains(self, points: Tensor) -> Tensor:
        """Tell which points [..., 3] lie in occupied cells; outside the cube nothing is occupied."""
        resolution = self.occupied.shape[0]
        cell = ((points + 0.5) * resolution).floor().long()
        inside = ((cell >= 0) & (cell < resolution)).all(dim=-1)
        x, y, z = cell.clamp(0, resolution - 1).unbind(dim=-1)
        return self.occupied.view(-1)[(x * resolution + y) * resolution + z] & inside

    def bounds(self) -> Tensor:
        """Return the lower and upper corner [2, 3] of the box around the occupied cells; both 0 if there is none."""
        cells = self.occupied.nonzero()
        if len(cells) == 0:
            return torch.zeros(2, 3, device=cells.device)
        return torch.stack([cells.amin(dim=0), cells.amax(dim=0) + 1]) / self.occupied.shape[0] - 0.5

    def occupancy(self, svr: SVRModel, field: FieldState, points: Tensor) -> Tensor:
        """Return the logits [...] of one field at points [..., 3]: D_o in occupied cells, EMPTY_LOGIT elsewhere."""
        logits = torch.full_like(points[..., 0], EMPTY_LOGIT)
        wanted = self.contains(points)
        logits[wanted] = occupancy_in_chunks(svr, field, points[wanted])
        return logits


def build_occupancy_grid(svr: SVRModel, field: FieldState, resolution: int, device: torch.device) -> OccupancyGrid:
    """Evaluate D_o of one field at the cell centres and mark cells that are, or touch, possibly occupied ones."""
    ticks = (torch.arange(resolution, device=device) + 0.5) / resolution - 0.5
    centres = torch.stack(torch.meshgrid(ticks, ticks, ticks, indexing="ij"), dim=-1).view(-1, 3)
    logits = occupancy_in_chunks(svr, field, centres).view(1, 1, *(resolution,) * 3)
    highest = functional.max_pool3d(logits, kernel_size=3, stride=1, padding=1)
    lowest = -functional.max_pool3d(-logits, kernel_size=3, stride=1, padding=1)
    return OccupancyGrid((highest + MARGIN * (highest - lowest))[0, 0] > 0)
