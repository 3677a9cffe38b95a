"""The base colour of a Blender mesh at its face corners, without lighting."""

from __future__ import annotations

import bpy
import numpy as np

GREY = (0.8, 0.8, 0.8)  # sRGB, where nothing says a colour
UNTOUCHED_LINEAR = 0.8  # the base colour of a new material
SHADERS = ("BSDF_PRINCIPLED", "BSDF_DIFFUSE", "EMISSION")
COLOUR_NODES = frozenset({"TEX_IMAGE", "VERTEX_COLOR", "ATTRIBUTE", "RGB"})


def loop_coordinates(mesh: bpy.types.Mesh) -> np.ndarray:
    """Return the coordinates of every loop's vertex, [L, 3]."""
    points = np.zeros(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    return points.reshape(-1, 3)[_loop_vertices(mesh)].astype(np.float64)


def corner_albedo(mesh: bpy.types.Mesh, loops: np.ndarray, materials: list[bpy.types.Material | None]) -> np.ndarray:
    """Return the sRGB albedo [T, 3, 3] in 0..1 at the corners of triangles given by `loops` [3T].

    What the material's base colour says counts: an image (by the UV map of renders), a colour attribute or a plain
    colour. Where there is no material, or its colour is Blender's untouched grey or comes from other nodes, the
    active colour attribute counts, and a light grey where there is none.
    """
    attribute = _attribute_colours(mesh)
    slots = np.zeros(len(mesh.loop_triangles), np.int32)
    if len(materials) > 1:
        mesh.loop_triangles.foreach_get("material_index", slots)
    colours = np.empty((len(loops), 3))
    colours[:] = GREY if attribute is None else attribute[loops]
    per_loop_slot = np.repeat(slots.clip(0, max(len(materials) - 1, 0)), 3)
    for slot, material in enumerate(materials):
        mine = per_loop_slot == slot
        if mine.any():
            painted = _material_colours(material, mesh, loops[mine])
            colours[mine] = colours[mine] if painted is None else painted
    return np.clip(colours, 0.0, 1.0).reshape(-1, 3, 3)


def _material_colours(
    material: bpy.types.Material | None, mesh: bpy.types.Mesh, loops: np.ndarray
) -> np.ndarray | None:
    """Return the sRGB colours [N, 3] (or [3] for all) that `material` gives to `loops` [N]; None: it says nothing."""
    socket = _base_colour_socket(material)
    if socket is None:
        return None
    node = _colour_node(socket)
    if node is None:
        return None if socket.is_linked else _plain_colour(socket, len(mesh.color_attributes) > 0)
    if node.type == "TEX_IMAGE":
        uvs = _loop_uvs(mesh)
        return None if uvs is None or node.image is None else _sample_image(node.image, uvs[loops])
    if node.type == "RGB":
        return linear_to_srgb(np.array(node.outputs[0].default_value[:3]))
    named = _attribute_colours(mesh, node.layer_name if node.type == "VERTEX_COLOR" else node.attribute_name)
    return None if named is None else named[loops]


def _plain_colour(socket: bpy.types.NodeSocket, has_attribute: bool) -> np.ndarray | None:
    """Return an unlinked socket's colour, but None where it is untouched and there is a colour attribute."""
    linear = np.array(socket.default_value[:3])
    untouched = np.allclose(linear, UNTOUCHED_LINEAR, atol=1e-4)
    return None if has_attribute and untouched else linear_to_srgb(linear)


def _base_colour_socket(material: bpy.types.Material | None) -> bpy.types.NodeSocket | None:
    """Return the first input of the material's shader: its colour, found by type as names are localised."""
    if material is None or material.node_tree is None:
        return None
    by_type = {node.type: node for node in reversed(material.node_tree.nodes)}
    shaders = [by_type[kind] for kind in SHADERS if kind in by_type]
    return shaders[0].inputs[0] if shaders else None


def _colour_node(socket: bpy.types.NodeSocket) -> bpy.types.ShaderNode | None:
    """Return the nearest node upstream of `socket` that holds a colour (a glTF file puts a Mix node between)."""
    waiting, seen = [link.from_node for link in socket.links], set()
    while waiting:
        node = waiting.pop(0)
        if node.type in COLOUR_NODES:
            return node
        if node not in seen:
            seen.add(node)
            waiting += [link.from_node for inner in node.inputs for link in inner.links]
    return None


def _loop_vertices(mesh: bpy.types.Mesh) -> np.ndarray:
    vertices = np.zeros(len(mesh.loops), np.int32)
    # through the attribute: many times as fast as through the loops
    mesh.attributes[".corner_vert"].data.foreach_get("value", vertices)
    return vertices


def _loop_uvs(mesh: bpy.types.Mesh) -> np.ndarray | None:
    """Return the UV map that renders use, per loop [L, 2], or None."""
    layers = [layer for layer in mesh.uv_layers if layer.active_render]
    if not layers:
        return None
    uvs = np.zeros(2 * len(mesh.loops), np.float32)
    layers[0].data.foreach_get("uv", uvs)
    return uvs.reshape(-1, 2)


def _attribute_colours(mesh: bpy.types.Mesh, name: str = "") -> np.ndarray | None:
    """Return the colour attribute `name` (the active one without a name) per loop as sRGB [L, 3], or None."""
    attributes = mesh.color_attributes
    attribute = attributes.get(name) if name else attributes.active_color
    if attribute is None and not name and len(attributes):
        attribute = attributes[0]
    if attribute is None:
        return None
    values = np.zeros(4 * len(attribute.data), np.float32)
    attribute.data.foreach_get("color_srgb", values)
    colours = values.reshape(-1, 4)[:, :3]
    return colours[_loop_vertices(mesh)] if attribute.domain == "POINT" else colours


def _sample_image(image: bpy.types.Image, uvs: np.ndarray) -> np.ndarray:
    """Return the sRGB colour [N, 3] of `image` at `uvs` [N, 2], nearest texel, repeated outside 0..1."""
    width, height = image.size
    if width == 0 or height == 0:
        return np.tile(GREY, (len(uvs), 1))
    pixels = np.zeros(width * height * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    texels = pixels.reshape(height, width, image.channels)
    column = (np.mod(uvs[:, 0], 1.0) * width).astype(int).clip(0, width - 1)
    row = (np.mod(uvs[:, 1], 1.0) * height).astype(int).clip(0, height - 1)
    colours = texels[row, column][:, [0, 1, 2] if image.channels >= 3 else [0, 0, 0]]  # one channel means grey
    # `pixels` holds the file's own values for 8-bit pictures, and scene-linear ones for float pictures.
    linear = image.is_float or image.colorspace_settings.is_data or "Linear" in image.colorspace_settings.name
    return linear_to_srgb(colours) if linear else colours


def linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    """Convert scene-linear colours in 0..1 to sRGB (IEC 61966-2-1)."""
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
