"""Capture any objects of a Blender scene, or a folder of mesh files, as multi-view RGB-D data."""

from __future__ import annotations

import contextlib
import dataclasses
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from .cameras import Camera, sphere_cameras
from .cycles import CyclesRenderer, on_white
from .dataset_writer import is_complete, write_views
from .ply_check import BadPlyError, check_ply
from .raycast import RayCaster, View
from .settings import MESH_SUFFIXES, CaptureSettings
from .surface import (
    CAMERA_DISTANCE,
    EmptySurfaceError,
    Surface,
    Triangles,
    normalise_steps,
    shown_objects,
    triangle_steps,
)

ViewCallback = Callable[[int, int], None]  # views that are done, views in all
FileImporter = Callable[[str], object]
REASON_LENGTH = 200


@dataclass(frozen=True)
class CaptureReport:
    """What became of one file: `skipped_why` is empty unless it was skipped."""

    name: str
    skipped_why: str = ""
    was_complete: bool = False


# How each file format is brought in; Blender's importers turn Y-up files into its Z-up world.
IMPORTERS: dict[str, FileImporter] = {
    ".ply": lambda path: bpy.ops.wm.ply_import(filepath=path, forward_axis="NEGATIVE_Z", up_axis="Y"),
    ".obj": lambda path: bpy.ops.wm.obj_import(filepath=path),
    ".stl": lambda path: bpy.ops.wm.stl_import(filepath=path),
    ".glb": lambda path: bpy.ops.import_scene.gltf(filepath=path),
    ".gltf": lambda path: bpy.ops.import_scene.gltf(filepath=path),
    ".fbx": lambda path: bpy.ops.import_scene.fbx(filepath=path),
}


def ignore_view(done: int, total: int) -> None:
    """Do nothing after a view (the default callback)."""


def capture_objects(
    objects: list[bpy.types.Object],
    folder: Path,
    about: dict[str, str],
    settings: CaptureSettings,
    on_view: ViewCallback = ignore_view,
) -> None:
    """Capture `objects` together as one shape into `folder`, as they look in the open scene, which is not changed.

    The seed of a shape is the checksum of `about["name"]` plus `settings.seed`, so that shapes differ in azimuth and
    the same shape is always seen in the same way. `on_view` is called after each view; what it raises stops the
    capture, of which nothing is then left in `folder`.

    Raises:
        EmptySurfaceError: there is nothing to see.
        OSError: the folder cannot be written.
        RuntimeError: Cycles is asked for and cannot render.
    """
    seen = 0
    with contextlib.closing(capture_steps(objects, folder, about, settings)) as steps:
        for done in steps:
            if done > seen:
                seen = done
                on_view(done, settings.views)


def capture_steps(
    objects: list[bpy.types.Object], folder: Path, about: dict[str, str], settings: CaptureSettings
) -> Iterator[int]:
    """Do what `capture_objects` does in small pieces, for whoever must not block; yields how many views are done.

    The scene is looked at before the first piece is over, and may change afterwards (but not with Cycles). Closing the
    iterator stops the capture and leaves nothing.
    """
    shown = shown_objects(objects)
    parts = triangle_steps(shown, bpy.context.evaluated_depsgraph_get())
    yield from capture_triangles(parts, folder, about, settings, shown)


def capture_triangles(
    parts: Iterable[Triangles | None],
    folder: Path,
    about: dict[str, str],
    settings: CaptureSettings,
    rendered: Iterable[bpy.types.Object] = (),
) -> Iterator[int]:
    """Do what `capture_steps` does with triangles of Blender's world, as they come; Cycles renders the objects.

    Raises:
        EmptySurfaceError: there is no face, or a coordinate is not finite.
    """
    surface = yield from _counted(normalise_steps(parts))
    rng = np.random.default_rng(zlib.crc32(about["name"].encode()) + settings.seed)
    cameras = sphere_cameras(settings.views, CAMERA_DISTANCE, rng)
    caster = RayCaster(surface)
    for _ in caster.plant():
        yield 0
    with contextlib.ExitStack() as stack:
        with_cycles = settings.engine == "cycles"
        renderer = stack.enter_context(CyclesRenderer(list(rendered), surface.to_cube)) if with_cycles else None
        yield from write_views(folder, cameras, _views(caster, renderer, cameras, settings.size), about)


def _counted(steps: Generator[None, None, Surface]) -> Generator[int, None, Surface]:
    """Yield 0, the number of views so far, after each step; returns what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        yield 0


def _views(
    caster: RayCaster, renderer: CyclesRenderer | None, cameras: list[Camera], size: int
) -> Iterator[View | None]:
    """Yield what each camera sees, the image by `renderer` where there is one; None between pieces of work."""
    for camera in cameras:
        for view in caster.view_steps(camera, size):
            if view is not None and renderer is not None:
                view = dataclasses.replace(view, image=on_white(renderer.picture(camera, size)))
            yield view


def mesh_files(root: Path) -> list[Path]:
    """Return the mesh files below `root` in a stable order."""
    return sorted(path for path in root.rglob("*") if path.suffix.lower() in MESH_SUFFIXES and path.is_file())


def capture_files(
    files: list[Path], root: Path, output: Path, settings: CaptureSettings, on_view: ViewCallback = ignore_view
) -> Iterator[CaptureReport]:
    """Capture each file into `output/<its folder>/<its name>`, and report one by one; the open scene is discarded.

    Files that are already captured are passed over; a file that cannot be read or is empty is skipped with the
    reason, and the run goes on. What `on_view` raises after a view stops it.

    Raises:
        OSError: the output cannot be written.
    """
    for path in files:
        relative = path.relative_to(root)
        folder = output / relative.parent / relative.stem
        double = _same_name_before(path)
        if double is not None:
            yield CaptureReport(str(relative), f"{double.name} beside it has the same name and goes first")
        elif is_complete(folder):
            yield CaptureReport(str(relative), was_complete=True)
        else:
            yield CaptureReport(str(relative), _capture_file(path, relative, folder, settings, on_view))


def _capture_file(path: Path, relative: Path, folder: Path, settings: CaptureSettings, on_view: ViewCallback) -> str:
    """Capture one file; return why it was skipped, or an empty text."""
    try:
        objects = _import(path)
    except (RuntimeError, BadPlyError, OSError) as error:  # Blender's importers raise RuntimeError
        return _one_line(error)
    try:
        capture_objects(objects, folder, {"name": relative.stem, "source": relative.as_posix()}, settings, on_view)
    except (EmptySurfaceError, RuntimeError) as error:
        return _one_line(error)
    return ""


def _one_line(error: Exception) -> str:
    """Return the last line of a message: Blender puts whole tracebacks into some."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
    return line.removeprefix("Error: ")[:REASON_LENGTH]


def _same_name_before(path: Path) -> Path | None:
    """Return the file beside `path` that differs in its format only and comes first, so that it takes the folder."""
    same = [path.with_suffix(suffix) for suffix in MESH_SUFFIXES]
    first = next((other for other in same if other.is_file()), path)
    return None if first == path else first


def _import(path: Path) -> list[bpy.types.Object]:
    """Load one file into an emptied scene and return its objects.

    Raises:
        RuntimeError, BadPlyError, OSError: it is damaged or cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == ".ply":
        check_ply(path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    IMPORTERS[suffix](str(path))
    return list(bpy.context.scene.objects)
