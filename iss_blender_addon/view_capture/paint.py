"""The base colour of a Blender mesh at its face corners, without lighting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import bpy
import numpy as np

from ..shapes.identity import by_uid

GREY = (0.8, 0.8, 0.8)  # sRGB, where nothing says a colour
UNTOUCHED_LINEAR = 0.8  # the base colour of a new material
SHADERS = ("BSDF_PRINCIPLED", "BSDF_DIFFUSE", "EMISSION")
UV_NODES = frozenset({"UVMAP"})
COLOUR_NODES = frozenset({"TEX_IMAGE", "VERTEX_COLOR", "ATTRIBUTE", "RGB"})

Painter = Callable[[np.ndarray], np.ndarray]  # corners by number [N] -> their sRGB colours [N, 3]


@dataclass(frozen=True, eq=False)
class Paint:
    """How a mesh's corners are coloured: by the material of their slot, by `base` where that says nothing (None)."""

    base: Painter
    by_slot: tuple[Painter | None, ...]

    def at(self, corners: np.ndarray, slots: np.ndarray) -> np.ndarray:
        """Return sRGB colours in 0..1, [T, 3, 3], at the corners [T, 3] of triangles whose slots are [T]."""
        flat = corners.ravel()
        colours = self.base(flat)
        own = np.repeat(slots.clip(0, max(len(self.by_slot) - 1, 0)), 3)
        for slot, painter in enumerate(self.by_slot):
            mine = own == slot
            if painter is not None and mine.any():
                colours[mine] = painter(flat[mine])
        return np.clip(colours, 0.0, 1.0).reshape(-1, 3, 3)

    def read_images(self) -> None:
        """Read the pixels now, for images that will not stay."""
        for painter in self.by_slot:
            if isinstance(painter, _ImagePainter):
                painter.read()


def paint_of(mesh: bpy.types.Mesh, corner_vertices: np.ndarray, materials: list[bpy.types.Material | None]) -> Paint:
    """Return what colours a mesh; only the pixels of its images are still read from Blender later.

    What the material's base colour says counts: an image (by the UV map that its nodes name, else that of renders), a
    colour attribute (likewise) or a plain colour. Where there is no material, or its colour is Blender's untouched
    grey or comes from other nodes, the active colour attribute counts, and a light grey where there is none.
    """
    base = _attribute_painter(mesh, corner_vertices) or _plain(np.array(GREY))
    return Paint(base, tuple(_material_painter(material, mesh, corner_vertices) for material in materials))


def _plain(colour: np.ndarray) -> Painter:
    return lambda corners: np.tile(colour, (len(corners), 1))


def _material_painter(
    material: bpy.types.Material | None, mesh: bpy.types.Mesh, corner_vertices: np.ndarray
) -> Painter | None:
    """Return what a material says about colours; None where it says nothing."""
    socket = _base_colour_socket(material)
    if socket is None:
        return None
    node = _node_before(socket, COLOUR_NODES)
    if node is None:
        return None if socket.is_linked else _plain_colour(socket, len(mesh.color_attributes) > 0)
    if node.type == "TEX_IMAGE":
        uvs = _corner_uvs(mesh, _node_before(node.inputs[0], UV_NODES))
        return None if uvs is None or node.image is None else _ImagePainter(node.image, uvs)
    if node.type == "RGB":
        return _plain(linear_to_srgb(np.array(node.outputs[0].default_value[:3])))
    named = node.layer_name if node.type == "VERTEX_COLOR" else node.attribute_name
    return _attribute_painter(mesh, corner_vertices, named or _rendered_attribute(mesh))


def _plain_colour(socket: bpy.types.NodeSocket, has_attribute: bool) -> Painter | None:
    """Return an unlinked socket's colour, but None where it is untouched and there is a colour attribute."""
    linear = np.array(socket.default_value[:3])
    untouched = np.allclose(linear, UNTOUCHED_LINEAR, atol=1e-4)
    return None if has_attribute and untouched else _plain(linear_to_srgb(linear))


def _base_colour_socket(material: bpy.types.Material | None) -> bpy.types.NodeSocket | None:
    """Return the first input of the material's shader: its colour, found by type as names are localised."""
    if material is None or material.node_tree is None:
        return None
    by_type = {node.type: node for node in reversed(material.node_tree.nodes)}
    shaders = [by_type[kind] for kind in SHADERS if kind in by_type]
    return shaders[0].inputs[0] if shaders else None


def _node_before(socket: bpy.types.NodeSocket, kinds: frozenset[str]) -> bpy.types.ShaderNode | None:
    """Return the nearest node upstream of `socket` of one of these types (a glTF file puts a Mix node between)."""
    waiting, seen = [link.from_node for link in socket.links], set()
    while waiting:
        node = waiting.pop(0)
        if node.type in kinds:
            return node
        if node not in seen:
            seen.add(node)
            waiting += [link.from_node for inner in node.inputs for link in inner.links]
    return None


def _corner_uvs(mesh: bpy.types.Mesh, node: bpy.types.ShaderNode | None) -> np.ndarray | None:
    """Return the UV map that a node names, else the one that renders use, per corner [L, 2], or None."""
    named = mesh.uv_layers.get(node.uv_map) if node is not None else None
    layers = [named] if named is not None else [layer for layer in mesh.uv_layers if layer.active_render]
    if not layers:
        return None
    uvs = np.zeros(2 * len(mesh.loops), np.float32)
    layers[0].data.foreach_get("uv", uvs)
    return uvs.reshape(-1, 2)


def _rendered_attribute(mesh: bpy.types.Mesh) -> str:
    """Return the name of the colour attribute that renders use, "" where there is none."""
    attributes, index = mesh.color_attributes, mesh.color_attributes.render_color_index
    return attributes[index].name if 0 <= index < len(attributes) else ""


def _attribute_painter(mesh: bpy.types.Mesh, corner_vertices: np.ndarray, name: str = "") -> Painter | None:
    """Return what reads the colour attribute `name` (the active one without a name), or None."""
    attributes = mesh.color_attributes
    attribute = attributes.get(name) if name else attributes.active_color
    if attribute is None and not name and len(attributes):
        attribute = attributes[0]
    if attribute is None:
        return None
    values = np.zeros(4 * len(attribute.data), np.float32)
    attribute.data.foreach_get("color_srgb", values)
    colours = values.reshape(-1, 4)[:, :3]
    if attribute.domain == "POINT":
        return lambda corners: colours[corner_vertices[corners]].astype(np.float64)
    return lambda corners: colours[corners].astype(np.float64)


class _ImagePainter:
    """Colours of an image at the corners' UV coordinates: nearest texel, repeated outside 0..1.

    The pixels are read when they are first needed, for that takes longest; an image that is gone by then is grey.
    """

    def __init__(self, image: bpy.types.Image, uvs: np.ndarray) -> None:
        self._image, self._uvs = image.session_uid, uvs
        self._texels: np.ndarray | None = None

    def __call__(self, corners: np.ndarray) -> np.ndarray:
        """Return the sRGB colours [N, 3] of corners [N]."""
        texels = self.read()
        height, width = texels.shape[:2]
        uvs = np.mod(self._uvs[corners], 1.0)
        column, row = ((uvs[:, i] * size).astype(int).clip(0, size - 1) for i, size in enumerate((width, height)))
        return texels[row, column].astype(np.float64)

    def read(self) -> np.ndarray:
        """Return the colours of the image, read from Blender once."""
        if self._texels is None:
            self._texels = _srgb_texels(self._image)
        return self._texels


def _srgb_texels(uid: int) -> np.ndarray:
    """Return an image's sRGB colours, float32 [H, W, 3], bottom row first; one grey texel where it holds none."""
    image = by_uid(bpy.data.images, uid)
    if image is None or not all(image.size):
        return np.full((1, 1, 3), GREY, np.float32)
    (width, height), channels = image.size, image.channels
    pixels = np.zeros(width * height * channels, np.float32)
    image.pixels.foreach_get(pixels)
    pixels = pixels.reshape(height, width, channels)
    colours = pixels[..., :3] if channels >= 3 else np.repeat(pixels[..., :1], 3, axis=2)
    # `pixels` holds the file's own values for 8-bit pictures, and scene-linear ones for float pictures.
    linear = image.is_float or image.colorspace_settings.is_data or "Linear" in image.colorspace_settings.name
    return linear_to_srgb(colours) if linear else colours


def linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    """Convert scene-linear colours in 0..1 to sRGB (IEC 61966-2-1)."""
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
