"""Albedo: vertex colours, materials and textures, and the lit picture."""

import numpy as np
import pytest
from view_capture_shapes import bpy, clear_scene, mesh_object, paint, principled, unit_cube

from iss_blender_addon.view_capture.cameras import look_at_origin
from iss_blender_addon.view_capture.paint import GREY, linear_to_srgb
from iss_blender_addon.view_capture.raycast import AMBIENT, RayCaster
from iss_blender_addon.view_capture.surface import CAMERA_DISTANCE, surface_of

pytestmark = pytest.mark.blender
ORANGE = np.array([0.9, 0.4, 0.1])


@pytest.fixture(autouse=True)
def empty_scene():
    clear_scene()


def surface(*objects):
    return surface_of(list(objects), bpy.context.evaluated_depsgraph_get())


def front_plane():
    """Make a square that faces Blender's -y, with a UV map that fills it; left bottom corner first."""
    obj = mesh_object([(-1, 0, -1), (1, 0, -1), (1, 0, 1), (-1, 0, 1)], [(0, 1, 2, 3)])
    layer = obj.data.uv_layers.new(name="map")
    layer.data.foreach_set("uv", np.array([0, 0, 1, 0, 1, 1, 0, 1], np.float32))
    return obj


def front_view(*objects, size=32):
    camera = look_at_origin(np.array([0.0, 0.0, CAMERA_DISTANCE]))
    return RayCaster(surface(*objects)).view(camera, size)


@pytest.mark.parametrize("kind", ["BYTE_COLOR", "FLOAT_COLOR"])
@pytest.mark.parametrize("domain", ["POINT", "CORNER"])
def test_colour_attributes_are_srgb(kind, domain):
    assert np.allclose(surface(paint(unit_cube(), kind, domain, ORANGE)).albedo, ORANGE, atol=1 / 255)


def test_point_colours_sit_on_their_own_vertices_and_are_interpolated():
    obj = front_plane()
    paint(obj, "FLOAT_COLOR", "POINT", np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]))
    found = surface(obj)
    expected = (found.corners[..., :2] - found.corners.min((0, 1))[:2]) / np.ptp(found.corners, (0, 1))[:2]
    assert np.allclose(found.albedo[..., :2], expected, atol=1e-4)  # red grows to the right, green upwards
    view = front_view(obj)
    centre = view.albedo[15:17, 15:17].mean((0, 1))
    assert np.allclose(centre, (0.5, 0.5, 0), atol=0.02)


def test_material_base_colour_becomes_srgb():
    obj = unit_cube()
    principled(obj)[0].inputs[0].default_value = (0.5, 0.02, 0.001, 1)
    assert np.allclose(surface(obj).albedo, (0.735357, 0.151704, 0.01292), atol=1e-4)  # IEC 61966-2-1 by hand
    assert np.allclose(linear_to_srgb(np.array([0.0, 0.0031308, 1.0])), (0, 0.04045, 1), atol=1e-5)


def corners_of(obj, colour):
    return np.isclose(surface(obj).albedo.reshape(-1, 3), colour, atol=1e-6).all(1).sum()


def test_each_slot_paints_its_own_faces_and_an_object_slot_wins():
    obj = unit_cube()
    principled(obj, "red")[0].inputs[0].default_value = (1, 0, 0, 1)
    principled(obj, "green")[0].inputs[0].default_value = (0, 1, 0, 1)
    obj.data.polygons[0].material_index = 1
    assert corners_of(obj, (0, 1, 0)) == 6  # two triangles
    assert corners_of(obj, (1, 0, 0)) == 30
    other = unit_cube("other")
    principled(other, "blue")[0].inputs[0].default_value = (0, 0, 1, 1)
    obj.material_slots[0].link = "OBJECT"
    obj.material_slots[0].material = bpy.data.materials["blue"]
    assert corners_of(obj, (0, 0, 1)) == 30


def test_an_untouched_material_leaves_the_colour_attribute_a_chosen_colour_does_not():
    obj = paint(unit_cube(), "FLOAT_COLOR", "POINT", ORANGE)
    node, _ = principled(obj)
    assert np.allclose(surface(obj).albedo, ORANGE, atol=1e-4)
    node.inputs[0].default_value = (0, 0, 1, 1)
    assert np.allclose(surface(obj).albedo, (0, 0, 1), atol=1e-4)


def test_a_colour_attribute_wired_through_a_mix_node_counts():
    obj = paint(unit_cube(), "BYTE_COLOR", "CORNER", ORANGE)
    node, tree = principled(obj)
    mix, source = tree.nodes.new("ShaderNodeMix"), tree.nodes.new("ShaderNodeVertexColor")
    mix.data_type = "RGBA"
    tree.links.new(source.outputs[0], mix.inputs[6])
    tree.links.new(mix.outputs[2], node.inputs[0])
    assert np.allclose(surface(obj).albedo, ORANGE, atol=1 / 255)


def test_a_colour_attribute_node_without_a_name_shows_the_one_of_renders():
    obj = paint(unit_cube(), "FLOAT_COLOR", "POINT", ORANGE)
    paint(obj, "FLOAT_COLOR", "POINT", np.array([0.0, 0.0, 1.0]))
    obj.data.color_attributes.render_color_index, obj.data.color_attributes.active_color_index = 0, 1
    node, tree = principled(obj)
    tree.links.new(tree.nodes.new("ShaderNodeVertexColor").outputs[0], node.inputs[0])
    assert np.allclose(surface(obj).albedo, ORANGE, atol=1e-4)


def texture(obj, pixels, float_buffer=False):
    node, tree = principled(obj)
    image = bpy.data.images.new("picture", pixels.shape[1], pixels.shape[0], float_buffer=float_buffer)
    image.pixels.foreach_set(np.concatenate([pixels, np.ones((*pixels.shape[:2], 1))], -1).astype(np.float32).ravel())
    source = tree.nodes.new("ShaderNodeTexImage")
    source.image = image
    tree.links.new(source.outputs[0], node.inputs[0])
    return source


def test_an_image_lies_on_the_uv_map_that_its_nodes_name():
    obj = front_plane()
    lightmap = obj.data.uv_layers.new(name="lightmap")
    lightmap.data.foreach_set("uv", np.full(8, 0.9, np.float32))
    lightmap.active_render = True
    obj.data.uv_layers["map"].data.foreach_set("uv", np.full(8, 0.1, np.float32))
    source = texture(obj, np.array([[[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [0.2, 0.4, 0.6]]]))
    tree = source.id_data
    named = tree.nodes.new("ShaderNodeUVMap")
    named.uv_map = "map"
    tree.links.new(named.outputs[0], source.inputs[0])
    assert np.allclose(surface(obj).albedo, (1, 0, 0), atol=1 / 255)


def test_image_texture_is_sampled_by_the_uv_map():
    """A picture of a quadrant for each colour, first row at the bottom as Blender has it."""
    obj = mesh_object(
        [(x, 0, z) for z in (-1, 0, 1) for x in (-1, 0, 1)], [(0, 1, 4, 3), (1, 2, 5, 4), (3, 4, 7, 6), (4, 5, 8, 7)]
    )
    layer = obj.data.uv_layers.new(name="map")
    quads = [(u, v) for v in (0, 0.5) for u in (0, 0.5)]
    inset = [(u + du, v + dv) for u, v in quads for du, dv in [(0.1, 0.1), (0.4, 0.1), (0.4, 0.4), (0.1, 0.4)]]
    layer.data.foreach_set("uv", np.array(inset, np.float32).ravel())
    texture(obj, np.array([[[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [0.2, 0.4, 0.6]]]))
    albedo = front_view(obj).albedo
    assert np.allclose(albedo[22, 10], (1, 0, 0), atol=1 / 255)
    assert np.allclose(albedo[22, 21], (0, 1, 0), atol=1 / 255)
    assert np.allclose(albedo[10, 10], (0, 0, 1), atol=1 / 255)
    assert np.allclose(albedo[10, 21], (0.2, 0.4, 0.6), atol=1 / 255)


def test_a_float_picture_is_scene_linear():
    obj = front_plane()
    texture(obj, np.full((2, 2, 3), 0.5), float_buffer=True)
    assert np.allclose(surface(obj).albedo, 0.735357, atol=1e-4)


def test_a_texture_without_picture_or_uv_map_falls_back_to_grey():
    obj = unit_cube()
    texture(obj, np.ones((2, 2, 3)))
    assert np.allclose(surface(obj).albedo, GREY)
    assert np.allclose(surface(unit_cube("bare")).albedo, GREY)


def test_the_image_is_lit_from_the_camera_on_white():
    view = front_view(paint(front_plane(), "FLOAT_COLOR", "POINT", ORANGE), size=33)
    assert np.allclose(view.image[16, 16], ORANGE, atol=1e-4)  # the middle faces the camera
    row, column = 16, 24
    ray = look_at_origin(np.array([0.0, 0.0, CAMERA_DISTANCE])).pixel_rays(33)[row, column]
    cosine = 1 / np.linalg.norm(ray)
    assert np.allclose(view.image[row, column], ORANGE * (AMBIENT + (1 - AMBIENT) * cosine), atol=1e-4)
    assert (view.image[~view.mask] == 1).all()
    assert (view.albedo[~view.mask] == 1).all()
