"""Many prompts: the list, the queue, what fails, and scripts; with a fake worker."""

import numpy as np
import pytest
from addon_fixtures import FakeEvent, bpy, done, mesh_arrays, step

from iss_blender_addon.batch.batch import ItemState
from iss_blender_addon.jobs.job import Job
from iss_blender_addon.runtime import runtime

pytestmark = pytest.mark.blender


def generated():
    return [obj for obj in bpy.data.objects if obj.iss_shape.is_generated]


def fill(*prompts):
    for prompt in prompts:
        bpy.ops.iss.batch_rows(action="ADD")
        bpy.context.scene.iss_batch.rows[-1].prompt = prompt


def begin_batch():
    """Start the panel's list as the button in a window does: without waiting for it."""
    from types import SimpleNamespace

    from iss_blender_addon.batch.batch import Batch
    from iss_blender_addon.operators.batch import ISS_OT_batch

    unsaid = SimpleNamespace(properties=SimpleNamespace(is_property_set=lambda name: False))
    unsaid._seed = lambda scene: ISS_OT_batch._seed(unsaid, scene)
    unsaid.prompts = unsaid.filepath = unsaid.text = ""
    rows = ISS_OT_batch._rows(unsaid, bpy.context.scene)
    runtime().batch = Batch(ISS_OT_batch._items(unsaid, bpy.context.scene, rows))
    step()
    step()
    return runtime().batch


def states(batch):
    return [item.state.value for item in batch.items]


def test_nine_prompts_stand_on_a_grid_in_collections_of_their_own(client):
    bpy.context.scene.cursor.location = (10, 0, 1)
    settings = bpy.context.scene.iss_generate
    settings.size = 2.0
    fill(*(f"a thing {number}" for number in range(9)))
    assert bpy.ops.iss.batch() == {"FINISHED"}
    places = {tuple(round(value, 3) for value in obj.location) for obj in generated()}
    assert places == {(10 + 2.5 * column, -2.5 * row, 1.0) for column in range(3) for row in range(3)}
    parent = bpy.data.collections["Text to Shape"]
    assert sorted(child.name for child in parent.children) == [f"A thing {number}" for number in range(9)]
    assert all(len(child.objects) == 1 for child in parent.children)
    assert not parent.objects
    assert "9 of 9 done" in runtime().message


def test_a_prompt_that_ends_in_a_fraction_has_its_own_collection(client):
    bpy.ops.iss.batch(prompts="a car 1.5\na car 1")
    assert {c.name: len(c.objects) for c in bpy.data.collections["Text to Shape"].children} == {
        "A car 1.5": 1, "A car 1": 1,
    }  # fmt: skip


def test_the_collection_of_a_prompt_may_be_hidden_by_itself(client):
    bpy.ops.iss.batch(prompts="a box\na lamp")
    shapes = bpy.context.view_layer.layer_collection.children["Text to Shape"]
    shapes.children["A box"].hide_viewport = True
    bpy.ops.iss.batch(prompts="a box\na lamp")
    assert sorted(obj.users_collection[0].name for obj in generated() if obj.visible_get()) == [
        "A lamp", "A lamp", "Scene Collection",
    ]  # fmt: skip


def test_variations_and_seeds_of_rows_come_before_those_of_the_batch(client):
    fill("a box", "a lamp")
    batch = bpy.context.scene.iss_batch
    batch.variations = 2
    batch.rows[1].own_variations, batch.rows[1].own_seed = 3, 40
    settings = bpy.context.scene.iss_generate
    settings.new_seed, settings.seed = False, 7
    bpy.ops.iss.batch()
    assert [(job["text"], job["settings"]["seed"]) for job in client.jobs] == [
        ("a box", 7), ("a box", 8), ("a lamp", 40), ("a lamp", 41), ("a lamp", 42),
    ]  # fmt: skip
    assert len(bpy.data.collections["A lamp"].objects) == 3


def test_the_panels_settings_hold_for_all(client):
    settings = bpy.context.scene.iss_generate
    settings.steps, settings.detail, settings.views = 3, 40, 2
    bpy.ops.iss.batch(prompts="a box\na lamp")
    assert [job["resolution"] for job in client.jobs] == [40, 40]
    assert {(job["settings"]["steps"], job["settings"]["views"]) for job in client.jobs} == {(3, 2)}


def test_it_goes_on_after_a_failure_and_says_which_and_why(client):
    def answer(number, job):
        if job["text"] == "a ghost":
            return [FakeEvent("error", number, {"message": "No shape came out."})]
        return [done(number, job["text"])]

    client.answer = answer
    bpy.ops.iss.batch(prompts="a box\na ghost\na lamp")
    assert states(runtime().batch) == ["done", "failed", "done"]
    assert len(generated()) == 2
    assert runtime().message == "Batch: 2 of 3 done, 1 failed. First failure: “a ghost”: No shape came out."
    assert runtime().is_alert


def test_the_first_remark_of_the_worker_is_told_where_nothing_failed(client):
    client.answer = lambda number, job: [done(number, job["text"], remarks=["Too long."] if number > 1 else [])]
    bpy.ops.iss.batch(prompts="a box\na long lamp\na long chair")
    assert runtime().message == "Batch: 3 of 3 done. “a long lamp”: Too long."
    assert not runtime().is_alert


def test_a_file_of_a_hundred_and_its_bad_lines(client, tmp_path):
    lines = [f"a box {number},{number},1" for number in range(99)]
    (tmp_path / "list.csv").write_text("prompt,seed,variations\n" + "\n".join([*lines, "a box,red"]))
    bpy.ops.iss.batch(filepath=str(tmp_path / "list.csv"))
    assert len(generated()) == 99
    assert [item.message for item in runtime().batch.failed] == [
        "Line 101: seed is “red”; write a whole number from 0 to 2147483647, or leave it empty."
    ]


def test_a_text_of_the_file_serves_as_a_list(client):
    bpy.data.texts.new("wishes").write("a box\na lamp\n")
    bpy.ops.iss.batch(text="wishes", seed=3)
    assert [(job["text"], job["settings"]["seed"]) for job in client.jobs] == [("a box", 3), ("a lamp", 3)]
    with pytest.raises(RuntimeError, match="no text “dreams”"):
        bpy.ops.iss.batch(text="dreams")


def test_a_file_that_is_opened_as_a_text_serves_as_the_file_does(client, tmp_path):
    (tmp_path / "list.csv").write_text("a box,5\r\na lamp,6\r\n", encoding="utf-8-sig")
    for _ in range(2):
        text = bpy.data.texts.load(str(tmp_path / "list.csv"))
        bpy.ops.iss.batch(text=text.name)
    wanted = [("a box", 5), ("a lamp", 6)]
    assert [(job["text"], job["settings"]["seed"]) for job in client.jobs] == wanted * 2


def test_an_empty_list_is_told(client):
    fill("", "  ")
    with pytest.raises(RuntimeError, match="The list is empty"):
        bpy.ops.iss.batch()


def test_when_all_fail_a_script_gets_an_error(client):
    client.answer = lambda number, job: [FakeEvent("error", number, {"message": "No memory."})]
    with pytest.raises(RuntimeError, match="0 of 2 done, 2 failed"):
        bpy.ops.iss.batch(prompts="a box\na lamp")


def test_a_backend_that_is_lost_again_and_again_ends_the_batch(client):
    client.answer = lambda number, job: [FakeEvent("lost", number, {"message": "The worker ended unexpectedly."})]
    with pytest.raises(RuntimeError, match="0 of 50 done, 50 failed"):
        bpy.ops.iss.batch(prompts="\n".join(["a box"] * 50))
    assert len(client.jobs) == 3


def test_one_item_at_a_time_with_progress(silent):
    fill("a box", "a lamp", "a boat")
    batch = begin_batch()
    assert states(batch) == ["running", "waiting", "waiting"]
    assert len(silent.jobs) == 1
    silent.tell("progress", phase="stage 2", step=5, total=10)
    step()
    assert batch.running[0].fraction == 0.5
    assert batch.fraction == pytest.approx(0.5 / 3)
    silent.tell("mesh", arrays=mesh_arrays())
    step()
    (preview,) = bpy.data.objects
    assert preview.users_collection[0].name == "A box"
    silent.events.append(done(1))
    for _ in range(3):
        step()
    assert states(batch) == ["done", "running", "waiting"]
    assert batch.item_of(bpy.context.scene.iss_batch.rows[1].key) is batch.items[1]
    assert batch.seconds_left is not None


def test_as_many_items_at_a_time_as_the_worker_does(silent):
    fill("a box", "a lamp", "a boat", "a tree")
    silent.tell("hello", at_once=2, loaded=True)
    batch = begin_batch()
    for _ in range(3):
        step()
    assert states(batch) == ["running", "running", "waiting", "waiting"]
    assert [job["text"] for job in silent.jobs] == ["a box", "a lamp"]
    silent.tell("progress", 2, phase="stage 2", step=5, total=10)
    silent.tell("mesh", 2, arrays=mesh_arrays())
    step()
    assert [item.fraction for item in batch.items] == [0.0, 0.5, 0.0, 0.0]
    assert [obj.users_collection[0].name for obj in bpy.data.objects] == ["A lamp"]
    silent.events.append(done(2))
    for _ in range(3):
        step()
    assert states(batch) == ["running", "done", "running", "waiting"]
    assert batch.seconds_left == pytest.approx(3 * batch._seconds / 2)
    bpy.ops.iss.batch_cancel()
    assert sorted(silent.cancelled) == [1, 3]


def test_a_crash_that_takes_two_items_counts_once(client):
    def answer(number, job):
        return [FakeEvent("hello", None, {"at_once": 2})] if number < 5 else []

    def lose():
        events, client.events = client.events, []
        running = [number for number, _ in enumerate(client.jobs, 1)][-2:]
        return events or [FakeEvent("lost", number, {"message": "It crashed."}) for number in running]

    client.answer, client.poll = answer, lose
    with pytest.raises(RuntimeError, match="0 of 20 done, 20 failed"):
        bpy.ops.iss.batch(prompts="\n".join(["a box"] * 20))
    assert 3 <= len(client.jobs) <= 6


def test_pausing_finishes_the_item_and_waits(silent):
    fill("a box", "a lamp")
    batch = begin_batch()
    bpy.ops.iss.batch_pause()
    silent.events.append(done(1))
    for _ in range(3):
        step()
    assert states(batch) == ["done", "waiting"]
    assert not runtime().is_busy
    assert len(silent.jobs) == 1
    bpy.ops.iss.batch_pause()
    step()
    step()
    assert states(batch) == ["done", "running"]
    with pytest.raises(RuntimeError, match="A batch is running"):
        bpy.ops.iss.batch(prompts="a boat")


@pytest.mark.parametrize("cancel", ["batch_cancel", "cancel"])
def test_cancel_keeps_what_is_finished_and_the_best_so_far(silent, cancel):
    fill("a box", "a lamp", "a boat")
    batch = begin_batch()
    silent.events.append(done(1))
    for _ in range(3):
        step()
    getattr(bpy.ops.iss, cancel)()
    assert silent.cancelled == [2]
    silent.tell("cancelled", arrays=mesh_arrays())
    for _ in range(3):
        step()
    assert states(batch) == ["done", "cancelled", "cancelled"]
    assert len(generated()) == 2
    assert not runtime().is_busy
    assert "1 of 3 done, 2 cancelled" in runtime().message


def test_of_a_stopped_item_the_finer_mesh_goes_before_a_lesson_that_waits(silent):
    fill("a box", "a lamp")
    begin_batch()
    lesson = runtime().queue.submit(Job("train", {}))
    bpy.ops.iss.batch_cancel()
    silent.tell("cancelled", arrays=mesh_arrays() | {"shape": np.arange(9, dtype=np.uint8)})
    step()
    assert [job["type"] for job in silent.jobs] == ["generate", "mesh"]
    silent.events.append(done(2))
    step()
    step()
    assert len(generated()) == 1
    assert runtime().queue.running == (lesson,)


def test_another_file_ends_the_batch(silent):
    fill("a box", "a lamp")
    batch = begin_batch()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    silent.tell("cancelled")
    for _ in range(3):
        step()
    assert batch.is_over
    assert not bpy.data.objects


def test_results_leave_the_selection_alone(client):
    own = bpy.data.objects.new("mine", None)
    bpy.context.scene.collection.objects.link(own)
    bpy.context.view_layer.objects.active = own
    own.select_set(True)
    bpy.ops.iss.batch(prompts="a box")
    assert bpy.context.selected_objects == [own]
    assert bpy.context.view_layer.objects.active is own


def test_rows_are_added_moved_and_removed(client, tmp_path):
    batch = bpy.context.scene.iss_batch
    fill("one", "two", "three")
    bpy.ops.iss.batch_rows(action="UP")
    assert [row.prompt for row in batch.rows] == ["one", "three", "two"]
    batch.active = 0
    bpy.ops.iss.batch_rows(action="REMOVE")
    bpy.ops.iss.batch_rows(action="DOWN")
    assert [row.prompt for row in batch.rows] == ["two", "three"]
    (tmp_path / "more.csv").write_text("four,8,2\n,1\n")
    bpy.ops.iss.batch_load(filepath=str(tmp_path / "more.csv"))
    assert (batch.rows[2].prompt, batch.rows[2].own_seed, batch.rows[2].own_variations) == ("four", 8, 2)
    assert len(batch.rows) == 3
    assert len({row.key for row in batch.rows}) == 3
    bpy.ops.iss.batch_rows(action="CLEAR")
    assert not batch.rows
    with pytest.raises(RuntimeError, match="cannot be read"):
        bpy.ops.iss.batch_load(filepath=str(tmp_path / "none.txt"))


def test_lines_that_cannot_be_used_are_told_last_for_blender_shows_the_last_report(client, tmp_path, capfd):
    (tmp_path / "list.csv").write_text("a box,1\na lamp,red\n")
    bpy.ops.iss.batch_load(filepath=str(tmp_path / "list.csv"))
    told = [line for line in capfd.readouterr().out.splitlines() if line]
    assert [line.partition(":")[0] for line in told] == ["Info", "Warning"]


def test_the_panel_shows_states_failures_and_buttons(silent):
    from test_panels import RecordingLayout, draw, texts

    from iss_blender_addon.panels.batch import ISS_PT_batch, draw_row

    fill("a ghost", "a lamp")
    assert ("operator", "iss.batch") in draw(ISS_PT_batch)
    batch = begin_batch()
    silent.tell("error", message="No shape came out.")
    for _ in range(3):
        step()
    seen = draw(ISS_PT_batch)
    assert ("operator", "iss.batch") not in seen
    assert ("operator", "iss.batch_pause") in seen
    assert ("progress", 0.5, "1 of 2") in seen
    assert "“a ghost”: No shape came out." in texts(seen)
    layout = RecordingLayout()
    draw_row(layout, bpy.context.scene.iss_batch.rows[1], batch)
    assert ("progress", 0.0, "0%") in layout.seen
    assert batch.items[0].state is ItemState.FAILED
