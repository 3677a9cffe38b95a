"""The last panel: former generations, to be used again."""

import time

import bpy

from .. import history
from .base import ORDER, SidebarPanel

ROWS = 12


class ISS_PT_history(SidebarPanel, bpy.types.Panel):
    """Former prompts with their seeds; a click brings everything back into the panel."""

    bl_idname = "ISS_PT_history"
    bl_label = "History"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = ORDER["history"]

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout, entries = self.layout, history.entries()
        layout.operator("iss.use_object", icon="EYEDROPPER")
        if not entries:
            layout.label(text="Nothing generated yet", icon="INFO")
            return
        column = layout.column(align=True)
        for index, entry in enumerate(entries[:ROWS]):
            panel = entry["panel"]
            row = column.row(align=True)
            row.label(text=f"{panel.get('prompt', '')}", icon="TIME", translate=False)
            age = row.row()
            age.alignment, age.active = "RIGHT", False
            age.label(text=f"{age_text(time.time() - entry.get('time', 0))}", translate=False)
            row.operator("iss.use_history", text="", icon="LOOP_BACK").index = index
        layout.operator("iss.clear_history", icon="TRASH")


def age_text(seconds: float) -> str:
    """Return how long ago something was, such as "5 min"."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return "now"
