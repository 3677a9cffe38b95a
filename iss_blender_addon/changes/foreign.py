"""Objects that were not made here: which of them can become a start, and their surfaces as the worker wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy
from mathutils import Matrix, Vector

from ..learning.subjects import MESH_LIKE, Subject, families_of
from ..runtime import runtime
from ..shapes.identity import by_uid
from .sources import problem_of

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Sample:
    """What objects show, as one mesh in the cube's axes (Y up, front +Z).

    Attributes:
        arrays: "vertices" float32 [V, 3], "faces" int32 [F, 3] and "colours" uint8 sRGB [V, 3].
        size: longest side in scene units.
        place: world matrix at which a result of this size covers the objects.
    """

    arrays: dict[str, np.ndarray]
    size: float
    place: Matrix


def may_be_sampled(obj: bpy.types.Object) -> bool:
    """Tell whether an object cannot be changed as it is, but may have faces; cheap enough for `poll`."""
    return bool(problem_of(obj)) and obj.mode == "OBJECT" and obj.type in (MESH_LIKE | {"EMPTY"})


def sampling_problem(context: bpy.types.Context) -> str:
    """Return why nothing of what is selected can be made editable, "" where something can."""
    if runtime().refusal:
        return runtime().refusal
    chosen = context.selected_objects
    if any(may_be_sampled(obj) for obj in chosen):
        return ""
    if any(obj.mode != "OBJECT" for obj in chosen):
        return "Switch to Object Mode first"
    if any(not problem_of(obj) for obj in chosen):
        return "The selected objects can be stylised, varied and edited already"
    return "Select an object with faces, of any kind"


def foreign_subjects(context: bpy.types.Context) -> list[Subject]:
    """Return the selected objects that can be made editable, each together with what is parented to it."""
    chosen = [obj for obj in context.selected_objects if may_be_sampled(obj)]
    return families_of(chosen, context.view_layer)


def sample_of(subject: Subject) -> Sample:
    """Return the surface of a subject as it looks now: modifiers, instances and materials count.

    It is turned about the vertical as its root is, so that a chair that stands askew is still seen from its
    front; other rotations stay, for an imported object may need them to stand upright. A mirror turns nothing.

    Raises:
        EmptySurfaceError: it is hidden or has no face.
    """
    import numpy as np

    from ..view_capture.surface import surface_of

    heading = _heading_of(by_uid(bpy.data.objects, subject.root))
    turn = np.array(heading.to_3x3()).T
    surface = surface_of(subject.present(), bpy.context.evaluated_depsgraph_get(), turn)
    points = surface.corners.reshape(-1, 3)
    low, high = points.min(axis=0), points.max(axis=0)
    from_cube = Matrix(np.linalg.inv(surface.to_cube).tolist())
    base = from_cube @ Vector(((low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2))
    arrays = {
        "vertices": points.astype(np.float32),
        "faces": np.arange(len(points), dtype=np.int32).reshape(-1, 3),
        "colours": (surface.albedo.reshape(-1, 3) * 255.0 + 0.5).astype(np.uint8),
    }
    size = float((high - low).max()) * from_cube.to_scale().x
    return Sample(arrays, size, Matrix.Translation(base) @ heading)


def _heading_of(obj: bpy.types.Object) -> Matrix:
    """Return the rotation [4, 4] about the vertical by which an object is turned."""
    axes = obj.matrix_world.to_3x3()
    if axes.determinant() < 0:  # its angles would be those of half a turn
        axes = axes @ Matrix.Diagonal((-1.0, 1.0, 1.0))
    return Matrix.Rotation(axes.to_euler().z, 4, "Z")
