"""Assets that are in no scene: of this file, or of the files of an asset library. All is gone again after a look."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..language import tr

if TYPE_CHECKING:
    from ..view_capture.surface import Triangles

KINDS = ("objects", "collections")


@dataclass(frozen=True)
class StoredAsset:
    """An asset by name: one of `bpy.data.objects` or `bpy.data.collections`, of a file, or of the open one ("")."""

    name: str
    kind: str
    file: str = ""

    def triangles(self) -> Iterator[Triangles | None]:
        """Yield its triangles in Blender's world, a run at a time; None once all is copied and removed again.

        Raises:
            EmptySurfaceError: it shows nothing, or its file cannot be read any more.
        """
        from ..view_capture.surface import EmptySurfaceError, shown_meshes, shown_objects, triangle_runs

        with _nothing_stays():
            try:
                scene = _scene_with(self._found(), self.kind)
            except OSError as error:
                raise EmptySurfaceError(tr("its file cannot be read: {error}", error=error)) from error
            layer = scene.view_layers[0]
            layer.update()
            meshes = shown_meshes(shown_objects(scene.collection.all_objects, layer), layer.depsgraph)
            for mesh, _ in meshes:
                mesh.paint.read_images()
        yield None
        yield from triangle_runs(meshes)

    def _found(self) -> list[bpy.types.ID]:
        """Return the asset, linked from its file where it is of another one; nothing where it is gone."""
        if not self.file:
            found = getattr(bpy.data, self.kind).get(self.name)
            return [] if found is None else [found]
        with bpy.data.libraries.load(self.file, link=True, assets_only=True) as (there, wanted):
            setattr(wanted, self.kind, [name for name in getattr(there, self.kind) if name == self.name])
        return [one for one in getattr(wanted, self.kind) if one is not None]


def assets_outside_scenes() -> list[StoredAsset]:
    """Return the open file's own assets that are in none of its scenes."""
    used = {one for scene in bpy.data.scenes for one in (*scene.collection.all_objects, *_inner(scene))}
    kept = [(kind, one) for kind in KINDS for one in getattr(bpy.data, kind) if one.asset_data and not one.library]
    return [StoredAsset(one.name, kind) for kind, one in kept if one not in used]


def assets_in(library: Path) -> Iterator[StoredAsset | None]:
    """Yield the assets of all files below a folder; None after each file, of which some cannot be read."""
    for path in sorted(library.rglob("*.blend")):
        if Path(bpy.data.filepath) != path:
            yield from _assets_of(str(path))
        yield None


def library_folder(name: str) -> Path | None:
    """Return the folder of an asset library of Blender's preferences; None where there is none of that name."""
    library = bpy.context.preferences.filepaths.asset_libraries.get(name)
    return None if library is None or not library.path else Path(bpy.path.abspath(library.path))


def _assets_of(file: str) -> list[StoredAsset]:
    with (
        _nothing_stays(),
        contextlib.suppress(OSError),  # a file that is no Blender file is not for us
        bpy.data.libraries.load(file, link=True, assets_only=True) as (there, _),
    ):
        return [StoredAsset(name, kind, file) for kind in KINDS for name in sorted(getattr(there, kind))]
    return []


def _inner(scene: bpy.types.Scene) -> list[bpy.types.Collection]:
    return list(scene.collection.children_recursive)


def _scene_with(assets: Iterable[bpy.types.ID], kind: str) -> bpy.types.Scene:
    """Return a new scene with assets of a kind."""
    scene = bpy.data.scenes.new("ISS look")
    place = scene.collection.objects if kind == "objects" else scene.collection.children
    for one in assets:
        place.link(one)
        if kind == "objects":
            for child in one.children_recursive:
                place.link(child)
    return scene


@contextlib.contextmanager
def _nothing_stays() -> Iterator[None]:
    """Remove from the open file all that has come into it within, and nothing else."""
    before = {one.session_uid for one in _all_data()}
    try:
        yield
    finally:
        bpy.data.batch_remove([one for one in _all_data() if one.session_uid not in before])


def _all_data() -> Iterator[bpy.types.ID]:
    for kind in bpy.data.bl_rna.properties:
        if kind.type == "COLLECTION":
            yield from getattr(bpy.data, kind.identifier)
