"""What all panels of the tab share."""

from __future__ import annotations

import bpy

from ..language import tr

TAB = "Text to Shape"
# From top to bottom.
ORDER = {"generate": 0, "batch": 10, "stylise": 20, "image": 25, "learn": 30, "finish": 35, "history": 40}


class SidebarPanel:
    """Place of a panel: the add-on's tab in the 3D view's sidebar."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB


def wrapped(layout: bpy.types.UILayout, text: str, width: int, icon: str = "NONE", alert: bool = False) -> None:
    """Draw a sentence over as many lines as it needs in a region of `width` pixels."""
    scale = bpy.context.preferences.system.ui_scale or 1.0  # 0 without a window
    letters = max(int(width / (7.0 * scale)) - 6, 16)
    column = layout.column(align=True)
    column.scale_y, column.alert = 0.8, alert
    for number, line in enumerate(lines_of(tr(text), letters)):
        column.label(text=line, icon=icon if number == 0 else "BLANK1", translate=False)


def draw_hint(layout: bpy.types.UILayout, text: str) -> None:
    """Draw in grey what a button waits for, or what else to know, over as many lines as it needs."""
    column, region = layout.column(), bpy.context.region
    column.active = False
    wrapped(column, text, region.width if region else 300, "INFO")


def lines_of(text: str, letters: int) -> list[str]:
    """Return a text cut into lines of at most `letters` letters, at spaces where possible."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= letters or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def online_hint() -> str:
    """Return what to do where Blender may not use the network."""
    if bpy.app.online_access_override:
        return "Blender was started with --offline-mode; start it without to install the backend."
    return "Allow Online Access in Preferences > System > Network to install the backend."
