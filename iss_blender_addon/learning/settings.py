"""What a person can choose about learning; saved with the scene."""

import bpy
from bpy.props import EnumProperty, PointerProperty, StringProperty

from .subjects import SOURCES

EFFORTS = (
    ("QUICK", "Quick", "Half the usual steps, to see whether it works", 0),
    ("USUAL", "Usual", "A few minutes for a handful of objects", 1),
    ("THOROUGH", "Thorough", "Four times the usual steps: closer to your objects, and slower", 2),
)
EFFORT_OF = {"QUICK": 0.5, "USUAL": 1.0, "THOROUGH": 4.0}


class LearnChoices:
    """The properties of one round of learning, for a property group and an operator."""

    name: StringProperty(name="Name", description="What the new bundle is called", default="My Shapes", maxlen=60)
    source: EnumProperty(name="Learn From", description="Which objects are learnt", items=SOURCES, default="SELECTED")
    library: StringProperty(
        name="Library", description="Asset library whose files are learnt, from Preferences > File Paths"
    )
    effort: EnumProperty(name="Effort", description="How long it learns", items=EFFORTS, default="USUAL")


class ISS_LearnSettings(LearnChoices, bpy.types.PropertyGroup):
    """What the panel shows."""

    collection: PointerProperty(
        name="Collection", description="Collection whose objects are learnt", type=bpy.types.Collection
    )


def register_learn_settings() -> None:
    """Give scenes the settings; the class is registered before."""
    bpy.types.Scene.iss_learn = PointerProperty(type=ISS_LearnSettings)


def unregister_learn_settings() -> None:
    """Take the settings from scenes."""
    del bpy.types.Scene.iss_learn
