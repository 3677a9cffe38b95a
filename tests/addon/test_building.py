"""Meshes are worked out beside Blender's own thread, and come to Blender one a look."""

import threading

import numpy as np
import pytest
from addon_fixtures import COLOURS, CORNERS, TRIANGLES, begin, bpy, done, step

from iss_blender_addon import building, delivery
from iss_blender_addon.jobs.job import MeshArrays
from iss_blender_addon.runtime import runtime
from iss_blender_addon.shapes.mesh_data import fill_mesh
from iss_blender_addon.shapes.mesh_parts import parts_of

pytestmark = pytest.mark.blender
BOX = MeshArrays(CORNERS, TRIANGLES, COLOURS)


def test_edges_are_those_that_blender_finds():
    parts = parts_of(BOX)
    ours, blenders = bpy.data.meshes.new("ours"), bpy.data.meshes.new("blender's")
    fill_mesh(ours, parts, 1.0, True)
    blenders.from_pydata(CORNERS.tolist(), [], TRIANGLES.tolist())
    edges = [{tuple(sorted(edge.vertices)) for edge in mesh.edges} for mesh in (ours, blenders)]
    assert edges[0] == edges[1]
    assert len(ours.edges) == 18  # a closed mesh of 12 triangles
    for polygon in ours.polygons:
        loops = list(polygon.loop_indices)
        for own, after in zip(loops, loops[1:] + loops[:1], strict=True):
            ends = {ours.loops[own].vertex_index, ours.loops[after].vertex_index}
            assert set(ours.edges[ours.loops[own].edge_index].vertices) == ends
    assert not ours.validate()


def test_meshes_are_worked_out_in_another_thread(silent, monkeypatch):
    threads = []
    monkeypatch.setattr(building, "parts_of", lambda mesh: threads.append(threading.get_ident()) or parts_of(mesh))
    begin()
    silent.events.append(done(1))
    step()
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


def test_one_look_makes_one_mesh_at_most_and_the_results_take_them(silent, monkeypatch):
    made = []
    monkeypatch.setattr(delivery, "new_mesh", lambda *args: made.append(new_mesh(*args)) or made[-1])
    new_mesh = __import__("iss_blender_addon.shapes.objects", fromlist=["new_mesh"]).new_mesh
    begin(variations=3)
    counts = []
    for number in (1, 2, 3):
        silent.events.append(done(number))
        runtime().step()
    while runtime().is_busy:
        before = len(made)
        runtime().step()
        counts.append(len(made) - before)
    assert max(counts) == 1
    assert len(made) == 3
    assert {obj.data for obj in bpy.data.objects} == set(made)
    assert all(obj.iss_shape.is_generated for obj in bpy.data.objects)
    assert len(bpy.data.meshes) == 3


def test_what_undo_took_is_made_again(silent):
    begin(variations=2)
    silent.events.append(done(1))
    step()
    for mesh in list(bpy.data.meshes):  # what undo does to data that no step knows
        bpy.data.meshes.remove(mesh)
    silent.events.append(done(2))
    step()
    assert sorted(len(obj.data.vertices) for obj in bpy.data.objects) == [8, 8]
    assert not runtime().is_busy


def test_an_error_in_the_thread_ends_the_job_with_words(silent, monkeypatch):
    from iss_blender_addon.runtime import pump

    def fail(mesh):
        raise MemoryError("no room for 3 arrays")

    monkeypatch.setattr(building, "parts_of", fail)
    begin()
    silent.events.append(done(1))
    while runtime().is_busy:
        pump()
    assert "no room for 3 arrays" in runtime().message
    assert runtime().is_alert


def test_the_thread_ends_with_the_add_on(silent):
    begin()
    silent.tell("mesh", arrays={"vertices": CORNERS, "faces": TRIANGLES, "colours": COLOURS})
    step()
    assert any("meshes for Blender" in thread.name for thread in threading.enumerate())
    builder = runtime().builder
    runtime().stop()
    assert builder._thread is None
    assert np.array_equal(np.asarray(bpy.data.objects[0].data.vertices[0].co), [-0.25, 0.5, 0.0])
