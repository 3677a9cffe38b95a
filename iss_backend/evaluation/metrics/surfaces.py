"""Distances between surfaces by points sampled on them: Chamfer-L1 and F-score."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from iss_backend.errors import BadInputError
from iss_backend.meshing import ColouredMesh
from iss_backend.meshing.mesh import face_normals


def sample_surface(mesh: ColouredMesh, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw points [count, 3] float32, uniform over the area of a mesh.

    Raises:
        BadInputError: the mesh has no area.
    """
    area = np.linalg.norm(face_normals(mesh), axis=1) / 2.0
    if not area.sum() > 0:
        raise BadInputError(f"A mesh of {len(mesh.faces)} faces without area has no surface to draw points from.")
    chosen = mesh.faces[rng.choice(len(area), count, p=area / area.sum())]
    first, second = rng.random((2, count, 1))
    root = np.sqrt(first)  # makes the draw uniform over a triangle
    a, b, c = (mesh.vertices[chosen[:, corner]] for corner in range(3))
    return ((1.0 - root) * a + root * (1.0 - second) * b + root * second * c).astype(np.float32)


def nearest_distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the distance [N] from each of the points [N, 3] to the nearest of the others [M, 3]."""
    return cKDTree(others).query(points)[0]


def chamfer_l1(points: np.ndarray, others: np.ndarray) -> float:
    """Return the mean of accuracy and completeness (as in DVR), in the unit of the points [N, 3] and [M, 3]."""
    return float(nearest_distances(points, others).mean() + nearest_distances(others, points).mean()) / 2.0


def f_score(points: np.ndarray, others: np.ndarray, threshold: float = 0.01) -> float:
    """Return the harmonic mean, 0..1, of the shares of either set that lie within `threshold` of the other."""
    precision = float((nearest_distances(points, others) <= threshold).mean())
    recall = float((nearest_distances(others, points) <= threshold).mean())
    return 2.0 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
