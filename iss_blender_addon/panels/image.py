"""The panel for shapes after pictures."""

import bpy

from .base import ORDER, SidebarPanel, draw_hint
from .generate import draw_progress_of


class ISS_PT_image(SidebarPanel, bpy.types.Panel):
    """A shape after an image, a file, or a picture of an object."""

    bl_idname = "ISS_PT_image"
    bl_label = "From Image"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = ORDER["image"]

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout, settings = self.layout, context.scene.iss_image
        layout.row().prop(settings, "source", expand=True)
        ready, hint = True, ""
        if settings.source == "FILE":
            layout.prop(settings, "filepath", text="")
            ready, hint = bool(settings.filepath), "First choose a picture file"
        elif settings.source == "IMAGE":
            layout.template_ID(settings, "image", open="image.open")
            ready, hint = settings.image is not None, "First choose an image"
        else:
            ready, hint = context.object is not None, "First select an object"
        row = layout.row()
        row.scale_y, row.enabled = 1.4, ready
        row.operator("iss.from_image", icon="IMAGE_DATA")
        if not ready:
            draw_hint(layout, hint)
        draw_progress_of(layout, ("from_image",))
        _draw_choices(layout, settings)


def _draw_choices(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    column = layout.column()
    column.use_property_split, column.use_property_decorate = True, False
    if settings.source == "OBJECT":
        column.prop(settings, "side")
        column.prop(settings, "engine")
    column.prop(settings, "way")
    column.prop(settings, "text", placeholder="optional")
    if settings.text.strip():
        column.prop(settings, "steps")
    column.prop(settings, "seed")
