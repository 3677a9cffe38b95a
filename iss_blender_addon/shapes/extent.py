"""Where an object's mesh lies in its own space, which a moved origin or an applied location shift, and in the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from mathutils import Matrix, Vector

if TYPE_CHECKING:
    import numpy as np

USUAL_SIZE = 2.0


def size_of(obj: bpy.types.Object) -> float:
    """Return the longest side of an object's mesh in its own units, without scale and modifiers."""
    bounds = _bounds_of(obj)
    return USUAL_SIZE if bounds is None else float((bounds[1] - bounds[0]).max()) or USUAL_SIZE


def base_of(obj: bpy.types.Object) -> Matrix:
    """Return the shift [4, 4], in an object's own space, to the middle of its mesh's base, where new meshes begin."""
    bounds = _bounds_of(obj)
    if bounds is None:
        return Matrix()
    (left, front, bottom), (right, back, _) = (bound.tolist() for bound in bounds)
    return Matrix.Translation(((left + right) / 2, (front + back) / 2, bottom))


def ground_of(obj: bpy.types.Object) -> Matrix:
    """Return the shift [4, 4] to the middle of the ground that an object of any kind stands on in the world."""
    if not any(obj.dimensions):  # such as an empty, which has no box
        return Matrix.Translation(obj.matrix_world.translation)
    corners = [obj.matrix_world @ Vector(corner) for corner in obj.bound_box]
    across, along, up = zip(*corners, strict=True)
    return Matrix.Translation(((min(across) + max(across)) / 2, (min(along) + max(along)) / 2, min(up)))


def _bounds_of(obj: bpy.types.Object) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the lowest and the highest coordinates [3] of a mesh object; None where there are none."""
    import numpy as np

    if not isinstance(obj.data, bpy.types.Mesh) or not len(obj.data.vertices):
        return None
    points = np.empty(3 * len(obj.data.vertices), np.float32)
    obj.data.attributes["position"].data.foreach_get("vector", points)
    points = points.reshape(-1, 3)
    return points.min(axis=0), points.max(axis=0)
