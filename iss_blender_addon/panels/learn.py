"""The panel that teaches a person's own objects to the model."""

from __future__ import annotations

import bpy

from ..language import tr
from ..learning.session import Learning, learning
from ..operators.learn import NOTHING
from ..preferences import preferences
from ..progress_text import progress_line
from .base import ORDER, SidebarPanel, draw_hint, wrapped


class ISS_PT_learn(SidebarPanel, bpy.types.Panel):
    """What is learnt, how far it is, and the bundles that came of it."""

    bl_idname = "ISS_PT_learn"
    bl_label = "Learn"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = ORDER["learn"]

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout, settings, state = self.layout, context.scene.iss_learn, learning()
        width = context.region.width if context.region else 300
        _draw_choices(layout, settings)
        if state.is_busy:
            _draw_progress(layout, state)
        else:
            _draw_button(layout, context, settings)
        if state.message:
            wrapped(layout, state.message, width, "ERROR" if state.is_alert else "CHECKMARK", state.is_alert)
        _draw_unfinished(layout, state)
        _draw_bundles(layout, state)


def _draw_choices(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    column = layout.column()
    column.use_property_split, column.use_property_decorate = True, False
    column.prop(settings, "source")
    if settings.source == "COLLECTION":
        column.prop(settings, "collection")
    if settings.source == "LIBRARY":
        column.prop_search(
            settings, "library", bpy.context.preferences.filepaths, "asset_libraries", icon="ASSET_MANAGER"
        )
    column.prop(settings, "name")
    column.prop(settings, "effort")


def _draw_button(layout: bpy.types.UILayout, context: bpy.types.Context, settings: bpy.types.PropertyGroup) -> None:
    """Draw the main button; where there is clearly nothing to learn it is grey, and the line below says why."""
    source = settings.source
    empty = source == "SELECTED" and not context.selected_objects
    empty = empty or (source == "COLLECTION" and settings.collection is None)
    empty = empty or (source == "LIBRARY" and not settings.library)
    row = layout.row()
    row.scale_y, row.enabled = 1.4, not empty
    row.operator("iss.learn", icon="MODIFIER")
    if empty:
        draw_hint(layout, NOTHING[source])


def _draw_progress(layout: bpy.types.UILayout, state: Learning) -> None:
    box = layout.box().column()
    row = box.row(align=True)
    if state.capturing is not None:
        capturing = state.capturing
        box.label(text=capturing.shape, icon="CAMERA_DATA", translate=False)
        told = (
            tr("View {done}/{total}", done=capturing.done, total=capturing.total)
            if capturing.total
            else "Looking for assets"
        )
        row.progress(factor=capturing.done / max(1, capturing.total), text=told)
    else:
        row.progress(factor=state.job.progress.fraction, text=progress_line(state.job))
    row.operator("iss.learn_cancel", text="", icon="CANCEL")


def _draw_unfinished(layout: bpy.types.UILayout, state: Learning) -> None:
    if state.is_busy:
        return
    for index, lesson in enumerate(state.shelf.unfinished):
        row = layout.row(align=True)
        row.label(text=f"{lesson.name} ({lesson.shapes})", icon="PAUSE", translate=False)
        row.operator("iss.learn_resume", icon="PLAY").index = index
        row.operator("iss.learn_forget", text="", icon="TRASH").index = index


def _draw_bundles(layout: bpy.types.UILayout, state: Learning) -> None:
    """Draw the shipped bundle and the person's own; a click uses one."""
    if not state.shelf.own:
        return
    used = preferences().bundle
    column = layout.column(align=True)
    column.label(text="Generate With")
    rows = [("The shipped bundle", ""), *((f"{one.name} (+{one.own_shapes})", one.folder) for one in state.shelf.own)]
    for name, folder in rows:
        icon = "RADIOBUT_ON" if folder == used else "RADIOBUT_OFF"
        column.operator("iss.use_bundle", text=name, icon=icon, translate=False).folder = folder
