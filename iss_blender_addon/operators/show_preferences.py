"""Opens the add-on's preferences."""

import bpy

from ..folders import ADDON


class ISS_OT_show_preferences(bpy.types.Operator):
    """Open the add-on's preferences"""

    bl_idname = "iss.show_preferences"
    bl_label = "Open Preferences"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether the add-on has a page there."""
        if ADDON not in context.preferences.addons:
            cls.poll_message_set("Enable the add-on in Blender's preferences first")
        return ADDON in context.preferences.addons

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Open the page."""
        bpy.ops.screen.userpref_show("INVOKE_DEFAULT")
        bpy.ops.preferences.addon_show(module=ADDON)
        return {"FINISHED"}
