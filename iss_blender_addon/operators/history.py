"""Uses former generations again."""

import bpy
from bpy.props import IntProperty

from .. import history
from ..settings import restore
from ..shapes.record import panel_settings_of


class ISS_OT_use_history(bpy.types.Operator):
    """Put this generation's prompt, seed and settings back into the panel"""

    bl_idname = "iss.use_history"
    bl_label = "Use Again"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    index: IntProperty(options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Restore the settings of one entry."""
        if not 0 <= self.index < len(history.entries()):
            return {"CANCELLED"}
        restore(context.scene.iss_generate, history.entries()[self.index]["panel"])
        return {"FINISHED"}


class ISS_OT_use_object(bpy.types.Operator):
    """Put the prompt, seed and settings that made the active object back into the panel"""

    bl_idname = "iss.use_object"
    bl_label = "Use Settings of Active Object"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether the active object was generated."""
        fits = context.object is not None and context.object.iss_shape.is_generated
        if not fits:
            cls.poll_message_set("Select an object that Text to Shape has made")
        return fits

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Restore the settings kept on the object."""
        restore(context.scene.iss_generate, panel_settings_of(context.object))
        return {"FINISHED"}


class ISS_OT_clear_history(bpy.types.Operator):
    """Forget all former generations; objects in files keep their own settings"""

    bl_idname = "iss.clear_history"
    bl_label = "Clear History"
    bl_options = {"INTERNAL"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask first."""
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Clear it."""
        history.clear()
        return {"FINISHED"}
