"""What lies between two objects."""

import bpy

from ..changes.change import Change
from ..changes.settings import BlendChoices
from ..changes.sources import chosen_objects, selection_problem
from ..jobs.change_requests import blend_job
from ..shapes.record import shape_of
from .changing import ChangingOperator, change_of, detail_of

NAMES = ("amount", "animate", "meshes", "frames")


class ISS_OT_blend(BlendChoices, ChangingOperator, bpy.types.Operator):
    """Make the shape between two selected objects, or an animation from one to the other"""

    bl_idname = "iss.blend"
    bl_label = "Blend Two"
    settings_name = "iss_blend"

    @classmethod
    def problem(cls, context: bpy.types.Context) -> str:
        """Return why no two objects can be blended; see `ChangingOperator.problem`."""
        problem = selection_problem(context)
        if problem:
            return problem
        found = chosen_objects(context)
        if len(found) != 2 or len(context.selected_objects) != 2:
            return "Select exactly two objects that Text to Shape has made"
        if len({obj.iss_shape.bundle for obj in found}) > 1:
            return "The two objects were made with different bundles and have nothing in between"
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start one job, or one a mesh of the animation."""
        choices = self.chosen(context.scene, NAMES)
        first, second = chosen_objects(context)
        count = choices["meshes"] if choices["animate"] else 1
        amounts = [number / (count - 1) for number in range(count)] if count > 1 else [choices["amount"]]
        title = f"{first.name} to {second.name}"
        shapes = shape_of(first), shape_of(second)
        jobs = [blend_job(*shapes, amount, detail_of(first), f"{title} {amount:.0%}") for amount in amounts]
        about = {"kind": "blend", "first": first.iss_shape.text, "second": second.iss_shape.text, "amounts": amounts}
        frames = choices["frames"] if choices["animate"] else 0
        change = Change(title, first.session_uid, "BESIDE", frames, about)
        return self.start([change_of(context.scene, first, jobs, change)])
