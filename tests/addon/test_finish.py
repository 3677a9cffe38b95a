"""Assets, and colours baked to a texture."""

import numpy as np
import pytest
from addon_fixtures import bpy, choose, linked, overridden

from iss_blender_addon.baking.raster import paint_triangles

pytestmark = pytest.mark.blender


def make(prompt="a red armchair"):
    bpy.ops.iss.text_to_shape(prompt=prompt)
    return bpy.context.object


def test_a_triangle_is_painted_where_it_is_and_blends_evenly():
    uvs = np.array([[[0, 0], [1, 0], [0, 1]]], np.float32)
    colours = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], np.float32)
    texture = paint_triangles(uvs, colours, 8, 0)
    rows, columns = np.nonzero(texture[..., 3])
    wanted = {(row, column) for row in range(8) for column in range(8) if row + column < 8}
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == wanted
    centres = (np.arange(8) + 0.5) / 8
    assert np.allclose(texture[0, :, 0], centres)
    assert np.allclose(texture[:, 0, 1], centres)


def test_margins_grow_with_the_colour_at_the_border():
    uvs = np.array([[[0.25, 0.25], [0.75, 0.25], [0.25, 0.75]]], np.float32)
    texture = paint_triangles(uvs, np.full((1, 3, 3), 0.5), 64, 3)
    assert np.allclose(texture[texture[..., 3] > 0][:, :3], 0.5)
    assert texture[20, 13, 3] == 1
    assert texture[20, 12, 3] == 0


def test_the_texture_shows_at_every_corner_what_the_attribute_says(client):
    obj = make()
    before = {layer.name for layer in obj.data.uv_layers}
    assert bpy.ops.iss.bake_colours(size=256) == {"FINISHED"}
    (image,) = bpy.data.images
    assert image.packed_file is not None
    assert tuple(image.size) == (256, 256)
    assert {layer.name for layer in obj.data.uv_layers} - before == {"Text to Shape"}
    texels = np.array(image.pixels[:]).reshape(256, 256, 4)
    mesh = obj.data
    uvs = mesh.uv_layers[0].data
    for polygon in mesh.polygons:
        for loop in polygon.loop_indices:
            centre = np.mean([uvs[i].uv for i in polygon.loop_indices], axis=0)
            x, y = (0.98 * np.array(uvs[loop].uv) + 0.02 * centre) * 256
            wanted = mesh.color_attributes[0].data[mesh.loops[loop].vertex_index].color_srgb[:3]
            found = texels[int(y), int(x), :3]
            assert np.allclose(found, wanted, atol=0.05)


def test_the_material_shows_the_texture_and_the_attribute_stays(client):
    obj = make()
    shared = obj.data.materials[0]
    bpy.ops.iss.bake_colours(size=64)
    material = obj.data.materials[0]
    assert material != shared
    (link,) = [link for link in material.node_tree.links if link.to_socket.name == "Base Color"]
    assert link.from_node.type == "TEX_IMAGE"
    assert link.from_node.image.size[0] == 64
    assert len(obj.data.color_attributes) == 1
    assert obj.mode == "OBJECT"


def test_other_selected_objects_are_left_alone_and_stay_selected(client):
    other = make("a lamp")
    obj = make()
    other.select_set(True)
    bpy.ops.iss.bake_colours(size=64)
    assert not other.data.uv_layers
    assert {obj, other} == set(bpy.context.selected_objects)
    assert bpy.context.object is obj


def test_what_a_shape_was_joined_into_keeps_its_material_and_its_uv_map(client):
    shape = make()
    bpy.ops.mesh.primitive_plane_add()
    obj, wood = bpy.context.object, bpy.data.materials.new("Wood")
    obj.data.materials.append(wood)
    shape.select_set(True)
    bpy.ops.object.join()
    assert [material.name for material in obj.data.materials] == ["Wood", "Text to Shape Colours"]
    bpy.ops.iss.bake_colours(size=64)
    assert [material.name for material in obj.data.materials] == ["Wood", "Plane Texture"]
    assert [layer.name for layer in obj.data.uv_layers if layer.active_render] == ["UVMap"]


def test_a_slot_of_the_object_shows_the_texture_too(client):
    obj = make()
    shared = obj.data.materials[0]
    obj.material_slots[0].link = "OBJECT"
    obj.material_slots[0].material = shared
    bpy.ops.iss.bake_colours(size=64)
    assert obj.active_material.name == "A red armchair Texture"


def test_baked_again_the_new_texture_is_shown(client):
    obj = make()
    for size in (64, 128):
        bpy.ops.iss.bake_colours(size=size)
    (texture,) = [node for node in obj.active_material.node_tree.nodes if node.type == "TEX_IMAGE"]
    assert len(obj.data.materials) == 1
    assert texture.image.size[0] == 128


def test_a_material_that_shows_no_vertex_colours_stays_where_it_is(client, capfd):
    obj = make()
    obj.data.materials[0] = bpy.data.materials.new("Wood")
    bpy.ops.iss.bake_colours(size=64)
    assert [material.name for material in obj.data.materials] == ["Wood", "A red armchair Texture"]
    assert "so assign the last one to faces" in capfd.readouterr().out


def test_nothing_to_bake_is_told(client):
    with pytest.raises(RuntimeError, match="Select a mesh object"):
        bpy.ops.iss.bake_colours()
    bpy.ops.mesh.primitive_cube_add()
    with pytest.raises(RuntimeError, match="“Cube” has no colour attribute"):
        bpy.ops.iss.bake_colours()


def test_a_mesh_with_all_uv_maps_that_blender_gives_is_told_before_anything_is_baked(client):
    obj = make()
    while obj.data.uv_layers.new() is not None:
        pass
    with pytest.raises(RuntimeError, match="“A red armchair” has as many UV maps as Blender allows; remove one"):
        bpy.ops.iss.bake_colours(size=64)
    obj.data.uv_layers[0].name = "Text to Shape"
    assert bpy.ops.iss.bake_colours(size=64) == {"FINISHED"}


def test_what_is_disabled_in_viewports_is_told_before_anything_is_baked(client):
    obj = make()
    obj.hide_viewport = True
    with pytest.raises(RuntimeError, match="“A red armchair” is disabled in viewports; enable it in the Outliner"):
        bpy.ops.iss.bake_colours(size=64)
    assert not obj.data.uv_layers
    obj.hide_viewport = False
    obj.hide_set(True)
    assert bpy.ops.iss.bake_colours(size=64) == {"FINISHED"}


def test_what_is_linked_is_refused_or_left_out(client, tmp_path):
    local = make()
    other = linked(local, tmp_path / "library.blend")
    choose(other)
    with pytest.raises(RuntimeError, match=r"“A red armchair” is linked from another file; use .* Make Local"):
        bpy.ops.iss.mark_asset()
    with pytest.raises(RuntimeError, match="“A red armchair” is linked from another file"):
        bpy.ops.iss.bake_colours()
    local.select_set(True)
    assert bpy.ops.iss.mark_asset() == {"FINISHED"}
    assert local.asset_data.description == "a red armchair"
    assert other.asset_data is None
    local.data = other.data
    choose(local)
    with pytest.raises(RuntimeError, match="“A red armchair” is linked from another file"):
        bpy.ops.iss.bake_colours()


def test_an_asset_has_the_prompt_tags_and_a_picture(client):
    obj = make("a red armchair")
    bpy.ops.iss.mark_asset()
    assert obj.asset_data.description == "a red armchair"
    assert {tag.name for tag in obj.asset_data.tags} == {"Text to Shape", "armchair"}
    preview = obj.preview
    assert tuple(preview.image_size) == (128, 128)
    pixels = np.empty(128 * 128 * 4, np.float32)
    preview.image_pixels_float.foreach_get(pixels)
    alpha = pixels.reshape(128, 128, 4)[..., 3]
    assert 0.02 < (alpha > 0.5).mean() < 0.6


def test_only_generated_objects_become_assets(client):
    bpy.ops.mesh.primitive_cube_add()
    with pytest.raises(RuntimeError, match="Select an object that Text to Shape has made"):
        bpy.ops.iss.mark_asset()


def test_a_library_override_becomes_no_asset_for_blender_marks_none(client, tmp_path):
    other = overridden(make(), tmp_path / "library.blend")
    choose(other)
    with pytest.raises(RuntimeError, match=r"“A red armchair” is linked from another file; use .* Make Local"):
        bpy.ops.iss.mark_asset()
    make("a lamp").select_set(True)
    other.select_set(True)
    assert bpy.ops.iss.mark_asset() == {"FINISHED"}
    assert bpy.context.object.asset_data.description == "a lamp"
