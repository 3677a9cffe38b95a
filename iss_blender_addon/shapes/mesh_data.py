"""Blender meshes from arrays, fast enough for a live preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .axes import to_blender

if TYPE_CHECKING:
    from ..jobs.job import MeshArrays

COLOUR_ATTRIBUTE = "Color"


def fill_mesh(mesh: bpy.types.Mesh, arrays: MeshArrays, size: float, smooth: bool) -> None:
    """Replace what a mesh holds by arrays of the worker, `size` scene units along its longest side."""
    import numpy as np

    mesh.clear_geometry()
    corners = np.ascontiguousarray(arrays.faces, dtype=np.int32).ravel()
    mesh.vertices.add(len(arrays.vertices))
    mesh.loops.add(len(corners))
    mesh.polygons.add(len(arrays.faces))
    # Through attributes, arrays are copied as a whole; `vertices` and `loops` take them number by number.
    mesh.attributes["position"].data.foreach_set("vector", to_blender(arrays.vertices, size).ravel())
    mesh.attributes[".corner_vert"].data.foreach_set("value", corners)
    mesh.polygons.foreach_set("loop_start", np.arange(0, len(corners), 3, dtype=np.int32))
    _paint(mesh, arrays)
    shade = mesh.shade_smooth if smooth else mesh.shade_flat
    shade()
    mesh.update(calc_edges=True)  # not validated: the arrays were checked when they came


def _paint(mesh: bpy.types.Mesh, arrays: MeshArrays) -> None:
    """Give the mesh its one colour attribute, active and rendered; the worker's colours are sRGB bytes."""
    import numpy as np

    old = mesh.color_attributes.get(COLOUR_ATTRIBUTE)
    attribute = old or mesh.color_attributes.new(COLOUR_ATTRIBUTE, "BYTE_COLOR", "POINT")
    colours = np.ones((len(arrays.colours), 4), np.float32)
    colours[:, :3] = arrays.colours
    colours[:, :3] /= 255.0
    attribute.data.foreach_set("color_srgb", colours.ravel())
    index = mesh.color_attributes.find(COLOUR_ATTRIBUTE)
    mesh.color_attributes.active_color_index = mesh.color_attributes.render_color_index = index
