"""Training the camera network, and the command that gives one to a bundle."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from iss_backend.bundle import load_bundle
from iss_backend.cli.main import main
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ignore_progress
from iss_backend.svr.camera_network import AZIMUTHS, CameraGuess, CameraNetwork, CameraNetworkConfig, bin_angles
from iss_backend.training import camera_network as training
from iss_backend.training.camera_network import (
    SINE_WEIGHT,
    CameraTrainingSettings,
    camera_loss,
    draw_pictures,
    train_camera_network,
)
from iss_backend.training.schedule import LoopSettings


def test_bins_begin_at_the_front_and_go_to_the_right():
    assert bin_angles()[[0, AZIMUTHS // 4]].tolist() == pytest.approx([0, math.pi / 2])


def test_the_loss_by_hand():
    """Of a camera at the third bin, one that says so by the right distribution is told its entropy, no more."""
    angle = bin_angles()[3]
    towards = torch.tensor([[math.cos(0.2) * angle.sin(), math.sin(0.2), math.cos(0.2) * angle.cos()]])
    right = functional.softmax(training.SHARPNESS * torch.cos(angle - bin_angles()), dim=0)
    entropy = -(right * right.log()).sum()
    exact = CameraGuess(right.log()[None], towards[:, 1])
    assert camera_loss(exact, towards).item() == pytest.approx(entropy.item(), abs=1e-5)
    wrong = CameraGuess(right.log()[None].roll(12, 1), towards[:, 1] + 0.5)
    assert camera_loss(wrong, towards) > entropy + 10 + SINE_WEIGHT * 0.25


def test_a_mirrored_picture_is_seen_from_the_mirrored_place(packed):
    shapes, chosen = PackedShapes(packed), np.array([0, 1, 2, 3])
    plain, from_here = draw_pictures(shapes, chosen, 0.0, np.random.default_rng(4))
    mirrored, from_there = draw_pictures(shapes, chosen, 1.0, np.random.default_rng(4))
    assert torch.equal(plain, mirrored.flip(-1))
    assert torch.equal(from_here * torch.tensor([-1.0, 1.0, 1.0]), from_there)
    assert from_here.norm(dim=1).tolist() == pytest.approx([1.0] * 4)
    assert torch.equal(plain[0, :, 0, 0], torch.ones(3))


def test_it_learns_which_side_of_a_thing_is_red(monkeypatch, tmp_path):
    """Pictures half red and half green; from behind, the colours change sides."""

    def two_sides(shapes, chosen, mirrored, rng):
        behind = torch.from_numpy(rng.integers(0, 2, len(chosen)))
        pictures = torch.ones(len(chosen), 3, 64, 64)
        left, right = torch.tensor([0.9, 0.1, 0.1]), torch.tensor([0.1, 0.9, 0.1])
        for number, turned in enumerate(behind):
            halves = (right, left) if turned else (left, right)
            pictures[number, :, 16:48, 16:32], pictures[number, :, 16:48, 32:48] = (c[:, None, None] for c in halves)
        return pictures, torch.stack([torch.zeros(len(chosen)), torch.zeros(len(chosen)), 1.0 - 2.0 * behind], dim=1)

    monkeypatch.setattr(training, "draw_pictures", two_sides)
    monkeypatch.setattr(training, "category_weights", lambda shapes, chosen: None)
    torch.manual_seed(0)
    network = CameraNetwork(CameraNetworkConfig((4, 4, 8, 8)))
    settings = CameraTrainingSettings(batch=16, loop=LoopSettings(60, 1e-2, warmup=5))
    train_camera_network(network, None, np.array([0]), settings, tmp_path / "camera.safetensors", ignore_progress)
    pictures, towards = two_sides(None, np.zeros(8), 0.0, np.random.default_rng(9))
    azimuths = bin_angles()[network(pictures).azimuths.argmax(dim=1)]
    assert torch.allclose(azimuths.cos(), towards[:, 2], atol=0.05)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_pictures_of_any_size_are_read():
    network = CameraNetwork(CameraNetworkConfig((2, 2, 3, 4))).eval()
    guess = network(torch.rand(2, 3, 96, 96))
    assert guess.azimuths.exp().sum(dim=1).tolist() == pytest.approx([1, 1])
    assert guess.sines.shape == (2,)


def test_the_command_changes_the_camera_network_alone(packed, knowing, tiny_bundle, tmp_path, monkeypatch):
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: knowing)
    command = ["train", "camera", str(packed), "--start", str(tiny_bundle), "-o", str(tmp_path / "new")]
    assert main([*command, "--steps", "2", "--batch", "4", "--name", "sighted"]) == 0
    new = load_bundle(tmp_path / "new")
    assert new.name == "sighted"
    assert new.camera_network.config == CameraNetworkConfig()
    assert new.camera_network.state_dict()["stem_bn.num_batches_tracked"] == 2
    for part in ("clip", "svr", "mapper", "prior", "point_tower"):
        ours, theirs = (getattr(bundle, part).state_dict() for bundle in (new, knowing))
        assert all(torch.equal(value.half(), theirs[name].half()) for name, value in ours.items())
    assert not (tmp_path / "new.work").exists()
