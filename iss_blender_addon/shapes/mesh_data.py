"""Blender meshes from arrays, fast enough for a live preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    import numpy as np

    from .mesh_parts import MeshParts

COLOUR_ATTRIBUTE = "Color"


def fill_mesh(mesh: bpy.types.Mesh, parts: MeshParts, size: float, smooth: bool) -> None:
    """Replace what a mesh holds by arrays of the worker, `size` scene units along its longest side."""
    import numpy as np

    mesh.clear_geometry()
    mesh.vertices.add(len(parts.positions))
    mesh.edges.add(len(parts.edges))
    mesh.loops.add(len(parts.corners))
    mesh.polygons.add(len(parts.corners) // 3)
    # Through attributes, arrays are copied as a whole; `vertices` and `loops` take them number by number.
    fields = mesh.attributes
    fields["position"].data.foreach_set("vector", (parts.positions * np.float32(size)).ravel())
    fields[".edge_verts"].data.foreach_set("value", parts.edges.ravel())
    fields[".corner_vert"].data.foreach_set("value", parts.corners)
    fields[".corner_edge"].data.foreach_set("value", parts.corner_edges)
    mesh.polygons.foreach_set("loop_start", np.arange(0, len(parts.corners), 3, dtype=np.int32))
    _paint(mesh, parts.colours)
    shade = mesh.shade_smooth if smooth else mesh.shade_flat
    shade()
    mesh.update()  # not validated: the arrays were checked when they came


def _paint(mesh: bpy.types.Mesh, colours: np.ndarray) -> None:
    """Give the mesh its one colour attribute, active and rendered; the worker's colours are sRGB bytes."""
    old = mesh.color_attributes.get(COLOUR_ATTRIBUTE)
    attribute = old or mesh.color_attributes.new(COLOUR_ATTRIBUTE, "BYTE_COLOR", "POINT")
    attribute.data.foreach_set("color_srgb", colours.ravel())
    index = mesh.color_attributes.find(COLOUR_ATTRIBUTE)
    mesh.color_attributes.active_color_index = mesh.color_attributes.render_color_index = index
