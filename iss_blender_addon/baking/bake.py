"""Unwraps a mesh, paints its colours into an image, and wires that into a material."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import bpy

from .raster import paint_triangles

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

UV_MAP = "Text to Shape"
MOST_UV_MAPS = 8  # that Blender gives a mesh
ANGLE = 1.15  # radians between faces of one island
MARGIN = 4  # pixels that colours grow beyond their island
GAP, LARGEST_GAP = 4.0, 0.02  # between islands, in pixels, and as a share of the picture


def bake_colours(obj: bpy.types.Object, size: int) -> bpy.types.Image:
    """Give a mesh object a UV map, an image [size, size] packed into the file, and a material that shows it.

    The material takes the slots that showed the colours; where none did it becomes the last one, on no face. The
    colour attribute and all other materials stay. Blender has to be in Object Mode with `obj` active.
    """
    import numpy as np

    mesh = obj.data
    _unwrap(obj, min(GAP / size, LARGEST_GAP))
    mesh.calc_loop_triangles()
    loops = np.empty(3 * len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("loops", loops)
    uvs = np.empty(2 * len(mesh.loops), np.float32)
    mesh.uv_layers[UV_MAP].data.foreach_get("uv", uvs)
    corners = uvs.reshape(-1, 2)[loops].reshape(-1, 3, 2)
    texture = paint_triangles(corners, _loop_colours(mesh)[loops].reshape(-1, 3, 3), size, MARGIN)
    texture[..., 3] = 1.0
    image = bpy.data.images.new(f"{obj.name} Colours", size, size)
    image.pixels.foreach_set(texture.ravel())
    image.update()
    image.pack()
    material = _material(f"{obj.name} Texture", image)
    slots = colour_slots(obj)
    for slot in slots:
        slot.material = material  # of the object or of its mesh, as the slot is linked
    if not slots:
        mesh.materials.append(material)
    return image


def has_room_for_texture(mesh: bpy.types.Mesh) -> bool:
    """Tell whether a mesh has our UV map, or can be given one more."""
    return UV_MAP in mesh.uv_layers or len(mesh.uv_layers) < MOST_UV_MAPS


def colour_slots(obj: bpy.types.Object) -> list[bpy.types.MaterialSlot]:
    """Return the material slots of a mesh object that show its colours, or a texture of them, or have no material."""
    names = {attribute.name for attribute in obj.data.color_attributes}
    return [slot for slot in obj.material_slots if slot.material is None or _shows(slot.material, names)]


def _shows(material: bpy.types.Material, names: set[str]) -> bool:
    """Tell whether a material shows a colour attribute of these names, or is one that `bake_colours` made."""
    nodes = material.node_tree.nodes if material.node_tree is not None else ()
    named = any(node.type == "ATTRIBUTE" and node.attribute_name in names for node in nodes)
    return named or any(node.type == "VERTEX_COLOR" for node in nodes) or is_baked(material)


def is_baked(material: bpy.types.Material) -> bool:
    """Tell whether a material shows a texture on our UV map, as `bake_colours` makes it."""
    tree = material.node_tree
    return tree is not None and any(node.type == "UVMAP" and node.uv_map == UV_MAP for node in tree.nodes)


def _unwrap(obj: bpy.types.Object, gap: float) -> None:
    """Lay out all faces of the active object in a UV map of ours, islands a `gap` (0..1) apart; other UV maps stay."""
    mesh = obj.data
    layer = mesh.uv_layers.get(UV_MAP) or mesh.uv_layers.new(name=UV_MAP, do_init=False)
    mesh.uv_layers.active = layer  # the one to edit; that of renders stays, on which other materials may rely
    with _edit_mode(obj):
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.uv.smart_project(angle_limit=ANGLE, margin_method="FRACTION", island_margin=gap, correct_aspect=False)


@contextmanager
def _edit_mode(obj: bpy.types.Object) -> Iterator[None]:
    """Be in Edit Mode of `obj` alone, with its hidden faces shown."""
    others = [other for other in bpy.context.selected_objects if other != obj]
    for other in others:
        other.select_set(False)
    obj.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        bpy.ops.mesh.reveal()
        yield
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
        for other in others:
            other.select_set(True)


def _loop_colours(mesh: bpy.types.Mesh) -> np.ndarray:
    """Return the active colour attribute as sRGB [L, 3] in 0..1, one a loop."""
    import numpy as np

    attribute = mesh.color_attributes.active_color or mesh.color_attributes[0]
    values = np.empty(4 * len(attribute.data), np.float32)
    attribute.data.foreach_get("color_srgb", values)
    colours = values.reshape(-1, 4)[:, :3]
    if attribute.domain != "POINT":
        return colours
    vertices = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", vertices)
    return colours[vertices]


def _material(name: str, image: bpy.types.Image) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    if material.node_tree is None:  # before 5.0, where a material always has nodes
        material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    surface = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")  # names are translated, types are not
    texture, uvs = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeUVMap")
    texture.image, uvs.uv_map = image, UV_MAP
    texture.location = surface.location.x - 320, surface.location.y
    uvs.location = texture.location.x - 220, texture.location.y
    surface.inputs["Roughness"].default_value = 0.7
    links.new(uvs.outputs["UV"], texture.inputs["Vector"])
    links.new(texture.outputs["Color"], surface.inputs["Base Color"])
    return material
