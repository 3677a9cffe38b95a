"""What goes wrong around a job: disks, other files, other scenes. More of it stands with what it happens to."""

import pytest
from addon_fixtures import PICTURE, FakeEvent, bpy, choose, copied, done, mesh_arrays, previewed, step
from test_batch import begin_batch, fill, states
from test_changes import begin_change, generated, make
from test_learn import SMALL, add, select
from test_make_editable import slab

import iss_blender_addon
from iss_blender_addon import history
from iss_blender_addon import runtime as runtime_module
from iss_blender_addon.learning import session
from iss_blender_addon.learning.session import learning
from iss_blender_addon.learning.subjects import subjects_of
from iss_blender_addon.runtime import runtime
from iss_blender_addon.shapes.record import shape_of

pytestmark = pytest.mark.blender


@pytest.fixture
def no_disk(client, monkeypatch, tmp_path):
    """Let the user's folder lie where nothing can be written: below a file. A permission would not stop root."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(session, "user_folder", lambda: tmp_path / "file" / "user")
    monkeypatch.setattr("iss_blender_addon.history.history_file", lambda: tmp_path / "file" / "user" / "history.json")
    history.entries.cache_clear()
    learning.cache_clear()


@pytest.fixture
def small_captures(client, monkeypatch, tmp_path):
    monkeypatch.setattr(session, "user_folder", lambda: tmp_path / "user")
    monkeypatch.setattr("iss_blender_addon.learning.capturing.CaptureSettings", lambda: SMALL)
    learning.cache_clear()


def capture_all():
    select(add("A"))
    learning().begin("Mine", subjects_of(bpy.context, "SELECTED", None), 1.0)
    while learning().capturing is not None:
        learning().step()
    step()


def test_on_a_disk_that_cannot_be_written_shapes_are_made_all_the_same(client, no_disk):
    assert bpy.ops.iss.text_to_shape(prompt="a box") == {"FINISHED"}
    assert len(generated()) == 1
    assert history.entries()[0]["panel"]["prompt"] == "a box"  # for this session
    assert history.entries()[0]["picture"] == ""
    assert bpy.ops.iss.clear_history("EXEC_DEFAULT") == {"FINISHED"}
    assert not history.entries()


def test_on_a_disk_that_cannot_be_written_learning_says_so_before_it_begins(client, no_disk):
    select(add("A"))
    with pytest.raises(RuntimeError, match="The captures cannot be written"):
        bpy.ops.iss.learn()
    assert not learning().is_busy


def test_a_disk_that_gets_full_ends_the_capture_and_leaves_nothing(client, small_captures, monkeypatch, tmp_path):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("iss_blender_addon.view_capture.dataset_writer._write_view", full)
    select(add("A"))
    with pytest.raises(RuntimeError, match="No space left on device"):
        bpy.ops.iss.learn()
    assert not list((tmp_path / "user" / "captures").iterdir())
    assert not client.jobs


def test_a_training_stops_with_its_file_and_goes_on_in_the_next(silent, small_captures):
    capture_all()
    bpy.ops.wm.read_homefile(use_empty=True)
    assert silent.cancelled == [1]
    silent.tell("cancelled")
    step()
    learning().step()
    assert learning().message == "Stopped; Resume goes on from there"
    silent.answer = lambda number, job: [FakeEvent("done", number, {"folder": job["bundle"]})]
    assert bpy.ops.iss.learn_resume(index=0) == {"FINISHED"}
    assert silent.jobs[1] == silent.jobs[0]


def test_a_worker_that_dies_while_it_learns_is_told_and_the_learning_can_go_on(silent, small_captures):
    capture_all()
    silent.tell("lost", message="The worker ended unexpectedly (exit code 9).")
    step()
    learning().step()
    assert "exit code 9" in learning().message
    assert learning().is_alert
    assert len(learning().shelf.unfinished) == 1


def test_a_change_whose_file_is_closed_changes_nothing_in_the_next(silent):
    silent.answer = lambda number, job: [done(number, "a box")] if number == 1 else []
    make()
    begin_change("stylise", text="golden", placing="REPLACE")
    bpy.ops.wm.read_homefile(use_empty=True)
    silent.events.append(done(2, "a box, golden"))
    step()
    assert not bpy.data.objects
    assert "another file" in runtime().message


@pytest.mark.parametrize("content", [None, b"no Blender file"])
def test_a_file_that_cannot_be_opened_ends_nothing(silent, small_captures, tmp_path, content):
    select(add("A"))
    learning().begin("Mine", subjects_of(bpy.context, "SELECTED", None), 1.0)
    learning().capturing.advance(0.0)
    fill("a lamp")
    batch = begin_batch()
    silent.tell("mesh", arrays=mesh_arrays())
    step()
    (preview,) = [obj for obj in bpy.data.objects if obj.iss_shape.preview_of]
    if content is not None:
        (tmp_path / "damaged.blend").write_bytes(content)
    with pytest.raises(RuntimeError):
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "damaged.blend"))
    assert not silent.cancelled
    assert learning().is_busy
    assert preview.name in bpy.data.objects
    silent.events.append(done(1, "a lamp"))
    for _ in range(3):
        step()
    assert states(batch) == ["done"]
    assert len(generated()) == 1
    assert not [obj for obj in bpy.data.objects if obj.iss_shape.preview_of]


def test_a_batch_ends_with_its_file(silent):
    fill("a box", "a lamp", "a boat")
    batch = begin_batch()
    silent.events.append(done(1))
    for _ in range(3):
        step()
    assert states(batch) == ["done", "running", "waiting"]
    bpy.ops.wm.read_homefile(use_empty=True)
    step()
    assert states(batch) == ["done", "cancelled", "cancelled"]
    silent.tell("cancelled")
    for _ in range(3):
        step()
    assert not runtime().is_busy
    assert not bpy.data.objects
    assert runtime().message == "Stopped: another file was opened"


def test_a_paused_batch_that_ends_with_its_file_is_told(silent):
    fill("a box", "a lamp")
    batch = begin_batch()
    batch.is_paused = True
    silent.events.append(done(1))
    for _ in range(3):
        step()
    assert states(batch) == ["done", "waiting"]
    bpy.ops.wm.read_homefile(use_empty=True)
    assert states(batch) == ["done", "cancelled"]
    assert (runtime().message, runtime().is_alert) == ("Stopped: another file was opened", True)


def test_a_result_lands_in_its_own_scene_and_hides_its_source_there(silent):
    original, first = slab(), bpy.context.scene
    begin_change("make_editable")
    second = bpy.data.scenes.new("Second")
    bpy.context.window.scene = second
    silent.events.append(done(1, "a slab"))
    step()
    (made,) = generated()
    assert list(made.users_scene) == [first]
    assert not second.collection.all_objects
    assert original.hide_get(view_layer=first.view_layers[0])


def test_an_object_that_is_deleted_after_undo_took_its_preview_is_no_error(silent):
    silent.answer = lambda number, job: [done(number, "a box")] if number == 1 else []
    original = make()
    begin_change("stylise", text="golden", placing="REPLACE")
    bpy.data.objects.remove(original)
    runtime().after_undo()
    step()
    silent.events.append(done(2, "a box, golden"))
    step()
    assert [shape_of(obj).tobytes() for obj in generated()] == [b"shape of a box, golden"]


def test_nonsense_for_a_picture_or_a_shape_costs_only_that(client):
    odd = done(1, "a box")
    odd.arrays["picture"] = PICTURE.astype("float64")
    odd.header["scores"] = None
    client.answer = lambda number, job: [odd]
    assert bpy.ops.iss.text_to_shape(prompt="a box") == {"FINISHED"}
    assert history.entries()[0]["picture"] == ""


def test_an_add_on_that_is_disabled_takes_its_previews_along_but_no_persons_work(silent):
    copy = copied(previewed(silent))
    iss_blender_addon.unregister()
    assert list(bpy.data.objects) == [copy]
    iss_blender_addon.register()
    runtime().after_undo()
    step()
    assert list(bpy.data.objects) == [copy]


def test_a_preview_that_is_edited_when_the_add_on_is_disabled_stays(silent):
    preview = previewed(silent)
    choose(preview)
    bpy.ops.object.mode_set(mode="SCULPT")
    iss_blender_addon.unregister()
    iss_blender_addon.register()
    runtime().after_undo()
    step()
    assert (list(bpy.data.objects), preview.mode) == ([preview], "SCULPT")


def test_an_add_on_that_is_disabled_starts_no_worker_that_was_about_to_start(silent):
    bpy.app.timers.register(runtime_module._warm_up, first_interval=60.0)  # as the panel does when it is first drawn
    iss_blender_addon.unregister()
    assert not bpy.app.timers.is_registered(runtime_module._warm_up)
    iss_blender_addon.register()


def test_a_mistake_of_the_add_on_is_told_and_leaves_no_preview(silent, monkeypatch):
    previewed(silent)
    assert len(bpy.data.objects) == 1
    with monkeypatch.context() as patch:
        patch.setattr("iss_blender_addon.runtime.delivery.update", lambda *_: 1 / 0)
        assert runtime_module.pump() is not None
    assert "division by zero" in runtime().message
    runtime_module.pump()
    assert not bpy.data.objects
