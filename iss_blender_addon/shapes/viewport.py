"""What the 3D viewports show."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

WORKING = ("TRANSFORM_OT_", "SCULPT_OT_", "PAINT_OT_", "MESH_OT_")  # Blender's tools that run while a button is held


def viewports() -> Iterator[tuple[bpy.types.Window, bpy.types.Area]]:
    """Yield all open 3D viewports with their windows."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                yield window, area


def is_in_use() -> bool:
    """Tell whether Blender holds on to objects: a person moves, shapes or paints one, or a picture is being rendered.

    Objects and meshes that are removed then may take Blender along, and a step of undo would cut a stroke in two.
    """
    windows = bpy.context.window_manager.windows
    working = any(one.bl_idname.startswith(WORKING) for window in windows for one in window.modal_operators)
    return working or bpy.app.is_job_running("RENDER")


def is_editing() -> bool:
    """Tell whether a person works in another mode than Object Mode."""
    active = (window.view_layer.objects.active for window in bpy.context.window_manager.windows)
    return any(obj is not None and obj.mode != "OBJECT" for obj in active)


def shown_layer(scene: bpy.types.Scene) -> bpy.types.ViewLayer:
    """Return the view layer in which a window shows a scene, its first one where none does."""
    window = next((w for w in bpy.context.window_manager.windows if w.scene == scene), None)
    return scene.view_layers[0] if window is None else window.view_layer


def show_colours() -> None:
    """Let Solid view show colour attributes, where it shows materials now; other choices of a person stay."""
    for _, area in viewports():
        shading = area.spaces.active.shading
        if shading.type == "SOLID" and shading.color_type == "MATERIAL":
            shading.color_type = "VERTEX"


def redraw_panels() -> None:
    """Have the sidebars of all 3D viewports, and open preferences, drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "PREFERENCES":
                area.tag_redraw()
    for _, area in viewports():
        for region in area.regions:
            if region.type == "UI":
                region.tag_redraw()
