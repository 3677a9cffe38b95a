"""Another look for the selected objects."""

import bpy

from ..changes.change import Change
from ..changes.settings import StyliseChoices, seed_from
from ..changes.sources import chosen_objects
from ..generation import Generation
from ..jobs.change_requests import stylise_job
from ..shapes.record import shape_of
from .changing import ChangingOperator, change_of, detail_of

NAMES = ("text", "mode", "hold", "go_on", "steps", "seed", "placing")


class ISS_OT_stylise(StyliseChoices, ChangingOperator, bpy.types.Operator):
    """Give the selected objects a style by a text"""

    bl_idname = "iss.stylise"
    bl_label = "Stylise Selected"
    settings_name = "iss_stylise"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start a job for each selected object that was generated."""
        choices = self.chosen(context.scene, NAMES)
        if not choices["text"].strip():
            self.report({"ERROR"}, "Write the style first, such as “golden” or “covered in moss”")
            return {"CANCELLED"}
        seed = seed_from(choices["seed"])
        return self.start(_generation(context.scene, obj, choices, seed) for obj in chosen_objects(context))


def _generation(scene: bpy.types.Scene, obj: bpy.types.Object, choices: dict[str, object], seed: int) -> Generation:
    style = choices["text"].strip()
    settings = {
        "mode": choices["mode"],
        "seed": seed,
        "steps": choices["steps"],
        "keep_shape": choices["hold"],
        "continue_style": choices["go_on"],
    }
    title = f"{obj.name}, {style}"
    job = stylise_job(shape_of(obj), style, settings, detail_of(obj), title)
    about = {"kind": "stylise", "text": style, **settings}
    return change_of(scene, obj, [job], Change(title, obj.session_uid, choices["placing"], about=about))
