import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from iss_backend.bundle import load_bundle
from iss_backend.errors import BadInputError
from iss_backend.fitting import job
from iss_backend.fitting.fit import draw_samples, first_code, fit_code, volume_iou
from iss_backend.fitting.job import fit_shape
from iss_backend.fitting.volume import volume_of
from iss_backend.meshing import ColouredMesh, MeshSettings, extract_mesh
from iss_backend.pipeline import FromMeshSettings, StyliseSettings, TextToShape
from iss_backend.rendering import RenderSettings
from iss_backend.shape import ignore_preview
from iss_backend.svr.losses import svr_point_loss

QUICK = FromMeshSettings(steps=40, points=512, colours=128, views=2, code_weight=0.0)
CPU = torch.device("cpu")


@pytest.fixture
def volume(tiny_triplane):
    """Return what the tiny model makes of a code, as a mesh: a shape that it can make for sure."""
    code = torch.randn(1, 8, generator=torch.Generator().manual_seed(2))
    mesh = extract_mesh(tiny_triplane, tiny_triplane.prepare(code), MeshSettings(resolution=24, coarse_resolution=24))
    return volume_of(mesh, np.random.default_rng(0))


def loss_of(svr, volume, code):
    samples = draw_samples(volume, QUICK, np.random.default_rng(99), CPU)
    with torch.no_grad():
        return float(svr_point_loss(svr, svr.prepare(code[None]), samples, QUICK.weights))


def test_descent_brings_the_field_nearer_and_leaves_the_decoder(tiny_triplane, volume):
    before = {name: weight.clone() for name, weight in tiny_triplane.state_dict().items()}
    start = first_code(tiny_triplane, volume, QUICK, CPU)
    steps = list(fit_code(tiny_triplane, volume, start, QUICK))
    assert [step for step, _, _ in steps] == list(range(1, 41))
    assert loss_of(tiny_triplane, volume, steps[-1][1]) < 0.9 * loss_of(tiny_triplane, volume, start)
    assert all(torch.equal(before[name], weight) for name, weight in tiny_triplane.state_dict().items())


def test_the_start_is_the_best_code_that_is_read_off(tiny_triplane, volume, monkeypatch):
    codes = torch.randn(2, 8, generator=torch.Generator().manual_seed(5))
    monkeypatch.setattr(tiny_triplane, "encode", lambda pictures: codes[: len(pictures)])
    start = first_code(tiny_triplane, volume, QUICK, CPU)
    candidates = [*codes, codes.mean(dim=0)]
    losses = [loss_of(tiny_triplane, volume, code) for code in candidates]
    assert torch.equal(start, candidates[int(np.argmin(losses))])


def test_samples_say_what_is_inside(tiny_triplane, volume):
    samples = draw_samples(volume, QUICK, np.random.default_rng(1), CPU)
    assert samples.points.shape == (1, 512, 3)
    assert samples.colours.shape == (1, 128, 3)
    assert torch.equal(samples.inside, volume.inside(samples.points))
    assert 0.1 < float(samples.inside.mean()) < 0.9


def test_the_iou_of_a_field_with_itself(analytic, ball):
    model = analytic(ball(0, 0, 0), 0.45)
    mesh = extract_mesh(model, torch.zeros(1, 1), MeshSettings(resolution=64))
    volume = volume_of(mesh, np.random.default_rng(0))
    assert volume_iou(model, torch.zeros(1), volume) > 0.95
    # A ball of 0.36 in one of 0.45: the ratio of the volumes.
    assert volume_iou(model, torch.tensor([-0.09]), volume) == pytest.approx(0.8**3, abs=0.03)


@pytest.mark.parametrize("wrong", [{"steps": -1}, {"points": 0}, {"views": 0}, {"learning_rate": 0.0}])
def test_settings_that_make_no_sense(wrong):
    with pytest.raises(BadInputError, match="choose positive numbers"):
        FromMeshSettings(**wrong)


def test_the_time_left_leaves_the_preparation_out(tiny_bundle, volume, monkeypatch):
    clock, events = [0.0], []

    def read_slowly(*_):
        clock[0] += 1000.0
        return torch.zeros(8)

    monkeypatch.setattr(job, "volume_of", lambda *_: volume)
    monkeypatch.setattr(job, "first_code", read_slowly)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    mesh = ColouredMesh.empty()
    fit_shape(load_bundle(tiny_bundle), mesh, "", replace(QUICK, steps=2), events.append, ignore_preview)
    assert [event.eta_s for event in events] == [None, 0.0, 0.0]


def test_a_mesh_becomes_a_shape_that_takes_styles(tiny_bundle, tiny_triplane):
    studio = TextToShape.open(tiny_bundle, "cpu")
    field = studio.bundle.svr.prepare(torch.zeros(1, 8))
    mesh = extract_mesh(studio.bundle.svr, field, MeshSettings(resolution=24))
    events, shown, settings = [], [], replace(QUICK, steps=10)
    shape = studio.from_mesh(mesh, "a lump", settings, events.append, shown.append)
    assert [(event.phase, event.step) for event in events] == [("fit", step) for step in range(11)]
    assert len(shown) == 2
    assert shape.text == "a lump"
    assert 0.0 < shape.settings["iou"] <= 1.0
    assert set(shape.settings["placement"]) == {"centre", "scale"}
    again = studio.from_mesh(mesh, "a lump", settings)
    assert again.to_bytes() == shape.to_bytes()
    golden = studio.stylise(shape, "golden", StyliseSettings(steps=1, views=1, render=RenderSettings(16, 24, grid=16)))
    assert golden.without_style().to_bytes() == shape.to_bytes()
    assert not studio.mesh(golden, MeshSettings(resolution=20)).is_empty
