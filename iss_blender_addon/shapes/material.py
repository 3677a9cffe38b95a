"""The material that shows the colours of generated shapes."""

from __future__ import annotations

import bpy

from .mesh_data import COLOUR_ATTRIBUTE

NAME = "Text to Shape Colours"


def colour_material() -> bpy.types.Material:
    """Return the material that all generated shapes share, made where the file has none."""
    material = bpy.data.materials.get(NAME)
    if material is None or material.library is not None:
        material = bpy.data.materials.new(NAME)
        _wire(material)
    return material


def _wire(material: bpy.types.Material) -> None:
    """Connect the colour attribute with the base colour."""
    if material.node_tree is None:  # before 5.0, where a material always has nodes
        material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    surface = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")  # names are translated, types are not
    colours = nodes.new("ShaderNodeVertexColor")
    colours.layer_name = COLOUR_ATTRIBUTE
    colours.location = surface.location.x - 250, surface.location.y
    surface.inputs["Roughness"].default_value = 0.7
    links.new(colours.outputs["Color"], surface.inputs["Base Color"])
