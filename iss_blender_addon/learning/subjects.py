"""Which objects of a file are learnt, and which of them together make one shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import bpy

from ..shapes.identity import by_uid
from ..shapes.viewport import shown_layer
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
    """One shape, as a view layer shows it. Nothing of Blender's is kept, for it may go while others are captured.

    A session_uid tells what a name does not: linked data may be named as others of the file are.

    Attributes:
        name: what a person calls it.
        objects: session_uid of each object that shows something of it.
        scene: session_uid of the scene, which need not be the one that a window shows.
        layer: name of the scene's view layer.
        root: session_uid of the object that the others are parented to; 0 where it is a collection.
    """

    name: str
    objects: frozenset[int]
    scene: int
    layer: str
    root: int = 0

    def present(self) -> list[bpy.types.Object]:
        """Return the objects that are still there."""
        return [obj for obj in bpy.data.objects if obj.session_uid in self.objects]

    def triangles(self) -> Iterator[Triangles | None]:
        """Yield its triangles in Blender's world, a run at a time; None once all is copied.

        Raises:
            EmptySurfaceError: it shows nothing, or is gone.
        """
        from ..view_capture.surface import EmptySurfaceError, shown_objects, triangle_steps

        layer = self._found_layer()
        if layer is None:
            raise EmptySurfaceError("its scene or view layer is gone")
        layer.update()
        yield from triangle_steps(shown_objects(self.present(), layer), layer.depsgraph)

    def _found_layer(self) -> bpy.types.ViewLayer | None:
        scene = by_uid(bpy.data.scenes, self.scene)
        return None if scene is None else scene.view_layers.get(self.layer)


def subjects_of(context: bpy.types.Context, source: str, collection: bpy.types.Collection | None) -> list[Learnable]:
    """Return the shapes of the open file that a choice of SOURCES means now.

    Objects that are hidden or show nothing are left out; assets may be in any scene or in none.
    """
    if source == "COLLECTION":
        return _of_collection(collection, context.view_layer) if collection is not None else []
    if source == "ASSETS":
        return [*_assets_in_scenes(context), *assets_outside_scenes()]
    return selected_subjects(context)


def selected_subjects(context: bpy.types.Context) -> list[Subject]:
    """Return the selected objects, each together with what is parented to it."""
    return families_of(context.selected_objects, context.view_layer)


def families_of(objects: Iterable[bpy.types.Object], layer: bpy.types.ViewLayer) -> list[Subject]:
    """Return objects, each together with what is parented to it; an object below another one counts with that."""
    chosen = set(objects)
    return _usable(_family(obj, layer) for obj in chosen if not _has_ancestor_in(obj, chosen))


def _of_collection(collection: bpy.types.Collection, layer: bpy.types.ViewLayer) -> list[Subject]:
    single = families_of(collection.objects, layer)
    return _usable([*single, *(_together(child, layer) for child in collection.children)])


def _assets_in_scenes(context: bpy.types.Context) -> list[Subject]:
    """Return the assets that a scene shows, each once: as the current scene shows it, else another one."""
    others = [shown_layer(scene) for scene in bpy.data.scenes if scene != context.scene]
    found: dict[bpy.types.ID, Subject] = {}
    for layer in (context.view_layer, *others):
        assets = {obj: _family(obj, layer) for obj in layer.id_data.objects if obj.asset_data}
        assets |= {one: _together(one, layer) for one in bpy.data.collections if one.asset_data}
        found = {one: subject for one, subject in assets.items() if subject.objects} | found
    return _usable(found.values())


def _together(collection: bpy.types.Collection, layer: bpy.types.ViewLayer) -> Subject:
    return _subject(collection.name, collection.all_objects, layer)


def _family(obj: bpy.types.Object, layer: bpy.types.ViewLayer) -> Subject:
    return _subject(obj.name, [obj, *obj.children_recursive], layer, obj.session_uid)


def _subject(name: str, objects: Iterable[bpy.types.Object], layer: bpy.types.ViewLayer, root: int = 0) -> Subject:
    shown = frozenset(obj.session_uid for obj in objects if shows_something(obj, layer))
    return Subject(name, shown, layer.id_data.session_uid, layer.name, root)


def _has_ancestor_in(obj: bpy.types.Object, others: set[bpy.types.Object]) -> bool:
    while obj.parent is not None:
        obj = obj.parent
        if obj in others:
            return True
    return False


def _usable(subjects: Iterable[Subject]) -> list[Subject]:
    return sorted((one for one in subjects if one.objects), key=lambda one: one.name)


def shows_something(obj: bpy.types.Object, layer: bpy.types.ViewLayer) -> bool:
    """Tell whether an object is shown in a view layer and may have faces."""
    instances = obj.type == "EMPTY" and obj.instance_type == "COLLECTION" and obj.instance_collection is not None
    return (obj.type in MESH_LIKE or instances) and obj.visible_get(view_layer=layer) and not obj.hide_render


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
