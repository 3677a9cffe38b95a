"""Batch, style, variation, edit, blend and picture on the shipped bundle, at its smallest settings."""

import numpy as np
import pytest
from addon_fixtures import bpy, registered_with_the_real_worker

from iss_blender_addon.runtime import runtime

pytestmark = [pytest.mark.bundle, pytest.mark.blender]
SMALL = {"steps": 1, "seed": 1}


@pytest.fixture(scope="module", autouse=True)
def addon(tmp_path_factory):
    """Register the add-on once, with two batched shapes; its worker runs in this very Python."""
    with registered_with_the_real_worker(tmp_path_factory.mktemp("real")):
        settings = bpy.context.scene.iss_generate
        settings.steps, settings.views, settings.detail = 0, 2, 40
        bpy.ops.iss.batch(prompts="a red car\n?!\na wooden chair", seed=1)
        yield


def choose(*names):
    objects = [bpy.data.objects[name] for name in names]
    for obj in bpy.data.objects:
        obj.select_set(obj in objects)
    bpy.context.view_layer.objects.active = objects[0]
    return objects[0]


def corners(obj):
    values = np.empty(3 * len(obj.data.vertices), np.float32)
    obj.data.attributes["position"].data.foreach_get("vector", values)
    return values.reshape(-1, 3)


def colours(obj):
    values = np.empty(4 * len(obj.data.vertices), np.float32)
    obj.data.color_attributes[0].data.foreach_get("color_srgb", values)
    return values.reshape(-1, 4)[:, :3]


def test_the_batch_made_two_and_said_why_not_the_third():
    batch = runtime().batch
    assert [item.state.value for item in batch.items] == ["done", "failed", "done"]
    assert "no Latin letter" in batch.failed[0].message
    assert {obj.users_collection[0].name for obj in bpy.data.objects} == {"A red car", "A wooden chair"}


def test_a_texture_style_changes_colours_and_not_one_vertex():
    original = choose("A red car")
    bpy.ops.iss.stylise(text="golden", **SMALL)
    styled = bpy.context.object
    assert styled is not original
    assert np.array_equal(corners(styled), corners(original))
    assert not np.array_equal(colours(styled), colours(original))
    assert styled.iss_shape.text == "a red car, golden"
    bpy.ops.iss.stylise(text="blue", **SMALL)
    assert bpy.context.object.iss_shape.text == "a red car, blue"  # from the base, not from the golden one


def test_a_variation_an_edit_and_a_blend_are_shapes_of_their_own():
    choose("A red car")
    bpy.ops.iss.vary(closeness=0.5, **SMALL)
    varied = bpy.context.object
    choose("A wooden chair")
    bpy.ops.iss.edit(text="a red chair", keep=0.5, **SMALL)
    assert bpy.context.object.iss_shape.text == "a red chair"
    first, second = (len(choose(name).data.vertices) for name in ("A red car", "A wooden chair"))
    choose("A red car", "A wooden chair")
    bpy.ops.iss.blend(amount=0.5)
    assert len({first, second, len(varied.data.vertices), len(bpy.context.object.data.vertices)}) == 4


def test_a_picture_of_an_object_becomes_a_shape_like_it():
    bpy.ops.mesh.primitive_cube_add(size=2.0, location=(0, 20, 0))
    bpy.context.object.scale = (2.0, 0.7, 0.5)
    bpy.context.view_layer.update()
    bpy.ops.iss.from_image(source="OBJECT", side="FRONT", seed=1)
    made = bpy.context.object
    assert made.iss_shape.is_generated
    assert made.location.y == pytest.approx(20)
    assert made.dimensions.z < 0.5 * made.dimensions.x  # a flat slab, as the picture shows; its depth is a guess


def test_an_object_from_elsewhere_becomes_a_shape_that_takes_a_style():
    bpy.ops.mesh.primitive_uv_sphere_add(location=(0, 40, 3), segments=24, ring_count=16)
    ball = bpy.context.object
    bpy.ops.iss.make_editable(text="a ball", steps=20)
    made = bpy.context.object
    assert ball.hide_get()
    assert tuple(made.location) == pytest.approx((0, 40, 2), abs=1e-4)
    assert max(made.dimensions) == pytest.approx(2.0, rel=1e-4)
    assert "overlap with the original" in runtime().message
    bpy.ops.iss.stylise(text="golden", placing="HIDE", **SMALL)
    assert bpy.context.object.iss_shape.text == "a ball, golden"
    assert np.allclose(corners(bpy.context.object), corners(made), atol=1e-5)  # the size is measured anew
