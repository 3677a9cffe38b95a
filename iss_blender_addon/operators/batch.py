"""Many prompts at once."""

import random
from pathlib import Path

import bpy
from bpy.props import IntProperty, StringProperty

from ..batch.batch import Batch, BatchItem, ItemState
from ..batch.grid import grid_cells
from ..batch.rows import BatchFileError, Row, read_rows, rows_of
from ..batch.settings import BatchChoices, rows_in
from ..generation import Generation
from ..language import tr
from ..places import at
from ..preferences import preferences
from ..runtime import ensure_timer, runtime
from ..settings import LARGEST_SEED, choices_of
from ..shapes.names import name_from
from ..shapes.viewport import show_colours
from .text_to_shape import new_generation


class ISS_OT_batch(BatchChoices, bpy.types.Operator):
    """Generate all prompts of the list, one collection each, on a grid that begins at the 3D cursor"""

    bl_idname = "iss.batch"
    bl_label = "Start Batch"
    bl_options = {"REGISTER"}  # each prompt's result is a step of undo of its own

    prompts: StringProperty(name="Prompts", description="One prompt a line, in place of the panel's list")
    filepath: StringProperty(
        name="File", description="TXT with one prompt a line, or CSV: prompt, seed, variations", subtype="FILE_PATH"
    )
    text: StringProperty(name="Text", description="Name of a text of this file, read as a file is")
    seed: IntProperty(
        name="Seed", description="Seed of every prompt; -1 draws new ones", default=-1, min=-1, max=LARGEST_SEED
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether there is a backend, and no batch yet."""
        batch, refusal = runtime().batch, runtime().refusal
        if refusal:
            cls.poll_message_set(refusal)
        elif batch is not None and not batch.is_over:
            cls.poll_message_set("A batch is running; cancel it first, or wait for its end")
            return False
        return not refusal

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Start with the panel's list, and do not wait."""
        return self.execute(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start the batch; scripts and background mode wait for its end."""
        try:
            rows = self._rows(context.scene)
        except BatchFileError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if not rows:
            self.report({"ERROR"}, "The list is empty; add prompts, or load a file with one a line")
            return {"CANCELLED"}
        state = runtime()
        state.batch = Batch(self._items(context.scene, rows))
        if bpy.app.background or not self.options.is_invoke:
            return self._wait(state.batch)
        if preferences().show_colours:
            show_colours()
        ensure_timer()
        return {"FINISHED"}

    def _rows(self, scene: bpy.types.Scene) -> list[tuple[str, Row]]:
        """Return rows with the keys of the panel's rows, "" for rows from elsewhere."""
        if self.prompts:
            rows = rows_of(self.prompts, "prompts")
        elif self.filepath:
            rows = read_rows(Path(bpy.path.abspath(self.filepath)))
        elif self.text:
            text = bpy.data.texts.get(self.text)
            if text is None:
                raise BatchFileError(tr("There is no text “{text}” in this file.", text=self.text))
            rows = rows_of(text.as_string(), text.name)
        else:
            return list(rows_in(scene.iss_batch))
        return [("", row) for row in rows]

    def _items(self, scene: bpy.types.Scene, rows: list[tuple[str, Row]]) -> list[BatchItem]:
        said = self.properties.is_property_set
        variations = (self if said("variations") else scene.iss_batch).variations
        spacing = (self if said("spacing") else scene.iss_batch).spacing
        cells = grid_cells([row.variations or variations for _, row in rows])
        items = []
        for (key, row), own in zip(rows, cells, strict=True):
            if row.problem:
                items.append(BatchItem(row.prompt, None, key, ItemState.FAILED, row.problem))
            else:
                seed = self._seed(scene) if row.seed is None else row.seed
                items.append(BatchItem(row.prompt, _generation(scene, row.prompt, seed, own, spacing), key))
        return items

    def _seed(self, scene: bpy.types.Scene) -> int:
        settings = scene.iss_generate
        if self.properties.is_property_set("seed"):
            return self.seed if self.seed >= 0 else random.randint(0, LARGEST_SEED)
        return random.randint(0, LARGEST_SEED) if settings.new_seed else settings.seed

    def _wait(self, batch: Batch) -> set[str]:
        """Do all items before returning; tells of each that fails and goes on."""
        state = runtime()
        while not batch.is_over:
            if not batch.step(state):
                state.run_to_end(*(item.generation for item in batch.running))
        for item in batch.failed:
            self.report({"WARNING"}, f"“{item.prompt}”: {item.message}")
        worked = len(batch.failed) < len(batch.items)
        self.report({"INFO"} if worked else {"ERROR"}, batch.summary())
        return {"FINISHED"} if worked else {"CANCELLED"}


class ISS_OT_batch_pause(bpy.types.Operator):
    """Wait after the running prompts, or go on"""

    bl_idname = "iss.batch_pause"
    bl_label = "Pause"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether there is a batch that is not over."""
        return _is_running(cls)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Turn pausing on or off."""
        runtime().batch.is_paused = not runtime().batch.is_paused
        ensure_timer()
        return {"FINISHED"}


class ISS_OT_batch_cancel(bpy.types.Operator):
    """Stop the batch; what is finished stays, and of the running prompts the best so far"""

    bl_idname = "iss.batch_cancel"
    bl_label = "Cancel Batch"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether there is a batch that is not over."""
        return _is_running(cls)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Drop what waits and stop what runs; other jobs of the queue go on."""
        state, running = runtime(), runtime().batch.running
        state.batch.cancel()
        for item in running:
            for job in item.jobs:
                state.queue.cancel(job)
        if not running:
            state.say(state.batch.summary())
        ensure_timer()
        return {"FINISHED"}


def _is_running(operator: type[bpy.types.Operator]) -> bool:
    """Tell whether there is a batch that is not over; where there is none, the operator's tooltip says so."""
    batch = runtime().batch
    if batch is None or batch.is_over:
        operator.poll_message_set("No batch is running")
        return False
    return True


def _generation(
    scene: bpy.types.Scene, prompt: str, seed: int, cells: list[tuple[int, int]], spacing: float
) -> Generation:
    """Return the generation of one prompt in its cells of the grid; rows run from back to front."""
    choices = choices_of(scene.iss_generate) | {"prompt": prompt, "seed": seed, "variations": len(cells)}
    made = new_generation(scene, choices)
    x, y, z = scene.cursor.location
    step = spacing * choices["size"]
    made.places = [at(x + column * step, y - row * step, z) for column, row in cells]
    made.collection = name_from(prompt)
    return made
