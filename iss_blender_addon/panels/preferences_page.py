"""The add-on's page in Blender's preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..folders import environment_folder, worker_log
from ..language import tr
from ..runtime import Runtime, runtime
from .base import online_hint, wrapped

if TYPE_CHECKING:
    from ..preferences import ISS_Preferences

WIDTH = 700  # pixels; the page cannot know its own


def draw_page(layout: bpy.types.UILayout, preferences: ISS_Preferences) -> None:
    """Draw the whole page."""
    state = runtime()
    layout.use_property_split, layout.use_property_decorate = True, False
    column = layout.column()
    column.prop(preferences, "backend")
    if preferences.backend == "PYTHON":
        column.prop(preferences, "python")
    column.prop(preferences, "device")
    column.prop(preferences, "bundle")
    _draw_state(layout.box().column(), preferences, state)
    column = layout.column(heading="Courtesies")
    column.prop(preferences, "show_colours")
    column.prop(preferences, "warm_start")


def _draw_state(box: bpy.types.UILayout, preferences: ISS_Preferences, state: Runtime) -> None:
    if state.is_installing:
        _draw_installation(box, state)
        return
    wrapped(box, f"{state.problem}." if state.problem else "The backend is there.", WIDTH,
            "ERROR" if state.problem else "CHECKMARK")  # fmt: skip
    if state.setup_message:
        wrapped(box, state.setup_message, WIDTH, "INFO")
    row = box.row()
    if preferences.backend == "MANAGED":
        text = "Install Backend" if state.needs_installation else "Repair Backend"
        row.operator("iss.install_backend", text=text, icon="IMPORT")
        if state.needs_installation and not bpy.app.online_access:
            wrapped(box, online_hint(), WIDTH, "INTERNET_OFFLINE")
    row.operator("iss.test_backend", icon="PLAY")
    _draw_facts(box, state)


def _draw_installation(box: bpy.types.UILayout, state: Runtime) -> None:
    number, total, title = state.installer.step
    row = box.row(align=True)
    row.progress(factor=number / total if total else 0.0, text=f"{number}/{total} {title}" if total else "Starting")
    row.operator("iss.cancel_install", text="", icon="CANCEL")
    log = box.box().column(align=True)
    log.scale_y = 0.7
    for line in list(state.installer.lines)[-8:]:
        log.label(text=line, translate=False)


def _draw_facts(box: bpy.types.UILayout, state: Runtime) -> None:
    """Draw what the worker has said about itself, the folders and the disk used."""
    facts = state.queue.facts
    rows = {}
    if facts is not None:
        rows = {"Device": facts.device, "Bundle": facts.bundle, **dict(facts.versions)}
    rows["Folder"] = str(environment_folder())
    rows["Log"] = str(worker_log())
    split = box.column(align=True)
    split.scale_y = 0.8
    for name, value in rows.items():
        row = split.split(factor=0.2)
        row.label(text=name)
        row.label(text=str(value), translate=False)
    row = box.split(factor=0.2)
    row.label(text="Disk used")
    if state.disk_bytes:
        row.label(text=tr("{size:.2f} GB", size=state.disk_bytes / 1e9))
    else:
        row.operator("iss.measure_disk")
