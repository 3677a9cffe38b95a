"""Volumes on a regular grid: which cells a mesh fills, and intersection over union."""

from __future__ import annotations

import numpy as np

from iss_backend.meshing import ColouredMesh

IOU_GRID = 128  # of the paper's mIoU
# Columns are moved off the grid by less than anything matters, so that none runs exactly along an edge of a mesh.
_OFF_EDGE = (1.234567e-7, 2.718281e-7)


def filled_cells(mesh: ColouredMesh, resolution: int = IOU_GRID) -> np.ndarray:
    """Return which cells of [-0.5, 0.5]^3 have their centre inside a closed mesh, bool [R, R, R], indexed x, y, z.

    Inside is where the winding number is not 0: parts of a mesh may overlap.
    """
    turns = np.zeros((resolution, resolution, resolution + 1), np.int32)
    x, y, height, sign = _crossings(mesh, resolution)
    # A cell is above a crossing if its centre is: the first such cell's index is the crossing's, rounded up.
    first_above = np.ceil((height + 0.5) * resolution - 0.5).clip(0, resolution).astype(np.int64)
    np.add.at(turns, (x, y, first_above), sign)
    return np.cumsum(turns, axis=2)[:, :, :resolution] != 0


def intersection_over_union(cells: np.ndarray, others: np.ndarray) -> float:
    """Return the shared share of two bool grids of one shape, 0..1; 1 where both are empty."""
    union = int((cells | others).sum())
    return float((cells & others).sum()) / union if union else 1.0


def mesh_iou(mesh: ColouredMesh, other: ColouredMesh, resolution: int = IOU_GRID) -> float:
    """Return the intersection over union of two closed meshes in the cube, 0..1."""
    return intersection_over_union(filled_cells(mesh, resolution), filled_cells(other, resolution))


def _crossings(mesh: ColouredMesh, resolution: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cross all faces with the columns of cells along z: columns x and y, heights, and +1 where z enters the mesh."""
    corners = mesh.vertices.astype(np.float64)[mesh.faces]  # [F, 3, 3]
    low, high = (_column_range(corners[..., :2], resolution, bound) for bound in (np.min, np.max))
    counts = (high - low).clip(min=0)  # columns along x and y that the box around a face may hold, [F, 2]
    total = counts.prod(axis=1)
    face = np.repeat(np.arange(len(corners)), total)
    within = np.arange(total.sum()) - np.repeat(np.cumsum(total) - total, total)
    x = low[face, 0] + within // counts[face, 1]
    y = low[face, 1] + within % counts[face, 1]
    place = (np.stack([x, y], axis=1) + 0.5) / resolution - 0.5 + _OFF_EDGE
    shares, area = _barycentric(place, corners[face][..., :2])
    hit = (shares >= 0).all(axis=1) & (area != 0)
    height = (shares * corners[face][..., 2]).sum(axis=1)
    # A face seen from +z counter-clockwise (positive area) looks upwards: along +z the mesh ends there.
    return x[hit], y[hit], height[hit], np.where(area[hit] > 0, -1, 1)


def _column_range(corners: np.ndarray, resolution: int, bound: np.ufunc) -> np.ndarray:
    """Return the first column [F, 2] at or past the lowest (or highest) corner of faces [F, 3, 2], within the cube."""
    return np.ceil((bound(corners, axis=1) - _OFF_EDGE + 0.5) * resolution - 0.5).clip(0, resolution).astype(np.int64)


def _barycentric(places: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return barycentric coordinates [N, 3] of places [N, 2] in triangles [N, 3, 2], and twice the signed areas [N]."""
    a, b, c = (corners[:, i] for i in range(3))
    area = _cross(b - a, c - a)
    parts = np.stack([_cross(c - b, places - b), _cross(a - c, places - c), _cross(b - a, places - a)], axis=1)
    return parts / np.where(area == 0, 1.0, area)[:, None], area


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
