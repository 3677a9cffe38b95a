"""Any object as a start: its form and colours as a shape of the bundle."""

import bpy

from ..changes.change import Change
from ..changes.foreign import foreign_subjects, sample_of, sampling_problem
from ..changes.settings import MakeEditableChoices
from ..changes.sources import places_along
from ..generation import Generation
from ..jobs.change_requests import mesh_fit_job
from ..language import tr
from ..learning.subjects import Subject
from ..places import flat
from ..shapes.objects import Look, object_of_id
from .changing import ChangingOperator, panel_for

NAMES = ("text", "steps", "placing")


class ISS_OT_make_editable(MakeEditableChoices, ChangingOperator, bpy.types.Operator):
    """Find the shape nearest to each selected object, which can then be stylised, varied, edited and blended"""

    bl_idname = "iss.make_editable"
    bl_label = "Make Editable Shape"
    settings_name = "iss_make_editable"

    @classmethod
    def problem(cls, context: bpy.types.Context) -> str:
        """Return why nothing selected can be looked at; see `ChangingOperator.problem`."""
        return sampling_problem(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Look at the objects and start a job for each; what has no face is told and left out."""
        from ..view_capture.surface import EmptySurfaceError  # needs numpy, which Blender loads late

        choices, generations = self.chosen(context.scene, NAMES), []
        for subject in foreign_subjects(context):
            try:
                generations.append(_generation(context.scene, subject, choices))
            except EmptySurfaceError as error:
                self.report({"WARNING"}, tr("“{subject}” is left out: {error}", subject=subject.name, error=error))
        if not generations:
            self.report({"ERROR"}, "Nothing selected shows a face; select a visible object with faces")
            return {"CANCELLED"}
        return self.start(generations)


def _generation(scene: bpy.types.Scene, subject: Subject, choices: dict[str, object]) -> Generation:
    """Return the generation for one object; its previews stand beside, its result where the choice says."""
    source, text, sample = object_of_id(subject.root), choices["text"].strip(), sample_of(subject)
    panel = panel_for(scene, None)
    settings, title = {"seed": 0, "steps": choices["steps"]}, f"{source.name}, editable"
    job = mesh_fit_job(sample.arrays, text, settings, panel["detail"], title)
    about = {"kind": "from_mesh", "object": source.name, "text": text, **settings}
    places, look = places_along(sample.place, sample.size, 1), Look(sample.size, panel["smooth"])
    made = Generation([job], panel | {"prompt": text, "change": about}, scene.name, places, look, panel["detail"])
    made.change = Change(title, source.session_uid, choices["placing"], about=about, home=flat(sample.place))
    return made
