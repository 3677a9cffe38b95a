"""What a person can choose about changing objects; each panel and its operator share their properties."""

import random
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..settings import LARGEST_SEED

PLACINGS = (
    ("BESIDE", "Beside It", "Keep the original, and put the result on the next free place along X"),
    ("HIDE", "In Its Place", "Put the result where the original is, and hide the original"),
    ("REPLACE", "Replace Mesh", "Give the object itself the new mesh; its place, modifiers and parent stay. "
     "Undo brings the old mesh back"),
)  # fmt: skip
MODES = (
    ("auto", "What It Says", "Words of form, such as “spiky”, change the form; all others the colours alone"),
    ("texture", "Texture", "Change the colours alone; the form stays exactly as it is"),
    ("shape_texture", "Shape and Texture", "Change colours and form, as far as Hold Form lets it"),
)
WAYS = (
    ("svr", "By Outline", "Read the shape off the picture; it keeps form and colours"),
    ("clip", "By Meaning", "Make a shape of what the picture shows; it need not have its outline"),
)
PICTURES = (
    ("IMAGE", "Image", "An image of this file"),
    ("FILE", "File", "A picture file: one object before a plain background, or cut out with transparency"),
    ("OBJECT", "Active Object", "A picture of the active object, of any kind, taken now; the scene stays as it is"),
)
SIDES = (
    ("VIEW", "Current View", "From where the 3D viewport looks; from the front where there is none"),
    ("CAMERA", "Scene Camera", "From where the scene's camera stands"),
    ("FRONT", "Front Left", "From the front, a little from the left and from above"),
)
ENGINES = (
    ("raycast", "Quick", "The materials' base colours, lit from the camera; a moment"),
    ("cycles", "Cycles", "The materials as they really look; about a second"),
)


def seed_property() -> Any:
    """Return the seed that every change has."""
    return IntProperty(
        name="Seed",
        description="Same object, text, settings and seed: same result; on a graphics card, nearly the same. "
        "-1 draws a new one",
        default=-1, min=-1, max=LARGEST_SEED,
    )  # fmt: skip


def steps_property(default: int) -> Any:
    """Return the number of steps that every change but a blend has."""
    return IntProperty(
        name="Steps", description="How often the result is improved towards its text; more takes longer",
        default=default, min=0, max=1000, soft_max=100,
    )  # fmt: skip


def placing_property() -> Any:
    """Return where results go."""
    return EnumProperty(name="Result", description="Where the result goes", items=PLACINGS, default="BESIDE")


class StyliseChoices:
    """A style for the selected objects."""

    text: StringProperty(
        name="Style", description="How it shall look: “golden”, “made of wood”, “covered in moss”, “spiky”", maxlen=300
    )
    mode: EnumProperty(name="Change", description="What the style may change", items=MODES, default="auto")
    hold: FloatProperty(
        name="Hold Form",
        description="How firmly the form is held: 0 lets the style sculpt freely, 1 hardly at all",
        default=0.5, min=0.0, max=1.0, subtype="FACTOR",
    )  # fmt: skip
    go_on: BoolProperty(
        name="Continue Style",
        description="Go on from the style that the object has. Otherwise a style begins at the shape "
        "without any, so that styles do not pile up",
        default=False,
    )
    steps: steps_property(25)
    seed: seed_property()
    placing: placing_property()


class VaryChoices:
    """Other shapes of the same text."""

    count: IntProperty(
        name="Count", description="How many others; more than one stand beside the object", default=1, min=1, max=64,
        soft_max=9,
    )  # fmt: skip
    closeness: FloatProperty(
        name="Closeness",
        description="How much stays as it is: 0 gives fresh shapes of the same text, 1 the same shape",
        default=0.5, min=0.0, max=1.0, subtype="FACTOR",
    )  # fmt: skip
    steps: steps_property(20)
    seed: seed_property()
    placing: placing_property()


class EditChoices:
    """The same object by another text."""

    text: StringProperty(
        name="New Prompt",
        description="What it shall become, as a whole: “a red chair with armrests”, not “armrests”",
        maxlen=300,
    )
    keep: FloatProperty(
        name="Keep",
        description="How much of the object stays: 0 follows the new text alone, 1 changes hardly anything",
        default=0.5, min=0.0, max=1.0, subtype="FACTOR",
    )  # fmt: skip
    steps: steps_property(20)
    seed: seed_property()
    placing: placing_property()


class BlendChoices:
    """What lies between two objects."""

    amount: FloatProperty(
        name="Amount", description="0 is the active object, 1 the other one", default=0.5, min=0.0, max=1.0,
        subtype="FACTOR",
    )  # fmt: skip
    animate: BoolProperty(
        name="Animation",
        description="Make a run of meshes from one object to the other, shown one after the other from the current "
        "frame on. Their vertices differ, so they are objects with keyed visibility, not shape keys",
        default=False,
    )
    meshes: IntProperty(
        name="Meshes", description="How many meshes the animation has, both ends included", default=12, min=3, max=250,
        soft_max=48,
    )  # fmt: skip
    frames: IntProperty(name="Frames Each", description="How long each mesh is shown", default=2, min=1, max=100)


class MakeEditableChoices:
    """A shape like an object that was not made here."""

    text: StringProperty(
        name="What It Is",
        description="Optional, for later variations: “a wooden chair”. Without it they go by how the object looks",
        maxlen=300,
    )
    steps: IntProperty(
        name="Steps", description="How often the shape is brought nearer to the object; more is closer, and slower",
        default=120, min=0, max=1000, soft_max=400,
    )  # fmt: skip
    placing: EnumProperty(name="Result", description="Where the result goes", items=PLACINGS[:2], default="HIDE")


class ImageChoices:
    """A shape after a picture."""

    source: EnumProperty(name="Picture", description="Where the picture comes from", items=PICTURES, default="FILE")
    filepath: StringProperty(
        name="File", description="PNG, JPEG or any picture that Blender reads", subtype="FILE_PATH"
    )
    side: EnumProperty(name="Seen From", description="From where the object is seen", items=SIDES, default="VIEW")
    engine: EnumProperty(name="Render", description="How the picture is made", items=ENGINES, default="raycast")
    text: StringProperty(
        name="Text", description="Optional: what the shape shall be improved towards, such as “a wooden chair”",
        maxlen=300,
    )  # fmt: skip
    way: EnumProperty(name="Read", description="How the picture becomes a shape", items=WAYS, default="svr")
    steps: steps_property(20)
    seed: seed_property()


class ISS_StyliseSettings(StyliseChoices, bpy.types.PropertyGroup):
    """Of the panel."""


class ISS_VarySettings(VaryChoices, bpy.types.PropertyGroup):
    """Of the panel."""


class ISS_EditSettings(EditChoices, bpy.types.PropertyGroup):
    """Of the panel."""


class ISS_BlendSettings(BlendChoices, bpy.types.PropertyGroup):
    """Of the panel."""


class ISS_MakeEditableSettings(MakeEditableChoices, bpy.types.PropertyGroup):
    """Of the panel."""


class ISS_ImageSettings(ImageChoices, bpy.types.PropertyGroup):
    """Of the panel."""

    image: PointerProperty(name="Image", description="One object before a plain background", type=bpy.types.Image)


GROUPS = {
    "iss_stylise": ISS_StyliseSettings,
    "iss_vary": ISS_VarySettings,
    "iss_edit": ISS_EditSettings,
    "iss_blend": ISS_BlendSettings,
    "iss_make_editable": ISS_MakeEditableSettings,
    "iss_image": ISS_ImageSettings,
}


def seed_from(value: int) -> int:
    """Return a seed: the one that was chosen, or a new one for -1."""
    return value if value >= 0 else random.randint(0, LARGEST_SEED)


def register_changes() -> None:
    """Give scenes the settings; the classes are registered before."""
    for name, group in GROUPS.items():
        setattr(bpy.types.Scene, name, PointerProperty(type=group))


def unregister_changes() -> None:
    """Take the settings from scenes."""
    for name in GROUPS:
        delattr(bpy.types.Scene, name)
