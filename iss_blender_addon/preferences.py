"""The add-on's preferences: the backend, its device and bundle."""

from dataclasses import dataclass
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from .folders import ADDON

BACKENDS = (
    ("MANAGED", "Installed by the Add-on", "A Python environment of its own; nothing of Blender's is touched"),
    ("PYTHON", "Use This Python", "A Python that has the packages of requirements/base.txt already"),
)
DEVICES = (
    ("AUTO", "Automatic", "CUDA where there is one, else the processor"),
    ("CPU", "Processor", "Works everywhere; a shape takes some seconds"),
    ("CUDA", "CUDA", "An NVIDIA graphics card"),
    ("MPS", "MPS", "Apple's graphics processor"),
)


@dataclass(frozen=True)
class DefaultPreferences:
    """What holds where the add-on runs without being enabled in Blender's preferences, such as in scripts."""

    backend: str = "MANAGED"
    python: str = ""
    device: str = "AUTO"
    bundle: str = ""
    show_colours: bool = True
    warm_start: bool = True


def _changed(preferences: bpy.types.AddonPreferences, context: bpy.types.Context) -> None:
    from .runtime import refresh_problem, runtime

    runtime().restart_when_idle()
    refresh_problem()


def _path_chosen(preferences: bpy.types.AddonPreferences, context: bpy.types.Context) -> None:
    """Keep whole paths, written in one way.

    A file browser may give one from the open file on, which means nothing beside another file, and ends folders in /.
    """
    for name in ("python", "bundle"):
        chosen = getattr(preferences, name)
        whole = str(Path(bpy.path.abspath(chosen))) if chosen else ""
        if whole != chosen:
            setattr(preferences, name, whole)  # which comes here again
            return
    _changed(preferences, context)


class ISS_Preferences(bpy.types.AddonPreferences):
    """Shown in Preferences > Add-ons > Text to Shape."""

    bl_idname = ADDON

    backend: EnumProperty(name="Backend", description="Which Python runs the models", items=BACKENDS, update=_changed)
    python: StringProperty(
        name="Python",
        description="Path of a Python interpreter, 3.11 or newer, or of the folder of its virtual environment",
        subtype="FILE_PATH",
        update=_path_chosen,
    )
    device: EnumProperty(name="Device", description="What computes the shapes", items=DEVICES, update=_changed)
    bundle: StringProperty(
        name="Bundle",
        description="Folder of a model bundle, such as one you trained; empty for the one that comes with the add-on",
        subtype="DIR_PATH",
        update=_path_chosen,
    )
    show_colours: BoolProperty(
        name="Show Colours in Solid View",
        description="Switch 3D views from material to attribute colours in Solid view when a shape is begun; "
        "views with another choice are left alone",
        default=True,
    )
    warm_start: BoolProperty(
        name="Start with the Panel",
        description="Load the models when the panel is first shown, so that the first shape comes at once. "
        "Takes about 1 GB of memory",
        default=True,
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the page."""
        from .panels.preferences_page import draw_page

        draw_page(self.layout, self)


def preferences() -> ISS_Preferences | DefaultPreferences:
    """Return the preferences, or their defaults where the add-on is not enabled in Blender's."""
    addon = bpy.context.preferences.addons.get(ADDON)
    return addon.preferences if addon is not None and addon.preferences is not None else DefaultPreferences()
