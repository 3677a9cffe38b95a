"""A finer or coarser mesh of shapes that are in the scene already, also of those of an older file."""

import bpy
from bpy.props import IntProperty

from ..changes.change import Change
from ..changes.sources import chosen_objects
from ..generation import Generation
from ..jobs.requests import mesh_job
from ..shapes.record import panel_settings_of, shape_of
from .changing import ChangingOperator, change_of


class ISS_OT_mesh_again(ChangingOperator, bpy.types.Operator):
    """Mesh the selected generated objects again from their kept shapes, with the detail of the Generate panel"""

    bl_idname = "iss.mesh_again"
    bl_label = "Mesh Again"
    settings_name = "iss_generate"

    detail: IntProperty(name="Detail", description="Mesh cells along each side", default=128, min=16, max=512)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start a job for each selected object that was generated; its place, modifiers and name stay."""
        detail = self.chosen(context.scene, ("detail",))["detail"]
        return self.start(_generation(context.scene, obj, detail) for obj in chosen_objects(context))


def _generation(scene: bpy.types.Scene, obj: bpy.types.Object, detail: int) -> Generation:
    job = mesh_job(shape_of(obj), detail, obj.name)
    about = panel_settings_of(obj).get("change", {})  # it stays what it is, however it is meshed
    made = change_of(scene, obj, [job], Change(obj.name, obj.session_uid, "REPLACE", about=about))
    made.detail = detail
    return made
