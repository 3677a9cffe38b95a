"""Stylise, vary, edit, blend: which objects can be changed, what the worker is sent, where results go; fake worker."""

import json

import numpy as np
import pytest
from addon_fixtures import FakeEvent, bpy, choose, done, linked, mesh_arrays, overridden, step
from mathutils import Vector

from iss_blender_addon.changes.sources import problem_of
from iss_blender_addon.operators.mesh_again import _generation
from iss_blender_addon.runtime import runtime
from iss_blender_addon.shapes.extent import size_of
from iss_blender_addon.shapes.record import panel_settings_of, shape_of

pytestmark = pytest.mark.blender


def generated():
    return [obj for obj in bpy.data.objects if obj.iss_shape.is_generated]


def make(prompt="a box", at=(0.0, 0.0, 0.0), **choices):
    bpy.context.scene.cursor.location = at
    bpy.ops.iss.text_to_shape(prompt=prompt, seed=1, **choices)
    bpy.context.view_layer.update()
    return bpy.context.object


def begin_change(name, **choices):
    """Start a change as its button in a window does: without waiting for it."""
    from iss_blender_addon import registration

    settings = getattr(bpy.context.scene, f"iss_{name}")
    for key, value in choices.items():
        setattr(settings, key, value)
    operator = next(cls for cls in registration.CLASSES if getattr(cls, "bl_idname", "") == f"iss.{name}")
    started = []

    class Unsaid:
        settings_name = operator.settings_name
        properties = type("", (), {"is_property_set": staticmethod(lambda name: False)})
        chosen = operator.chosen

        @staticmethod
        def start(generations):
            for generation in generations:
                runtime().begin(generation)
                started.append(generation)

    operator.execute(Unsaid(), bpy.context)
    step()
    return started


def test_a_style_changes_what_its_text_says_unless_told_otherwise(client):
    make()
    bpy.ops.iss.stylise(text="spiky")
    assert client.jobs[1]["settings"]["mode"] == "auto"


def test_a_style_stands_beside_its_original_which_stays_as_it_was(client):
    original = make(size=2.0, detail=64)
    before = original.data.name, tuple(original.matrix_world.translation)
    bpy.ops.iss.stylise(text="golden", mode="shape_texture", hold=0.25, steps=4, seed=9)
    job = client.jobs[1]
    assert (job["type"], job["text"], job["resolution"]) == ("stylise", "golden", 64)
    assert job["settings"] == {
        "mode": "shape_texture", "seed": 9, "steps": 4, "keep_shape": 0.25, "continue_style": False,
    }  # fmt: skip
    assert client.arrays[1]["shape"].tobytes() == b"shape of a box"
    (styled,) = [obj for obj in generated() if obj != original]
    assert styled.location.x == pytest.approx(2.5)
    assert (original.data.name, tuple(original.matrix_world.translation)) == before
    assert bpy.context.object is styled
    kept = panel_settings_of(styled)
    assert (kept["prompt"], kept["change"]["kind"], kept["change"]["text"]) == ("a box", "stylise", "golden")
    assert kept["detail"] == 64
    assert shape_of(styled).tobytes() == b"shape of golden"


@pytest.mark.parametrize("placing", ["BESIDE", "REPLACE"])
def test_a_styled_object_keeps_the_seed_of_its_shape_beside_that_of_its_style(client, placing):
    make()
    bpy.ops.iss.stylise(text="golden", seed=9, placing=placing)
    assert panel_settings_of(bpy.context.object)["change"]["seed"] == 9
    bpy.ops.iss.use_object()
    settings = bpy.context.scene.iss_generate
    assert (settings.prompt, settings.seed) == ("a box", 1)


def test_the_next_result_takes_the_next_free_place(client):
    original = make(size=2.0)
    for _ in range(3):
        bpy.ops.object.select_all(action="DESELECT")
        original.select_set(True)
        bpy.context.view_layer.objects.active = original
        bpy.ops.iss.stylise(text="golden", steps=1)
        bpy.context.view_layer.update()
    assert sorted(obj.location.x for obj in generated()) == pytest.approx([0.0, 2.5, 5.0, 7.5])


def test_a_scaled_and_turned_original_hands_that_on(client):
    original = make(size=4.0)
    original.scale, original.rotation_euler = (2, 2, 2), (0, 0, 1)
    bpy.context.view_layer.update()
    bpy.ops.iss.stylise(text="golden")
    styled = bpy.context.object
    assert styled is not original
    assert tuple(styled.scale) == pytest.approx((2, 2, 2))
    assert styled.matrix_world.to_euler().z == pytest.approx(1.0)
    assert size_of(styled) == pytest.approx(4.0)
    assert styled.location.x == pytest.approx(1.25 * max(original.dimensions))


def seen_from_to(obj):
    """Return the lowest and the highest world coordinates [2, 3] of an object."""
    bpy.context.view_layer.update()
    corners = np.array([obj.matrix_world @ Vector(corner) for corner in obj.bound_box])
    return np.stack([corners.min(axis=0), corners.max(axis=0)])


def apply_location(obj):
    bpy.ops.object.transform_apply(location=True, rotation=False, scale=False)


def move_origin(obj):
    bpy.ops.object.origin_set(type="ORIGIN_CENTER_OF_VOLUME")


@pytest.mark.parametrize("move", [apply_location, move_origin])
@pytest.mark.parametrize(("placing", "shift"), [("BESIDE", 2.5), ("HIDE", 0.0), ("REPLACE", 0.0)])
def test_the_result_goes_by_the_mesh_where_the_origin_is_elsewhere(client, move, placing, shift):
    original = make(at=(5, 6, 7), size=2.0)
    move(original)
    before = seen_from_to(original)
    bpy.ops.iss.stylise(text="golden", placing=placing)
    assert np.allclose(seen_from_to(bpy.context.object), before + np.array([shift, 0, 0]), atol=1e-4)


def test_in_its_place_hides_the_original(client):
    original = make(at=(1, 2, 3))
    bpy.ops.iss.stylise(text="golden", placing="HIDE")
    styled = bpy.context.object
    assert styled is not original
    assert tuple(styled.location) == (1, 2, 3)
    assert original.hide_render
    assert original.hide_get()


def key_visibility(obj):
    obj.keyframe_insert("hide_render", frame=1)


def push_down_visibility(obj):
    key_visibility(obj)
    action = obj.animation_data.action
    obj.animation_data.nla_tracks.new().strips.new("Visibility", 1, action)
    obj.animation_data.action = None


def drive_visibility(obj):
    obj.driver_add("hide_render").driver.expression = "0"


@pytest.mark.parametrize("animate", [key_visibility, push_down_visibility, drive_visibility])
def test_the_result_stands_beside_an_original_that_would_be_seen_again_in_another_frame(client, animate):
    original = make(size=2.0)
    animate(original)
    bpy.ops.iss.stylise(text="golden", placing="HIDE")
    assert bpy.context.object.location.x == pytest.approx(2.5)
    assert (original.hide_render, original.hide_get()) == (False, False)
    assert "stands beside “A box”, whose visibility in renders is animated" in runtime().message


def test_an_original_that_only_moves_is_hidden(client):
    original = make(size=2.0)
    original.keyframe_insert("location", frame=1)
    bpy.ops.iss.stylise(text="golden", placing="HIDE")
    assert (original.hide_render, original.hide_get()) == (True, True)


def test_the_result_stands_beside_an_original_that_another_scene_renders_too(client):
    original = make(size=2.0)
    bpy.data.scenes.new("Other").collection.objects.link(original)
    bpy.ops.iss.stylise(text="golden", placing="HIDE")
    assert bpy.context.object.location.x == pytest.approx(2.5)
    assert (original.hide_render, original.hide_get()) == (False, False)
    assert "stands beside “A box”, which would be hidden in another scene too" in runtime().message


def test_replacing_gives_the_object_itself_the_new_mesh_and_record(client):
    original = make(at=(1, 2, 3))
    original.modifiers.new("mine", "DECIMATE")
    client.answer = lambda number, job: [done(number, "a box, golden", seed=77)]
    old = original.data
    bpy.ops.iss.stylise(text="golden", placing="REPLACE")
    assert generated() == [original]
    assert len(bpy.data.meshes) == 1
    assert original.data != old or original.data.name == "A box, golden"
    assert (original.iss_shape.text, original.iss_shape.seed) == ("a box, golden", 77)
    assert original.modifiers[0].name == "mine"
    assert tuple(original.location) == (1, 2, 3)


@pytest.mark.parametrize("placing", ["HIDE", "REPLACE"])
def test_the_result_stands_beside_a_linked_original_which_stays_as_it_was(client, tmp_path, placing):
    original = linked(make(size=2.0), tmp_path / "library.blend")
    bpy.data.objects.remove(bpy.data.objects[original.name, None])
    choose(original)
    before = original.data
    bpy.ops.iss.stylise(text="golden", placing=placing)
    (styled,) = [obj for obj in generated() if obj != original]
    assert styled.location.x == pytest.approx(2.5)
    assert (original.data, original.hide_render, original.hide_get()) == (before, False, False)
    assert "stands beside “A box”, which is linked" in runtime().message


def test_a_style_restarts_from_the_base_unless_told(client):
    make()
    bpy.ops.iss.stylise(text="golden")
    bpy.ops.iss.stylise(text="mossy", go_on=True)
    assert [job["settings"]["continue_style"] for job in client.jobs[1:]] == [False, True]
    assert client.arrays[2]["shape"].tobytes() == b"shape of golden"  # its bytes hold the base as well


def test_each_selected_object_is_changed(client):
    make("a box", (0, 0, 0))
    make("a lamp", (0, 9, 0))
    bpy.ops.object.select_all(action="SELECT")
    bpy.ops.iss.edit(text="a tall box", keep=0.75, steps=2, seed=4)
    assert [array["shape"].tobytes() for array in client.arrays[2:]] == [b"shape of a lamp", b"shape of a box"]
    assert {job["text"] for job in client.jobs[2:]} == {"a tall box"}
    assert client.jobs[2]["settings"] == {"seed": 4, "steps": 2, "keep": 0.75}
    edited = [obj for obj in generated() if panel_settings_of(obj).get("change")]
    assert {round(obj.location.y) for obj in edited} == {0, 9}
    assert panel_settings_of(edited[0])["prompt"] == "a tall box"


def test_variations_have_seeds_in_a_row_and_places_in_a_row(client):
    make(size=2.0)
    bpy.ops.iss.vary(count=3, closeness=0.25, steps=2, seed=5, placing="REPLACE")
    assert [job["settings"]["seed"] for job in client.jobs[1:]] == [5, 6, 7]
    assert "text" not in client.jobs[1]
    assert client.jobs[1]["settings"]["closeness"] == 0.25
    assert sorted(obj.location.x for obj in generated()) == pytest.approx([0, 2.5, 5, 7.5])


def test_a_blend_takes_two(client):
    make("a box", (0, 0, 0))
    with pytest.raises(RuntimeError, match="exactly two"):
        bpy.ops.iss.blend()
    make("a lamp", (5, 0, 0))
    bpy.ops.object.select_all(action="SELECT")
    bpy.ops.iss.blend(amount=0.25)
    assert (client.jobs[2]["type"], client.jobs[2]["amount"]) == ("blend", 0.25)
    assert client.arrays[2]["first"].tobytes() == b"shape of a lamp"
    assert client.arrays[2]["second"].tobytes() == b"shape of a box"
    assert panel_settings_of(bpy.context.object)["change"]["amounts"] == [0.25]


def test_an_animation_shows_exactly_one_mesh_in_every_frame(client):
    make("a box", (0, 0, 0))
    make("a lamp", (5, 0, 0))
    bpy.ops.object.select_all(action="SELECT")
    scene = bpy.context.scene
    scene.frame_set(10)
    bpy.ops.iss.blend(animate=True, meshes=4, frames=3)
    assert [job["amount"] for job in client.jobs[2:]] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    parent = bpy.context.object
    assert parent.type == "EMPTY"
    assert len(parent.children) == 4
    seen = []
    for frame in (1, 10, 12, 13, 15, 16, 18, 19, 21, 99):
        scene.frame_set(frame)
        shown = [obj for obj in parent.children if not obj.hide_viewport]
        assert [obj for obj in parent.children if not obj.hide_render] == shown
        assert len(shown) == 1
        seen.append(panel_settings_of(shown[0])["prompt"] and shown[0].name)
    assert [seen.index(name) for name in seen] == [0, 0, 0, 3, 3, 5, 5, 7, 7, 7]
    assert np.allclose([obj.matrix_world.translation for obj in parent.children], parent.matrix_world.translation)


def test_previews_stand_beside_and_cancel_keeps_the_best(silent):
    from test_panels import draw

    from iss_blender_addon.panels.change import ISS_PT_stylise

    silent.answer = lambda number, job: [done(number, "a box")] if number == 1 else []
    original = make(size=2.0)
    begin_change("stylise", text="golden", placing="REPLACE")
    silent.tell("progress", phase="stylise", step=3, total=6)
    silent.tell("mesh", arrays=mesh_arrays())
    step()
    (preview,) = [obj for obj in bpy.data.objects if obj != original]
    assert preview.location.x == pytest.approx(2.5)
    assert ("progress", 0.5, "Styling 3/6") in draw(ISS_PT_stylise)
    bpy.ops.iss.cancel()
    silent.tell("cancelled", arrays=mesh_arrays() | {"shape": np.arange(3, dtype=np.uint8)})
    step()
    step()
    assert silent.jobs[-1]["type"] == "mesh"
    silent.tell("done", arrays=mesh_arrays(), text="a box, golden")
    step()
    assert list(bpy.data.objects) == [original]
    assert shape_of(original).tolist() == [0, 1, 2]
    assert "kept the best of “A box, golden”" in runtime().message


def test_an_original_that_is_deleted_meanwhile_leaves_the_result(silent):
    silent.answer = lambda number, job: [done(number, "a box")] if number == 1 else []
    original = make()
    begin_change("stylise", text="golden", placing="HIDE")
    bpy.data.objects.remove(original)
    silent.events.append(done(2, "a box, golden"))
    step()
    (result,) = generated()
    assert result.iss_shape.text == "a box, golden"


def test_the_workers_refusal_is_told_and_the_original_stays(client):
    original = make()
    client.answer = lambda number, job: [FakeEvent("error", number, {"message": "The style is of the other kind."})]
    with pytest.raises(RuntimeError, match="of the other kind"):
        bpy.ops.iss.stylise(text="golden", placing="REPLACE")
    assert generated() == [original]
    assert original.iss_shape.text == "a box"


def test_buttons_say_why_they_are_grey(client):
    with pytest.raises(RuntimeError, match="Select an object that Text to Shape has made"):
        bpy.ops.iss.stylise(text="golden")
    bpy.ops.mesh.primitive_cube_add()
    with pytest.raises(RuntimeError, match=r"“Cube” was not made by Text to Shape; press Make Editable Shape"):
        bpy.ops.iss.vary()
    obj = make()
    with pytest.raises(RuntimeError, match="Write the style first"):
        bpy.ops.iss.stylise(text=" ")
    with pytest.raises(RuntimeError, match="Write what it shall become"):
        bpy.ops.iss.edit()
    obj.iss_shape.data = ""
    assert "no shape code" in problem_of(obj)


def test_another_bundle_is_named(client):
    obj = make()
    client.tell("hello", None, device="cpu", bundle="other", loaded=True)
    runtime().queue.warm_up()
    step()
    with pytest.raises(RuntimeError, match="made with the bundle “tiny”, the backend uses “other”"):
        bpy.ops.iss.stylise(text="golden")
    obj.iss_shape.bundle = "other"
    assert not problem_of(obj)


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT", "VERTEX_PAINT"])
def test_other_modes_are_refused(client, mode):
    make()
    bpy.ops.object.mode_set(mode=mode)
    with pytest.raises(RuntimeError, match="Switch to Object Mode first"):
        bpy.ops.iss.stylise(text="golden")


def test_the_backends_settings_are_kept_beside_the_choices(client):
    make()
    bpy.ops.iss.stylise(text="golden")
    kept = json.loads(bpy.context.object.iss_shape.settings)
    assert kept["backend"] == {"tau_2": 1.0}
    bpy.ops.iss.use_object()
    assert bpy.context.scene.iss_generate.prompt == "a box"


def test_panels_show_what_will_be_changed_or_why_not(client):
    from test_panels import draw, texts

    from iss_blender_addon.panels.change import ISS_PT_stylise

    assert "Select an object" in texts(draw(ISS_PT_stylise))
    make()
    assert "A box" in texts(draw(ISS_PT_stylise))
    assert "First write the style" in texts(draw(ISS_PT_stylise))
    make("a lamp")
    bpy.ops.object.select_all(action="SELECT")
    assert "2 objects" in texts(draw(ISS_PT_stylise))
    bpy.context.object.iss_shape.data = ""  # only the other one will be changed
    assert "2 objects" not in texts(draw(ISS_PT_stylise))


def test_a_shape_is_meshed_again_in_its_place_and_stays_what_it_is(client):
    made = make("a red box", detail=64)
    made.location, made.scale = (1, 2, 3), (2, 2, 2)
    made.modifiers.new("Bevel", "BEVEL")
    kept = panel_settings_of(made)
    client.answer = lambda number, job: [done(number, "a red box", seed=7)]
    assert bpy.ops.iss.mesh_again(detail=200) == {"FINISHED"}
    assert (client.jobs[1]["type"], client.jobs[1]["resolution"]) == ("mesh", 200)
    assert client.arrays[1]["shape"].tobytes() == b"shape of a red box"
    (again,) = generated()
    assert again == made
    assert (again.name, again.iss_shape.text, again.iss_shape.detail) == ("A red box", "a red box", 200)
    assert (tuple(again.location), tuple(again.scale)) == ((1, 2, 3), (2, 2, 2))
    assert len(again.modifiers) == 1
    assert again.data.name == "A red box"
    assert panel_settings_of(again) | {"change": {}} == kept | {"change": {}}
    bpy.context.scene.iss_generate.detail = 96
    bpy.ops.iss.mesh_again()
    assert client.jobs[2]["resolution"] == 96


def test_meshing_again_that_is_stopped_changes_nothing(client):
    made = make("a red box", detail=64)
    before, kept = made.data, shape_of(made).tobytes()
    client.answer = lambda number, job: []
    runtime().begin(_generation(bpy.context.scene, made, 512))
    step()
    bpy.ops.iss.cancel()
    stub = {name: array[:4] if name != "faces" else array[:0] for name, array in mesh_arrays().items()}
    client.tell("cancelled", arrays=stub | {"shape": np.frombuffer(b"shape of a red box", np.uint8)})
    step()
    assert [job["type"] for job in client.jobs] == ["generate", "mesh"]  # it does not begin anew
    assert (made.data, made.iss_shape.detail, shape_of(made).tobytes()) == (before, 64, kept)
    assert generated() == [made]
    assert len(bpy.data.meshes) == 1
    assert runtime().message == "Cancelled; nothing was changed"
    assert not runtime().is_busy


def test_a_mesh_without_its_shape_takes_nothings_place(client):
    original = make()
    before = original.data, original.iss_shape.data
    client.answer = lambda number, job: []
    begin_change("stylise", text="golden", placing="REPLACE")
    client.tell("mesh", arrays=mesh_arrays(), preview=True)
    step()
    bpy.ops.iss.cancel()
    client.tell("cancelled")
    step()
    assert (original.data, original.iss_shape.data) == before
    assert original.iss_shape.is_generated


def test_results_of_several_objects_take_places_of_their_own(client):
    make(size=2.0, variations=3)
    bpy.ops.object.select_all(action="SELECT")
    bpy.ops.iss.stylise(text="golden")
    assert sorted(obj.location.x for obj in generated()) == pytest.approx([0, 2.5, 5, 7.5, 10, 12.5])


def test_a_second_press_leaves_the_place_of_the_first_whose_preview_is_not_there_yet(silent):
    silent.answer = lambda number, job: [done(number, "a box")] if number == 1 else []
    make(size=2.0)
    pressed = [*begin_change("stylise", text="golden"), *begin_change("stylise", text="mossy")]
    assert [generation.places[0][3] for generation in pressed] == pytest.approx([2.5, 5.0])


@pytest.mark.parametrize("placing", ["HIDE", "REPLACE"])
def test_the_result_stands_beside_an_original_that_is_being_edited(silent, placing):
    silent.answer = lambda number, job: [done(number, "a box")] if number == 1 else []
    original = make(size=2.0)
    begin_change("stylise", text="golden", placing=placing)
    bpy.ops.object.mode_set(mode="EDIT")
    before = original.data
    silent.events.append(done(2, "a box, golden"))
    step()
    (styled,) = [obj for obj in generated() if obj != original]
    assert styled.location.x == pytest.approx(2.5)
    assert (original.data, original.mode, original.hide_render, original.hide_get()) == (before, "EDIT", False, False)
    assert "stands beside “A box”, which is being edited" in runtime().message


def test_an_original_that_is_no_mesh_any_more_stays_in_sight_when_its_mesh_was_to_be_replaced(silent):
    silent.answer = lambda number, job: [done(number, "a box")] if number == 1 else []
    original = make(size=2.0)
    begin_change("stylise", text="golden", placing="REPLACE")
    original.data.clear_geometry()
    original.data.from_pydata([(0, 0, 0), (0, 0, 1)], [(0, 1)], [])  # what has faces becomes no curve
    bpy.ops.object.convert(target="CURVE")
    silent.events.append(done(2, "a box, golden"))
    step()
    assert (original.type, original.hide_render) == ("CURVE", False)
    assert len(generated()) == 2
    assert "stands beside “A box”, which is no mesh" in runtime().message


@pytest.mark.parametrize("placing", ["HIDE", "REPLACE"])
def test_the_result_stands_beside_a_library_override_of_which_blender_saves_only_parts(client, tmp_path, placing):
    original = overridden(make(size=2.0), tmp_path / "library.blend")
    choose(original)
    before = original.data
    bpy.ops.iss.stylise(text="golden", placing=placing)
    assert bpy.context.object.location.x == pytest.approx(2.5)
    assert (original.data, original.hide_render, original.hide_get()) == (before, False, False)
    assert original.iss_shape.text == "a box"
    assert "stands beside “A box”, which is linked" in runtime().message


def test_a_mesh_that_is_replaced_hands_its_materials_on_but_no_baked_one_whose_uv_map_is_gone(client):
    made = make()
    ours, own = made.data.materials[0], bpy.data.materials.new("Own")
    bpy.ops.iss.bake_colours(size=64)
    made.data.materials.append(own)
    made.data.materials.append(None)
    bpy.ops.iss.mesh_again(detail=64)
    assert list(made.data.materials) == [ours, own, None]
    made.data.materials[0] = own
    bpy.ops.iss.mesh_again(detail=64)
    assert list(made.data.materials) == [own, own, None]
    made.data.materials.clear()
    bpy.ops.iss.mesh_again(detail=64)
    assert list(made.data.materials) == [ours]
