"""Cancel by the button and by Esc."""

from types import SimpleNamespace

import pytest
from addon_fixtures import begin, bpy, step
from test_panels import draw, generate_panel

import iss_blender_addon
from iss_blender_addon.operators.cancel import ISS_OT_cancel
from iss_blender_addon.runtime import runtime
from iss_blender_addon.status_bar import KEYS

pytestmark = pytest.mark.blender


def keys():
    keymaps = bpy.context.window_manager.keyconfigs.addon.keymaps
    return [(keymap.name, item.type) for keymap in keymaps for item in keymap.keymap_items
            if item.idname == "iss.cancel"]  # fmt: skip


def pressed(key, playing=False):
    context = SimpleNamespace(screen=SimpleNamespace(is_animation_playing=playing))
    operator = SimpleNamespace(execute=lambda context: ISS_OT_cancel.execute(SimpleNamespace(job=""), context))
    return ISS_OT_cancel.invoke(operator, context, SimpleNamespace(type=key))


def test_freed_memory_stays_free_though_the_panel_is_drawn(client, monkeypatch):
    from iss_blender_addon import runtime as module

    bpy.ops.iss.text_to_shape(prompt="a box")  # as from the Add menu, before the panel was ever drawn
    assert bpy.ops.iss.release() == {"FINISHED"}
    timers = []
    app = SimpleNamespace(background=False, timers=SimpleNamespace(register=lambda *_, **__: timers.append(True)))
    with monkeypatch.context() as patch:
        patch.setattr(module, "bpy", SimpleNamespace(app=app))
        module.warm_up_soon()
    assert not timers


def test_escape_is_bound_over_viewport_and_sidebar_while_the_add_on_is_on(client):
    assert keys() == [("3D View Generic", "ESC")]
    iss_blender_addon.unregister()
    assert keys() == []
    iss_blender_addon.register()
    assert keys() == [("3D View Generic", "ESC")]


def test_escape_passes_where_nothing_runs(client):
    assert not bpy.ops.iss.cancel.poll()
    with pytest.raises(RuntimeError, match="Nothing is running"):
        bpy.ops.iss.cancel()


def test_escape_cancels_like_the_button_but_stops_a_playing_animation_first(silent):
    begin()
    assert pressed("ESC", playing=True) == {"PASS_THROUGH"}
    assert silent.cancelled == []
    assert pressed("LEFTMOUSE", playing=True) == {"FINISHED"}
    assert silent.cancelled == [1]
    assert pressed("ESC") == {"FINISHED"}
    assert silent.cancelled == [1]


def crosses(panel):
    """Return for each button that cancels the job that it means, "" for all."""
    return [item[2].job for item in draw(panel) if item[0] == "chosen" and item[1] == "iss.cancel"]


def test_of_several_bars_each_cross_stops_its_own_job(silent):
    runtime().queue.warm_up()
    silent.tell("hello", None, at_once=2)
    step()
    begin(variations=4)
    first, second = runtime().queue.running
    assert crosses(generate_panel()) == [first.key, second.key, ""]
    bpy.ops.iss.cancel(job=second.key)
    assert silent.cancelled == [2]
    silent.tell("cancelled", 2)
    step()
    assert [job.state.value for job in (first, second)] == ["running", "cancelled"]
    assert len(runtime().queue.running) == 2
    bpy.ops.iss.cancel(job=second.key)  # a press that comes too late
    assert silent.cancelled == [2]
    bpy.ops.iss.cancel()
    assert silent.cancelled == [2, 1, 3]
    assert not runtime().queue.waiting


def test_a_single_bars_cross_stops_all(silent):
    begin(variations=2)
    assert crosses(generate_panel()) == [""]


def test_the_tooltips_say_what_is_stopped(silent):
    told = [ISS_OT_cancel.description(bpy.context, SimpleNamespace(job=key)) for key in ("", "a job's")]
    assert "all that runs" in told[0]
    assert "this job alone" in told[1]


def test_the_status_bar_says_what_runs_and_which_key_ends_it(silent, monkeypatch):
    shown = []
    monkeypatch.setattr("iss_blender_addon.runtime.show_status", shown.append)
    begin()
    assert shown[-1] == "a box: Starting"
    assert KEYS == "Esc: Cancel"
    bpy.ops.iss.cancel()
    silent.tell("cancelled")
    step()
    assert shown[-1] == ""
    assert not runtime().is_busy


def test_the_status_bar_draws_what_runs_and_nothing_where_nothing_does(silent):
    from types import SimpleNamespace

    from iss_blender_addon import status_bar

    def drawn():
        told = []
        label = SimpleNamespace(label=lambda text, translate: told.append(text))
        status_bar._draw(SimpleNamespace(layout=label), bpy.context)
        return told

    status_bar.show_status("a box: Starting")
    assert drawn() == ["Text to Shape: a box: Starting     Esc: Cancel"]
    status_bar.show_status("")
    assert drawn() == []
