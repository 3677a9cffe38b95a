"""Whether a mesh is one that a person can use: closed, turned outwards, in one piece, no wall around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from iss_backend.meshing import ColouredMesh, weld
from iss_backend.meshing.mesh import face_normals, face_volumes

SPECK = 0.02  # of the largest piece, in volume and in area
WALL = 0.01  # nearer than this to a side of the cube is on it
WALL_COVERED = 0.5  # share of a side that only a background covers
BOX_SIDES = 3  # opposite or not: a real thing may stand on one side and lean on another


@dataclass(frozen=True)
class MeshHealth:
    """The state of one mesh.

    Attributes:
        watertight: every edge joins two faces that are wound alike.
        pieces: connected parts that are not specks.
        specks: connected parts below 2 % of the largest in volume and in area.
        boxed: at least three sides of the cube are covered by half and more: the background became solid.
        volume: signed, in cubes; negative where the faces are turned inwards.
    """

    watertight: bool
    pieces: int
    specks: int
    boxed: bool
    volume: float

    def is_sound(self, most_pieces: int = 1) -> bool:
        """Tell whether nothing is wrong, with at most `most_pieces` parts."""
        whole = 1 <= self.pieces <= most_pieces and not self.specks
        return self.watertight and whole and not self.boxed and self.volume > 0


def mesh_health(mesh: ColouredMesh) -> MeshHealth:
    """Examine a mesh; an empty one is neither watertight nor has it pieces."""
    if mesh.is_empty:
        return MeshHealth(False, 0, 0, False, 0.0)
    pieces, specks = _count_pieces(mesh)
    covered = wall_shares(mesh) >= WALL_COVERED
    return MeshHealth(mesh.is_watertight, pieces, specks, int(covered.sum()) >= BOX_SIDES, mesh.volume)


def wall_shares(mesh: ColouredMesh) -> np.ndarray:
    """Return how much of each side of the cube (-x, -y, -z, +x, +y, +z) faces that lie on it cover, [6] float64."""
    corners, normals = mesh.vertices.astype(np.float64)[mesh.faces], face_normals(mesh)
    shares = []
    for side in (-0.5, 0.5):
        on_it = (np.abs(corners - side) <= WALL).all(axis=1)  # [F, 3], by axis
        shares.append((np.abs(normals) * on_it).sum(axis=0) / 2.0)
    return np.concatenate(shares)


def _count_pieces(mesh: ColouredMesh) -> tuple[int, int]:
    """Return the numbers of pieces and of specks."""
    mesh = weld(mesh)
    if mesh.is_empty:
        return 0, 0
    tail, head = mesh.faces.ravel(), np.roll(mesh.faces, -1, axis=1).ravel()
    edges = coo_matrix((np.ones(len(tail)), (tail, head)), shape=(len(mesh.vertices),) * 2)
    part = connected_components(edges, directed=False)[1][mesh.faces[:, 0]]
    used, part = np.unique(part, return_inverse=True)
    volume = np.abs(np.bincount(part, face_volumes(mesh), len(used)))
    area = np.bincount(part, np.linalg.norm(face_normals(mesh), axis=1), len(used))
    small = np.maximum(volume / max(volume.max(), 1e-12), area / max(area.max(), 1e-12)) < SPECK
    return int((~small).sum()), int(small.sum())
