"""Captioned pictures of painted shapes, and of shapes with words."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from iss_backend.data.packing import ShapeEntry
from iss_backend.data.shape_words import ShapeWords
from iss_backend.errors import BundleError
from iss_backend.progress import ignore_progress
from iss_backend.training import clip, reconstructions
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings
from iss_backend.training.reconstructions import Reconstructions

SIZE = 8
WORDS = ShapeWords("chair", ("chair",), ("tall",), ("with wheels",))


@pytest.fixture
def shapes():
    entries = [ShapeEntry("pack", "Sofa_wood", "sofa"), ShapeEntry("procedural", "chair_seed1", "chair", WORDS)]
    palettes = np.array([[[0.8, 0.0, 0.0], [0.0, 0.0, 0.0]], [[0.1, 0.2, 0.9], [0.0, 0.0, 0.0]]], np.float32)
    return SimpleNamespace(entries=entries, palettes=palettes, shares=np.array([[1.0, 0.0]] * 2, np.float32))


@pytest.fixture
def painted(monkeypatch):
    """Return the list of the paints that the pictures were asked for."""
    asked = []

    def layers(shapes, chosen, palettes, rng, size, paints=()):
        asked.extend(paints)
        return torch.zeros(len(chosen), 3, size, size), torch.ones(len(chosen), 1, size, size)

    monkeypatch.setattr(clip, "lit_layers", layers)
    return asked


def batches(shapes, share, reconstructions=None, batch=400):
    settings = ClipTrainingSettings(batch=batch, material_share=share)
    return CaptionedBatches(shapes, np.array([0, 1]), reconstructions, settings)


def test_the_asked_share_of_pictures_is_painted(shapes, painted):
    batch = batches(shapes, 0.2).draw(0, SIZE)
    assert 0.13 < sum(paint is not None for paint in painted) / 400 < 0.27
    assert len(batch.captions) == len(batch.pictures) == 400
    assert batches(shapes, 0.2).draw(0, SIZE).captions == batch.captions
    assert batches(shapes, 0.2).draw(1, SIZE).captions != batch.captions


def test_captions_of_painted_shapes_say_no_colour_or_material_of_the_shape(shapes, painted):
    texts = " ".join(batches(shapes, 1.0).draw(0, SIZE).captions).lower()
    assert all(painted)
    assert re.search("golden|zebra|marble", texts)
    assert not re.search("wood(en)? sofa with|tall", texts)


def test_no_paint_without_a_share_and_words_are_told(shapes, painted):
    texts = set(batches(shapes, 0.0).draw(0, SIZE).captions)
    assert not any(painted)
    assert {"a chair with wheels", "a tall chair", "a sofa"} <= texts


def test_narrow_palettes_of_reconstructions_fit_a_joined_set(shapes, painted):
    shapes.palettes = np.pad(shapes.palettes, [(0, 0), (0, 3), (0, 0)])
    shapes.shares = np.pad(shapes.shares, [(0, 0), (0, 3)])
    drawn = Reconstructions(torch.full((4, 4, SIZE, SIZE), 255, dtype=torch.uint8), torch.tensor([0, 1, 0, 1]),
                            torch.from_numpy(shapes.palettes[[0, 1, 0, 1], :2]))  # fmt: skip
    batch = batches(shapes, 0.5, drawn, batch=100).draw(0, SIZE)
    assert batch.pictures.shape == (100, 3, SIZE, SIZE)
    assert len(painted) == 70  # reconstructions keep their colours


def test_kept_reconstructions_in_own_colours_are_told_as_such(shapes, painted, monkeypatch, tmp_path):
    def seen(*_):
        return SimpleNamespace(rgb=torch.zeros(1, 3, SIZE, SIZE), mask=torch.ones(1, SIZE, SIZE))

    model, chosen, file = SimpleNamespace(prepare=lambda code: code), np.zeros(8, int), tmp_path / "r.safetensors"
    monkeypatch.setattr(reconstructions, "render", seen)
    codes_of = lambda numbers, palettes: None  # noqa: E731
    reconstructions.render_reconstructions(model, shapes, chosen, codes_of, 1, SIZE, 0, file, ignore_progress)
    drawn = Reconstructions.load(file)
    own = [np.array_equal(palette, shapes.palettes[0]) for palette in drawn.palettes.numpy()]
    assert 0 < sum(own) < len(own)  # some are recoloured
    told = set(batches(shapes, 0.0, drawn).draw(0, SIZE).captions[280:])
    assert any("wood" in text for text in told)
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(BundleError, match="is damaged"):
        Reconstructions.load(file)
