"""Presets of the generation's settings, in the header of the first panel; Blender keeps a person's own."""

from pathlib import Path

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel

SUBFOLDER = "iss_text_to_shape"
SHIPPED = str(Path(__file__).resolve().parents[1])  # holds "presets"


class ISS_PT_presets(PresetPanel, bpy.types.Panel):
    """The list of presets."""

    bl_label = "Text to Shape Presets"
    bl_space_type = "VIEW_3D"
    preset_subdir = SUBFOLDER
    preset_operator = "script.execute_preset"
    preset_add_operator = "iss.add_preset"


class ISS_OT_add_preset(AddPresetBase, bpy.types.Operator):
    """Keep these settings under a name, or remove the preset chosen last."""

    bl_idname = "iss.add_preset"
    bl_label = "Text to Shape Preset"
    bl_description = "Keep these settings under a name, or remove the preset chosen last"
    preset_menu = "ISS_PT_presets"
    preset_subdir = SUBFOLDER
    preset_defines = ["settings = bpy.context.scene.iss_generate"]
    preset_values = [
        f"settings.{name}"
        for name in ("variations", "steps", "detail", "size", "smooth", "views", "rate", "start", "tau_1", "tau_2")
    ]


def register_presets() -> None:
    """Let Blender find the presets that come with the add-on."""
    bpy.utils.register_preset_path(SHIPPED)


def unregister_presets() -> None:
    """Let Blender forget them; a person's own stay."""
    bpy.utils.unregister_preset_path(SHIPPED)
