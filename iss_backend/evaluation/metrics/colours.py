"""Colours straight from a mesh: what share of its surface has which colour name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from iss_backend.data.colour_names import palette_colours
from iss_backend.meshing import ColouredMesh
from iss_backend.meshing.mesh import face_normals

COUNTED = 2  # an asked colour has to be the largest or the second largest
_STEP = 4  # colours are rounded to this many levels before they are named: names change at no finer step


def vertex_areas(mesh: ColouredMesh) -> np.ndarray:
    """Return the area [V] float64 that belongs to each vertex: a third of the faces around it."""
    area = np.linalg.norm(face_normals(mesh), axis=1) / 2.0
    return np.bincount(mesh.faces.ravel(), np.repeat(area / 3.0, 3), len(mesh.vertices))


def mesh_colours(mesh: ColouredMesh) -> list[tuple[str, float]]:
    """Return the basic colours of a mesh with their shares of its area, largest first; they add up to 1.

    Raises:
        BadInputError: the mesh has no area.
    """
    levels = mesh.colours.astype(np.int64) // _STEP
    keys = (levels[:, 0] * 256 + levels[:, 1]) * 256 + levels[:, 2]
    palette, index = np.unique(keys, return_inverse=True)
    colours = np.stack([palette >> 16, palette >> 8 & 255, palette & 255], axis=1) * _STEP + _STEP // 2
    colours[colours == _STEP // 2] = 0  # so that black stays black, and white white
    colours[colours == 256 - _STEP // 2] = 255
    return palette_colours(colours.astype(np.uint8), np.bincount(index, vertex_areas(mesh)))


def has_colours(shares: Sequence[tuple[str, float]], asked: Sequence[str]) -> bool:
    """Tell whether every asked basic colour is the largest or second largest of a mesh's colours."""
    largest = [name for name, _ in shares[:COUNTED]]
    return all(name in largest for name in asked)
