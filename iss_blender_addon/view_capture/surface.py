"""Blender objects -> one triangle surface with albedo, normalised into the cube."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import bpy
import numpy as np

from .mesh_arrays import MeshArrays, arrays_of

# Rotation from Blender's world (Z up, front -Y) to the cube (Y up, front +Z).
BLENDER_TO_CUBE = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
# The longest side fills this much of the unit cube, and half the box's diagonal at most this much, so that
# every view from CAMERA_DISTANCE holds the whole shape: asin(0.7 / 1.7) < 49.13 degrees / 2.
LONGEST_SIDE = 0.9
HALF_DIAGONAL = 0.7
CAMERA_DISTANCE = 1.7
# What Blender can turn into a mesh; lights, cameras, empties, hair and volumes have no faces.
MESH_LIKE = frozenset({"MESH", "CURVE", "SURFACE", "FONT", "META"})

Triangles = tuple[np.ndarray, np.ndarray]  # corners and sRGB albedo, both [T, 3, 3]
PlacedMesh = tuple[MeshArrays, np.ndarray]  # with its world matrix [4, 4]
Result = TypeVar("Result")


class EmptySurfaceError(ValueError):
    """The objects hold no triangle that can be captured."""


@dataclass(frozen=True)
class Surface:
    """Triangles in the cube.

    Attributes:
        corners: float64 [T, 3, 3].
        albedo: sRGB in 0..1 at the corners, [T, 3, 3].
        to_cube: the affine map from Blender's world to the cube, [4, 4].
    """

    corners: np.ndarray
    albedo: np.ndarray
    to_cube: np.ndarray = field(default_factory=lambda: np.eye(4))


def shown_objects(
    objects: Iterable[bpy.types.Object], layer: bpy.types.ViewLayer | None = None
) -> list[bpy.types.Object]:
    """Return the objects that are hidden neither in the viewport nor in renders, in a view layer or the current one.

    Raises:
        EmptySurfaceError: there is none.
    """
    shown = [obj for obj in objects if obj.visible_get(view_layer=layer) and not obj.hide_render]
    if not shown:
        raise EmptySurfaceError("there is no visible object to capture; select one that is shown and try again")
    return shown


def surface_of(
    objects: list[bpy.types.Object], depsgraph: bpy.types.Depsgraph, turn: np.ndarray | None = None
) -> Surface:
    """Collect what `objects` show (modifiers applied, instances made real) as one normalised surface.

    Hidden objects are left out, curves, texts and metaballs count as the meshes they make. A rotation `turn` [3, 3] of
    Blender's world comes before all else.

    Raises:
        EmptySurfaceError: nothing is visible, no object has a face, or a coordinate is not finite.
    """
    return result_of(normalise_steps(triangle_steps(shown_objects(objects), depsgraph), turn))


def result_of(steps: Generator[object, None, Result]) -> Result:
    """Do all steps at once and return what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def triangle_steps(objects: Iterable[bpy.types.Object], depsgraph: bpy.types.Depsgraph) -> Iterator[Triangles | None]:
    """Yield triangles in Blender's world, a run at a time, of everything that `objects` show.

    All but the pixels of images is copied from Blender before the first yield, of None: the scene may change
    afterwards.
    """
    shown = shown_meshes(objects, depsgraph)
    yield None
    yield from triangle_runs(shown)


def shown_meshes(objects: Iterable[bpy.types.Object], depsgraph: bpy.types.Depsgraph) -> list[PlacedMesh]:
    """Copy the meshes of all that `objects` put into the scene."""
    return list(_shown_meshes(set(objects), depsgraph))


def triangle_runs(meshes: list[PlacedMesh]) -> Iterator[Triangles]:
    """Yield the triangles of meshes in Blender's world, a run at a time."""
    for mesh, world in meshes:
        for corners, faces in mesh.runs():
            yield mesh.points(corners) @ world[:3, :3].T + world[:3, 3], mesh.colours(corners, faces)


def normalise_steps(
    parts: Iterable[Triangles | None], turn: np.ndarray | None = None
) -> Generator[None, None, Surface]:
    """Bring triangles of the world, turned before, into the cube as one surface; a yield after each part.

    Raises:
        EmptySurfaceError: there is no face, or a coordinate is not finite.
    """
    axes = BLENDER_TO_CUBE if turn is None else BLENDER_TO_CUBE @ turn
    kept: list[Triangles] = []
    for part in parts:
        solid = None if part is None else _solid(*part, axes)
        if solid is not None:
            kept.append(solid)
        yield
    if not kept:
        raise EmptySurfaceError("there is no face to capture")
    scale, shift = _normalisation([corners for corners, _ in kept])
    surface = Surface(*(np.empty((sum(len(corners) for corners, _ in kept), 3, 3)) for _ in range(2)), np.eye(4))
    surface.to_cube[:3, :3], surface.to_cube[:3, 3] = axes * scale, shift
    yield
    first = 0
    for corners, albedo in kept:
        run = slice(first, first + len(corners))
        surface.corners[run], surface.albedo[run] = corners * scale + shift, albedo
        first = run.stop
        yield
    return surface


def _solid(corners: np.ndarray, albedo: np.ndarray, axes: np.ndarray) -> Triangles | None:
    """Return the triangles that have an area, in other axes [3, 3]; None where there are none."""
    if not np.isfinite(corners).all():
        raise EmptySurfaceError("a vertex coordinate is not a finite number")
    solid = np.linalg.norm(face_vectors(corners), axis=1) > 0
    return (corners[solid] @ axes.T, albedo[solid]) if solid.any() else None


def face_vectors(corners: np.ndarray) -> np.ndarray:
    """Return the normals of triangles [T, 3, 3], twice their area long, [T, 3]."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def _shown_meshes(chosen: set[bpy.types.Object], depsgraph: bpy.types.Depsgraph) -> Iterator[PlacedMesh]:
    known: dict[tuple[int, int], MeshArrays] = {}  # instances of one mesh are read once
    twice = _listed_as_own_instance(depsgraph)
    for instance in depsgraph.object_instances:
        obj = instance.object
        owner = (instance.parent if instance.is_instance else obj).original
        if owner not in chosen or not instance.show_self or obj.type not in MESH_LIKE:
            continue
        if not instance.is_instance and obj.type != "MESH" and owner in twice:
            continue
        key = obj.original.session_uid, obj.data.as_pointer()
        if key not in known:
            known[key] = _arrays_of_object(obj)
        yield known[key], np.array(instance.matrix_world)


def _listed_as_own_instance(depsgraph: bpy.types.Depsgraph) -> set[bpy.types.Object]:
    """Return the objects whose mesh Blender lists a second time: a curve, and the mesh made of it as an instance."""
    pairs = [(i.parent, i.instance_object) for i in depsgraph.object_instances if i.is_instance]
    return {parent.original for parent, made in pairs if made is not None and made.original == parent.original}


def _arrays_of_object(obj: bpy.types.Object) -> MeshArrays:
    """Copy the mesh of one evaluated object."""
    mesh = obj.to_mesh()
    try:
        return arrays_of(mesh, _materials(obj, mesh))
    finally:
        obj.to_mesh_clear()


def _materials(obj: bpy.types.Object, mesh: bpy.types.Mesh) -> list[bpy.types.Material | None]:
    """Return the mesh's materials, replaced where a slot is linked to the object instead."""
    materials = list(mesh.materials)
    for number, slot in enumerate(obj.material_slots):
        if slot.link == "OBJECT" and number < len(materials):
            materials[number] = slot.material
    return materials


def _normalisation(parts: list[np.ndarray]) -> tuple[float, np.ndarray]:
    """Return the scale and the shift [3] that centre triangles [T, 3, 3] in the cube, fit for every view."""
    # Axis by axis: numpy is many times as slow where the axis that stays has only three places.
    low, high = (np.array([extreme([extreme(part[..., axis]) for part in parts]) for axis in range(3)])
                 for extreme in (np.min, np.max))  # fmt: skip
    side = high - low
    scale = min(LONGEST_SIDE / side.max(), HALF_DIAGONAL / (0.5 * np.linalg.norm(side)))
    return scale, -(low + high) / 2 * scale
