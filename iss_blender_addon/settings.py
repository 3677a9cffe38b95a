"""What a person can choose for a generation; the panel and the operator share these properties."""

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

LARGEST_SEED = 2**31 - 1
STARTS = (
    ("prior", "Prior", "Draw several shapes that fit the text and keep the one that agrees best with it. Best quality"),
    ("gap", "Shifted Feature", "Read the text as a picture of it would be read, and draw one shape. Fast, less varied"),
    ("mapper", "Plain Mapper", "Draw one shape from the text as it is, as the paper does"),
)
# What is remembered on objects and in the history, and taken from the panel where a script does not say.
CHOICES = (
    "prompt", "seed", "variations", "steps", "detail", "size", "smooth", "views", "rate", "start", "tau_1", "tau_2",
)  # fmt: skip


class GenerateChoices:
    """The properties of one generation, for a property group and an operator."""

    prompt: StringProperty(
        name="Prompt",
        description="What to make, in English: a thing, its colour, its style. One object, not a scene",
        maxlen=300,
    )
    variations: IntProperty(
        name="Variations",
        description="How many different shapes of the same text, side by side, from successive seeds",
        default=1, min=1, max=64, soft_max=9,
    )  # fmt: skip
    seed: IntProperty(
        name="Seed",
        description="Start of every random choice. The same seed with the same text and settings gives the same shape; "
        "on a graphics card, nearly the same",
        default=0, min=0, max=LARGEST_SEED,
    )  # fmt: skip
    steps: IntProperty(
        name="Steps",
        description="How often the shape is improved towards the text. 0 shows the first guess only, "
        "20 is usual, more helps with hard texts",
        default=20, min=0, max=1000, soft_max=60,
    )  # fmt: skip
    detail: IntProperty(
        name="Detail",
        description="Mesh cells along each side. 64 is a light mesh, 128 is usual, "
        "256 is smooth and heavy. It changes the mesh, not the shape",
        default=128, min=16, max=512, soft_min=32, soft_max=256, step=16,
    )  # fmt: skip
    size: FloatProperty(
        name="Size", description="Length of the longest side", default=2.0, min=0.001, soft_max=100.0, unit="LENGTH"
    )
    smooth: BoolProperty(name="Shade Smooth", description="Smooth shading, or flat faces", default=True)
    views: IntProperty(
        name="Views",
        description="Pictures from random sides that are compared with the text in every step. "
        "More is steadier and slower",
        default=8, min=1, max=64, soft_max=16,
    )  # fmt: skip
    rate: FloatProperty(
        name="Learning Rate",
        description="How far each step goes: 1 is usual, 2 twice as far. Too far, and shapes fall apart",
        default=1.0, min=0.01, max=100.0, soft_min=0.1, soft_max=4.0, precision=2,
    )  # fmt: skip
    start: EnumProperty(name="First Guess", description="How the first shape is found", items=STARTS, default="prior")
    tau_1: FloatProperty(
        name="Start Fidelity",
        description="How closely the first guess follows the text; the rest is chance. "
        "Lower gives stranger shapes (tau 1, the diversity of the paper)",
        default=1.0, min=0.0, max=1.0, subtype="FACTOR",
    )  # fmt: skip
    tau_2: FloatProperty(
        name="Target Fidelity",
        description="How closely the steps follow the text; the rest is chance. "
        "Lower strays further from it (tau 2, the diversity of the paper)",
        default=1.0, min=0.0, max=1.0, subtype="FACTOR",
    )  # fmt: skip


class ISS_GenerateSettings(GenerateChoices, bpy.types.PropertyGroup):
    """What the panel shows; saved with the scene."""

    new_seed: BoolProperty(
        name="New Seed Each Time",
        description="Draw a new seed at every press, so that each press gives another shape. "
        "Switch it off to keep the seed shown",
        default=True,
    )


def choices_of(settings: ISS_GenerateSettings) -> dict[str, Any]:
    """Return the choices as plain values, by the names in CHOICES."""
    return {name: getattr(settings, name) for name in CHOICES}


def restore(settings: ISS_GenerateSettings, choices: dict[str, Any]) -> None:
    """Set what `choices_of` gave, and keep its seed; unknown names and choices, and wrong types, are left out."""
    for name, value in choices.items():
        if name in CHOICES and _fits(settings, name, value):
            setattr(settings, name, value)
    settings.new_seed = False


def _fits(settings: ISS_GenerateSettings, name: str, value: Any) -> bool:
    """Tell whether a property takes a value: of its type and, of a choice, one of those that there are."""
    of_type, known = isinstance(value, type(getattr(settings, name))), settings.bl_rna.properties[name]
    return of_type and (known.type != "ENUM" or value in known.enum_items)


def register_settings() -> None:
    """Give scenes the settings; the class is registered before."""
    bpy.types.Scene.iss_generate = PointerProperty(type=ISS_GenerateSettings)


def unregister_settings() -> None:
    """Take the settings from scenes."""
    del bpy.types.Scene.iss_generate
