"""Esc over a 3D viewport or its sidebar cancels what runs; the key can be changed in Blender's preferences."""

from __future__ import annotations

import bpy

from .operators.cancel import ISS_OT_cancel

PLACE = {"name": "3D View Generic", "space_type": "VIEW_3D"}  # of viewport and sidebar, behind running tools


def register_keys() -> None:
    """Add the key; its operator's poll lets the key through to others while nothing runs."""
    keymaps = bpy.context.window_manager.keyconfigs.addon.keymaps
    keymaps.new(**PLACE).keymap_items.new(ISS_OT_cancel.bl_idname, "ESC", "PRESS")


def unregister_keys() -> None:
    """Take the key back."""
    keymap = bpy.context.window_manager.keyconfigs.addon.keymaps.get(PLACE["name"])
    for item in [item for item in keymap.keymap_items if item.idname == ISS_OT_cancel.bl_idname]:
        keymap.keymap_items.remove(item)
