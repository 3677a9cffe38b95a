"""The whole way on the shipped bundle: operator, subprocess, models, mesh, object."""

import time

import numpy as np
import pytest
from addon_fixtures import begin, bpy, registered_with_the_real_worker, step

from iss_blender_addon.jobs.job import JobState
from iss_blender_addon.runtime import runtime
from iss_blender_addon.shapes.record import shape_of

pytestmark = [pytest.mark.bundle, pytest.mark.blender]
LONGEST = 300.0  # seconds until a test gives up: loading the models takes long on a busy machine


@pytest.fixture(scope="module", autouse=True)
def addon(tmp_path_factory):
    """Register the add-on once; its worker runs in this very Python."""
    with registered_with_the_real_worker(tmp_path_factory.mktemp("real")):
        yield


@pytest.fixture(autouse=True)
def empty_file():
    if runtime().queue.is_busy:  # a test before this one failed
        runtime().queue.stop()
    bpy.ops.wm.read_factory_settings(use_empty=True)


def colours(obj):
    values = np.empty(4 * len(obj.data.vertices), np.float32)
    obj.data.color_attributes[0].data.foreach_get("color_srgb", values)
    return values.reshape(-1, 4)[:, :3]


def test_a_red_car_comes_out_red_closed_and_standing_on_the_ground():
    bpy.ops.iss.text_to_shape(prompt="a red car", seed=1, steps=1, views=2, detail=48)
    (obj,) = bpy.data.objects
    mesh = obj.data
    assert not mesh.validate()
    edges = {tuple(sorted(edge.vertices)) for edge in mesh.edges}
    assert 2 * len(edges) == 3 * len(mesh.polygons)  # closed: every edge has two faces
    heights = [vertex.co.z for vertex in mesh.vertices]
    assert min(heights) == pytest.approx(0.0, abs=1e-5)
    assert max(obj.dimensions) == pytest.approx(2.0, rel=1e-4)
    red, green, blue = np.median(colours(obj), axis=0)
    assert red > 1.5 * max(green, blue)
    assert len(shape_of(obj)) > 100
    assert obj.iss_shape.bundle == runtime().queue.facts.bundle


def test_the_kept_shape_is_meshed_finer_without_generating_again():
    bpy.ops.iss.text_to_shape(prompt="a red car", seed=1, steps=0, detail=32)
    (generation,) = [g for g in runtime().generations._finished.values() if g.detail == 32]
    bpy.ops.iss.place_shapes(key=generation.key, detail=64)
    coarse, fine = sorted(bpy.data.objects, key=lambda obj: len(obj.data.vertices))
    assert len(fine.data.vertices) > 3 * len(coarse.data.vertices)
    assert tuple(fine.dimensions) == pytest.approx(tuple(coarse.dimensions), rel=0.1)


def test_cancel_keeps_the_best_so_far():
    generation = begin(prompt="a red car", steps=1000, views=4, detail=32)
    end = time.monotonic() + LONGEST
    while not generation.jobs[0].previews and time.monotonic() < end:
        step()
        time.sleep(0.02)
    (preview,) = bpy.data.objects
    assert len(preview.data.vertices) > 100
    bpy.ops.iss.cancel()
    while runtime().is_busy and time.monotonic() < end:
        step()
        time.sleep(0.02)
    assert generation.jobs[0].state is JobState.CANCELLED
    (obj,) = bpy.data.objects
    assert obj.iss_shape.is_generated


def test_a_killed_worker_is_told_with_its_log():
    generation = begin(prompt="a red car", steps=1000, views=2, detail=32)
    end = time.monotonic() + LONGEST
    assert generation.jobs[0].state is JobState.RUNNING
    runtime().queue._client._process.kill()
    while runtime().is_busy and time.monotonic() < end:
        step()
        time.sleep(0.02)
    assert generation.jobs[0].state is JobState.FAILED
    assert "log" in runtime().message
    assert not bpy.data.objects


def test_the_backends_own_words_reach_the_person():
    with pytest.raises(RuntimeError, match="no Latin letter"):
        bpy.ops.iss.text_to_shape(prompt="?!", steps=0)
