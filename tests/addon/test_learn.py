"""Learning from the scene with a fake worker: what is captured, what is asked for, and how it ends."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from addon_fixtures import FakeEvent, bpy, choose, linked, step

from iss_blender_addon.folders import ADDON
from iss_blender_addon.learning import session
from iss_blender_addon.learning.bundles import BundleShelf, Lesson
from iss_blender_addon.learning.capturing import Capturing
from iss_blender_addon.learning.session import learning
from iss_blender_addon.learning.subjects import folder_names, subjects_of
from iss_blender_addon.runtime import runtime
from iss_blender_addon.view_capture.settings import CaptureSettings

pytestmark = pytest.mark.blender
SMALL = CaptureSettings(views=3, size=16)
SCORES = {"before": 0.25, "after": 0.75}


@pytest.fixture(autouse=True)
def user_folder(monkeypatch, tmp_path):
    """Keep everything below tmp_path/user, and look at shapes from three sides only."""
    monkeypatch.setattr(session, "user_folder", lambda: tmp_path / "user")
    monkeypatch.setattr("iss_blender_addon.learning.capturing.CaptureSettings", lambda: SMALL)
    return tmp_path / "user"


@pytest.fixture
def teacher(client, user_folder):
    """Return the fake client; it answers a training with progress and a bundle."""

    def answer(number, job):
        folder = Path(job["bundle"])
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps({"name": job["name"], "notes": {"own shapes": 2}}))
        progress = FakeEvent("progress", number, {"phase": "decoder", "step": 1, "total": 2})
        facts = {"folder": str(folder), "bundle": job["name"], "scores": SCORES, "seconds": 1.0}
        return [progress, FakeEvent("done", number, facts)]

    client.answer = answer
    return client


def add(name, x=0.0, kind="cube"):
    getattr(bpy.ops.mesh, f"primitive_{kind}_add")(location=(x, 0, 0))
    bpy.context.object.name = name
    return bpy.context.object


def select(*objects):
    for obj in bpy.data.objects:
        obj.select_set(obj in objects)


def fingerprint():
    """Return what a person sees of the scene, and how many data there are."""
    objects = {
        obj.name: (tuple(map(tuple, obj.matrix_world)), obj.select_get(), obj.hide_render, obj.mode, obj.data.name)
        for obj in bpy.data.objects
    }
    counts = {kind: len(getattr(bpy.data, kind)) for kind in ("meshes", "materials", "images", "scenes", "cameras")}
    scene = bpy.context.scene
    facts = (scene.frame_current, scene.render.engine, tuple(scene.cursor.location), scene.camera)
    return objects, counts, facts, bpy.context.view_layer.objects.active


def test_a_script_gets_a_bundle_of_the_selected_objects(teacher, user_folder):
    chair, box = add("Red Chair"), add("Zorblax", 5.0, "uv_sphere")
    add("Other", 9.0)
    select(chair, box)
    before = fingerprint()
    assert bpy.ops.iss.learn(name="Tiny Ones", effort="QUICK") == {"FINISHED"}
    assert fingerprint() == before
    (job,) = teacher.jobs
    assert (job["type"], job["name"], job["settings"]) == ("train", "Tiny Ones", {"effort": 0.5})
    assert Path(job["bundle"]) == user_folder / "bundles" / "Tiny-Ones"
    assert "25% before, 75% now" in learning().message
    (bundle,) = learning().shelf.own
    assert (bundle.name, bundle.own_shapes) == ("Tiny Ones", 2)
    assert not Path(job["dataset"]).exists()  # no longer needed


def test_the_worker_finds_complete_captures(teacher):
    select(add("Red Chair"), add("Zorblax", 5.0, "uv_sphere"))
    found = {}

    def answer(number, job):
        for mark in Path(job["dataset"]).rglob("cameras.npz"):
            found[mark.parent.relative_to(job["dataset"]).as_posix()] = len(np.load(mark).files)
        return [FakeEvent("done", number, {"folder": job["bundle"]})]

    teacher.answer = answer
    bpy.ops.iss.learn()
    assert found == {"mine/Red_Chair": 18, "mine/Zorblax": 18}


def test_capturing_goes_by_small_pieces_and_the_scene_may_change_meanwhile(client, user_folder):
    select(add("A"), add("B", 3.0))
    subjects = subjects_of(bpy.context, "SELECTED", None)
    capturing = Capturing(subjects, user_folder / "data", SMALL)
    seen = []
    while not capturing.is_over:
        capturing.advance(0.0)
        seen.append(capturing.done)
        if capturing.done == 1 and "B" in bpy.data.objects:
            bpy.data.objects.remove(bpy.data.objects["B"])
    assert len(seen) > 2 * 3
    assert seen == sorted(seen)
    assert seen[-1] == capturing.total == 6
    assert capturing.captured == 1
    assert "no visible object" in capturing.skipped["B"]


def test_two_of_one_name_that_show_nothing_are_two(client, user_folder):
    class Nothing:
        name = "Light"

        def triangles(self):
            return iter(())

    capturing = Capturing([Nothing(), Nothing()], user_folder / "data", SMALL)
    while not capturing.is_over:
        capturing.advance(0.0)
    assert capturing.captured == 0


def test_a_cancelled_capture_leaves_nothing(silent, user_folder):
    select(add("A"))
    learning().begin("Mine", subjects_of(bpy.context, "SELECTED", None), 1.0)
    learning().capturing.advance(0.0)
    learning().capturing.advance(0.0)
    assert bpy.ops.iss.learn_cancel() == {"FINISHED"}
    assert not list((user_folder / "captures").iterdir())
    assert not learning().is_busy
    assert not silent.jobs
    with pytest.raises(RuntimeError, match="Nothing is being learnt"):
        bpy.ops.iss.learn_cancel()


def test_a_cancelled_training_can_be_resumed_with_the_same_folders(silent):
    select(add("A"))
    state = learning()
    state.begin("Mine", subjects_of(bpy.context, "SELECTED", None), 1.0)
    while state.capturing is not None:
        state.step()
    step()
    first = silent.jobs[0]
    state.cancel()
    assert silent.cancelled == [1]
    silent.tell("cancelled")
    step()
    state.step()
    assert "Resume" in state.message
    (lesson,) = state.shelf.unfinished
    assert (lesson.name, lesson.shapes) == ("Mine", 1)
    silent.answer = lambda number, job: [FakeEvent("done", number, {"folder": job["bundle"]})]
    assert bpy.ops.iss.learn_resume(index=0) == {"FINISHED"}
    assert silent.jobs[1] == first


def test_what_was_stopped_can_be_discarded(silent, user_folder):
    shelf = BundleShelf(user_folder)
    _, dataset, bundle = shelf.begin("Mine")
    shelf.note(Lesson("Mine", str(dataset), str(bundle), 1.0, 3))
    bundle.with_name("Mine.work").mkdir()
    learning().shelf.refresh()
    assert bpy.ops.iss.learn_forget(index=0) == {"FINISHED"}
    assert not learning().shelf.unfinished
    assert not dataset.exists()
    assert not bundle.with_name("Mine.work").exists()


def test_captures_that_cannot_be_noted_are_removed(silent, user_folder, monkeypatch):
    def full(shelf, lesson):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(BundleShelf, "note", full)
    select(add("A"))
    with pytest.raises(RuntimeError, match="No space left"):
        bpy.ops.iss.learn()
    assert not list((user_folder / "captures").iterdir())


def test_a_lesson_is_written_whole_or_not_at_all(user_folder, monkeypatch):
    def full(path, text, **_):
        path.open("w").close()
        raise OSError(28, "No space left on device")

    shelf = BundleShelf(user_folder)
    lesson = Lesson("Mine", *(str(folder) for folder in shelf.begin("Mine")[1:]), 1.0, 3)
    shelf.note(lesson)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        shelf.note(lesson)
    shelf.refresh()
    assert shelf.unfinished == (lesson,)


def test_what_a_killed_blender_left_goes_and_what_another_one_captures_stays(user_folder):
    shelf = BundleShelf(user_folder)
    running, abandoned, whole = (shelf.begin("Mine")[1] for _ in range(3))
    shelf.note(Lesson("Mine", str(whole), str(user_folder / "bundles" / "Mine"), 1.0, 3))
    for folder in (running, abandoned, whole):
        (folder / "mine").mkdir()
        for path in (*folder.iterdir(), folder):
            os.utime(path, (0, 0))
    (running / "mine" / "view.png").write_bytes(b"")
    shelf.remove_abandoned()
    assert {path.name for path in (user_folder / "captures").iterdir()} == {running.name, whole.name}


def test_a_failed_training_says_why_and_can_be_resumed(teacher):
    teacher.answer = lambda number, job: [FakeEvent("error", number, {"message": "The disk is full."})]
    select(add("A"))
    with pytest.raises(RuntimeError, match="The disk is full"):
        bpy.ops.iss.learn()
    assert len(learning().shelf.unfinished) == 1


def test_another_file_ends_a_capture(silent, user_folder):
    select(add("A"))
    learning().begin("Mine", subjects_of(bpy.context, "SELECTED", None), 1.0)
    learning().capturing.advance(0.0)
    bpy.ops.wm.read_homefile(use_empty=True)
    assert not learning().is_busy
    assert "another file" in learning().message
    assert not list((user_folder / "captures").iterdir())


def test_what_counts_as_one_shape(client):
    body, wheel, hidden, light = add("Car"), add("Wheel", 2.0), add("Hidden", 4.0), add("Loose", 6.0)
    wheel.parent = body
    hidden.hide_render = True
    inner = bpy.data.collections.new("Lamp")
    outer = bpy.data.collections.new("Things")
    bpy.context.scene.collection.children.link(outer)
    outer.children.link(inner)
    outer.objects.link(body)
    outer.objects.link(wheel)
    inner.objects.link(light)
    bpy.context.view_layer.update()
    select(body, wheel, hidden)
    (car,) = subjects_of(bpy.context, "SELECTED", None)
    assert (car.name, set(car.present())) == ("Car", {body, wheel})
    assert [one.name for one in subjects_of(bpy.context, "COLLECTION", outer)] == ["Car", "Lamp"]
    assert subjects_of(bpy.context, "COLLECTION", None) == []
    light.asset_mark()
    assert [one.name for one in subjects_of(bpy.context, "ASSETS", None)] == ["Loose"]


def test_of_two_objects_of_one_name_the_chosen_one_is_learnt(client, tmp_path):
    other = linked(add("A"), tmp_path / "library.blend")
    choose(other)
    (subject,) = subjects_of(bpy.context, "SELECTED", None)
    assert subject.present() == [other]


def test_a_scene_that_is_left_meanwhile_is_still_looked_at(client, user_folder):
    select(add("A"), add("B", 3.0))
    first = bpy.context.scene
    capturing = Capturing(subjects_of(bpy.context, "SELECTED", None), user_folder / "data", SMALL)
    while not capturing.is_over:
        capturing.advance(0.0)
        if capturing.done == 1 and bpy.context.scene == first:
            bpy.context.window.scene = bpy.data.scenes.new("Second")
    assert (capturing.captured, capturing.skipped) == (2, {})


def test_a_scene_that_is_removed_meanwhile_is_told(client, user_folder):
    select(add("A"))
    capturing = Capturing(subjects_of(bpy.context, "SELECTED", None), user_folder / "data", SMALL)
    first = bpy.context.scene
    bpy.data.scenes.new("Second")
    bpy.data.scenes.remove(first)
    while not capturing.is_over:
        capturing.advance(1.0)
    assert capturing.skipped == {"A": "its scene or view layer is gone"}


def test_assets_are_learnt_from_every_scene_that_shows_them(client, user_folder):
    here, hidden, there = add("Here"), add("Hidden Here"), add("There")
    second = bpy.data.scenes.new("Second")
    for obj in (here, hidden, there):
        obj.asset_mark()
        second.collection.objects.link(obj)
    hidden.hide_set(True)
    bpy.context.scene.collection.objects.unlink(there)
    whole = bpy.data.collections.new("Whole")
    whole.asset_mark()
    second.collection.children.link(whole)
    whole.objects.link(there)
    found = subjects_of(bpy.context, "ASSETS", None)
    assert [one.name for one in found] == ["Here", "Hidden Here", "There", "Whole"]
    scenes = {one.session_uid: one.name for one in bpy.data.scenes}
    assert [scenes[one.scene] for one in found] == ["Scene", "Second", "Second", "Second"]
    capturing = Capturing(found, user_folder / "data", SMALL)
    while not capturing.is_over:
        capturing.advance(1.0)
    assert (capturing.captured, capturing.skipped) == (4, {})


def test_instances_and_modifiers_are_seen(client, user_folder):
    part = add("Part")
    part.modifiers.new("Array", "ARRAY").count = 3
    inner = bpy.data.collections.new("Parts")
    inner.objects.link(part)
    bpy.context.scene.collection.objects.unlink(part)
    empty = bpy.data.objects.new("Instance", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", inner
    bpy.context.scene.collection.objects.link(empty)
    bpy.context.view_layer.update()
    select(empty)
    capturing = Capturing(subjects_of(bpy.context, "SELECTED", None), user_folder / "data", SMALL)
    while not capturing.is_over:
        capturing.advance(1.0)
    assert (capturing.captured, capturing.skipped) == (1, {})


def test_folders_are_safe_and_never_alike():
    found = folder_names(["Stuhl/grün", "a.001", "A_001", "", "???"])
    assert found == ["Stuhl_gr_n", "a_001", "A_001_2", "shape", "shape_2"]


def test_refusals_say_what_to_do(client, monkeypatch):
    select()
    with pytest.raises(RuntimeError, match="Select visible objects"):
        bpy.ops.iss.learn()
    with pytest.raises(RuntimeError, match="Choose a collection"):
        bpy.ops.iss.learn(source="COLLECTION")
    with pytest.raises(RuntimeError, match="marked as an asset"):
        bpy.ops.iss.learn(source="ASSETS")
    with pytest.raises(RuntimeError, match="Nothing was stopped"):
        bpy.ops.iss.learn_resume()
    with pytest.raises(RuntimeError, match="Enable the add-on"):
        bpy.ops.iss.use_bundle(folder="")
    runtime().problem = "The backend is not installed yet"
    with pytest.raises(RuntimeError, match="not installed yet"):
        bpy.ops.iss.learn()
    runtime().problem = ""
    select(add("A"))
    learning().begin("Mine", subjects_of(bpy.context, "SELECTED", None), 1.0)
    with pytest.raises(RuntimeError, match="learning already"):
        bpy.ops.iss.learn()


def test_a_bundle_is_chosen_in_the_preferences_which_blender_then_saves(client):
    addon = bpy.context.preferences.addons.new()
    addon.module = ADDON
    try:
        for folder, is_new in (("/bundles/mine", True), ("/bundles/mine", False), ("", True)):
            bpy.context.preferences.is_dirty = client.was_killed = False
            runtime().queue.warm_up()
            assert bpy.ops.iss.use_bundle(folder=folder) == {"FINISHED"}
            assert (addon.preferences.bundle, bpy.context.preferences.is_dirty) == (folder, is_new)
            assert client.was_killed == is_new  # the next one starts with the other bundle
    finally:
        bpy.context.preferences.addons.remove(addon)


def test_two_bundles_of_one_name_get_two_folders_and_names(user_folder):
    shelf = BundleShelf(user_folder)
    first, second = shelf.begin("Chairs & more"), shelf.begin("Chairs & more")
    assert [path.name for path in (*first[1:], *second[1:])] == ["Chairs-more"] * 2 + ["Chairs-more-2"] * 2
    assert (first[0], second[0]) == ("Chairs & more", "Chairs & more 2")
    (user_folder / "bundles" / "broken").mkdir(parents=True)
    (user_folder / "bundles" / "broken" / "manifest.json").write_text("{")
    shelf.refresh()
    assert shelf.own == ()


def drawn(monkeypatch):
    """Return what the panel draws now."""
    from types import SimpleNamespace

    from test_panels import RecordingLayout

    from iss_blender_addon.panels.learn import ISS_PT_learn

    layout = RecordingLayout()
    ISS_PT_learn.draw(SimpleNamespace(layout=layout), bpy.context)
    return layout.seen


def test_the_panel_shows_every_state(silent, user_folder, monkeypatch):
    assert "Select visible objects with faces first" in " ".join(str(item[-1]) for item in drawn(monkeypatch))
    select(add("A"))
    assert ("operator", "iss.learn") in drawn(monkeypatch)
    state = learning()
    state.begin("Mine", subjects_of(bpy.context, "SELECTED", None), 1.0)
    state.capturing.advance(0.0)
    assert ("progress", 0.0, "View 0/3") in drawn(monkeypatch)
    while state.capturing is not None:
        state.step()
    step()
    silent.tell("progress", phase="decoder", step=1, total=4, eta_s=3.0)
    step()
    assert ("progress", 0.25, "Learning forms 1/4, 3 s left") in drawn(monkeypatch)
    state.cancel()
    silent.tell("cancelled")
    step()
    state.step()
    assert ("label", "Mine (1)") in drawn(monkeypatch)
    folder = user_folder / "bundles" / "Chairs"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"name": "Chairs", "notes": {}}))
    state.shelf.refresh()
    assert drawn(monkeypatch).count(("operator", "iss.use_bundle")) == 2


def test_the_timers_function_goes_on_until_nothing_is_left(silent):
    select(add("A"))
    learning().begin("Mine", subjects_of(bpy.context, "SELECTED", None), 1.0)
    pauses = [session.pump_learning()]
    while learning().capturing is not None:
        pauses.append(session.pump_learning())
    assert set(pauses[:-1]) <= {session.PAUSE_S}
    assert session.pump_learning() == session.WATCH_S
    step()
    silent.tell("error", message="No.")
    step()
    assert session.pump_learning() is None
    assert (learning().message, learning().is_alert) == ("No.", True)
