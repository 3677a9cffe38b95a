"""The client with the real worker and the tiny bundle."""

import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.meshing import MeshSettings
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.rendering import RenderSettings
from iss_backend.shape import Shape
from iss_blender_addon.worker.client import WorkerClient

ROOT = Path(__file__).parents[2]
ENOUGH_S = 180.0  # a bound against hanging, not a measurement
SETTINGS = GenerateSettings(
    guess=GuessSettings(candidates=2, candidate_views=1, prior_steps=4),
    stage2=Stage2Settings(steps=2, views=2, learning_rate=1e-2, render=RenderSettings(size=12, steps=16, grid=12)),
)
JOB = {"type": "generate", "text": "a red car", "settings": asdict(SETTINGS), "resolution": 24}


@pytest.fixture(scope="module")
def client(tiny_bundle, tmp_path_factory):
    """Return a client of a real worker."""
    command = [sys.executable, "-m", "iss_backend.worker", "--bundle", str(tiny_bundle), "--device", "cpu"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    client = WorkerClient(command, tmp_path_factory.mktemp("log") / "worker.log", environment, patience_s=ENOUGH_S)
    yield client
    client.shutdown()


def until(client, job, wanted):
    """Poll until an event of a job whose type is wanted; return the job's events."""
    seen, limit = [], time.monotonic() + ENOUGH_S
    while time.monotonic() < limit:
        seen += [event for event in client.poll() if event.id == job]
        if any(event.type in wanted for event in seen):
            return seen
        assert not any(event.is_final for event in seen), [event.header for event in seen]
        time.sleep(0.005)
    raise AssertionError([event.header for event in seen])


def test_the_mesh_is_the_one_of_the_facade_and_the_shape_comes_back_whole(client, tiny_bundle):
    studio = TextToShape.open(tiny_bundle, "cpu")
    shape = studio.generate("a red car", SETTINGS)
    events = until(client, client.submit(JOB), {"done"})
    done = events[-1]
    for resolution in (24, 32):
        mesh = studio.mesh(shape, MeshSettings(resolution=resolution))
        assert np.array_equal(done.arrays["vertices"], mesh.vertices)
        assert np.array_equal(done.arrays["faces"], mesh.faces)
        assert np.array_equal(done.arrays["colours"], mesh.colours)
        returned = {"shape": done.arrays["shape"]}
        if resolution == 24:
            done = until(client, client.submit({"type": "mesh", "resolution": 32}, returned), {"done"})[-1]
    assert Shape.from_bytes(done.arrays["shape"].tobytes()).scores == shape.scores
    assert [event.type for event in events if event.type != "progress"][:1] == ["mesh"]


def test_a_result_brings_its_picture_cut_out_on_white(client):
    done = until(client, client.submit(JOB), {"done"})[-1]
    picture = done.arrays["picture"]
    assert picture.shape == (96, 96, 4)
    outside = picture[..., 3] == 0
    assert 0 < outside.mean() < 1
    assert set(np.unique(picture[..., 3])) == {0, 255}
    assert (picture[outside] == (255, 255, 255, 0)).all()
    assert len(np.unique(picture[~outside], axis=0)) > 10


def test_cancel_takes_effect_soon_keeps_the_best_and_the_process(client):
    endless = {**JOB, "settings": {**JOB["settings"], "stage2": {**JOB["settings"]["stage2"], "steps": 10**6}}}
    job = client.submit(endless)
    until(client, job, {"mesh"})
    began = time.monotonic()
    client.cancel(job)
    ended = until(client, job, {"cancelled"})[-1]
    assert time.monotonic() - began < 10.0
    assert not ended.header["forced"]
    assert ended.header["text"] == "a red car"
    again = client.submit({"type": "mesh", "resolution": 24}, {"shape": ended.arrays["shape"]})
    meshed = until(client, again, {"done"})
    assert len(meshed[-1].arrays["faces"]) > 0


def test_a_picture_travels_to_the_worker(client):
    image = np.full((64, 48, 3), 255, np.uint8)
    image[20:50, 10:40] = (200, 30, 30)
    job = {"type": "from_image", "settings": JOB["settings"], "resolution": 24}
    done = until(client, client.submit(job, {"image": image}), {"done"})[-1]
    assert len(done.arrays["faces"]) > 0
    refused = until(client, client.submit(job, {"image": image[:, :, 0]}), {"error"})[-1]
    assert "with 3 dimensions" in refused.header["message"]
