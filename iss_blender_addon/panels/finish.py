"""The panel for what follows a generation."""

import bpy

from .base import ORDER, SidebarPanel, wrapped

EXPORT = (
    "glTF, PLY and FBX carry vertex colours as they are. For programs that know none, and for OBJ, bake them "
    "to a texture first. STL has no colours."
)


class ISS_PT_finish(SidebarPanel, bpy.types.Panel):
    """Another mesh, assets, textures, and what to know about export."""

    bl_idname = "ISS_PT_finish"
    bl_label = "Finish"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = ORDER["finish"]

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout = self.layout
        column = layout.column()
        column.operator("iss.mesh_again", icon="MOD_REMESH")
        column.operator("iss.mark_asset", icon="ASSET_MANAGER")
        column.operator("iss.bake_colours", icon="TEXTURE")
        box = layout.box()
        wrapped(box, EXPORT, context.region.width if context.region else 300, "EXPORT")
