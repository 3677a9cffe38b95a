"""The panel's list of prompts, kept with the scene."""

import uuid
from collections.abc import Iterable

import bpy
from bpy.props import CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..settings import LARGEST_SEED
from .rows import Row


class BatchChoices:
    """What a batch has besides its prompts, for a property group and an operator."""

    variations: IntProperty(
        name="Variations",
        description="How many different shapes of each prompt, side by side; a prompt may have its own number",
        default=1, min=1, max=64, soft_max=9,
    )  # fmt: skip
    spacing: FloatProperty(
        name="Spacing",
        description="From one shape to the next on the grid, as a multiple of their size",
        default=1.25, min=0.1, soft_min=1.0, soft_max=4.0,
    )  # fmt: skip


class ISS_BatchRow(bpy.types.PropertyGroup):
    """One prompt of the list."""

    prompt: StringProperty(name="Prompt", description="What to make, in English", maxlen=300)
    own_seed: IntProperty(
        name="Own Seed",
        description="Seed of this prompt's first shape; -1 takes the one that Generate would take",
        default=-1, min=-1, max=LARGEST_SEED,
    )  # fmt: skip
    own_variations: IntProperty(
        name="Own Variations",
        description="How many shapes of this prompt; 0 takes the batch's number",
        default=0, min=0, max=64, soft_max=9,
    )  # fmt: skip
    key: StringProperty(description="Ties the row to its progress", options={"HIDDEN"})


class ISS_BatchSettings(BatchChoices, bpy.types.PropertyGroup):
    """The list and what holds for all of it."""

    rows: CollectionProperty(type=ISS_BatchRow)
    active: IntProperty(name="Prompt", description="The chosen row")
    text: PointerProperty(
        name="Text", description="A text of this file with one prompt a line, or CSV", type=bpy.types.Text
    )


def rows_in(settings: ISS_BatchSettings) -> Iterable[tuple[str, Row]]:
    """Yield the list's rows that hold a prompt, with the keys that their progress is found by."""
    for row in settings.rows:
        if row.prompt.strip():
            seed = row.own_seed if row.own_seed >= 0 else None
            yield row.key, Row(" ".join(row.prompt.split()), seed, row.own_variations or None)


def add_row(settings: ISS_BatchSettings, row: Row) -> None:
    """Add a row at the end and choose it."""
    made = settings.rows.add()
    made.prompt, made.key = row.prompt, uuid.uuid4().hex
    made.own_seed = -1 if row.seed is None else row.seed
    made.own_variations = row.variations or 0
    settings.active = len(settings.rows) - 1


def register_batch() -> None:
    """Give scenes the list; the classes are registered before."""
    bpy.types.Scene.iss_batch = PointerProperty(type=ISS_BatchSettings)


def unregister_batch() -> None:
    """Take the list from scenes."""
    del bpy.types.Scene.iss_batch
