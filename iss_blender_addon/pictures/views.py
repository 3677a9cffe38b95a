"""A picture of an object as the generator knows its pictures: from one distance, cut out; the scene stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from mathutils import Vector

from ..language import tr
from .images import PictureError, to_bytes

if TYPE_CHECKING:
    import numpy as np

FRONT_LEFT = Vector((-0.5, -0.8, 0.45))  # towards the camera, in Blender's axes
SIDE = 160  # pixels


def view_of(obj: bpy.types.Object, towards: Vector, engine: str, side: int = SIDE) -> np.ndarray:
    """Return a picture of an object, uint8 [side, side, 4], top row first, colours sRGB, alpha its outline.

    Args:
        obj: of any kind that has faces; its modifiers and instances count.
        towards: direction in the world from the object to the camera.
        engine: "raycast" (base colours, lit from the camera) or "cycles" (materials as they look).
        side: pixels.

    Raises:
        PictureError: it is hidden or has no face, or Cycles is missing.
    """
    import numpy as np

    from ..view_capture.cameras import look_at_origin
    from ..view_capture.cycles import CyclesRenderer
    from ..view_capture.raycast import RayCaster
    from ..view_capture.surface import BLENDER_TO_CUBE, CAMERA_DISTANCE, EmptySurfaceError, surface_of

    try:
        surface = surface_of([obj], bpy.context.evaluated_depsgraph_get())
        direction = BLENDER_TO_CUBE @ np.array(towards.normalized())
        camera = look_at_origin(direction / np.linalg.norm(direction) * CAMERA_DISTANCE)
        if engine == "cycles":
            with CyclesRenderer([obj], surface.to_cube) as renderer:
                return to_bytes(renderer.picture(camera, side))
        view = RayCaster(surface).view(camera, side)
    except (EmptySurfaceError, RuntimeError) as error:
        raise PictureError(tr("“{name}” cannot be seen: {error}.", name=obj.name, error=error)) from error
    return to_bytes(np.concatenate([view.image, view.mask[..., None]], axis=2))


def direction_to(
    obj: bpy.types.Object, side: str, scene: bpy.types.Scene, view: bpy.types.RegionView3D | None = None
) -> Vector:
    """Return the direction from an object towards the viewer.

    Args:
        obj: what is seen.
        side: "VIEW", "CAMERA" (the scene's), or "FRONT".
        scene: whose camera it is.
        view: the 3D viewport; without one, "VIEW" is from the front.

    Raises:
        PictureError: the scene has no camera, or it stands within the object's origin.
    """
    if side == "CAMERA":
        if scene.camera is None:
            raise PictureError("The scene has no camera; add one, or take the picture from the current view.")
        away = scene.camera.matrix_world.translation - _middle(obj)
        if away.length < 1e-6:
            raise PictureError("The scene's camera stands in the middle of the object; move it away.")
        return away
    if side == "VIEW" and view is not None:
        return view.view_rotation @ Vector((0.0, 0.0, 1.0))
    return FRONT_LEFT.copy()


def _middle(obj: bpy.types.Object) -> Vector:
    corners = [obj.matrix_world @ Vector(corner) for corner in obj.bound_box]
    return sum(corners, Vector()) / len(corners)
