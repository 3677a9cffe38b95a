"""The panel for many prompts."""

import bpy

from ..batch.batch import Batch, BatchItem, ItemState
from ..language import tr
from ..progress_text import seconds_text
from ..runtime import runtime
from .base import ORDER, SidebarPanel, draw_hint, wrapped

ICONS = {
    ItemState.WAITING: "TIME",
    ItemState.RUNNING: "PLAY",
    ItemState.DONE: "CHECKMARK",
    ItemState.CANCELLED: "CANCEL",
    ItemState.FAILED: "ERROR",
}
MOST_FAILURES = 5


class ISS_UL_batch(bpy.types.UIList):
    """Prompts with their progress."""

    bl_idname = "ISS_UL_batch"

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: bpy.types.AnyType,
        item: bpy.types.AnyType,
        icon: int,
        active_data: bpy.types.AnyType,
        active_property: str,
    ) -> None:
        """Draw one row."""
        draw_row(layout, item, runtime().batch)


class ISS_PT_batch(SidebarPanel, bpy.types.Panel):
    """A list of prompts, each with its own collection and progress."""

    bl_idname = "ISS_PT_batch"
    bl_label = "Batch"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = ORDER["batch"]

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout, settings, state = self.layout, context.scene.iss_batch, runtime()
        width = context.region.width if context.region else 300
        _draw_list(layout, settings)
        if state.batch is None or state.batch.is_over:
            row = layout.row()
            row.scale_y, row.enabled = 1.4, any(row.prompt.strip() for row in settings.rows)
            row.operator("iss.batch", icon="PLAY")
            if not row.enabled:
                draw_hint(layout, "First add a prompt, or load a file with one a line")
        if state.batch is not None:
            _draw_batch(layout, state.batch, width)
        column = layout.column()
        column.use_property_split, column.use_property_decorate = True, False
        column.prop(settings, "variations")
        column.prop(settings, "spacing")
        draw_hint(layout, "Other settings as in Generate")


def _draw_list(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    row = layout.row()
    row.template_list("ISS_UL_batch", "", settings, "rows", settings, "active", rows=5, maxrows=12)
    buttons = row.column(align=True)
    for action, icon in (("ADD", "ADD"), ("REMOVE", "REMOVE"), ("UP", "TRIA_UP"), ("DOWN", "TRIA_DOWN")):
        buttons.operator("iss.batch_rows", text="", icon=icon).action = action
    buttons.separator()
    buttons.operator("iss.batch_rows", text="", icon="TRASH").action = "CLEAR"
    if 0 <= settings.active < len(settings.rows):
        chosen = settings.rows[settings.active]
        own = layout.column(align=True)
        own.use_property_split, own.use_property_decorate = True, False
        own.prop(chosen, "own_seed")
        own.prop(chosen, "own_variations")
    load = layout.row(align=True)
    load.operator("iss.batch_load", text="Load File...", icon="FILEBROWSER").text = ""
    load.prop(settings, "text", text="")
    if settings.text is not None:
        load.operator("iss.batch_load", text="", icon="IMPORT").text = settings.text.name


def draw_row(layout: bpy.types.UILayout, row: bpy.types.PropertyGroup, batch: Batch | None) -> None:
    """Draw a prompt and how far it is."""
    item = batch.item_of(row.key) if batch is not None else None
    line = layout.row(align=True)
    line.alert = item is not None and item.state is ItemState.FAILED
    icon = ICONS[item.state] if item else "DOT"
    line.prop(row, "prompt", text="", emboss=False, icon=icon, placeholder="a wooden chair")
    if item is not None and item.state is ItemState.RUNNING:
        part = line.row()
        part.ui_units_x = 4
        part.progress(factor=item.fraction, text=f"{item.fraction:.0%}")


def _draw_batch(layout: bpy.types.UILayout, batch: Batch, width: int) -> None:
    """Draw the whole batch's progress, its buttons, and what failed."""
    over = sum(1 for item in batch.items if item.is_over)
    if not batch.is_over:
        row = layout.row(align=True)
        row.progress(factor=batch.fraction, text=_progress_line(batch, over))
        icon = "PLAY" if batch.is_paused else "PAUSE"
        row.operator("iss.batch_pause", text="", icon=icon)
        row.operator("iss.batch_cancel", text="", icon="CANCEL")
    for item in batch.failed[:MOST_FAILURES]:
        _draw_failure(layout, item, width)
    if len(batch.failed) > MOST_FAILURES:
        layout.label(text=tr("{number} more failed", number=len(batch.failed) - MOST_FAILURES))


def _progress_line(batch: Batch, over: int) -> str:
    """Return how far a batch is, such as "3 of 9, 12 s left"."""
    text = tr("{over} of {count}", over=over, count=len(batch.items))
    if batch.seconds_left:
        text = tr("{words}, {time} left", words=text, time=seconds_text(batch.seconds_left))
    return tr("Paused, {words}", words=text) if batch.is_paused else text


def _draw_failure(layout: bpy.types.UILayout, item: BatchItem, width: int) -> None:
    wrapped(layout, f"“{item.prompt}”: {item.message}" if item.prompt else item.message, width, "ERROR", True)
