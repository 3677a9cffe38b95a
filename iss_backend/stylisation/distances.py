"""How far any point is from a shape's surface: what deformations that grow, round off or add to a shape measure by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from iss_backend.svr.base import FieldState, SVRModel

CELLS = 64  # a side of the cube
CHUNK = 65536  # points asked at a time
DEPTH = 1.5  # cells below the surface
FINEST = 0.7  # blur in cells that hides the steps of the cells


@dataclass(frozen=True)
class Distances:
    """Signed distances from one shape, in units of the cube, negative inside.

    Attributes:
        volume: distances at the cells' centres, [1, 1, G, G, G] indexed z, y, x.
        low, high: corners [3] of the box around the shape.
    """

    volume: Tensor
    low: Tensor
    high: Tensor

    def at(self, points: Tensor) -> Tensor:
        """Return the distances [B, P] at points [B, P, 3]; beyond the cube, at least those from the cube."""
        return sample_volume(self.volume, points)[..., 0] + beyond_cube(points)

    @torch.no_grad()
    def outwards(self, points: Tensor) -> Tensor:
        """Return unit directions [B, P, 3] away from the surface at points [B, P, 3], from central differences."""
        steps = torch.eye(3).to(points) / CELLS
        ahead, behind = (torch.stack([self.at(points + s * step) for step in steps], -1) for s in (1.0, -1.0))
        return functional.normalize(ahead - behind, dim=-1)

    def nearest(self, points: Tensor) -> Tensor:
        """Return the points [B, P, 3], those outside moved to just below the surface: D_c is white further out."""
        far = self.at(points).clamp(min=0.0)
        deeper = DEPTH / CELLS * (far * CELLS).clamp(max=1.0)
        return points - (far + deeper)[..., None] * self.outwards(points)


@torch.no_grad()
def distances_of(base: SVRModel, field: FieldState, device: torch.device, softness: float = 0.0) -> Distances:
    """Measure the shape of one field.

    Args:
        base: the model.
        field: of one code.
        device: of the field.
        softness: how far corners are rounded off, in cells.
    """
    points = cell_centres(CELLS).to(device)
    logits = torch.cat([base.occupancy(field, part[None])[0] for part in points.split(CHUNK)])
    inside = (logits > 0).view(CELLS, CELLS, CELLS).cpu().numpy()
    if not inside.any():
        inside[:] = True  # nothing to keep away from
    far = ndimage.distance_transform_edt(~inside) - ndimage.distance_transform_edt(inside)
    signed = ndimage.gaussian_filter(far - 0.5 * np.sign(far), max(FINEST, softness), mode="nearest") / CELLS
    box = [(np.flatnonzero(inside.any(axis=axes)) + 0.5) / CELLS - 0.5 for axes in ((0, 1), (0, 2), (1, 2))]
    low, high = (torch.tensor([float(ticks[end]) for ticks in box], device=device) for end in (0, -1))
    return Distances(torch.from_numpy(signed).float().to(device)[None, None], low, high)


def cell_centres(size: int) -> Tensor:
    """Return the centres [size^3, 3] of the cells of the cube, x changing fastest."""
    ticks = (torch.arange(size) + 0.5) / size - 0.5
    return torch.cartesian_prod(ticks, ticks, ticks).flip(-1)


def sample_volume(volume: Tensor, points: Tensor, mode: str = "bilinear") -> Tensor:
    """Return the values [.., K] of a volume [1, K, G, G, G], indexed z, y, x over the cube, at points [.., 3]."""
    grid = (2.0 * points.clamp(-0.5, 0.5)).view(1, -1, 1, 1, 3)
    found = functional.grid_sample(volume, grid, mode=mode, padding_mode="border", align_corners=False)
    return found.view(volume.shape[1], -1).T.reshape(*points.shape[:-1], volume.shape[1])


def beyond_cube(points: Tensor) -> Tensor:
    """Return how far points [.., 3] are from the cube, [..]."""
    return (points - points.clamp(-0.5, 0.5)).norm(dim=-1)
