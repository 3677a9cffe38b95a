"""A coarse grid that tells where a field may be occupied, so that rays skip empty space."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.rendering.cameras import Cameras
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
        side = self.occupied.shape[0] + 2  # with a layer of empty cells around, into which all points outside go
        cell = (points * (side - 2) + side / 2).long().clamp(0, side - 1)
        flat = (cell[..., 0] * side + cell[..., 1]) * side + cell[..., 2]
        return functional.pad(self.occupied, (1,) * 6).view(-1)[flat]

    def bounds(self) -> Tensor:
        """Return the lower and upper corner [2, 3] of the box around the occupied cells; both 0 if there is none."""
        cells = self.occupied.nonzero()
        if len(cells) == 0:
            return torch.zeros(2, 3, device=cells.device)
        return torch.stack([cells.amin(dim=0), cells.amax(dim=0) + 1]) / self.occupied.shape[0] - 0.5

    def reach(self, cameras: Cameras, size: int) -> tuple[Tensor, Tensor] | None:
        """Return between which depths [V * size * size] the rays of pixels can meet occupied cells; near > far: never.

        A bound from the balls around the cells, which are projected into the pictures: it may be wide, never narrow.
        None where a camera is too near to an occupied cell for that.
        """
        cells = self.occupied.nonzero()
        views, resolution = len(cameras), self.occupied.shape[0]
        centres = (cells.to(cameras.world_mats.dtype) + 0.5) / resolution - 0.5
        mats = cameras.world_mats
        x, y, z = (torch.einsum("vij,nj->vni", mats[:, :3, :3], centres) + mats[:, None, :3, 3]).unbind(dim=-1)
        radius = 3.0**0.5 / 2.0 / resolution
        if len(cells) and float(z.amin()) < 4.0 * radius:
            return None
        slant = torch.maximum((x / z).abs(), (y / z).abs())
        pixels = cameras.focal * radius * (1.0 + slant) / (z - radius) * size / 2.0
        pad = int(pixels.amax() + 0.5) + 1 if len(cells) else 0
        wide = size + 2 * pad
        column, row = (((cameras.focal * part / z + 1.0) * size / 2.0).floor().long() + pad for part in (x, y))
        shown = (column >= 0) & (column < wide) & (row >= 0) & (row < wide)
        view = torch.arange(views, device=z.device)[:, None].expand_as(z)
        flat = ((view * wide + row) * wide + column)[shown]
        nowhere = torch.full((views * wide * wide,), -torch.inf, device=z.device, dtype=z.dtype)
        far = nowhere.scatter_reduce(0, flat, (z + radius)[shown], "amax")
        near = nowhere.scatter_reduce(0, flat, (radius - z)[shown], "amax")
        return -_spread(near.view(views, wide, wide), pad), _spread(far.view(views, wide, wide), pad)

    def occupancy(self, svr: SVRModel, field: FieldState, points: Tensor) -> Tensor:
        """Return the logits [...] of one field at points [..., 3]: D_o in occupied cells, EMPTY_LOGIT elsewhere."""
        flat = points.reshape(-1, 3)
        wanted = self.contains(flat).nonzero().squeeze(-1)
        logits = torch.full_like(flat[:, 0], EMPTY_LOGIT)
        logits[wanted] = occupancy_in_chunks(svr, field, flat.index_select(0, wanted))
        return logits.view(points.shape[:-1])


def _spread(values: Tensor, pad: int) -> Tensor:
    """Return the largest value [V * S * S] within `pad` pixels, of pictures with a border [V, S + 2 pad, ..]."""
    across = functional.max_pool2d(values[:, None], (1, 2 * pad + 1), stride=1)
    return functional.max_pool2d(across, (2 * pad + 1, 1), stride=1).flatten()


def cell_logits(svr: SVRModel, field: FieldState, resolution: int, device: torch.device) -> Tensor:
    """Evaluate D_o of one field at the cell centres; logits [G, G, G], indexed x, y, z."""
    ticks = (torch.arange(resolution, device=device) + 0.5) / resolution - 0.5
    centres = torch.stack(torch.meshgrid(ticks, ticks, ticks, indexing="ij"), dim=-1).view(-1, 3)
    return occupancy_in_chunks(svr, field, centres).view((resolution,) * 3)


def grid_of_logits(logits: Tensor) -> OccupancyGrid:
    """Mark the cells that are, or touch, possibly occupied ones, from the logits at their centres [G, G, G]."""
    highest = functional.max_pool3d(logits[None, None], kernel_size=3, stride=1, padding=1)
    lowest = -functional.max_pool3d(-logits[None, None], kernel_size=3, stride=1, padding=1)
    return OccupancyGrid((highest + MARGIN * (highest - lowest))[0, 0] > 0)


def build_occupancy_grid(svr: SVRModel, field: FieldState, resolution: int, device: torch.device) -> OccupancyGrid:
    """Return the grid of one field."""
    return grid_of_logits(cell_logits(svr, field, resolution, device))
