"""Puts new objects where a change wants them: beside their source, in its place, or as a run of frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..places import matrix_of
from ..shapes.collections import seen_collection
from ..shapes.names import name_from
from ..shapes.objects import object_of_id
from ..shapes.record import copy_record

if TYPE_CHECKING:
    from .change import Change


def settle(scene: bpy.types.Scene, change: Change, made: list[bpy.types.Object]) -> list[bpy.types.Object]:
    """Arrange the new objects of a change; returns what shall be selected, the active one first.

    What a killed worker left, a mesh without its shape, takes nothing's place.
    """
    if change.frames and len(made) > 1:
        return [_animate(scene, change, made)]
    if change.placing == "BESIDE" or not made or not made[0].iss_shape.data:
        return made
    source = object_of_id(change.source)
    if source is not None and not source.is_editable:
        return made  # Blender saves no change of what is linked from another file: they stay beside it
    if change.placing == "REPLACE" and source is not None and source.type == "MESH" and source.mode == "OBJECT":
        return [_replace(source, made[0]), *made[1:]]
    if change.home:
        made[0].matrix_world = matrix_of(change.home)
    elif source is not None:
        made[0].matrix_world = source.matrix_world
    if source is not None:
        for obj in [source, *source.children_recursive] if change.home else [source]:
            _hide(scene, obj)
    return made


def _hide(scene: bpy.types.Scene, obj: bpy.types.Object) -> None:
    """Hide an object from renders and from every view layer of the scene that has it."""
    obj.hide_render = True
    for layer in scene.view_layers:
        if obj in layer.objects.values():  # not by name, which a linked object may have too
            obj.hide_set(True, view_layer=layer)


def _replace(source: bpy.types.Object, made: bpy.types.Object) -> bpy.types.Object:
    """Give the source the new object's mesh and record; place, modifiers, parent and collections stay."""
    old, source.data = source.data, made.data
    copy_record(made, source)
    name = made.data.name
    bpy.data.objects.remove(made)
    if old.users == 0:
        bpy.data.meshes.remove(old)
    source.data.name = name
    return source


def _animate(scene: bpy.types.Scene, change: Change, made: list[bpy.types.Object]) -> bpy.types.Object:
    """Show one object after the other, from the current frame on, below an empty that moves them all.

    The meshes of a blend differ in their vertices, so shape keys cannot lead from one to the next.
    """
    parent = bpy.data.objects.new(name_from(change.title), None)
    parent.empty_display_size = 0.5 * max(max(obj.dimensions) for obj in made) or 1.0
    parent.matrix_world = made[0].matrix_world
    seen_collection(scene).objects.link(parent)
    for number, obj in enumerate(made):
        obj.parent = parent
        obj.matrix_basis.identity()
        begin = scene.frame_current + number * change.frames
        _show_between(obj, None if number == 0 else begin, None if obj is made[-1] else begin + change.frames)
    scene.frame_end = max(scene.frame_end, scene.frame_current + len(made) * change.frames - 1)
    scene.frame_set(scene.frame_current)
    return parent


def _show_between(obj: bpy.types.Object, begin: int | None, end: int | None) -> None:
    """Key an object to be seen from frame `begin` to just before `end`; None is for ever."""
    keys = [(begin - 1, True), (begin, False)] if begin is not None else []
    keys += [(end - 1, False), (end, True)] if end is not None else []
    for frame, hidden in keys:
        obj.hide_viewport = obj.hide_render = hidden
        for name in ("hide_viewport", "hide_render"):  # keys of yes-or-no properties do not blend
            obj.keyframe_insert(name, frame=frame)
