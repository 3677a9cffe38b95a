"""Training the point tower, and the command that gives one to a bundle."""

import math
import re

import numpy as np
import pytest
import torch
from torch.nn import functional

from iss_backend.bundle import load_bundle
from iss_backend.cli.main import main
from iss_backend.clip.point_tower import POINTS, PointTower, PointTowerConfig
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ignore_progress
from iss_backend.training.decoded_clouds import DecodedClouds, decode_clouds
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.point_tower import (
    CaptionedClouds,
    PointTowerSettings,
    soft_contrastive_loss,
    train_point_tower,
)
from iss_backend.training.schedule import LoopSettings

SETTINGS = PointTowerSettings(batch=6, decoded_share=0.5, others=4, bank=8, loop=LoopSettings(40, 3e-3, warmup=5))


class Alphabet:
    """A text tower that tells a red text from a blue one, and nothing else."""

    def encode_text(self, texts):
        features = functional.normalize(torch.tensor([[1.0, 0.0, 0.2], [0.0, 1.0, 0.2]]), dim=-1)
        return features[[int("blue" in text) for text in texts]]


class TwoKinds:
    """Clouds of red plates and of blue rods."""

    def draw(self, rng):
        kinds = rng.integers(0, 2, 8)
        points = rng.uniform(-0.5, 0.5, (8, 64, 6)).astype(np.float32)
        points[np.arange(8), :, kinds] *= 0.05
        points[..., 3:] = np.where(kinds[:, None, None] == 0, [0.9, 0.1, 0.1], [0.1, 0.1, 0.9])
        return torch.from_numpy(points), [("a red plate", "a blue rod")[kind] for kind in kinds]

    def captions(self, count, rng):
        return ["a red plate", "a blue rod"] * (count // 2)


def test_the_loss_by_hand():
    """Two forms, each at its own caption, which are at right angles; one further caption between them."""
    words = torch.eye(2)
    others = functional.normalize(torch.ones(1, 2), dim=-1)
    near = 1 / math.sqrt(2)
    found = -math.log(math.exp(3) / (math.exp(3) + 1 + math.exp(3 * near)))
    back = -math.log(math.exp(3) / (math.exp(3) + 1))
    hard = soft_contrastive_loss(3.0 * words, words, others, 1000.0)
    assert hard.item() == pytest.approx((found + back) / 2, abs=1e-5)
    softer = soft_contrastive_loss(3.0 * words, words, others, 3.0)  # exactly as soft as the answers: their entropy
    weights = torch.tensor([1.0, 0.0, near]).mul(3).softmax(0), torch.tensor([1.0, 0.0]).mul(3).softmax(0)
    assert softer.item() == pytest.approx(sum(-(w * w.log()).sum().item() for w in weights) / 2, abs=1e-5)


def test_clouds_come_to_their_captions(tmp_path):
    torch.manual_seed(0)
    tower, rng = PointTower(PointTowerConfig(3, 4)), np.random.default_rng(1)
    train_point_tower(tower, Alphabet(), TwoKinds(), SETTINGS, tmp_path / "tower.safetensors", ignore_progress)
    points, captions = TwoKinds().draw(rng)
    features = tower(points)
    assert features.norm(dim=-1).tolist() == pytest.approx([1.0] * 8)
    nearest = (features @ Alphabet().encode_text(["red", "blue"]).T).argmax(dim=1)
    assert nearest.tolist() == [int("blue" in text) for text in captions]
    assert not tower.training
    assert not any(parameter.requires_grad for parameter in tower.parameters())


def test_clouds_and_captions_are_drawn_from_packed_shapes_and_from_d(packed):
    shapes = PackedShapes(packed)
    decoded = DecodedClouds(torch.rand(1, POINTS, 6), np.array([4]))
    clouds = CaptionedClouds(shapes, np.array([2]), decoded, SETTINGS)  # a box, and a plate as D shows it
    points, captions = clouds.draw(np.random.default_rng(3))
    again, same = clouds.draw(np.random.default_rng(3))
    assert points.shape == (6, POINTS, 6)
    assert torch.equal(points, again)
    assert captions == same
    told = [clouds.draw(np.random.default_rng(seed))[1] for seed in range(10)]
    for half, noun in ((slice(0, 3), "box|package|parcel"), (slice(3, 6), "plate|dish")):
        said = [re.search(noun, caption.lower()) is not None for captions in told for caption in captions[half]]
        assert np.mean(said) > 0.85  # some captions have typos
    assert torch.equal(points[3:, :, 3:], decoded.points[..., 3:].expand(3, -1, -1))
    assert 0 <= points[..., 3:].min() <= points[..., 3:].max() <= 1
    assert len(clouds.captions(5, np.random.default_rng(0))) == 5


def test_clouds_of_d_are_kept_and_lie_on_its_surface(packed, knowing, tmp_path):
    shapes = PackedShapes(packed)
    known = KnownShapes(shapes, knowing.shapes)
    decoded = decode_clouds(knowing, known, known.numbers, tmp_path / "clouds.safetensors", ignore_progress)
    assert set(decoded.shapes) <= set(known.numbers)
    assert decoded.points.shape == (len(decoded.shapes), POINTS, 6)
    again = decode_clouds(None, known, known.numbers, tmp_path / "clouds.safetensors", ignore_progress)
    assert torch.equal(decoded.points, again.points)
    fields = knowing.svr.prepare(known.codes(decoded.shapes))
    logits, colours = knowing.svr.query(fields, decoded.points[..., :3])
    assert (colours - decoded.points[..., 3:]).abs().max() < 0.01  # half precision
    anywhere = knowing.svr.occupancy(fields, torch.rand(len(decoded.shapes), 500, 3) - 0.5)
    assert logits.abs().mean() < 0.2 * anywhere.abs().mean()


def test_the_command_changes_the_tower_alone(packed, knowing, tiny_bundle, tmp_path, monkeypatch):
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: knowing)
    command = ["train", "points", str(packed), "--start", str(tiny_bundle), "-o", str(tmp_path / "new")]
    options = ["--steps", "2", "--batch", "4", "--width", "4", "--decoded", "2", "--name", "pointed"]
    assert main([*command, *options]) == 0
    new = load_bundle(tmp_path / "new")
    assert new.name == "pointed"
    assert new.point_tower.config == PointTowerConfig(knowing.clip.feature_size, 4)
    for part in ("clip", "svr", "mapper", "prior"):
        ours, theirs = (getattr(bundle, part).state_dict() for bundle in (new, knowing))
        assert all(torch.equal(value.half(), theirs[name].half()) for name, value in ours.items())
    assert new.point_tower.state_dict()["network.start.0.num_batches_tracked"] == 2
    assert torch.equal(new.shapes.codes.half(), knowing.shapes.codes.half())
    assert torch.equal(new.gap.text_mean.half(), knowing.gap.text_mean.half())
    assert not (tmp_path / "new.work").exists()
