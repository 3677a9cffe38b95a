"""Objects that were not made here become ones that can be changed; fake worker."""

import math

import numpy as np
import pytest
from addon_fixtures import FakeEvent, bpy, choose, done, linked, mesh_arrays, step
from mathutils import Vector
from test_changes import begin_change, generated
from test_panels import draw, texts

from iss_blender_addon.changes.foreign import foreign_subjects, sample_of
from iss_blender_addon.panels.change import ISS_PT_stylise
from iss_blender_addon.runtime import runtime
from iss_blender_addon.shapes.collections import shape_collection
from iss_blender_addon.shapes.record import panel_settings_of

pytestmark = pytest.mark.blender
RED = (1.0, 0.0, 0.0, 1.0)


def slab(at=(3.0, 4.0, 5.0), turned=0.0):
    """A box of 1 x 2 x 4 (as the fake worker's) in Blender's axes: 1 wide, 2 deep, 4 high; red."""
    bpy.ops.mesh.primitive_cube_add(size=1.0, location=at)
    obj = bpy.context.object
    obj.name, obj.scale, obj.rotation_euler.z = "Slab", (1.0, 2.0, 4.0), turned
    obj.data.materials.append(bpy.data.materials.new("Red"))
    if obj.active_material.node_tree is None:  # before Blender 5.0
        obj.active_material.use_nodes = True
    obj.active_material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = RED
    bpy.context.view_layer.update()
    return obj


def bounds(obj):
    corners = [obj.matrix_world @ Vector(corner) for corner in obj.bound_box]
    return np.round([np.min(corners, axis=0), np.max(corners, axis=0)], 4).tolist()


def test_the_worker_gets_what_the_object_shows(client):
    slab(turned=0.5).modifiers.new("Half", "MIRROR")
    bpy.ops.iss.make_editable(text="a slab", steps=3)
    job, arrays = client.jobs[0], client.arrays[0]
    assert (job["type"], job["text"], job["settings"]) == ("from_mesh", "a slab", {"seed": 0, "steps": 3})
    size = np.ptp(arrays["vertices"], axis=0)
    assert size / size.max() == pytest.approx([0.25, 1.0, 0.5], abs=1e-5)  # Y up, and no longer askew
    assert (arrays["vertices"].dtype, arrays["faces"].dtype) == (np.float32, np.int32)
    assert set(map(tuple, arrays["colours"].tolist())) == {(255, 0, 0)}
    assert arrays["faces"].max() == len(arrays["vertices"]) - 1


@pytest.mark.parametrize("turned", [0.0, math.pi / 2, 0.5])
def test_the_result_covers_the_original_which_is_hidden_and_stays(client, turned):
    original = slab(turned=turned)
    before = bounds(original)
    assert bpy.ops.iss.make_editable() == {"FINISHED"}
    bpy.context.view_layer.update()
    (made,) = generated()
    assert bounds(made) == before
    assert made.matrix_world.to_euler().z == pytest.approx(turned)
    assert original.hide_render
    assert original.hide_get()
    assert bpy.context.object is made
    kept = panel_settings_of(made)["change"]
    assert (kept["kind"], kept["object"]) == ("from_mesh", "Slab")
    assert "text" not in client.jobs[0]


@pytest.mark.parametrize("mirror", [(-1, 1, 1), (1, 1, -1)])
def test_a_mirrored_object_is_seen_from_its_front_too(client, mirror):
    original = slab(turned=0.5)
    original.scale *= Vector(mirror)
    bpy.context.view_layer.update()
    before = bounds(original)
    bpy.ops.iss.make_editable()
    bpy.context.view_layer.update()
    (made,) = generated()
    assert made.matrix_world.to_euler().z == pytest.approx(0.5)
    assert bounds(made) == before


def test_the_result_is_seen_where_the_collection_of_shapes_is_excluded(client):
    original = slab()
    shape_collection(bpy.context.scene)
    bpy.context.view_layer.layer_collection.children["Text to Shape"].exclude = True
    choose(original)
    bpy.ops.iss.make_editable(placing="HIDE")
    (made,) = generated()
    assert made.visible_get()
    assert bpy.context.object is made
    assert not original.visible_get()


@pytest.mark.parametrize("has_original", [True, False])
def test_a_view_layer_without_the_collection_of_shapes_shows_the_result_in_place_of_the_original(client, has_original):
    original, scene = slab(), bpy.context.scene
    own = bpy.data.collections.new("Own")
    scene.collection.children.link(own)
    own.objects.link(original)
    scene.collection.objects.unlink(original)
    shape_collection(scene)
    layer = scene.view_layers.new("Without ours")
    layer.layer_collection.children["Text to Shape"].exclude = True
    layer.layer_collection.children["Own"].exclude = not has_original
    choose(original)
    bpy.ops.iss.make_editable(placing="HIDE")
    (made,) = generated()
    layer.update()
    assert made.visible_get(view_layer=layer) == has_original
    assert not original.visible_get(view_layer=layer)
    assert made.visible_get()


def test_beside_leaves_the_original_in_sight(client):
    original = slab()
    bpy.ops.iss.make_editable(placing="BESIDE")
    (made,) = generated()
    assert made.location.x == pytest.approx(3.0 + 1.25 * 4.0)
    assert made.location.z == pytest.approx(5.0 - 2.0)
    assert not original.hide_get()


def test_the_result_takes_a_style_as_any_other(client):
    slab()
    with pytest.raises(RuntimeError, match=r"“Slab” was not made by Text to Shape; press Make Editable Shape"):
        bpy.ops.iss.stylise(text="golden")
    bpy.ops.iss.make_editable(text="a slab")
    bpy.ops.iss.stylise(text="golden")
    assert client.arrays[1]["shape"].tobytes() == b"shape of a slab"
    with pytest.raises(RuntimeError, match="can be stylised, varied and edited already"):
        bpy.ops.iss.make_editable()


def test_an_object_counts_with_its_parts_and_each_chosen_object_by_itself(client):
    body, wheel = slab(), slab(at=(3.0, 9.0, 5.0))
    other = slab(at=(20.0, 0.0, 0.0))
    wheel.parent, wheel.matrix_parent_inverse = body, body.matrix_world.inverted()
    empty = bpy.data.objects.new("Root", None)
    bpy.context.scene.collection.objects.link(empty)
    body.parent = empty
    for obj in (empty, other):
        obj.select_set(True)
    body.select_set(False)
    bpy.context.view_layer.update()
    assert [one.name for one in foreign_subjects(bpy.context)] == ["Root", "Slab.002"]
    assert sample_of(foreign_subjects(bpy.context)[0]).size == pytest.approx(7.0)  # from y = 3 to y = 10
    bpy.ops.iss.make_editable()
    assert len(generated()) == 2
    assert all(obj.hide_get() for obj in (body, wheel, other))


def test_a_linked_object_is_not_taken_for_a_local_one_of_its_name_and_stays_in_sight(client, tmp_path):
    local = slab(turned=0.5)
    other = linked(local, tmp_path / "library.blend")
    local.scale *= 3.0
    choose(other)
    (subject,) = foreign_subjects(bpy.context)
    assert subject.root == other.session_uid
    assert sample_of(subject).size == pytest.approx(4.0)
    bpy.ops.iss.make_editable(placing="HIDE")
    (made,) = generated()
    assert made.location.x == pytest.approx(3.0 + 1.25 * 4.0)
    assert not (other.hide_render or other.hide_get() or local.hide_render or local.hide_get())


def test_an_original_is_hidden_where_it_is_and_not_where_another_has_its_name(client, tmp_path):
    local, scene = slab(), bpy.context.scene
    linked(local, tmp_path / "library.blend")
    own = bpy.data.collections.new("Own")
    scene.collection.children.link(own)
    own.objects.link(local)
    scene.collection.objects.unlink(local)
    layer = scene.view_layers.new("Without it")
    layer.layer_collection.children["Own"].exclude = True
    choose(local)
    assert bpy.ops.iss.make_editable() == {"FINISHED"}
    assert local.hide_get()


def test_what_has_no_face_is_told(client):
    bpy.ops.object.camera_add()
    with pytest.raises(RuntimeError, match="Select an object with faces"):
        bpy.ops.iss.make_editable()
    bpy.ops.object.empty_add()
    with pytest.raises(RuntimeError, match="Nothing selected shows a face"):
        bpy.ops.iss.make_editable()
    slab()
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Switch to Object Mode"):
        bpy.ops.iss.make_editable()
    assert not client.jobs


def test_progress_cancel_and_what_is_said_of_the_overlap(silent):
    original = slab()
    begin_change("make_editable", text="a slab")
    silent.tell("progress", phase="fit", step=30, total=120)
    step()
    assert ("progress", 0.25, "Fitting 30/120") in draw(ISS_PT_stylise)
    bpy.ops.iss.cancel()
    silent.tell("cancelled")
    step()
    assert list(bpy.data.objects) == [original]
    assert not original.hide_get()
    begin_change("make_editable")
    silent.tell("mesh", arrays=mesh_arrays())
    step()
    assert len(bpy.data.objects) == 2  # the preview stands beside
    silent.events.append(done(2, "", settings={"iou": 0.42}))
    step()
    assert "42% overlap with the original: the bundle knows few such forms" in runtime().message


def test_the_original_may_go_while_the_worker_looks_for_its_shape(silent):
    original = slab()
    before = bounds(original)
    begin_change("make_editable")
    bpy.data.objects.remove(original)
    silent.events.append(done(1, "a slab"))
    step()
    (made,) = generated()
    bpy.context.view_layer.update()
    assert bounds(made) == before


def test_the_panel_offers_it_and_a_refusal_changes_nothing(client):
    original = slab()
    seen = draw(ISS_PT_stylise)
    assert ("operator", "iss.make_editable") in seen
    assert "press Make Editable Shape" in texts(seen)
    client.answer = lambda number, job: [FakeEvent("error", number, {"message": "The mesh has no surface."})]
    with pytest.raises(RuntimeError, match="The mesh has no surface"):
        bpy.ops.iss.make_editable()
    assert list(bpy.data.objects) == [original]
    assert not original.hide_get()
    bpy.ops.object.select_all(action="DESELECT")
    assert ("operator", "iss.make_editable") not in draw(ISS_PT_stylise)


def test_results_beside_two_originals_do_not_stand_in_one_place(client):
    slab(), slab()
    bpy.ops.object.select_all(action="SELECT")
    bpy.ops.iss.make_editable(placing="BESIDE")
    assert sorted(obj.location.x for obj in generated()) == pytest.approx([8.0, 13.0])


def test_what_is_parented_to_a_generated_object_counts_by_itself(client):
    bpy.ops.iss.text_to_shape(prompt="a box")
    parent, child = bpy.context.object, slab()
    child.parent = parent
    bpy.ops.object.select_all(action="SELECT")
    assert bpy.ops.iss.make_editable() == {"FINISHED"}
    assert len(generated()) == 2
    assert child.hide_get()
    assert not parent.hide_get()
