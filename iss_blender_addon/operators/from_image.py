"""Shapes after pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import StringProperty

from ..changes.change import Change
from ..changes.settings import ImageChoices, seed_from
from ..generation import Generation
from ..jobs.change_requests import image_job
from ..pictures.images import PictureError, pixels_of, read_picture
from ..pictures.views import direction_to, view_of
from ..places import at, free_places, matrix_of
from ..runtime import runtime
from ..shapes.extent import ground_of, longest_side_of
from ..shapes.objects import Look
from .changing import ChangingOperator, panel_for

if TYPE_CHECKING:
    import numpy as np

NAMES = ("source", "filepath", "side", "engine", "text", "way", "steps", "seed")


class ISS_OT_from_image(ImageChoices, ChangingOperator, bpy.types.Operator):
    """Make a shape after a picture, or after a picture of the active object"""

    bl_idname = "iss.from_image"
    bl_label = "Shape from Image"
    settings_name = "iss_image"

    image: StringProperty(name="Image", description="Name of an image of this file")

    @classmethod
    def problem(cls, context: bpy.types.Context) -> str:
        """Return what is wrong with the backend; nothing has to be selected."""
        return runtime().refusal

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Take the picture and start the job."""
        choices = self.chosen(context.scene, NAMES)
        try:
            pixels, title = self._picture(context, choices)
        except PictureError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return self.start([_generation(context, choices, pixels, title)])

    def _picture(self, context: bpy.types.Context, choices: dict[str, Any]) -> tuple[np.ndarray, str]:
        """Return uint8 [H, W, 4] and what a person calls it."""
        if choices["source"] == "FILE":
            if not choices["filepath"]:
                raise PictureError("Choose a picture file first.")
            path = Path(bpy.path.abspath(choices["filepath"]))
            return read_picture(path), path.stem
        if choices["source"] == "IMAGE":
            image = bpy.data.images.get(self.image) if self.image else context.scene.iss_image.image
            if image is None:
                raise PictureError("Choose an image of this file first.")
            return pixels_of(image), Path(image.name).stem
        obj = context.object
        if obj is None:
            raise PictureError("Select the object that the picture shall show.")
        towards = direction_to(obj, choices["side"], context.scene, _viewport(context))
        return view_of(obj, towards, choices["engine"]), obj.name


def _viewport(context: bpy.types.Context) -> bpy.types.RegionView3D | None:
    """Return how the 3D viewport looks, also for a button in its sidebar, a region without a view; None elsewhere."""
    space = context.space_data
    return space.region_3d if isinstance(space, bpy.types.SpaceView3D) else None


def _generation(context: bpy.types.Context, choices: dict[str, Any], pixels: np.ndarray, title: str) -> Generation:
    """Return the generation; beside the object that was seen, at the 3D cursor for other pictures."""
    scene, seen = context.scene, context.object if choices["source"] == "OBJECT" else None
    text = choices["text"].strip()
    panel = panel_for(scene, None)
    settings = {"seed": seed_from(choices["seed"]), "steps": choices["steps"], "way": choices["way"]}
    settings["framing"] = "object" if seen is None else "picture"  # `view_of` takes it as captures are taken
    job = image_job(pixels, text, settings, panel["detail"], text or f"{title} shape")
    size, point = panel["size"], scene.cursor.location
    if seen is not None:
        size = longest_side_of(seen) or size
        (beside,) = free_places(ground_of(seen), size, runtime().taken_places, 1)
        point = matrix_of(beside).translation
    about = {"kind": "from_image", "picture": title, "source": choices["source"], "text": text, **settings}
    made = Generation([job], panel | {"prompt": text, "change": about}, scene.session_uid, [at(*point)],
                      Look(size, panel["smooth"]), panel["detail"])  # fmt: skip
    made.change = Change(title, about=about)
    return made
