"""Former generations with their thumbnails: in the panel, on the disk, and after another start of Blender."""

import json

import numpy as np
import pytest
from addon_fixtures import PICTURE, begin, bpy, done, step

from iss_blender_addon import history
from iss_blender_addon.thumbnails import forget_icons, icon_of, icons

pytestmark = pytest.mark.blender


def pixels(path):
    image = bpy.data.images.load(str(path))
    found = np.empty(PICTURE.size, np.float32)
    image.pixels.foreach_get(found)
    bpy.data.images.remove(image)
    return np.rint(found.reshape(PICTURE.shape)[::-1] * 255).astype(np.uint8)


def test_history_brings_prompt_and_settings_back(client):
    settings = bpy.context.scene.iss_generate
    bpy.ops.iss.text_to_shape(prompt="a first box", seed=42, steps=7)
    bpy.ops.iss.text_to_shape(prompt="a second box", seed=1)
    bpy.ops.iss.use_history(index=1)
    assert (settings.prompt, settings.seed, settings.steps, settings.new_seed) == ("a first box", 42, 7, False)
    bpy.ops.iss.use_object()
    assert settings.prompt == "a second box"


def test_what_this_version_does_not_know_is_left_out(client):
    settings = bpy.context.scene.iss_generate
    bpy.ops.iss.text_to_shape(prompt="a box", seed=1)
    history.entries()[0]["panel"] |= {"start": "of a later version", "steps": "many", "mood": 1, "seed": 2}
    bpy.ops.iss.use_history(index=0)
    assert (settings.prompt, settings.seed, settings.steps, settings.start) == ("a box", 2, 20, "prior")
    bpy.context.object.iss_shape.settings = json.dumps({"panel": {"start": "of a later version", "seed": 3}})
    bpy.ops.iss.use_object()
    assert (settings.seed, settings.start) == (3, "prior")


def test_the_thumbnail_is_the_workers_picture_and_survives_a_restart(client, tmp_path):
    bpy.ops.iss.text_to_shape(prompt="a box", seed=1)
    history.entries.cache_clear()  # as another start of Blender
    forget_icons()
    (entry,) = history.entries()
    path = history.picture_file(entry)
    assert path.parent == tmp_path / "history"
    assert np.array_equal(pixels(path), PICTURE)
    icon_of(path)  # 0 without a window
    assert list(icons()) == [path.name]


def test_thumbnails_go_with_their_entries(client, tmp_path, monkeypatch):
    monkeypatch.setattr(history, "MOST_KEPT", 2)
    for number in range(3):
        bpy.ops.iss.text_to_shape(prompt=f"box {number}", seed=1)
    assert [entry["panel"]["prompt"] for entry in history.entries()] == ["box 2", "box 1"]
    assert {path.name for path in (tmp_path / "history").iterdir()} == {e["picture"] for e in history.entries()}
    bpy.ops.iss.clear_history()
    assert not list((tmp_path / "history").iterdir())
    assert json.loads((tmp_path / "history.json").read_text()) == []


def test_two_open_blenders_keep_each_others_entries_and_no_lost_pictures(client, tmp_path):
    bpy.ops.iss.text_to_shape(prompt="first", seed=1)
    other = {"panel": {"prompt": "of another Blender"}, "seconds": 1, "time": 2, "picture": "other.png"}
    for name in ("other.png", "of_a_lost_entry.png"):
        (tmp_path / "history" / name).write_bytes(b"")
    (tmp_path / "history.json").write_text(json.dumps([other, *history.entries()]))
    bpy.ops.iss.text_to_shape(prompt="second", seed=1)
    history.entries.cache_clear()  # as another start of Blender
    assert [entry["panel"]["prompt"] for entry in history.entries()] == ["second", "of another Blender", "first"]
    assert {path.name for path in (tmp_path / "history").iterdir()} == {e["picture"] for e in history.entries()}
    bpy.ops.iss.clear_history()
    assert not list((tmp_path / "history").iterdir())


def test_of_a_cancelled_generation_the_finer_mesh_brings_the_picture(silent):
    begin()
    bpy.ops.iss.cancel()
    stopped = done(1)
    silent.tell("cancelled", arrays={name: a for name, a in stopped.arrays.items() if name != "picture"})
    step()
    step()  # the mesh job is sent
    silent.events.append(done(2))
    step()
    step()
    assert history.picture_file(history.entries()[0]).is_file()


@pytest.mark.parametrize("picture", [None, PICTURE[..., :3], PICTURE.astype(np.float32), PICTURE[:0]])
def test_a_worker_without_a_picture_or_with_a_wrong_one_costs_the_thumbnail_alone(silent, picture):
    begin()
    event = done(1)
    event.arrays.pop("picture")
    silent.events.append(event)
    if picture is not None:
        event.arrays["picture"] = picture
    step()
    (entry,) = history.entries()
    assert entry["picture"] == ""
    assert icon_of(history.picture_file(entry)) == 0
    assert bpy.data.objects


def test_a_history_of_an_older_version_has_no_pictures_and_is_read(client, tmp_path):
    (tmp_path / "history.json").write_text('[{"panel": {"prompt": "old"}, "seconds": 1, "time": 2}]')
    history.entries.cache_clear()
    assert history.picture_file(history.entries()[0]) is None
