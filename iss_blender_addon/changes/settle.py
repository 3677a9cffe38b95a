"""Puts new objects where a change wants them: beside their source, in its place, or as a run of frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..baking.bake import is_baked
from ..places import matrix_of
from ..shapes.animation import is_animated
from ..shapes.collections import has_its_collection, seen_collection
from ..shapes.extent import base_of
from ..shapes.identity import by_uid
from ..shapes.libraries import is_local
from ..shapes.material import colour_material
from ..shapes.names import name_from
from ..shapes.record import copy_record

if TYPE_CHECKING:
    from .change import Change


@dataclass(frozen=True)
class Placing:
    """Where the result of a change goes.

    Attributes:
        way: "BESIDE" its source, "HIDE" or "REPLACE", as in `Change`.
        reason: why it stands beside a source whose place it was to take: a sentence with {told} and {name} (of the
            source) in it; "" where it goes where it was to go.
    """

    way: str
    reason: str = ""


def placing_of(change: Change, source: bpy.types.Object | None, *, has_shape: bool) -> Placing:
    """Decide where the result of a change goes; changes nothing.

    Args:
        source: the object that is changed, None where it was deleted.
        has_shape: whether the result has its shape; what a killed worker left, a mesh alone, takes nothing's place.
    """
    if change.placing == "BESIDE":
        return Placing("BESIDE")
    if source is None:
        return Placing("HIDE" if change.home and has_shape else "BESIDE")
    if not has_shape:
        return Placing("BESIDE", "{told}; it stands beside “{name}”, for it is a mesh without its shape code")
    if not is_local(source):  # Blender does not save what is changed in it
        return Placing("BESIDE", "{told}; it stands beside “{name}”, which is linked from another file")
    if any(obj.mode != "OBJECT" for obj in _covered(change, source)):
        return Placing("BESIDE", "{told}; it stands beside “{name}”, which is being edited")
    if change.placing == "HIDE" and any(is_animated(obj, "hide_render") for obj in _covered(change, source)):
        return Placing("BESIDE", "{told}; it stands beside “{name}”, whose visibility in renders is animated")
    if change.placing == "HIDE" and any(len(obj.users_scene) > 1 for obj in _covered(change, source)):
        return Placing("BESIDE", "{told}; it stands beside “{name}”, which would be hidden in another scene too")
    if change.placing == "REPLACE" and source.type != "MESH":
        return Placing("BESIDE", "{told}; it stands beside “{name}”, which is no mesh any more")
    return Placing(change.placing)


def settle(scene: bpy.types.Scene, change: Change, made: list[bpy.types.Object]) -> list[bpy.types.Object]:
    """Arrange the new objects of a change, at least one; returns what shall be selected, the active one first."""
    if change.frames and len(made) > 1:
        return [_animate(scene, change, made)]
    source = by_uid(bpy.data.objects, change.source)
    way = placing_of(change, source, has_shape=bool(made[0].iss_shape.data)).way
    if way == "REPLACE":
        return [_replace(source, made[0], name_from(change.title)), *made[1:]]
    if way == "HIDE":
        made[0].matrix_world = matrix_of(change.home) if change.home else source.matrix_world @ base_of(source)
        covered = _covered(change, source)
        _show_in_layers_of(scene, covered, made[0])
        for obj in covered:
            _hide(scene, obj)
    return made


def _covered(change: Change, source: bpy.types.Object | None) -> list[bpy.types.Object]:
    """Return the objects in whose place the result of a change is seen."""
    if source is None:
        return []
    return [source, *source.children_recursive] if change.home else [source]


def _show_in_layers_of(scene: bpy.types.Scene, covered: list[bpy.types.Object], made: bpy.types.Object) -> None:
    """Let no view layer that has what is hidden lack what takes its place, as one without our collection would."""
    lacking = (layer for layer in scene.view_layers if not has_its_collection(layer, made))
    if any(obj in layer.objects.values() for layer in lacking for obj in covered):
        scene.collection.objects.link(made)


def _hide(scene: bpy.types.Scene, obj: bpy.types.Object) -> None:
    """Hide an object from renders and from every view layer of the scene that has it."""
    obj.hide_render = True
    for layer in scene.view_layers:
        if obj in layer.objects.values():  # not by name, which a linked object may have too
            obj.hide_set(True, view_layer=layer)


def _replace(source: bpy.types.Object, made: bpy.types.Object, name: str) -> bpy.types.Object:
    """Give the source the new object's mesh, with a name, and its record.

    Place, materials, modifiers, parent and collections stay.
    """
    _hand_on_materials(source.data, made.data)
    made.data.transform(base_of(source))
    old, source.data = source.data, made.data
    copy_record(made, source)
    bpy.data.objects.remove(made)
    if old.users == 0:
        bpy.data.meshes.remove(old)
    source.data.name = name  # once more: the old mesh may have had it
    return source


def _hand_on_materials(old: bpy.types.Mesh, new: bpy.types.Mesh) -> None:
    """Give the new mesh the materials of the old one; it has no UV map, so its colours take the place of baked ones."""
    ours = colour_material()
    handed = [ours if material is not None and is_baked(material) else material for material in old.materials]
    new.materials.clear()
    for material in handed or [ours]:
        new.materials.append(material)


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
