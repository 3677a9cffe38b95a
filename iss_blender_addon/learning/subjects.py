"""Which objects of a file are learnt, and which of them together make one shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import bpy

from .stored import assets_outside_scenes

if TYPE_CHECKING:
    from ..view_capture.surface import Triangles

# What has faces; empties that show a collection have them too.
MESH_LIKE = frozenset({"MESH", "CURVE", "SURFACE", "FONT", "META"})
SOURCES = (
    ("SELECTED", "Selected Objects", "Each selected object is one shape, together with what is parented to it"),
    ("COLLECTION", "Collection", "Each object of a collection is one shape, and so is each collection inside it"),
    ("ASSETS", "Assets of This File", "Each object or collection that is marked as an asset is one shape"),
    (
        "LIBRARY",
        "Asset Library",
        "Each object or collection that is marked as an asset in the files of a library is "
        "one shape. The files are read, never changed, and nothing of them stays in this one",
    ),
)


class Learnable(Protocol):
    """One shape to be learnt."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    def triangles(self) -> Iterator[Triangles | None]:
        """Yield its triangles in Blender's world, a run at a time; None where there is none yet."""


@dataclass(frozen=True)
class Subject:
    """One shape. Objects may go while others are captured, and linked ones may be named as others of the file are.

    Attributes:
        name: what a person calls it.
        objects: session_uid of each object that shows something of it.
        root: session_uid of the object that the others are parented to; 0 where it is a collection.
    """

    name: str
    objects: frozenset[int]
    root: int = 0

    def present(self) -> list[bpy.types.Object]:
        """Return the objects that are still there."""
        return [obj for obj in bpy.data.objects if obj.session_uid in self.objects]

    def triangles(self) -> Iterator[Triangles | None]:
        """Yield its triangles in Blender's world, a run at a time; None once all is copied.

        Raises:
            EmptySurfaceError: it shows nothing, or is gone.
        """
        from ..view_capture.surface import shown_objects, triangle_steps

        yield from triangle_steps(shown_objects(self.present()), bpy.context.evaluated_depsgraph_get())


def subjects_of(context: bpy.types.Context, source: str, collection: bpy.types.Collection | None) -> list[Learnable]:
    """Return the shapes of the open file that a choice of SOURCES means now.

    Objects that are hidden or show nothing are left out; assets need not be in a scene.
    """
    if source == "COLLECTION":
        return _of_collection(collection) if collection is not None else []
    if source == "ASSETS":
        objects = [_family(obj) for obj in context.scene.objects if obj.asset_data]
        whole = [_together(one) for one in bpy.data.collections if one.asset_data]
        return [*_usable([*objects, *whole]), *assets_outside_scenes()]
    return selected_subjects(context)


def selected_subjects(context: bpy.types.Context) -> list[Subject]:
    """Return the selected objects, each together with what is parented to it."""
    chosen = set(context.selected_objects)
    return _usable([_family(obj) for obj in chosen if not _has_ancestor_in(obj, chosen)])


def _of_collection(collection: bpy.types.Collection) -> list[Subject]:
    own = set(collection.objects)
    single = [_family(obj) for obj in own if not _has_ancestor_in(obj, own)]
    return _usable([*single, *(_together(child) for child in collection.children)])


def _together(collection: bpy.types.Collection) -> Subject:
    return Subject(collection.name, _shown(collection.all_objects))


def _family(obj: bpy.types.Object) -> Subject:
    return Subject(obj.name, _shown([obj, *obj.children_recursive]), obj.session_uid)


def _has_ancestor_in(obj: bpy.types.Object, others: set[bpy.types.Object]) -> bool:
    while obj.parent is not None:
        obj = obj.parent
        if obj in others:
            return True
    return False


def _shown(objects: Iterable[bpy.types.Object]) -> frozenset[int]:
    return frozenset(obj.session_uid for obj in objects if shows_something(obj))


def _usable(subjects: list[Subject]) -> list[Subject]:
    return sorted((one for one in subjects if one.objects), key=lambda one: one.name)


def shows_something(obj: bpy.types.Object) -> bool:
    """Tell whether an object is shown and may have faces."""
    instances = obj.type == "EMPTY" and obj.instance_type == "COLLECTION" and obj.instance_collection is not None
    return (obj.type in MESH_LIKE or instances) and obj.visible_get() and not obj.hide_render


def folder_names(names: Iterable[str]) -> list[str]:
    """Return a folder name for each name: with letters that every system takes, and no two alike."""
    taken: set[str] = set()
    found = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:60] or "shape"
        number, unique = 2, plain
        while unique.lower() in taken:
            unique, number = f"{plain}_{number}", number + 1
        taken.add(unique.lower())
        found.append(unique)
    return found
