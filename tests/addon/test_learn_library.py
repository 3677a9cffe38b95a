"""Assets that are in no scene are learnt, and nothing of them stays; fake worker."""

import json
from pathlib import Path

import numpy as np
import pytest
from addon_fixtures import FakeEvent, bpy
from PIL import Image
from test_learn import SMALL, add

from iss_blender_addon.learning import session
from iss_blender_addon.learning.capturing import Capturing
from iss_blender_addon.learning.session import learning
from iss_blender_addon.learning.stored import StoredAsset, assets_in
from iss_blender_addon.learning.subjects import subjects_of

pytestmark = pytest.mark.blender


@pytest.fixture(autouse=True)
def user_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(session, "user_folder", lambda: tmp_path / "user")
    monkeypatch.setattr("iss_blender_addon.learning.capturing.CaptureSettings", lambda: SMALL)


@pytest.fixture
def pupil(client):
    """Return what each training was given: its captures by name, with the mean colour of the first picture."""
    seen = {}

    def answer(number, job):
        for about in Path(job["dataset"]).rglob("model.json"):
            mask = np.asarray(Image.open(about.with_name("mask") / "0000.png")) > 0
            albedo = np.asarray(Image.open(about.with_name("albedo") / "0000.png"))
            seen[json.loads(about.read_text())["name"]] = albedo[mask].mean(axis=0)
        return [FakeEvent("done", number, {"folder": job["bundle"]})]

    client.answer = answer
    return seen


@pytest.fixture
def library(client, tmp_path):
    """Return the folder of an asset library: a textured chair and a lamp of two parts, a plain object, a bad file."""
    folder = tmp_path / "library"
    (folder / "inner").mkdir(parents=True)
    chair = add("Chair")
    chair.asset_mark()
    chair.data.materials.append(textured((0.2, 0.4, 1.0)))
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "chairs.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    lamp = bpy.data.collections.new("Lamp")
    for name in ("Bulb", "Foot"):
        part = add(name)
        bpy.context.scene.collection.objects.unlink(part)
        lamp.objects.link(part)
    lamp.asset_mark()
    add("Plain")
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "inner" / "lamps.blend"))
    (folder / "broken.blend").write_bytes(b"no Blender file")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.preferences.filepaths.asset_libraries.new(name="Mine", directory=str(folder))
    yield folder
    libraries = bpy.context.preferences.filepaths.asset_libraries
    libraries.remove(libraries["Mine"])


def textured(colour):
    image = bpy.data.images.new("Cloth", 4, 4)
    image.pixels.foreach_set(np.tile(np.float32([*colour, 1.0]), 16))
    image.pack()
    material = bpy.data.materials.new("Cloth")
    if material.node_tree is None:  # before Blender 5.0
        material.use_nodes = True
    tree = material.node_tree
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = image
    surface = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    tree.links.new(texture.outputs["Color"], surface.inputs["Base Color"])
    return material


def everything():
    """Return every data-block of the file with its number of users."""
    kinds = [kind.identifier for kind in bpy.data.bl_rna.properties if kind.type == "COLLECTION"]
    return {(kind, one.name, one.users, one.session_uid) for kind in kinds for one in getattr(bpy.data, kind)}


def test_a_library_is_learnt_and_nothing_of_it_stays(library, pupil):
    add("Mine own")
    before, files = everything(), {path: path.read_bytes() for path in library.rglob("*.blend")}
    assert bpy.ops.iss.learn(source="LIBRARY", library="Mine") == {"FINISHED"}
    assert everything() == before
    assert {path: path.read_bytes() for path in library.rglob("*.blend")} == files
    assert set(pupil) == {"Chair", "Lamp"}
    assert pupil["Chair"] == pytest.approx([51, 102, 255], abs=2)  # the picture was read before it was removed


def test_what_the_file_links_already_stays_linked(library, pupil):
    with bpy.data.libraries.load(str(library / "chairs.blend"), link=True) as (_, wanted):
        wanted.objects = ["Chair"]
    bpy.context.scene.collection.objects.link(wanted.objects[0])
    before = everything()
    bpy.ops.iss.learn(source="LIBRARY", library="Mine")
    assert everything() == before
    assert set(pupil) == {"Chair", "Lamp"}


def test_assets_of_the_open_file_need_not_be_in_a_scene(client, pupil):
    kept, shown = add("Kept"), add("Shown")
    for obj in (kept, shown):
        obj.asset_mark()
    bpy.context.scene.collection.objects.unlink(kept)
    before = everything()
    bpy.ops.iss.learn(source="ASSETS")
    assert everything() == before
    assert set(pupil) == {"Kept", "Shown"}
    assert [one.name for one in subjects_of(bpy.context, "ASSETS", None)] == ["Shown", "Kept"]


def test_a_library_is_searched_a_file_at_a_time_and_a_lost_file_is_left_out(library, tmp_path):
    assert [one and one.name for one in assets_in(library)] == [None, "Chair", None, "Lamp", None]
    gone = StoredAsset("Lost", "objects", str(tmp_path / "gone.blend"))
    capturing = Capturing([gone, *filter(None, assets_in(library))], tmp_path / "data", SMALL)
    before = everything()
    capturing.advance(0.0)
    assert capturing.total == 9
    while not capturing.is_over:
        capturing.advance(0.0)
        assert everything() == before
    assert capturing.captured == 2
    assert "cannot be read" in capturing.skipped["Lost"]


def test_refusals_say_what_to_do(client, tmp_path):
    with pytest.raises(RuntimeError, match="Choose an asset library first"):
        bpy.ops.iss.learn(source="LIBRARY", library="Nowhere")
    bpy.context.preferences.filepaths.asset_libraries.new(name="Empty", directory=str(tmp_path))
    with pytest.raises(RuntimeError, match="no file marks an object as an asset"):
        bpy.ops.iss.learn(source="LIBRARY", library="Empty")
    bpy.context.preferences.filepaths.asset_libraries.remove(bpy.context.preferences.filepaths.asset_libraries["Empty"])
    assert not learning().is_busy
