"""Inside and outside of a shape from its depth pictures.

Many meshes are not watertight, so ray parity cannot tell inside from outside. What every view can tell: a point
in front of the seen surface is outside. What no view sees through is inside (depth-map space carving).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from iss_backend.data.multi_view import MultiViewShape
from iss_backend.pixels import pixel_centres

GRID = 64
# Seen surface is drawn into the grid this deep (in cells), so that parts thinner than a cell survive.
SURFACE_INSET = 0.4


def cell_centres(resolution: int = GRID) -> Tensor:
    """Return the centres of the cube's cells, [resolution^3, 3], x slowest and z fastest."""
    ticks = (torch.arange(resolution) + 0.5) / resolution - 0.5
    return torch.stack(torch.meshgrid(ticks, ticks, ticks, indexing="ij"), dim=-1).reshape(-1, 3)


def carve(shape: MultiViewShape, points: np.ndarray, normals: np.ndarray, resolution: int = GRID) -> np.ndarray:
    """Return the occupied cells, bool [resolution^3], of a shape with depth pictures.

    Args:
        shape: V views with depths (or masks alone: then the visual hull is carved).
        points: seen surface points [N, 3] in the cube.
        normals: their outward unit normals [N, 3].
        resolution: cells per side.
    """
    occupied = np.zeros(resolution**3, bool)
    occupied[_alive_cells(shape, resolution).numpy()] = True
    inset = points - normals * (SURFACE_INSET / resolution)
    cells = np.clip(((inset + 0.5) * resolution).astype(int), 0, resolution - 1)
    occupied[np.ravel_multi_index(cells.T, (resolution,) * 3)] = True
    return occupied


def _alive_cells(shape: MultiViewShape, resolution: int) -> Tensor:
    """Return the indices of the cells that no view sees through."""
    centres = cell_centres(resolution)
    alive = torch.arange(len(centres))
    for view in range(len(shape.masks)):
        depth = _depth_or_mask(shape, view)
        world = torch.from_numpy(shape.world_mats[view])
        camera = centres[alive] @ world[:3, :3].T + world[:3, 3]
        size = depth.shape[0]
        pixel = ((camera[:, :2] / camera[:, 2:] * shape.focal + 1.0) / 2.0 * size).floor().long()
        in_frame = ((pixel >= 0) & (pixel < size)).all(dim=1)
        column, row = pixel.clamp(0, size - 1).unbind(dim=1)
        seen_through = in_frame & (camera[:, 2] < depth[row, column] - 0.25 / resolution)
        alive = alive[~seen_through]
    return alive


def _depth_or_mask(shape: MultiViewShape, view: int) -> Tensor:
    if shape.depths is not None:
        return torch.from_numpy(shape.depths[view])
    return torch.where(torch.from_numpy(shape.masks[view]), -torch.inf, torch.inf)


def seen_surface(shape: MultiViewShape) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Back-project all depth pixels to surface points.

    Returns:
        points [N, 3] float32 in the cube, outward normals [N, 3], and albedo [N, 3] uint8.
    """
    views, rows, columns = np.nonzero(np.isfinite(shape.depths) & shape.masks)
    size = shape.masks.shape[1]
    pixel = pixel_centres(np.stack([columns, rows], axis=1), size)
    depth = shape.depths[views, rows, columns][:, None]
    camera = np.concatenate([pixel / shape.focal * depth, depth], axis=1)
    rotation, translation = shape.world_mats[views, :3, :3], shape.world_mats[views, :3, 3]
    points = np.einsum("nji,nj->ni", rotation, camera - translation)
    normals = shape.normals[views, rows, columns]
    return points.astype(np.float32), normals, shape.albedo[views, rows, columns]
