"""Run in a Blender of its own: the installed extension with the real worker, from the zip to a reopened file.

Arguments: the extension's zip, the backend's Python, a folder for the .blend file. The last line is "all is well".
"""

import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import bpy

ZIP, PYTHON, FOLDER = sys.argv[1:4]
MODULE = "bl_ext.user_default.iss_text_to_shape"


def install():
    bpy.ops.extensions.package_install_files(filepath=ZIP, repo="user_default", enable_on_install=True)
    chosen = bpy.context.preferences.addons[MODULE].preferences
    chosen.backend, chosen.python, chosen.device = "PYTHON", PYTHON, "CPU"
    settings = bpy.context.scene.iss_generate
    settings.steps, settings.views, settings.detail = 1, 2, 40


def draw_panels():
    """Draw every panel of the tab for the active object; returns how many."""
    panels = [cls for cls in bpy.types.Panel.__subclasses__() if cls.__module__.startswith(MODULE)]
    chosen = {"object": bpy.context.object, "selected_objects": bpy.context.selected_objects}
    context = SimpleNamespace(scene=bpy.context.scene, region=SimpleNamespace(width=300), **chosen)
    for cls in panels:
        if hasattr(cls, "bl_category"):
            cls.draw(SimpleNamespace(layout=MagicMock()), context)
    return len(panels)


def points(obj):
    return len(obj.data.vertices)


def choose(name):
    for obj in bpy.data.objects:
        obj.select_set(obj.name == name)
    bpy.context.view_layer.objects.active = bpy.data.objects[name]
    return bpy.data.objects[name]


def generate_stylise_and_batch():
    bpy.ops.iss.text_to_shape(prompt="a red car", seed=1)
    car = bpy.context.object
    assert car.name == "A red car"
    assert points(car) > 100
    assert not car.data.validate()
    bpy.ops.iss.stylise(text="golden", mode="texture", steps=1, seed=1)
    assert bpy.context.object.iss_shape.text == "a red car, golden"
    bpy.ops.iss.batch(prompts="a wooden chair\na blue vase", seed=1)
    assert {"A wooden chair", "A blue vase"} <= set(bpy.data.collections.keys())


def finish_and_save(path):
    """Mark, bake, save; returns the points of the car's mesh."""
    car = choose("A red car")
    bpy.ops.iss.mark_asset()
    assert car.asset_data.description == "a red car"
    bpy.ops.iss.bake_colours(size=128)
    assert bpy.data.images["A red car Colours"].packed_file
    bpy.ops.wm.save_as_mainfile(filepath=path)
    return points(car)


def reopen_and_mesh_again(path, coarse):
    bpy.ops.wm.read_homefile(use_empty=True)
    assert "A red car" not in bpy.data.objects
    bpy.ops.wm.open_mainfile(filepath=path)
    choose("A red car")
    bpy.ops.iss.mesh_again(detail=64)
    car = bpy.data.objects["A red car"]
    assert points(car) > 2 * coarse
    assert (car.iss_shape.detail, car.iss_shape.text, car.iss_shape.seed) == (64, "a red car", 1)


path = str(Path(FOLDER) / "shapes.blend")
install()
draw_panels()
generate_stylise_and_batch()
assert draw_panels() > 10
coarse = finish_and_save(path)
reopen_and_mesh_again(path, coarse)
bpy.ops.preferences.addon_disable(module=MODULE)
assert not hasattr(bpy.types.Object, "iss_shape")
sys.stdout.write("\nall is well\n")
