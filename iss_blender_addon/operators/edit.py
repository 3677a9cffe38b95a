"""The selected objects by another text."""

import bpy

from ..changes.change import Change
from ..changes.settings import EditChoices, seed_from
from ..changes.sources import chosen_objects
from ..generation import Generation
from ..jobs.change_requests import edit_job
from ..shapes.record import shape_of
from .changing import ChangingOperator, change_of, detail_of

NAMES = ("text", "keep", "steps", "seed", "placing")


class ISS_OT_edit(EditChoices, ChangingOperator, bpy.types.Operator):
    """Change the selected objects towards another prompt, staying near to what they are"""

    bl_idname = "iss.edit"
    bl_label = "Edit Selected"
    settings_name = "iss_edit"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start a job for each selected object that was generated."""
        choices = self.chosen(context.scene, NAMES)
        if not choices["text"].strip():
            self.report({"ERROR"}, "Write what it shall become first, such as “a red chair with armrests”")
            return {"CANCELLED"}
        seed = seed_from(choices["seed"])
        return self.start(_generation(context.scene, obj, choices, seed) for obj in chosen_objects(context))


def _generation(scene: bpy.types.Scene, obj: bpy.types.Object, choices: dict[str, object], seed: int) -> Generation:
    text = choices["text"].strip()
    settings = {"seed": seed, "steps": choices["steps"], "keep": choices["keep"]}
    job = edit_job(shape_of(obj), text, settings, detail_of(obj), text)
    about = {"kind": "edit", "before": obj.iss_shape.text, "text": text, **settings}
    made = change_of(scene, obj, [job], Change(text, obj.session_uid, choices["placing"], about=about))
    made.panel["prompt"] = text
    return made
