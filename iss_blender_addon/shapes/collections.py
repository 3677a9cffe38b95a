"""Where generated objects go."""

from __future__ import annotations

import re

import bpy

from .libraries import is_local
from .viewport import shown_layer

NAME = "Text to Shape"
# Names are unique in a file: a second scene's collection is called "Text to Shape.001". "A car 1.5" is a name as it is.
NUMBER = re.compile(r"\.\d{3,}$")


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


def seen_collection(scene: bpy.types.Scene, inner: str = "") -> bpy.types.Collection:
    """Return where a new shape is seen: the `shape_collection`, or the scene's own where that is hidden or excluded."""
    ours = shape_collection(scene, inner)
    return ours if _is_seen(ours, shown_layer(scene).layer_collection) else scene.collection


def has_its_collection(layer: bpy.types.ViewLayer, obj: bpy.types.Object) -> bool:
    """Tell whether a view layer shows a collection of an object, which may be too new to be among its objects."""
    return any(_is_seen(collection, layer.layer_collection) for collection in obj.users_collection)


def _is_seen(collection: bpy.types.Collection, tree: bpy.types.LayerCollection) -> bool:
    """Tell whether a view layer's tree of collections shows a collection: it is neither excluded nor hidden."""
    if tree.collection == collection and tree.is_visible:
        return True
    return any(_is_seen(collection, child) for child in tree.children)


def _is_called(collection: bpy.types.Collection, name: str) -> bool:
    return name in (collection.name, NUMBER.sub("", collection.name)) and is_local(collection)
