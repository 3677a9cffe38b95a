"""Objects for generated shapes: previews while the worker is busy, then the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..places import flat
from .collections import seen_collection
from .material import colour_material
from .mesh_data import fill_mesh
from .names import name_from
from .viewport import shown_layer, viewports

if TYPE_CHECKING:
    from mathutils import Matrix

    from ..places import Place
    from .mesh_parts import MeshParts


@dataclass(frozen=True)
class Look:
    """How a mesh becomes an object: length of its longest side in scene units, and smooth or flat shading."""

    size: float = 2.0
    smooth: bool = True


def new_mesh(text: str, parts: MeshParts, look: Look) -> bpy.types.Mesh:
    """Make a mesh with its material, which no object uses yet."""
    mesh = bpy.data.meshes.new(name_from(text))
    fill_mesh(mesh, parts, look.size, look.smooth)
    mesh.materials.append(colour_material())
    return mesh


def new_object(
    scene: bpy.types.Scene, text: str, mesh: bpy.types.Mesh, place: Matrix, collection: str = ""
) -> bpy.types.Object:
    """Make an object of a mesh, at a world matrix [4, 4], in the scene's collection (or one in it) where it is seen."""
    obj = bpy.data.objects.new(name_from(text), mesh)
    obj.matrix_world = place
    seen_collection(scene, collection).objects.link(obj)
    return obj


def standing_places() -> list[Place]:
    """Return where generated objects and previews stand, in any scene."""
    ours = (obj for obj in bpy.data.objects if obj.iss_shape.is_generated or obj.iss_shape.preview_of)
    return [flat(obj.matrix_world) for obj in ours]


def remove_object(obj: bpy.types.Object, keep: bpy.types.Mesh | None = None) -> None:
    """Remove an object, and its mesh where nothing else uses it and it is not to be kept."""
    mesh = obj.data
    bpy.data.objects.remove(obj)
    if isinstance(mesh, bpy.types.Mesh) and mesh != keep:
        remove_mesh(mesh)


def remove_mesh(mesh: bpy.types.Mesh) -> None:
    """Remove a mesh that nothing uses."""
    if mesh.users == 0:
        bpy.data.meshes.remove(mesh)


def select_only(scene: bpy.types.Scene, objects: list[bpy.types.Object]) -> None:
    """Select the objects and nothing else, the first one active; leaves everything alone outside Object Mode."""
    layer = shown_layer(scene)
    if layer.objects.active is not None and layer.objects.active.mode != "OBJECT":
        return
    shown = [obj for obj in objects if obj.name in layer.objects]
    for obj in layer.objects:
        obj.select_set(obj in shown, view_layer=layer)
    if shown:
        layer.objects.active = shown[0]
    for obj in shown:
        _show_in_local_views(obj)


def _show_in_local_views(obj: bpy.types.Object) -> None:
    """Let an object appear in the 3D views that show a few objects only."""
    for window, area in viewports():
        if area.spaces.active.local_view is not None and obj.name in window.view_layer.objects:
            obj.local_view_set(area.spaces.active, True)
