"""Blender objects whose pictures are known, for the tests of view capture; skips them all without bpy."""

import os
import tempfile

import numpy as np
import pytest

os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="iss_blender_"))
bpy = pytest.importorskip("bpy")
Matrix = pytest.importorskip("mathutils").Matrix

QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
# An L: a bar along +x, and a post on its left end; (x, y, z) ranges in Blender's axes, front -y.
L_BOXES = [((0, 3), (0, 1), (0, 1)), ((0, 1), (0, 0.5), (1, 4))]


def clear_scene():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def add_object(name, data):
    obj = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(obj)
    return obj


def mesh_object(vertices, faces, name="shape"):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    return add_object(name, mesh)


def boxes(ranges, name="boxes"):
    vertices, faces = [], []
    for xs, ys, zs in ranges:
        faces += [tuple(corner + len(vertices) for corner in quad) for quad in QUADS]
        vertices += [(x, y, z) for x in xs for y in ys for z in zs]
    return mesh_object(vertices, faces, name)


def unit_cube(name="cube"):
    return boxes([((-1, 1), (-1, 1), (-1, 1))], name)


def ball(segments=256, rings=128, radius=2.0):
    bpy.ops.mesh.primitive_uv_sphere_add(segments=segments, ring_count=rings, radius=radius)
    return bpy.context.object


def paint(obj, kind, domain, srgb):
    """Give a mesh one colour attribute; `srgb` [n, 3] for its points or corners."""
    attribute = obj.data.color_attributes.new("paint", kind, domain)
    values = np.concatenate([np.broadcast_to(srgb, (len(attribute.data), 3)), np.ones((len(attribute.data), 1))], 1)
    attribute.data.foreach_set("color_srgb", values.astype(np.float32).ravel())
    return obj


def principled(obj, name="material"):
    """Give an object a material and return its Principled node and its node tree."""
    material = bpy.data.materials.new(name)
    if material.node_tree is None:
        material.use_nodes = True
    obj.data.materials.append(material)
    tree = material.node_tree
    return next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), tree
