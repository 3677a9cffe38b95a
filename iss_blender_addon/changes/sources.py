"""Objects that are changed: which of them can be, and where results go beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from mathutils import Matrix, Vector

from ..language import tr
from ..places import Place, flat
from ..runtime import runtime

if TYPE_CHECKING:
    from collections.abc import Iterable

APART = 1.25  # from an object to the result beside it, in sizes
MOST_STEPS = 100


def problem_of(obj: bpy.types.Object | None) -> str:
    """Return why an object cannot be changed, "" where it can; cheap enough for `poll`."""
    if obj is None:
        return "Select an object that Text to Shape has made"
    record = obj.iss_shape
    if not record.is_generated:
        return tr(
            "“{name}” was not made by Text to Shape; press Make Editable Shape to begin with its form", name=obj.name
        )
    if not record.data:
        return tr(
            "“{name}” holds no shape code, only its mesh; press Make Editable Shape, or generate it again",
            name=obj.name,
        )
    if obj.mode != "OBJECT":
        return "Leave Edit Mode first"
    facts = runtime().queue.facts
    if facts is not None and facts.bundle and record.bundle and facts.bundle != record.bundle:
        return tr(
            "“{name}” was made with the bundle “{bundle}”, the backend uses “{used}”; "
            "choose the first one in the add-on's preferences",
            name=obj.name,
            bundle=record.bundle,
            used=facts.bundle,
        )
    return ""


def chosen_objects(context: bpy.types.Context) -> list[bpy.types.Object]:
    """Return the selected objects that can be changed, the active one first."""
    active = context.object
    selected = sorted(context.selected_objects, key=lambda obj: (obj != active, obj.name))
    return [obj for obj in selected if not problem_of(obj)]


def selection_problem(context: bpy.types.Context) -> str:
    """Return why nothing of what is selected can be changed, "" where something can."""
    if runtime().refusal:
        return runtime().refusal
    if any(not problem_of(obj) for obj in context.selected_objects):
        return ""
    active = context.object if context.object in context.selected_objects else None
    return problem_of(active or next(iter(context.selected_objects), None))


def size_of(obj: bpy.types.Object) -> float:
    """Return the longest side of an object's mesh in its own units, without scale and modifiers."""
    import numpy as np

    if not isinstance(obj.data, bpy.types.Mesh) or not len(obj.data.vertices):
        return 2.0
    points = np.empty(3 * len(obj.data.vertices), np.float32)
    obj.data.attributes["position"].data.foreach_get("vector", points)
    return float(np.ptp(points.reshape(-1, 3), axis=0).max()) or 2.0


def places_beside(obj: bpy.types.Object, count: int) -> list[Place]:
    """Return free places along X beside an object, nearest first."""
    return places_along(obj.matrix_world, max(obj.dimensions), count)


def places_along(start: Matrix, size: float, count: int) -> list[Place]:
    """Return free places along X beside one that something of this size takes, nearest first."""
    others = [other.matrix_world.translation for other in bpy.data.objects if _is_ours(other)]
    return free_places(start, APART * max(size, 1e-3), others, count)


def _is_ours(obj: bpy.types.Object) -> bool:
    return obj.iss_shape.is_generated or bool(obj.iss_shape.preview_of)


def free_places(start: Matrix, step: float, taken: Iterable[Vector], count: int) -> list[Place]:
    """Return places moved by whole steps along X, the start itself left out, where nothing of `taken` stands."""
    taken, places = list(taken), []
    for number in range(1, MOST_STEPS + count):
        here = start.translation + Vector((number * step, 0.0, 0.0))
        if number < MOST_STEPS and any((other - here).length < 0.5 * step for other in taken):
            continue
        matrix = start.copy()
        matrix.translation = here
        places.append(flat(matrix))
        if len(places) == count:
            break
    return places
