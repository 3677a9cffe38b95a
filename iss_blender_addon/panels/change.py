"""The panels that change selected objects: stylise, vary, edit, blend."""

import bpy

from ..changes.foreign import sampling_problem
from ..changes.sources import chosen_objects, selection_problem
from ..language import tr
from .base import ORDER, SidebarPanel, draw_hint, wrapped
from .generate import draw_progress_of

KINDS = ("stylise", "vary", "edit", "blend")


class ISS_PT_stylise(SidebarPanel, bpy.types.Panel):
    """A style for the selected objects; the other changes stand below it."""

    bl_idname = "ISS_PT_stylise"
    bl_label = "Stylise"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = ORDER["stylise"]

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout, settings = self.layout, context.scene.iss_stylise
        draw_selection(layout, context)
        text = layout.row()
        text.scale_y = 1.2
        text.prop(settings, "text", text="", placeholder="covered in moss")
        _button(layout, "iss.stylise", "BRUSH_DATA", bool(settings.text.strip()), "First write the style")
        draw_progress_of(layout, KINDS)
        column = _column(layout)
        column.prop(settings, "mode")
        if settings.mode != "texture":
            column.prop(settings, "hold")
        column.prop(settings, "placing")
        column.prop(settings, "steps")
        column.prop(settings, "seed")
        column.prop(settings, "go_on")


class ISS_PT_vary(SidebarPanel, bpy.types.Panel):
    """Other shapes of the same prompt."""

    bl_idname = "ISS_PT_vary"
    bl_parent_id = "ISS_PT_stylise"
    bl_label = "Vary"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        names = ("count", "closeness", "placing", "steps", "seed")
        _draw_change(self.layout, context.scene.iss_vary, "iss.vary", "DUPLICATE", names)


class ISS_PT_edit(SidebarPanel, bpy.types.Panel):
    """The same object by another prompt."""

    bl_idname = "ISS_PT_edit"
    bl_parent_id = "ISS_PT_stylise"
    bl_label = "Edit"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout, settings = self.layout, context.scene.iss_edit
        layout.prop(settings, "text", text="", placeholder="a red chair with armrests")
        _button(layout, "iss.edit", "GREASEPENCIL", bool(settings.text.strip()), "First write what it shall become")
        column = _column(layout)
        for name in ("keep", "placing", "steps", "seed"):
            column.prop(settings, name)


class ISS_PT_blend(SidebarPanel, bpy.types.Panel):
    """What lies between two objects."""

    bl_idname = "ISS_PT_blend"
    bl_parent_id = "ISS_PT_stylise"
    bl_label = "Blend Two"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        settings = context.scene.iss_blend
        names = ("animate", "meshes", "frames") if settings.animate else ("amount", "animate")
        _draw_change(self.layout, settings, "iss.blend", "MOD_MESHDEFORM", names)


def draw_selection(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw what will be changed, or why nothing can be."""
    width = context.region.width if context.region else 300
    problem = selection_problem(context)
    if problem:
        wrapped(layout, problem, width, "INFO")
        if not sampling_problem(context):
            _draw_make_editable(layout.box(), context.scene.iss_make_editable)
        return
    chosen = chosen_objects(context)
    text = chosen[0].name if len(chosen) == 1 else tr("{count} objects", count=len(chosen))
    layout.label(text=text, icon="RESTRICT_SELECT_OFF", translate=False)


def _draw_make_editable(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    """Draw what makes objects that were not generated ones that can be changed."""
    _button(layout, "iss.make_editable", "SHADERFX")
    draw_progress_of(layout, ("from_mesh",))
    column = _column(layout)
    for name in ("text", "placing", "steps"):
        column.prop(settings, name)


def _draw_change(
    layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup, operator: str, icon: str, names: tuple[str, ...]
) -> None:
    _button(layout, operator, icon)
    column = _column(layout)
    for name in names:
        column.prop(settings, name)


def _button(layout: bpy.types.UILayout, operator: str, icon: str, enabled: bool = True, hint: str = "") -> None:
    row = layout.row()
    row.scale_y, row.enabled = 1.4, enabled
    row.operator(operator, icon=icon)
    if not enabled:
        draw_hint(layout, hint)


def _column(layout: bpy.types.UILayout) -> bpy.types.UILayout:
    column = layout.column()
    column.use_property_split, column.use_property_decorate = True, False
    return column
