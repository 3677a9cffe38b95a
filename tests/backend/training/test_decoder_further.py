"""Training D of the tiny bundle further, on four synthetic shapes of whose codes it ships two."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from iss_backend.bundle import ShapeCodes, load_bundle
from iss_backend.cli.main import main
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.progress import ignore_progress
from iss_backend.svr.losses import overlap_loss
from iss_backend.training.decoder import enlarged, train_decoder_further
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.recipes_decoder import DecoderPlan, train_decoder_run
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.svr import mean_iou


def test_finer_planes_show_what_the_old_ones_showed(tiny_triplane):
    finer = enlarged(tiny_triplane, 8).eval()
    codes = torch.randn(2, 8, generator=torch.Generator().manual_seed(0))
    old, new = tiny_triplane.prepare(codes), finer.prepare(codes)
    assert new.shape[-1] == 2 * old.shape[-1]
    # At the corners that four old texels share, both ways of interpolating take the mean of the four.
    assert torch.allclose(new[..., 1:-1, 1:-1].unfold(-2, 2, 2).unfold(-2, 2, 2).mean((-1, -2)),
                          old.unfold(-2, 2, 1).unfold(-2, 2, 1).mean((-1, -2)), atol=1e-5)  # fmt: skip
    assert enlarged(tiny_triplane, 0) is tiny_triplane


def test_the_overlap_loss_is_one_minus_the_soft_iou():
    logits = torch.tensor([[0.0, 0.0, 40.0, -40.0], [40.0, 40.0, -40.0, -40.0]])
    inside = torch.tensor([[1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0]])
    # First row: shared 0.5 + 1, union 1 + 0.5 + 1; the second is exact.
    assert overlap_loss(logits, inside).item() == pytest.approx((1.0 - 1.5 / 2.5) / 2.0)


def test_known_shapes_are_found_by_their_names(packed, knowing):
    shapes = PackedShapes(packed)
    known = KnownShapes(shapes, knowing.shapes)
    assert [shapes.entries[i].name for i in known.numbers] == ["big_ball", "plate"]
    assert torch.equal(known.codes(known.numbers), knowing.shapes.codes[[1, 0]])
    assert np.array_equal(known.palettes(known.numbers).numpy(), shapes.palettes[known.numbers])
    with pytest.raises(BadInputError, match="not trained on any of these shapes"):
        KnownShapes(shapes, ShapeCodes(torch.zeros(1, 8), ("solids/cone",)))


def test_d_shows_known_codes_better_and_nothing_else_moves(packed, knowing, tmp_path):
    shapes, svr = PackedShapes(packed), knowing.svr
    known = KnownShapes(shapes, knowing.shapes)
    before = {name: value.clone() for name, value in svr.state_dict().items()}
    score = mean_iou(svr, shapes, known.numbers, known.codes)
    settings = DecoderPlan("new", encoder_steps=2, batch=4).settings()
    quick = replace(settings.samples, loop=LoopSettings(steps=150, learning_rate=0.02, warmup=5))
    settings = replace(settings, samples=quick)
    train_decoder_further(knowing, shapes, settings, tmp_path / "decoder.safetensors", ignore_progress)
    changed = {name.split(".")[0] for name, value in svr.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"planes", "trunk", "occupancy_head", "colour_head"}
    assert not any(parameter.requires_grad for parameter in svr.parameters())
    assert mean_iou(svr, shapes, known.numbers, known.codes) > score + 0.3


def test_a_seed_gives_the_same_planes_again(packed, tiny_bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(KnownShapes, "__init__", _all_known)
    made = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        torch.manual_seed(len(made))  # a process that did something else before
        plan = DecoderPlan(name, 1, 1, fine_channels=4, batch=2, seed=seed)
        train_decoder_run(packed, tiny_bundle, tmp_path / name, plan, ignore_progress)
        made.append((tmp_path / name / "svr.safetensors").read_bytes())
    assert made[0] == made[1] != made[2]


def test_a_width_that_has_no_groups_is_told_before_anything_is_begun(packed, tiny_bundle, tmp_path, capsys):
    command = ["train", "decoder", str(packed), "-o", str(tmp_path / "finer"), "--start", str(tiny_bundle)]
    assert main([*command, "--fine-channels", "6"]) == 2
    assert "--fine-channels 6 is no multiple of 4; give one." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def _all_known(self, shapes, known):
    """Take any packed shapes for those of the bundle."""
    self.numbers, self._rows = np.arange(len(shapes)), torch.zeros(len(shapes), dtype=torch.long)
    self._codes, self._palettes = known.codes, shapes.palettes


def test_the_command_writes_finer_planes(packed, knowing, tiny_bundle, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: knowing)
    steps = ["--steps", "2", "--encoder-steps", "1", "--batch", "2", "--fine-channels", "4"]
    target = tmp_path / "finer"
    assert main(["train", "decoder", str(packed), "-o", str(target), "--start", str(tiny_bundle), *steps]) == 0
    new = load_bundle(target)
    assert new.svr.config.fine_channels == 4
    assert new.svr.prepare(new.shapes.codes).shape[-1] == 16
    assert torch.equal(new.shapes.codes, knowing.shapes.codes.half().float())
    assert 0.0 <= json.loads((target / "manifest.json").read_text())["notes"]["held-out mIoU"] <= 1.0
    assert main(["train", "decoder", str(packed), "-o", str(target), "--start", str(tiny_bundle), *steps]) == 2
    assert "There is a bundle in" in capsys.readouterr().err
