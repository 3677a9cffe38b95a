"""Training the prior of the tiny bundle further, on four synthetic shapes of whose codes it ships two."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from iss_backend.bundle import load_bundle
from iss_backend.cli.main import main
from iss_backend.data.carving import cell_centres
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ignore_progress
from iss_backend.training.fidelity import LEAST, fidelities, fidelity_weights
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.pairs import FeatureCodePairs, encode_pairs, kept_pairs
from iss_backend.training.svr import ShapeAutoencoder


def test_weights_rise_over_the_rank_within_a_category():
    ious = np.array([0.2, 0.9, 0.3, 0.95, 0.99, 0.97])
    weights = fidelity_weights(ious, ["chair", "ball", "chair", "ball", "ball", "ball"])
    # Ranks of the two chairs are 1/4 and 3/4: 0.1 + 0.9 / (1 + e^2.5) and 0.1 + 0.9 / (1 + e^-2.5).
    assert weights[[0, 2]] == pytest.approx([0.16827, 0.93173], abs=1e-5)
    assert np.argsort(weights[[1, 3, 5, 4]]).tolist() == [0, 1, 2, 3]
    assert weights.min() > LEAST


def test_fidelity_is_the_iou_less_what_hangs_loose(packed, analytic):
    shapes = PackedShapes(packed)
    ball = next(i for i, entry in enumerate(shapes.entries) if entry.name == "big_ball")
    whole = fidelities(analytic(_as_packed(shapes, ball)), shapes, np.array([ball]), torch.zeros(1, 1), ignore_progress)
    assert whole == pytest.approx([1.0])

    def torn(points, radius):
        """Return the shape without a slice of three cells, whose smaller part hangs loose."""
        slice_ = (points[..., 0] > 0.0) & (points[..., 0] < 3 / 32)
        return _as_packed(shapes, ball)(points, radius).masked_fill(slice_, -1.0)

    cells = _as_packed(shapes, ball)(cell_centres(32), None).view(32, 32, 32) > 0
    low, cut, high = (int(part.sum()) for part in (cells[:16], cells[16:19], cells[19:]))
    score = fidelities(analytic(torn), shapes, np.array([ball]), torch.zeros(1, 1), ignore_progress)
    assert score == pytest.approx([1.0 - cut / (low + cut + high) - high / (low + high)])


def _as_packed(shapes, number):
    """Return a field of logits that is a packed shape, its thin parts sturdy."""

    def logits(points, radius):
        flat = points.reshape(1, -1, 3)
        return (2.0 * shapes.sturdy_at(np.array([number]), flat) - 1.0).view(points.shape[:-1])

    return logits


def test_one_shape_alone_and_equal_ones_count_half():
    assert fidelity_weights(np.array([0.1]), ["chair"]) == pytest.approx([0.55])
    assert fidelity_weights(np.array([0.7, 0.7]), ["chair"] * 2) == pytest.approx([0.55, 0.55])


def test_codes_of_known_shapes_are_the_bundles_in_their_own_colours(packed, knowing):
    shapes = PackedShapes(packed)
    known = KnownShapes(shapes, knowing.shapes)
    autoencoder = ShapeAutoencoder(knowing.svr, shapes).eval()
    codes_of, own = known.codes_by(autoencoder), known.palettes(known.numbers)
    with torch.no_grad():
        torch.testing.assert_close(codes_of(known.numbers, own), known.codes(known.numbers))
        moved = codes_of(known.numbers, 1.0 - own) - known.codes(known.numbers)
        expected = autoencoder.encode(known.numbers, 1.0 - own) - autoencoder.encode(known.numbers, own)
    torch.testing.assert_close(moved, expected)


def test_shapes_are_drawn_by_their_weights(packed, knowing):
    shapes = PackedShapes(packed)
    known, drawn = KnownShapes(shapes, knowing.shapes), []

    def codes_of(numbers, palettes):
        drawn.extend(numbers.tolist())
        return torch.zeros(len(numbers), 8)

    weights = np.array([1.0, 0.0])
    models = (knowing.svr, knowing.clip)
    encode_pairs(*models, shapes, known.numbers, 40, 0, codes_of, ignore_progress, shape_weights=weights)
    assert set(drawn) == {known.numbers[0]}


def test_pairs_are_made_once(tmp_path):
    texts = torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(0))
    pairs, made = FeatureCodePairs(texts[:, 0], texts[:, 1] / 3.0, texts), []

    def make():
        made.append(pairs)
        return pairs

    for file, kept in ((tmp_path / "a", pairs), (tmp_path / "b", replace(pairs, texts=None))):
        pairs = kept
        for _ in range(2):
            again = kept_pairs(file, make)
            assert torch.equal(again.features, kept.features)
            assert torch.equal(again.codes, kept.codes)
            assert (again.texts is None) if kept.texts is None else torch.equal(again.texts, kept.texts)
    assert len(made) == 2


def test_the_command_changes_the_prior_alone(packed, knowing, tiny_bundle, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: knowing)
    old = {name: value.clone() for name, value in knowing.prior.state_dict().items()}
    steps = ["--steps", "3", "--encoder-steps", "1", "--batch", "2", "--pairs", "8"]
    command = ["train", "prior", str(packed), "--start", str(tiny_bundle), *steps]
    target = tmp_path / "better"
    assert main([*command, "-o", str(target)]) == 0
    new = load_bundle(target)
    assert any(not torch.equal(value.half(), old[name].half()) for name, value in new.prior.state_dict().items())
    for part in ("svr", "mapper"):
        parts = zip(getattr(new, part).state_dict().values(), getattr(knowing, part).state_dict().values(), strict=True)
        assert all(torch.equal(value, before.half().to(value.dtype)) for value, before in parts)
    assert main([*command, "-o", str(target)]) == 2
    assert "There is a bundle in" in capsys.readouterr().err
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: replace(knowing, prior=None))
    assert main([*command, "-o", str(tmp_path / "other")]) == 2
    assert "has no prior" in capsys.readouterr().err
