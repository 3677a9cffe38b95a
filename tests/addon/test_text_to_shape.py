"""The operator, its result in the scene, and what may happen while a job runs; with a fake worker."""

import json

import numpy as np
import pytest
from addon_fixtures import (
    COLOURS,
    FakeEvent,
    begin,
    bpy,
    choose,
    copied,
    done,
    mesh_arrays,
    overridden,
    previewed,
    step,
)

from iss_blender_addon.runtime import runtime
from iss_blender_addon.shapes.record import panel_settings_of, shape_of

pytestmark = pytest.mark.blender


def generated():
    return [obj for obj in bpy.data.objects if obj.iss_shape.is_generated]


def corners(obj):
    return np.array([obj.matrix_world @ vertex.co for vertex in obj.data.vertices])


def test_a_script_gets_the_finished_object(client):
    bpy.context.scene.cursor.location = (10, 20, 30)
    assert bpy.ops.iss.text_to_shape(prompt="a red box", seed=3, size=2.0) == {"FINISHED"}
    (obj,) = generated()
    assert obj.name == "A red box"
    assert [c.name for c in obj.users_collection] == ["Text to Shape"]
    assert bpy.context.view_layer.objects.active is obj
    assert obj.select_get()
    assert client.jobs[0]["settings"]["seed"] == 3
    assert client.jobs[0]["text"] == "a red box"


def exclude(layers):
    layers["Text to Shape"].exclude = True


def close_the_eye(layers):
    layers["Text to Shape"].hide_viewport = True


def disable(layers):
    layers["Text to Shape"].collection.hide_viewport = True


@pytest.mark.parametrize("hide", [exclude, close_the_eye, disable])
def test_previews_and_result_are_seen_where_their_collection_is_hidden(silent, hide):
    silent.answer = lambda number, job: [done(number, "a box")] if number == 1 else []
    bpy.ops.iss.text_to_shape(prompt="a box")
    hide(bpy.context.view_layer.layer_collection.children)
    preview = previewed(silent)
    assert preview.visible_get()
    silent.events.append(done(2))
    step()
    assert [obj.visible_get() for obj in generated()] == [False, True]


def test_it_stands_on_the_cursor_with_its_front_towards_minus_y(client):
    bpy.context.scene.cursor.location = (10, 20, 30)
    bpy.ops.iss.text_to_shape(prompt="a box", size=2.0)
    found = corners(generated()[0])
    # longest side: 4 up, scaled to 2: so 0.5 wide, 1 deep, 2 high; origin in the middle of the base
    assert np.allclose(found.min(axis=0), (9.75, 19.5, 30), atol=1e-5)
    assert np.allclose(found.max(axis=0), (10.25, 20.5, 32), atol=1e-5)
    front = found[[1, 3, 5, 7]]  # cube z = 2
    assert np.allclose(front[:, 1], 19.5, atol=1e-5)


def test_faces_stay_turned_outwards(client):
    bpy.ops.iss.text_to_shape(prompt="a box", size=4.0)
    mesh = generated()[0].data
    volume = sum(np.linalg.det([mesh.vertices[i].co for i in polygon.vertices]) / 6 for polygon in mesh.polygons)
    assert volume == pytest.approx(8.0, rel=1e-5)
    assert not mesh.validate()


def test_colours_are_srgb_bytes_active_rendered_and_wired(client):
    bpy.ops.iss.text_to_shape(prompt="a box")
    mesh = generated()[0].data
    attributes = mesh.color_attributes
    assert len(attributes) == 1
    assert attributes.active_color == attributes[0]
    assert attributes.render_color_index == 0
    found = np.empty(32, np.float32)
    attributes[0].data.foreach_get("color_srgb", found)
    assert np.allclose(found.reshape(8, 4)[:, :3] * 255, COLOURS, atol=0.6)
    tree = mesh.materials[0].node_tree
    (link,) = [link for link in tree.links if link.to_socket.name == "Base Color"]
    assert link.from_node.type == "VERTEX_COLOR"
    assert link.from_node.layer_name == attributes[0].name


def test_one_material_serves_all(client):
    bpy.ops.iss.text_to_shape(prompt="a box", variations=3)
    assert len(generated()) == 3
    assert len(bpy.data.materials) == 1


def test_variations_stand_side_by_side_with_seeds_in_a_row(client):
    bpy.ops.iss.text_to_shape(prompt="a box", variations=3, seed=7, size=2.0)
    assert [job["settings"]["seed"] for job in client.jobs] == [7, 8, 9]
    assert sorted(obj.location.x for obj in generated()) == pytest.approx([0.0, 2.5, 5.0])
    assert {obj.select_get() for obj in generated()} == {True}


def test_everything_needed_later_is_kept_on_the_object_and_in_the_file(client, tmp_path):
    bpy.ops.iss.text_to_shape(prompt="a box", seed=5, steps=3, detail=64)
    path = str(tmp_path / "kept.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert not generated()
    bpy.ops.wm.open_mainfile(filepath=path)
    (obj,) = generated()
    record = obj.iss_shape
    assert (record.text, record.seed, record.bundle, record.detail) == ("a box", 5, "tiny", 64)
    assert json.loads(record.scores) == {"final": 0.3}
    assert shape_of(obj).tobytes() == b"shape of a box"
    assert panel_settings_of(obj)["steps"] == 3


def test_the_panels_settings_hold_where_a_script_says_nothing(client):
    settings = bpy.context.scene.iss_generate
    settings.prompt, settings.new_seed, settings.seed, settings.views = "a lamp", False, 11, 5
    bpy.ops.iss.text_to_shape()
    assert client.jobs[0]["text"] == "a lamp"
    assert client.jobs[0]["settings"]["seed"] == 11
    assert client.jobs[0]["settings"]["views"] == 5
    assert "learning_rate" not in client.jobs[0]["settings"]


def test_a_new_seed_is_drawn_and_shown(client):
    bpy.ops.iss.text_to_shape(prompt="a box")
    bpy.ops.iss.text_to_shape(prompt="a box")
    first, second = (job["settings"]["seed"] for job in client.jobs)
    assert first != second
    assert bpy.context.scene.iss_generate.seed == second


def test_an_empty_prompt_is_told(client):
    with pytest.raises(RuntimeError, match="Write what to make"):
        bpy.ops.iss.text_to_shape(prompt="  ")
    assert not client.jobs


def test_the_workers_reason_is_told(silent):
    silent.answer = lambda number, job: [FakeEvent("error", number, {"message": "The memory is exhausted."})]
    with pytest.raises(RuntimeError, match="The memory is exhausted"):
        bpy.ops.iss.text_to_shape(prompt="a box")
    assert runtime().is_alert


def test_without_a_backend_the_button_says_why(client):
    runtime().problem = "The backend is not installed yet"
    with pytest.raises(RuntimeError, match=r"not installed yet\. See the add-on's preferences"):
        bpy.ops.iss.text_to_shape(prompt="a box")


def test_detail_and_size_change_without_generating_again(client):
    bpy.ops.iss.text_to_shape(prompt="a box", detail=128)
    (generation,) = runtime().generations._finished.values()
    bpy.ops.iss.place_shapes(key=generation.key, detail=128, size=8.0)
    assert len(client.jobs) == 1
    assert max(generated()[-1].dimensions) == pytest.approx(8.0)
    bpy.ops.iss.place_shapes(key=generation.key, detail=32, size=8.0)
    bpy.ops.iss.place_shapes(key=generation.key, detail=32, size=1.0)
    assert [job["type"] for job in client.jobs] == ["generate", "mesh"]  # the second time it was kept
    assert client.jobs[1]["resolution"] == 32
    assert client.arrays[1]["shape"].tobytes() == b"shape of a box"


def test_where_the_detail_cannot_be_changed_the_object_says_what_it_has(client):
    bpy.ops.iss.text_to_shape(prompt="a box", detail=128)
    (generation,) = runtime().generations._finished.values()
    client.answer = lambda number, job: []
    begin()  # keeps the worker busy
    bpy.ops.iss.place_shapes(key=generation.key, detail=32, size=2.0)
    assert generated()[-1].iss_shape.detail == 128
    client.events.append(done(2))
    step()
    client.answer = lambda number, job: [done(number)]
    bpy.ops.iss.place_shapes(key=generation.key, detail=32, size=2.0)
    assert generated()[-1].iss_shape.detail == 32


def test_previews_grow_in_one_object_until_the_result_takes_its_place(silent):
    obj = previewed(silent)
    assert not obj.iss_shape.is_generated
    stretched = mesh_arrays()
    stretched["vertices"] = stretched["vertices"] * np.float32([1, 1, 2])
    silent.tell("mesh", arrays=stretched, preview=True)
    silent.tell("progress", phase="stage 2", step=4, total=20, eta_s=2.0)
    step()
    assert list(bpy.data.objects) == [obj]
    assert obj.dimensions.y == pytest.approx(2.0)
    assert runtime().queue.running[0].progress.fraction == 0.2
    obj.location = (1, 2, 3)
    bpy.context.view_layer.update()
    silent.events.append(done(1))
    step()
    (result,) = bpy.data.objects
    assert result.iss_shape.is_generated
    assert tuple(result.location) == (1, 2, 3)
    assert not runtime().is_busy
    assert len(bpy.data.meshes) == 1


def test_cancel_keeps_the_best_so_far(silent):
    previewed(silent)
    bpy.ops.iss.cancel()
    assert silent.cancelled == [1]
    silent.tell("cancelled", arrays=mesh_arrays(), remarks=["The text is too long."])
    step()
    assert len(generated()) == 1
    assert runtime().message.endswith("so far. The text is too long")
    assert "kept the best" in runtime().message


def test_what_the_worker_remarked_on_is_told_once_with_the_result(silent):
    begin(variations=2)
    remarks = ["The text is too long by 3 tokens", "The memory is exhausted."]
    for number in (1, 2):
        silent.events.append(done(number, remarks=remarks[:number]))
        step()
    assert runtime().message.endswith("vertices. The text is too long by 3 tokens. The memory is exhausted")
    assert not runtime().is_alert


def test_what_was_cancelled_is_meshed_at_full_detail_before_it_is_placed(silent):
    begin(detail=100)
    bpy.ops.iss.cancel()
    half = mesh_arrays() | {"shape": np.arange(9, dtype=np.uint8)}
    silent.tell("cancelled", arrays=half)
    step()
    step()
    assert not generated()
    assert (silent.jobs[1]["type"], silent.jobs[1]["resolution"]) == ("mesh", 100)
    assert silent.arrays[1]["shape"].tolist() == list(range(9))
    double = {"vertices": np.tile(mesh_arrays()["vertices"], (2, 1)), "colours": np.tile(COLOURS, (2, 1))}
    silent.tell("done", arrays=mesh_arrays() | double)
    step()
    assert len(generated()[0].data.vertices) == 16


def test_cancel_before_the_first_shape_leaves_nothing(silent):
    begin()
    bpy.ops.iss.cancel()
    silent.tell("cancelled")
    step()
    assert not bpy.data.objects
    assert "before there was" in runtime().message


def test_a_lost_worker_is_told_and_the_next_press_works(silent):
    previewed(silent)
    silent.tell("lost", message="The worker ended unexpectedly. Its log: /x")
    step()
    assert not bpy.data.objects
    assert "Its log" in runtime().message
    assert runtime().is_alert
    silent.answer = lambda number, job: [done(number)]
    bpy.ops.iss.text_to_shape(prompt="a box")
    assert len(generated()) == 1


def test_a_deleted_preview_stays_away_but_the_result_comes(silent):
    bpy.data.objects.remove(previewed(silent))
    for _ in range(2):
        silent.tell("mesh", arrays=mesh_arrays())
        step()
        assert not bpy.data.objects
    silent.events.append(done(1))
    step()
    assert len(generated()) == 1


def test_undo_that_takes_the_preview_lets_it_come_back(silent):
    bpy.data.objects.remove(previewed(silent))  # what undo does to data that no step knows
    runtime().after_undo()
    step()
    assert len(bpy.data.objects) == 1


def test_another_file_ends_the_job_and_keeps_no_preview(silent, tmp_path):
    previewed(silent)
    path = str(tmp_path / "half.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert silent.cancelled == [1]
    silent.tell("cancelled", arrays=mesh_arrays())
    step()
    assert not bpy.data.objects
    bpy.ops.wm.open_mainfile(filepath=path)  # saved with a preview in it
    assert not bpy.data.objects
    assert "another file" in runtime().message


def test_a_deleted_scene_sends_the_result_to_the_current_one(silent):
    other = bpy.data.scenes.new("other")
    begin()
    bpy.data.scenes.remove(bpy.context.scene)
    silent.tell("mesh", arrays=mesh_arrays())
    step()
    silent.events.append(done(1))
    step()
    assert [obj.users_scene for obj in generated()] == [(other,)]


def test_each_scene_has_its_own_collection(silent):
    begin()
    first = bpy.context.scene
    bpy.context.window.scene = bpy.data.scenes.new("other")
    silent.events.append(done(1))
    step()
    begin()
    silent.events.append(done(2))
    step()
    assert {obj.users_scene for obj in generated()} == {(first,), (bpy.data.scenes["other"],)}
    begin()
    silent.events.append(done(3))
    step()
    assert len(bpy.data.collections) == 2


def test_a_mesh_that_makes_no_sense_is_not_taken(silent):
    begin()
    wrong = mesh_arrays()
    wrong["faces"] = wrong["faces"] + 1
    silent.tell("mesh", arrays=wrong)
    step()
    assert not bpy.data.objects


def test_jobs_wait_for_each_other_and_cancel_takes_all(silent):
    begin(variations=3)
    assert len(silent.jobs) == 1
    assert len(runtime().queue.waiting) == 2
    bpy.ops.iss.cancel()
    silent.tell("cancelled", arrays=mesh_arrays())
    step()
    assert len(generated()) == 1
    assert not runtime().is_busy


def test_the_test_button_keeps_nothing(client):
    bpy.ops.iss.test_backend()
    assert client.jobs[0]["resolution"] == 32
    assert not bpy.data.objects
    assert "It works" in runtime().message


def test_results_wait_while_blender_holds_on_to_objects(silent, monkeypatch):
    in_use = [True]
    monkeypatch.setattr("iss_blender_addon.delivery.is_in_use", lambda: in_use[0])
    begin()
    silent.tell("mesh", arrays=mesh_arrays(), preview=True)
    step()
    assert not list(bpy.data.objects)
    in_use[0] = False
    step()
    (dragged,) = bpy.data.objects
    in_use[0] = True
    silent.events.append(done(1))
    step()
    assert list(bpy.data.objects) == [dragged]
    assert runtime().is_busy
    in_use[0] = False
    step()
    (result,) = bpy.data.objects
    assert result.iss_shape.is_generated
    assert not runtime().is_busy


def test_a_transform_or_a_render_is_told_from_an_idle_blender(monkeypatch):
    from types import SimpleNamespace

    from iss_blender_addon.shapes import viewport

    def in_use(*modal, jobs=()):
        windows = [SimpleNamespace(modal_operators=[SimpleNamespace(bl_idname=name) for name in modal])]
        manager = SimpleNamespace(windows=windows)
        app = SimpleNamespace(is_job_running=lambda kind: kind in jobs)
        monkeypatch.setattr(viewport, "bpy", SimpleNamespace(context=SimpleNamespace(window_manager=manager), app=app))
        return viewport.is_in_use()

    assert in_use("TRANSFORM_OT_translate")
    assert in_use("SCULPT_OT_brush_stroke")
    assert in_use("PAINT_OT_vertex_paint")
    assert in_use("MESH_OT_knife_tool")
    assert in_use(jobs=("RENDER",))
    assert not in_use("VIEW3D_OT_modal_of_an_addon", jobs=("OBJECT_BAKE",))


def test_an_overridden_collection_gets_no_results_for_blender_lets_nothing_into_it(client, tmp_path):
    bpy.ops.iss.text_to_shape(prompt="a box")
    overridden(bpy.context.object, tmp_path / "library.blend")
    assert bpy.ops.iss.text_to_shape(prompt="a lamp") == {"FINISHED"}
    (home,) = bpy.context.object.users_collection
    assert home.name == "Text to Shape.001"
    assert home.override_library is None
    assert bpy.ops.iss.batch(prompts="a boat") == {"FINISHED"}
    assert "A boat" in home.children


def test_a_scene_that_is_renamed_meanwhile_still_gets_the_result(silent):
    first, other = bpy.context.scene, bpy.data.scenes.new("other")
    begin()
    bpy.context.window.scene = other
    first.name = "renamed"
    silent.tell("mesh", arrays=mesh_arrays())
    step()
    silent.events.append(done(1))
    step()
    assert [obj.users_scene for obj in generated()] == [(first,)]


def test_a_copy_of_a_preview_is_a_persons_own(silent):
    preview = previewed(silent)
    copy = copied(preview)
    mesh, mark = copy.data, copy.iss_shape.preview_of
    silent.tell("mesh", arrays=mesh_arrays(2.0))
    step()
    assert set(bpy.data.objects) == {preview, copy}
    silent.events.append(done(1))
    step()
    assert set(bpy.data.objects) == {copy, *generated()}
    assert len(generated()) == 1
    assert copy.data == mesh
    copy.iss_shape.preview_of = mark  # as undo brings it back
    runtime().after_undo()
    step()
    assert copy.name in bpy.data.objects
    assert not copy.iss_shape.preview_of


def test_a_copy_of_a_preview_stays_in_the_file_that_is_saved_meanwhile(silent, tmp_path):
    copied(previewed(silent)).name = "Mine"
    path = str(tmp_path / "half.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert [obj.name for obj in bpy.data.objects] == ["Mine"]


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_a_preview_that_is_edited_stays_a_persons_own_and_the_result_comes_beside_it(silent, mode):
    obj = previewed(silent, size=2.0)
    choose(obj)
    bpy.ops.object.mode_set(mode=mode)
    mesh = obj.data
    silent.tell("mesh", arrays=mesh_arrays(2.0))
    step()
    assert (obj.mode, obj.data) == (mode, mesh)
    silent.events.append(done(1))
    step()
    assert (obj.mode, obj.data, obj.iss_shape.preview_of) == (mode, mesh, "")
    (result,) = generated()
    assert result != obj
    assert result.location.x == pytest.approx(2.5)
    assert "vertices. The preview that you have edited stays" in runtime().message


def add_modifier(obj):
    obj.modifiers.new("mine", "BEVEL")


def add_constraint(obj):
    obj.constraints.new("LIMIT_LOCATION")


def add_child(obj):
    child = bpy.data.objects.new("child", None)
    bpy.context.scene.collection.objects.link(child)
    child.parent = obj


def animate(obj):
    obj.keyframe_insert("location")


@pytest.mark.parametrize("build", [add_modifier, add_constraint, add_child, animate])
def test_a_preview_that_is_built_on_stays_a_persons_own(silent, build):
    obj = previewed(silent, size=2.0)
    build(obj)
    silent.tell("mesh", arrays=mesh_arrays(2.0))
    silent.events.append(done(1))
    step()
    (result,) = generated()
    assert obj in bpy.data.objects.values()
    assert obj.iss_shape.preview_of == ""
    assert result.location.x == pytest.approx(2.5)


def test_a_preview_that_was_edited_between_two_meshes_gets_no_other(silent):
    obj = previewed(silent)
    choose(obj)
    mesh = obj.data
    bpy.ops.object.mode_set(mode="EDIT")
    step()
    bpy.ops.object.mode_set(mode="OBJECT")
    silent.tell("mesh", arrays=mesh_arrays(2.0))
    step()
    assert list(bpy.data.objects) == [obj]
    assert obj.data == mesh
    silent.events.append(done(1))
    step()
    assert len(generated()) == 1
    assert obj.data == mesh
