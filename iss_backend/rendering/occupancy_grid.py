"""A coarse grid that tells where a field may be occupied, so that rays skip empty space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.rendering.cameras import Cameras
from iss_backend.rendering.cell_bounds import highest_in_cells
from iss_backend.rendering.queries import occupancy_in_chunks
from iss_backend.svr.base import FieldState, SVRModel

# The logit that points in empty cells are given.
EMPTY_LOGIT = -10.0


@dataclass(frozen=True)
class OccupancyGrid:
    """`occupied`: bool [G, G, G] indexed x, y, z over the cube [-0.5, 0.5]^3."""

    occupied: Tensor

    @cached_property
    def _cells(self) -> Tensor:
        """Return the cells, flat, with a layer of empty ones around, into which all points outside go."""
        return functional.pad(self.occupied, (1,) * 6).flatten()

    def contains(self, points: Tensor) -> Tensor:
        """Tell which points [..., 3] lie in occupied cells; outside the cube nothing is occupied."""
        return self._occupied_at([points[..., axis] * len(self.occupied) for axis in range(3)])

    def contains_along(self, origins: Tensor, rays: Tensor, depths: Tensor) -> Tensor:
        """Tell which of K depths [R, K] along rays [R, 3] from origins [R, 3] lie in occupied cells."""
        starts, widths = (vectors[..., None] * len(self.occupied) for vectors in (origins, rays))
        return self._occupied_at([torch.addcmul(starts[:, axis], widths[:, axis], depths) for axis in range(3)])

    def _occupied_at(self, places: Sequence[Tensor]) -> Tensor:
        """Tell which places are occupied, whose x, y and z [...] are given in cells from the cube's centre."""
        side = len(self.occupied) + 2
        x, y, z = ((place + side / 2).int().clamp_(0, side - 1) for place in places)
        return self._cells.index_select(0, ((x * side + y) * side + z).flatten()).view(x.shape)

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
        cells = _outermost(_pairs(self.occupied)).nonzero()
        views, resolution = len(cameras), len(self.occupied) / 2
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

    def occupancy(self, svr: SVRModel, field: FieldState, origins: Tensor, rays: Tensor, depths: Tensor) -> Tensor:
        """Return the logits [R, K] of one field at K depths [R, K] along rays [R, 3] from origins [R, 3].

        That is D_o in occupied cells, EMPTY_LOGIT elsewhere.
        """
        ray, sample = self.contains_along(origins, rays, depths).nonzero(as_tuple=True)
        logits = torch.full_like(depths, EMPTY_LOGIT)
        points = origins[ray] + rays[ray] * depths[ray, sample][:, None]
        logits[ray, sample] = occupancy_in_chunks(svr, field, points)
        return logits


def _pairs(occupied: Tensor) -> Tensor:
    """Return which of the cells twice as wide [G / 2, ..] hold an occupied cell [G, G, G]."""
    occupied = functional.pad(occupied, (0, len(occupied) % 2) * 3)
    for axis in range(3):
        rows = occupied.transpose(0, axis)
        occupied = (rows[0::2] | rows[1::2]).transpose(0, axis)
    return occupied


def _outermost(occupied: Tensor) -> Tensor:
    """Return the occupied cells [G, G, G] with a face towards an empty one or the outside: rays enter there."""
    around = functional.pad(occupied, (1,) * 6)
    inner = slice(1, -1)
    enclosed = around[2:, inner, inner] & around[:-2, inner, inner]
    enclosed &= around[inner, 2:, inner] & around[inner, :-2, inner]
    enclosed &= around[inner, inner, 2:] & around[inner, inner, :-2]
    return occupied & ~enclosed


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
    """Return the grid of (2 G)^3 cells of a field, from its logits at the centres of G^3 cells [G, G, G]."""
    return OccupancyGrid(highest_in_cells(logits) > 0)


def build_occupancy_grid(svr: SVRModel, field: FieldState, resolution: int, device: torch.device) -> OccupancyGrid:
    """Return the grid of one field, judged from its logits at the centres of `resolution`^3 cells; of 0, a full one."""
    if not resolution:
        return OccupancyGrid(torch.ones(2, 2, 2, dtype=torch.bool, device=device))
    return grid_of_logits(cell_logits(svr, field, resolution, device))
