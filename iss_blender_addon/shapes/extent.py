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
    low, high = _box_of(obj)
    return Matrix.Translation(((low.x + high.x) / 2, (low.y + high.y) / 2, low.z))


def longest_side_of(obj: bpy.types.Object) -> float:
    """Return the longest side of an object of any kind in scene units; 0 of one that shows nothing."""
    low, high = _box_of(obj)
    return max(obj.dimensions) or max(high - low)


def _box_of(obj: bpy.types.Object) -> tuple[Vector, Vector]:
    """Return the lowest and the highest corner of the box around what an object shows in the world; else its origin."""
    corners = _corners_of(obj, obj.matrix_world) if any(obj.dimensions) else _corners_of_instances(obj)
    axes = list(zip(*(corners or [obj.matrix_world.translation]), strict=True))
    return Vector([min(axis) for axis in axes]), Vector([max(axis) for axis in axes])


def _corners_of_instances(obj: bpy.types.Object) -> list[Vector]:
    """Return the corners in the world of all that an empty shows of a collection."""
    listed = bpy.context.evaluated_depsgraph_get().object_instances
    own = (one for one in listed if one.is_instance and one.parent.original == obj and any(one.object.dimensions))
    return [corner for one in own for corner in _corners_of(one.object, one.matrix_world)]


def _corners_of(obj: bpy.types.Object, world: Matrix) -> list[Vector]:
    return [world @ Vector(corner) for corner in obj.bound_box]


def _bounds_of(obj: bpy.types.Object) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the lowest and the highest coordinates [3] of a mesh object; None where there are none."""
    import numpy as np

    if not isinstance(obj.data, bpy.types.Mesh) or not len(obj.data.vertices):
        return None
    points = np.empty(3 * len(obj.data.vertices), np.float32)
    obj.data.attributes["position"].data.foreach_get("vector", points)
    points = points.reshape(-1, 3)
    return points.min(axis=0), points.max(axis=0)
