"""Objects that are changed: which of them can be, and where results go beside them."""

from __future__ import annotations

import bpy

from ..language import tr
from ..places import Place, free_places
from ..runtime import runtime
from ..shapes.extent import base_of


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
        return "Switch to Object Mode first"
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


def places_beside(obj: bpy.types.Object, count: int) -> list[Place]:
    """Return free places along X beside an object's mesh, nearest first."""
    return free_places(obj.matrix_world @ base_of(obj), max(obj.dimensions), runtime().taken_places, count)
