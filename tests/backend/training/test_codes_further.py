"""Moving the codes that the tiny bundle ships of two synthetic shapes, and D with them."""

from dataclasses import replace

import numpy as np
import torch

from iss_backend.bundle import load_bundle
from iss_backend.cli.main import main
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ignore_progress
from iss_backend.training.auto_decoding import AutoDecodingSettings, auto_decode
from iss_backend.training.known_shapes import KnownShapes, joined_by_new
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.svr import ShapeAutoencoder, shape_ious, split_indices


def _settings(**changes):
    usual = AutoDecodingSettings()
    samples = replace(usual.samples, batch=4, loop=LoopSettings(steps=150, learning_rate=0.02, warmup=5))
    return replace(usual, samples=samples, **changes)


def _moved(knowing, shapes, folder, settings):
    """Return the known shapes, the autoencoder that was used, and the moved codes."""
    known, autoencoder = KnownShapes(shapes, knowing.shapes), ShapeAutoencoder(knowing.svr, shapes)
    codes = auto_decode(autoencoder, shapes, known, settings, folder / "codes.safetensors", ignore_progress)
    return known, autoencoder, codes


def test_moved_codes_show_their_shapes_better_and_e_s_stays(packed, knowing, tmp_path):
    shapes, svr = PackedShapes(packed), knowing.svr
    before = {name: value.clone() for name, value in svr.state_dict().items()}
    old = KnownShapes(shapes, knowing.shapes)
    score = shape_ious(svr, shapes, old.numbers, old.codes)
    known, _, codes = _moved(knowing, shapes, tmp_path, _settings())
    assert codes.names == ("solids/big_ball", "solids/plate")
    new = KnownShapes(shapes, codes)
    assert (shape_ious(svr, shapes, known.numbers, new.codes) > score + 0.3).all()
    changed = {name.split(".")[0] for name, value in svr.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"planes", "trunk", "occupancy_head", "colour_head"}
    assert not any(parameter.requires_grad for parameter in svr.parameters())


def test_both_codes_move_by_about_the_code_rate(packed, knowing, tmp_path):
    shapes = PackedShapes(packed)
    known, _, codes = _moved(knowing, shapes, tmp_path, _settings(code_rate=0.5))
    moves = (codes.codes - known.codes(known.numbers)).abs()
    assert (moves.amax(dim=1) > 0.05).all()
    # Adam's step is about the learning rate: 145 of them under a cosine from 0.02, times the code rate.
    assert moves.max() < 0.5 * 0.02 * 150


def test_an_anchor_holds_the_codes(packed, knowing, tmp_path):
    shapes = PackedShapes(packed)
    (tmp_path / "held").mkdir()
    known, _, free = _moved(knowing, shapes, tmp_path, _settings(anchor_weight=0.0))
    knowing.svr.requires_grad_(False)
    _, _, held = _moved(knowing, shapes, tmp_path / "held", _settings(anchor_weight=10.0))
    start = known.codes(known.numbers)
    assert (held.codes - start).square().mean() < 0.1 * (free.codes - start).square().mean()


def test_a_share_of_the_shapes_is_recoloured(packed, knowing, tmp_path, monkeypatch):
    shapes, seen = PackedShapes(packed), []
    own = KnownShapes.codes_by

    def codes_by(known, autoencoder):
        def codes_of(numbers, palettes):
            seen.append((palettes == known.palettes(numbers)).flatten(1).all(dim=1))
            return own(known, autoencoder)(numbers, palettes)

        return codes_of

    monkeypatch.setattr(KnownShapes, "codes_by", codes_by)
    settings = _settings(recoloured=0.5)
    loop = replace(settings.samples.loop, steps=20)
    _moved(knowing, shapes, tmp_path, replace(settings, samples=replace(settings.samples, loop=loop)))
    in_own = torch.stack(seen).float()
    assert (in_own[:, :2] == 1.0).all()
    assert in_own[:, 2:].mean() < 0.7


def _training_names(shapes):
    return {shapes.entries[number].full_name for number in split_indices(shapes)[0]}


def test_new_shapes_begin_with_the_shape_encoders_codes(packed, knowing):
    shapes = PackedShapes(packed)
    known, autoencoder = KnownShapes(shapes, knowing.shapes), ShapeAutoencoder(knowing.svr, shapes).eval()
    joined = joined_by_new(shapes, known, np.arange(len(shapes)), autoencoder.encode)
    everyone = KnownShapes(shapes, joined)
    assert len(joined.names) == len(everyone.numbers) == len(shapes) > len(known.numbers)
    assert torch.equal(everyone.codes(known.numbers), known.codes(known.numbers))
    new = np.setdiff1d(everyone.numbers, known.numbers)
    with torch.no_grad():
        assert torch.allclose(everyone.codes(new), autoencoder.encode(new, everyone.palettes(new)), atol=1e-5)
    nothing_new = joined_by_new(shapes, everyone, known.numbers, autoencoder.encode)
    assert sorted(nothing_new.names) == sorted(joined.names)


def test_the_command_moves_all_but_the_clip(packed, knowing, tiny_bundle, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: knowing)
    parts = ("svr", "mapper", "prior")
    old = {part: {k: v.clone() for k, v in getattr(knowing, part).state_dict().items()} for part in parts}
    options = "--steps 3 --meeting-steps 1 --encoder-steps 2 --mapper-steps 2 --prior-steps 2 --batch 4 --pairs 8"
    command = ["train", "codes", str(packed), "--start", str(tiny_bundle), *options.split()]
    target = tmp_path / "moved"
    assert main([*command, "-o", str(target)]) == 0
    new = load_bundle(target)
    for part in parts:
        state = getattr(new, part).state_dict()
        assert any(not torch.equal(value.half(), old[part][name].half()) for name, value in state.items()), part
    assert new.shapes.names == ("solids/big_ball", "solids/plate")
    assert not torch.equal(new.shapes.codes, knowing.shapes.codes[[1, 0]])
    for name in ("model.safetensors", "thesaurus.json"):
        file = target / "clip" / name
        assert not file.exists() or file.read_bytes() == (tiny_bundle / "clip" / name).read_bytes()
    assert np.isfinite(new.notes["held-out mIoU"])
    assert main([*command, "--join", "-o", str(tmp_path / "joined")]) == 0
    assert set(load_bundle(tmp_path / "joined").shapes.names) == _training_names(PackedShapes(packed))
    assert main([*command, "-o", str(target)]) == 2
    assert "There is a bundle in" in capsys.readouterr().err
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: replace(knowing, prior=None))
    assert main([*command, "-o", str(tmp_path / "other")]) == 2
    assert "has no prior" in capsys.readouterr().err
