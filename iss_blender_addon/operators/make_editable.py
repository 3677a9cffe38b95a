"""Any object as a start: its form and colours as a shape of the bundle."""

import bpy

from ..changes.change import Change
from ..changes.foreign import Sample, foreign_subjects, sample_of, sampling_problem
from ..changes.settings import MakeEditableChoices
from ..generation import Generation
from ..jobs.change_requests import mesh_fit_job
from ..language import tr
from ..learning.subjects import Subject
from ..places import flat, free_places
from ..runtime import runtime
from ..shapes.identity import by_uid
from ..shapes.objects import Look
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

        choices, samples = self.chosen(context.scene, NAMES), []
        for subject in foreign_subjects(context):
            try:
                samples.append((subject, sample_of(subject)))
            except EmptySurfaceError as error:
                self.report({"WARNING"}, tr("“{subject}” is left out: {error}", subject=subject.name, error=error))
        if not samples:
            self.report({"ERROR"}, "Nothing selected shows a face; select a visible object with faces")
            return {"CANCELLED"}
        return self.start(_generation(context.scene, *sampled, choices) for sampled in samples)


def _generation(scene: bpy.types.Scene, subject: Subject, sample: Sample, choices: dict[str, object]) -> Generation:
    """Return the generation for one object; its previews stand beside, its result where the choice says."""
    source, text = by_uid(bpy.data.objects, subject.root), choices["text"].strip()
    panel = panel_for(scene, None)
    settings, title = {"seed": 0, "steps": choices["steps"]}, f"{source.name}, editable"
    job = mesh_fit_job(sample.arrays, text, settings, panel["detail"], title)
    about = {"kind": "from_mesh", "object": source.name, "text": text, **settings}
    places = free_places(sample.place, sample.size, runtime().taken_places, 1)
    look = Look(sample.size, panel["smooth"])
    made = Generation(
        [job], panel | {"prompt": text, "change": about}, scene.session_uid, places, look, panel["detail"]
    )
    made.change = Change(title, source.session_uid, choices["placing"], about=about, home=flat(sample.place))
    return made
