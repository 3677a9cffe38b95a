"""The first panel: prompt, button, progress."""

import bpy

from ..language import tr
from ..operators.text_to_shape import ISS_OT_text_to_shape
from ..progress_text import progress_line
from ..runtime import Runtime, runtime, warm_up_soon
from .base import ORDER, SidebarPanel, draw_hint, online_hint, wrapped
from .presets import ISS_PT_presets


class ISS_PT_generate(SidebarPanel, bpy.types.Panel):
    """Prompt and button; progress while the worker is busy."""

    bl_idname = "ISS_PT_generate"
    bl_label = "Generate"
    bl_order = ORDER["generate"]

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Draw the button of the presets."""
        ISS_PT_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout, state, settings = self.layout, runtime(), context.scene.iss_generate
        width = context.region.width if context.region else 300
        if state.refusal:
            draw_problem(layout, state, width)
        else:
            warm_up_soon()
        prompt = layout.row()
        prompt.scale_y = 1.2
        draw_prompt(prompt, settings)
        draw_button(layout, settings, state)
        if state.queue.running:
            draw_progress(layout, state)
        elif state.message:
            icon = "ERROR" if state.is_alert else "CHECKMARK"
            wrapped(layout, state.message, width, icon, state.is_alert)
        draw_choices(layout, settings)


class ISS_PT_generate_advanced(SidebarPanel, bpy.types.Panel):
    """What few people change."""

    bl_idname = "ISS_PT_generate_advanced"
    bl_parent_id = "ISS_PT_generate"
    bl_label = "Advanced"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout, settings = self.layout, context.scene.iss_generate
        layout.use_property_split, layout.use_property_decorate = True, False
        for name in ("start", "views", "rate"):
            layout.prop(settings, name)
        column = layout.column(align=True)
        column.prop(settings, "tau_1")
        column.prop(settings, "tau_2")
        layout.operator("iss.release", icon="TRASH")


def draw_prompt(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    """Draw the prompt's field."""
    layout.prop(settings, "prompt", text="", placeholder="a wooden chair")


def draw_button(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup, state: Runtime) -> None:
    """Draw the main button; without a prompt it is grey, and the line below says why."""
    row = layout.row()
    row.scale_y = 1.6
    row.enabled = bool(settings.prompt.strip())
    busy = state.queue.is_busy
    text = "Text to Shape" if not busy else "Add to Queue"
    row.operator(ISS_OT_text_to_shape.bl_idname, text=text, icon="PLAY" if not busy else "ADD").ask = False
    if not row.enabled and not state.problem:
        draw_hint(layout, "First write what to make")


def draw_progress(layout: bpy.types.UILayout, state: Runtime) -> None:
    """Draw the running jobs' bars, how many wait, and what stops them: one button, or one a bar and one for all."""
    box, running, waiting = layout.box().column(), state.queue.running, len(state.queue.waiting)
    for job in running:
        box.label(text=job.title, icon="SORTTIME", translate=False)
        row = box.row(align=True)
        row.progress(factor=job.progress.fraction, text=progress_line(job))
        row.operator("iss.cancel", text="", icon="CANCEL").job = job.key if len(running) > 1 else ""
    if waiting:
        box.label(text=tr("{waiting} more waiting", waiting=waiting), icon="BLANK1")
    if len(running) > 1:
        box.operator("iss.cancel", text="Cancel All", icon="CANCEL").job = ""


def draw_progress_of(layout: bpy.types.UILayout, kinds: tuple[str, ...]) -> None:
    """Draw the running jobs' progress in another panel, where that panel's button has started one."""
    if any(job.kind in kinds for job in runtime().queue.running):
        draw_progress(layout, runtime())


def draw_choices(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    """Draw what is changed often."""
    column = layout.column()
    column.use_property_split, column.use_property_decorate = True, False
    column.prop(settings, "variations")
    seed = column.row(align=True)
    field = seed.row(align=True)
    field.active = not settings.new_seed
    field.prop(settings, "seed")
    seed.prop(settings, "new_seed", text="", icon="FILE_REFRESH")
    column.prop(settings, "steps")
    mesh = column.column(align=True)
    mesh.prop(settings, "detail")
    mesh.prop(settings, "size")
    column.prop(settings, "smooth")


def draw_problem(layout: bpy.types.UILayout, state: Runtime, width: int) -> None:
    """Draw the running installation, else what is missing and what mends it: an installation, or the preferences."""
    box = layout.box().column()
    if state.is_installing:
        wrapped(box, "The backend is being installed.", width, "INFO")
        number, total, title = state.installer.step
        row = box.row(align=True)
        row.progress(factor=number / total if total else 0.0, text=title or "Starting")
        row.operator("iss.cancel_install", text="", icon="CANCEL")
        return
    wrapped(box, f"{state.problem}.", width, "INFO")
    if state.needs_installation:
        box.operator("iss.install_backend", icon="IMPORT")
        if not bpy.app.online_access:
            wrapped(box, online_hint(), width, "INTERNET_OFFLINE")
    box.operator("iss.show_preferences", icon="PREFERENCES")
