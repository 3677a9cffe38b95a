"""Where generated objects go."""

from __future__ import annotations

import bpy

NAME = "Text to Shape"


def shape_collection(scene: bpy.types.Scene, inner: str = "") -> bpy.types.Collection:
    """Return the scene's collection for generated shapes, or the one called `inner` in it; made where missing."""
    ours = next((c for c in scene.collection.children_recursive if _is_called(c, NAME)), None)
    if ours is None:
        ours = bpy.data.collections.new(NAME)
        ours.color_tag = "COLOR_05"
        scene.collection.children.link(ours)
    if not inner:
        return ours
    child = next((c for c in ours.children if _is_called(c, inner)), None)
    if child is None:
        child = bpy.data.collections.new(inner)
        ours.children.link(child)
    return child


def _is_called(collection: bpy.types.Collection, name: str) -> bool:
    # Names are unique in a file: a second scene's collection is called "Text to Shape.001".
    found, dot, number = collection.name.rpartition(".")
    plain = found if dot and number.isdigit() else collection.name
    return name in (collection.name, plain) and collection.library is None
