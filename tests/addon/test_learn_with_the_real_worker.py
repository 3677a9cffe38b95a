"""From objects of a scene to a bundle of one's own that generates: the real worker, with the tiny bundle."""

import time

import pytest
from addon_fixtures import BACKEND_PYTHON, bpy
from test_learn import add, fingerprint, select

import iss_blender_addon
from iss_blender_addon.folders import ADDON
from iss_blender_addon.learning import session
from iss_blender_addon.learning.session import learning
from iss_blender_addon.operators import learn as operators
from iss_blender_addon.runtime import runtime
from iss_blender_addon.view_capture.settings import CaptureSettings

pytestmark = pytest.mark.blender
LONGEST = 300.0  # seconds until a test gives up
SMALL = CaptureSettings(views=4, size=16)


@pytest.fixture
def preferences(tiny_bundle, tmp_path, monkeypatch):
    """Return the enabled add-on's preferences; everything learnt lies below tmp_path."""
    monkeypatch.setattr(session, "user_folder", lambda: tmp_path)
    monkeypatch.setattr("iss_blender_addon.learning.capturing.CaptureSettings", lambda: SMALL)
    monkeypatch.setattr("iss_blender_addon.history.history_file", lambda: tmp_path / "history.json")
    monkeypatch.setitem(operators.EFFORT_OF, "QUICK", 0.001)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    iss_blender_addon.register()
    addon = bpy.context.preferences.addons.new()
    addon.module = ADDON
    found = addon.preferences
    found.backend, found.python, found.device, found.bundle = "PYTHON", str(BACKEND_PYTHON), "CPU", str(tiny_bundle)
    assert not runtime().problem
    yield found
    iss_blender_addon.unregister()
    bpy.context.preferences.addons.remove(addon)


def until(phase):
    """Do what the timers do until the training is in a phase, or over."""
    end = time.monotonic() + LONGEST
    while learning().is_busy and time.monotonic() < end:
        runtime().step()
        learning().step()
        if learning().job is not None and learning().job.progress.phase == phase:
            return
        time.sleep(0.01)
    assert not learning().is_busy


def test_objects_become_a_bundle_that_generates_also_after_a_break(preferences, tmp_path):
    chair, ball = add("Red Chair"), add("Zorblax", 5.0, "uv_sphere")
    select(chair, ball)
    before, shipped = fingerprint(), preferences.bundle
    settings = bpy.context.scene.iss_learn
    settings.name, settings.effort = "Tiny Ones", "QUICK"
    learning().begin("Tiny Ones", operators.subjects_of(bpy.context, "SELECTED", None), 0.001)
    until("pictures")
    bpy.ops.iss.learn_cancel()
    until("")
    assert learning().message == "Stopped; Resume goes on from there"
    assert not learning().shelf.own
    assert bpy.ops.iss.learn_resume(index=0) == {"FINISHED"}
    assert "“Tiny Ones” has learnt" in learning().message
    (own,) = learning().shelf.own
    assert (own.name, own.own_shapes) == ("Tiny Ones", 2)
    assert not list((tmp_path / "captures").iterdir())
    assert fingerprint() == before

    bpy.ops.iss.use_bundle(folder=own.folder)
    assert preferences.bundle == own.folder != shipped
    bpy.ops.iss.text_to_shape(prompt="a zorblax", seed=1, steps=0, views=1, detail=16)
    assert runtime().queue.facts.bundle == "Tiny Ones"
    assert bpy.context.object.iss_shape.bundle == "Tiny Ones"
    assert len(bpy.context.object.data.polygons) > 0
