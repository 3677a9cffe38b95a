"""Blender objects -> one triangle surface with albedo, normalised into the cube."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import bpy
import numpy as np

from .albedo import corner_albedo, loop_coordinates

# Rotation from Blender's world (Z up, front -Y) to the cube (Y up, front +Z).
BLENDER_TO_CUBE = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
# The longest side fills this much of the unit cube, and half the box's diagonal at most this much, so that
# every view from CAMERA_DISTANCE holds the whole shape: asin(0.7 / 1.7) < 49.13 degrees / 2.
LONGEST_SIDE = 0.9
HALF_DIAGONAL = 0.7
CAMERA_DISTANCE = 1.7
# What Blender can turn into a mesh; lights, cameras, empties, hair and volumes have no faces.
MESH_LIKE = frozenset({"MESH", "CURVE", "SURFACE", "FONT", "META"})


Triangles = tuple[np.ndarray, np.ndarray]


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

    @property
    def normals(self) -> np.ndarray:
        """Return unit face normals [T, 3]."""
        normal = _face_vectors(self.corners)
        return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)


def shown_objects(objects: list[bpy.types.Object]) -> list[bpy.types.Object]:
    """Return the objects that are hidden neither in the viewport nor in renders.

    Raises:
        EmptySurfaceError: there is none.
    """
    shown = [obj for obj in objects if obj.visible_get() and not obj.hide_render]
    if not shown:
        raise EmptySurfaceError("there is no visible object to capture; select one that is shown and try again")
    return shown


def surface_of(objects: list[bpy.types.Object], depsgraph: bpy.types.Depsgraph) -> Surface:
    """Collect what `objects` show (modifiers applied, instances made real) as one normalised surface.

    Hidden objects are left out, curves, texts and metaballs count as the meshes they make.

    Raises:
        EmptySurfaceError: nothing is visible, no object has a face, or a coordinate is not finite.
    """
    return normalised(triangles_of(objects, depsgraph))


def triangles_of(objects: list[bpy.types.Object], depsgraph: bpy.types.Depsgraph) -> list[Triangles]:
    """Return corners in the world and albedo, both [T, 3, 3], of everything that `objects` show.

    Raises:
        EmptySurfaceError: nothing is visible.
    """
    return list(_shown_triangles(shown_objects(objects), depsgraph))


def normalised(parts: list[Triangles]) -> Surface:
    """Bring triangles of the world into the cube as one surface; needs Blender no more.

    Raises:
        EmptySurfaceError: there is no face, or a coordinate is not finite.
    """
    corners = np.concatenate([corners for corners, _ in parts] or [np.zeros((0, 3, 3))])
    albedo = np.concatenate([albedo for _, albedo in parts] or [np.zeros((0, 3, 3))])
    if not np.isfinite(corners).all():
        raise EmptySurfaceError("a vertex coordinate is not a finite number")
    solid = np.linalg.norm(_face_vectors(corners), axis=1) > 0
    if not solid.any():
        raise EmptySurfaceError("there is no face to capture")
    to_cube = _normalisation(corners[solid].reshape(-1, 3))
    return Surface(corners[solid] @ to_cube[:3, :3].T + to_cube[:3, 3], albedo[solid], to_cube)


def _face_vectors(corners: np.ndarray) -> np.ndarray:
    """Return the normals of triangles [T, 3, 3], twice their area long, [T, 3]."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def _shown_triangles(
    objects: list[bpy.types.Object], depsgraph: bpy.types.Depsgraph
) -> Iterator[Triangles]:
    """Yield world-space corners and albedo, both [T, 3, 3], of everything that `objects` put into the scene."""
    chosen, twice = set(objects), _listed_as_own_instance(depsgraph)
    for instance in depsgraph.object_instances:
        owner = (instance.parent if instance.is_instance else instance.object).original
        if owner not in chosen or not instance.show_self or instance.object.type not in MESH_LIKE:
            continue
        if not instance.is_instance and instance.object.type != "MESH" and owner in twice:
            continue
        yield _object_triangles(instance.object, np.array(instance.matrix_world))


def _listed_as_own_instance(depsgraph: bpy.types.Depsgraph) -> set[bpy.types.Object]:
    """Return the objects whose mesh Blender lists a second time: a curve, and the mesh made of it as an instance."""
    pairs = [(i.parent, i.instance_object) for i in depsgraph.object_instances if i.is_instance]
    return {parent.original for parent, made in pairs if made is not None and made.original == parent.original}


def _object_triangles(obj: bpy.types.Object, world: np.ndarray) -> Triangles:
    """Return corners under the matrix `world` [4, 4] and albedo, both [T, 3, 3], of one evaluated object."""
    mesh = obj.to_mesh()
    try:
        mesh.calc_loop_triangles()
        loops = np.arange(3 * len(mesh.loop_triangles), dtype=np.int32)
        if len(loops) != len(mesh.loops):  # not all faces are triangles
            mesh.loop_triangles.foreach_get("loops", loops)
        points = loop_coordinates(mesh)[loops] @ world[:3, :3].T + world[:3, 3]
        return points.reshape(-1, 3, 3), corner_albedo(mesh, loops, _materials(obj, mesh))
    finally:
        obj.to_mesh_clear()


def _materials(obj: bpy.types.Object, mesh: bpy.types.Mesh) -> list[bpy.types.Material | None]:
    """Return the mesh's materials, replaced where a slot is linked to the object instead."""
    materials = list(mesh.materials)
    for number, slot in enumerate(obj.material_slots):
        if slot.link == "OBJECT" and number < len(materials):
            materials[number] = slot.material
    return materials


def _normalisation(points: np.ndarray) -> np.ndarray:
    """Return the map [4, 4] that turns world points [N, 3] to the cube's axes, centred, fit for every view."""
    turned = points @ BLENDER_TO_CUBE.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    side = high - low
    scale = min(LONGEST_SIDE / side.max(), HALF_DIAGONAL / (0.5 * np.linalg.norm(side)))
    to_cube = np.eye(4)
    to_cube[:3, :3] = BLENDER_TO_CUBE * scale
    to_cube[:3, 3] = -(low + high) / 2 * scale
    return to_cube
