"""Removes what nobody wants of a mesh (specks, inner cavities, stair steps) and keeps it watertight."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.sparse.csgraph import connected_components

from iss_backend.meshing.mesh import ColouredMesh, face_normals, face_volumes

SHRINK, INFLATE = 0.5, -0.53  # Taubin's lambda and mu: a pass band of about 0.1


def remove_specks(mesh: ColouredMesh, smallest_part: float = 0.02) -> ColouredMesh:
    """Return the welded mesh without its inner cavities and without parts that are too small to be meant.

    A part (connected component) goes if both its volume and its area are below `smallest_part` of the largest
    part's: a thin leg has little volume but area, and stays.
    """
    mesh = weld(mesh)
    if mesh.is_empty:
        return mesh
    part_of_vertex = connected_components(_neighbours(mesh), directed=False)[1]
    part = part_of_vertex[mesh.faces[:, 0]]
    volume = np.bincount(part, face_volumes(mesh))
    area = np.bincount(part, np.linalg.norm(face_normals(mesh), axis=1))
    solid = volume > 0
    if not solid.any():  # an open or inside-out mesh, which is not ours to judge
        return mesh
    large = np.maximum(volume / volume[solid].max(), area / area[solid].max()) >= smallest_part
    return _with_faces(mesh, mesh.faces[(solid & large)[part]])


def weld(mesh: ColouredMesh) -> ColouredMesh:
    """Merge vertices at the same place; drop faces that collapse by that, and unused vertices.

    Where that would open a watertight mesh (parts that touch would share an edge), it stays as it is.
    """
    faces = _first_equal_row(mesh.vertices)[mesh.faces]
    a, b, c = faces.T
    faces = _without_folds(faces[(a != b) & (b != c) & (c != a)])
    welded = _with_faces(mesh, faces)
    return mesh if mesh.is_watertight and not welded.is_watertight else welded


def taubin_smooth(mesh: ColouredMesh, iterations: int = 4) -> ColouredMesh:
    """Smooth the stair steps of a coarse grid without the shrinking of plain averaging (Taubin 1995).

    Only vertices move: faces, topology and colours stay.
    """
    if mesh.is_empty:
        return mesh
    adjacency = _neighbours(mesh)
    degree = np.asarray(adjacency.sum(axis=1)).ravel()
    average = diags(1.0 / np.maximum(degree, 1.0)) @ adjacency
    alone = (degree == 0)[:, None]
    places = mesh.vertices.astype(np.float64)
    for _ in range(iterations):
        for weight in (SHRINK, INFLATE):
            places += weight * np.where(alone, 0.0, average @ places - places)
    return ColouredMesh(places.astype(np.float32), mesh.faces, mesh.colours)


def _neighbours(mesh: ColouredMesh) -> csr_matrix:
    """Return the symmetric adjacency [V, V] of vertices, 1 where an edge is."""
    tail, head = mesh.faces.ravel(), np.roll(mesh.faces, -1, axis=1).ravel()
    rows, columns = np.concatenate([tail, head]), np.concatenate([head, tail])
    edges = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(mesh.vertices),) * 2).tocsr()
    edges.data[:] = 1.0
    return edges


def _first_equal_row(rows: np.ndarray) -> np.ndarray:
    """Return for each row of [N, K] the index [N] int32 of the first row equal to it."""
    order = np.lexsort(rows.T)  # stable, and far faster than np.unique over rows
    in_order = rows[order]
    starts = np.ones(len(rows), bool)
    starts[1:] = (in_order[1:] != in_order[:-1]).any(axis=1)
    first = np.empty(len(rows), np.int32)
    first[order] = order[starts][np.cumsum(starts) - 1]
    return first


def _without_folds(faces: np.ndarray) -> np.ndarray:
    """Return the faces without pairs that lie back to back on the same three corners."""
    group = _first_equal_row(np.sort(faces, axis=1))
    rolled = np.argmin(faces, axis=1)[:, None] + np.arange(3)
    turned = np.take_along_axis(faces, rolled % 3, axis=1)
    sign = np.where(turned[:, 1] < turned[:, 2], 1, -1)
    return faces[np.bincount(group, sign, len(faces))[group] != 0]


def _with_faces(mesh: ColouredMesh, faces: np.ndarray) -> ColouredMesh:
    """Return the mesh with these faces (indices into its vertices) and without vertices they leave unused."""
    used = np.zeros(len(mesh.vertices), bool)
    used[faces] = True
    renumbered = (np.cumsum(used) - 1).astype(np.int32)
    return ColouredMesh(mesh.vertices[used], renumbered[faces], mesh.colours[used])
