"""The last panel: former generations, to be used again."""

import time
from typing import Any

import bpy

from .. import history
from ..language import tr
from ..thumbnails import icon_of
from .base import ORDER, SidebarPanel

ROWS = 8
SCALE = 2.6  # of a thumbnail, in heights of a button


class ISS_PT_history(SidebarPanel, bpy.types.Panel):
    """Former prompts with their thumbnails; a click brings everything back into the panel."""

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
            draw_entry(column.box().row(), index, entry)
        layout.operator("iss.clear_history", icon="TRASH")


def draw_entry(row: bpy.types.UILayout, index: int, entry: dict[str, Any]) -> None:
    """Draw a thumbnail, the prompt beside it, and below that its seed, its age and the button to use it again."""
    panel, icon = entry["panel"], icon_of(history.picture_file(entry))
    if icon:
        row.template_icon(icon, scale=SCALE)
    else:  # as wide, so that the words stand below each other
        blank = row.row()
        blank.ui_units_x = SCALE
        blank.label(text="", icon="BLANK1")
    words = row.column(align=True)
    words.label(text=str(panel.get("prompt", "")), translate=False)
    below = words.row(align=True)
    age = below.row()
    age.active = False
    age.label(
        text=tr("{age}, seed {seed}", age=age_text(time.time() - entry.get("time", 0)), seed=panel.get("seed", 0)),
        translate=False,
    )
    below.operator("iss.use_history", text="", icon="LOOP_BACK").index = index


def age_text(seconds: float) -> str:
    """Return how long ago something was, such as "5 min"."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return tr("now")
