"""What follows a generation: assets, and textures for export."""

from collections.abc import Iterable

import bpy
from bpy.props import IntProperty

from ..baking.bake import bake_colours, colour_slots, has_room_for_texture
from ..language import tr
from ..pictures.images import PictureError
from ..pictures.views import FRONT_LEFT, view_of
from ..shapes.libraries import is_local

PREVIEW_SIDE = 128


class ISS_OT_mark_asset(bpy.types.Operator):
    """Mark the selected generated objects as assets, with their prompt as description and a picture"""

    bl_idname = "iss.mark_asset"
    bl_label = "Mark as Asset"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether a generated object of this file is selected."""
        generated = [obj for obj in context.selected_objects if obj.iss_shape.is_generated]
        if not generated:
            cls.poll_message_set("Select an object that Text to Shape has made")
        elif not _local(generated):
            cls.poll_message_set(_linked(generated[0]))
        return bool(_local(generated))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Mark them."""
        objects = _local(obj for obj in context.selected_objects if obj.iss_shape.is_generated)
        for obj in objects:
            obj.asset_mark()
            obj.asset_data.description = obj.iss_shape.text
            for word in ("Text to Shape", *_words(obj.iss_shape.text)):
                obj.asset_data.tags.new(word, skip_if_exists=True)
            _set_preview(obj)
        self.report(
            {"INFO"},
            tr("{count} assets marked; save the file in an asset library to use them elsewhere", count=len(objects)),
        )
        return {"FINISHED"}


class ISS_OT_bake_colours(bpy.types.Operator):
    """Unwrap the active object and paint its colours into a texture, for programs that know no vertex colours"""

    bl_idname = "iss.bake_colours"
    bl_label = "Bake Colours to Texture"
    bl_options = {"REGISTER", "UNDO"}

    size: IntProperty(name="Size", description="Pixels a side", default=1024, min=64, max=8192, soft_max=4096)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether the active object is a mesh of this file with colours, in Object Mode."""
        obj = context.object
        if obj is None or obj.type != "MESH":
            cls.poll_message_set("Select a mesh object")
        elif obj.mode != "OBJECT":
            cls.poll_message_set("Switch to Object Mode first")
        elif obj.hide_viewport:  # Blender unwraps in Edit Mode, into which it lets none of these
            cls.poll_message_set(
                tr("“{name}” is disabled in viewports; enable it in the Outliner first", name=obj.name)
            )
        elif not (obj.is_editable and obj.data.is_editable):
            cls.poll_message_set(_linked(obj))
        elif not obj.data.color_attributes or not obj.data.polygons:
            cls.poll_message_set(tr("“{name}” has no colour attribute to bake", name=obj.name))
        elif not has_room_for_texture(obj.data):
            cls.poll_message_set(tr("“{name}” has as many UV maps as Blender allows; remove one first", name=obj.name))
        else:
            return True
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Bake."""
        obj = context.object
        is_seen = bool(colour_slots(obj)) or not obj.material_slots
        image = bake_colours(obj, self.size)
        told = tr("Baked into “{image}”, {size} x {size}, packed into the file", image=image.name, size=self.size)
        if not is_seen:
            told = tr(
                "{told}; no material of “{name}” shows its colours, so assign the last one to faces that shall do so",
                told=told,
                name=obj.name,
            )
        self.report({"INFO"}, told)
        return {"FINISHED"}


def _local(objects: Iterable[bpy.types.Object]) -> list[bpy.types.Object]:
    """Return the objects of this file; Blender marks no other ones."""
    return [obj for obj in objects if is_local(obj)]


def _linked(obj: bpy.types.Object) -> str:
    return tr("“{name}” is linked from another file; use Object > Relations > Make Local first", name=obj.name)


def _words(text: str) -> list[str]:
    """Return a prompt's words as tags, without the smallest ones."""
    words = ["".join(letter for letter in word if letter.isalnum()) for word in text.lower().split()]
    return list(dict.fromkeys(word for word in words if len(word) > 3))


def _set_preview(obj: bpy.types.Object) -> None:
    """Draw the asset's picture; one that cannot be seen now keeps Blender's own."""
    import numpy as np

    try:
        picture = view_of(obj, FRONT_LEFT, "raycast", PREVIEW_SIDE)
    except PictureError:
        return
    preview = obj.preview_ensure()
    preview.image_size = PREVIEW_SIDE, PREVIEW_SIDE
    preview.image_pixels_float.foreach_set((picture[::-1].astype(np.float32) / 255.0).ravel())
