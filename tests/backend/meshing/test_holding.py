"""A ball on a stem that the decoder is unsure of: thin legs, as they come out of a tri-plane."""

import numpy as np
import pytest
import torch

from iss_backend.meshing import MeshSettings, extract_mesh, holding

CODE = torch.zeros(1, 1)
SETTINGS = MeshSettings(resolution=64, coarse_resolution=24)
LARGE, SMALL = (0.18, (0.0, 0.25, 0.0)), (0.1, (0.0, -0.3, 0.0))  # radii and centres: the gap of 0.27 is no bridge's


def volume(*balls, thicker=0.0):
    return sum(4 / 3 * np.pi * (radius + thicker) ** 3 for radius, _ in balls)


def stemmed(shapes, logit, small=SMALL):
    """Return a model whose logits are 40 a unit length inside two balls, and `logit` in a stem between them."""
    stem = shapes["box"](0.03, 0.3, 0.03)
    parts = shapes["union"](
        shapes["sphere"](*LARGE), shapes["sphere"](*small), lambda p: stem(p).clamp(max=logit / 40.0)
    )
    return shapes["svr"](parts, 40.0)


@pytest.fixture
def asked(monkeypatch):
    """Record the thresholds that a field is sampled at."""
    thresholds, sample = [], holding.sample_field

    def recorded(svr, field, settings):
        thresholds.append(settings.threshold)
        return sample(svr, field, settings)

    monkeypatch.setattr(holding, "sample_field", recorded)
    return thresholds


@pytest.mark.parametrize(("probability", "levels"), [(0.4, [0.5, 0.35]), (0.15, [0.5, 0.35, 0.2, 0.1])])
def test_what_hangs_on_an_unsure_stem_is_kept(shapes, asked, probability, levels):
    mesh = extract_mesh(stemmed(shapes, np.log(probability / (1 - probability))), CODE, SETTINGS)
    assert asked == levels
    assert mesh.is_watertight
    assert mesh.bounds[0, 1] == pytest.approx(-0.4, abs=0.06)
    assert mesh.volume > volume(LARGE, SMALL)


def test_a_small_piece_counts_by_how_far_it_reaches(shapes, asked):
    foot, speck = (0.045, (0.0, -0.3, 0.0)), (0.025, (0.0, -0.3, 0.0))
    assert volume(foot) < holding.MOST_LOST * volume(LARGE) and volume(speck) < holding.SPECK * volume(LARGE)
    assert extract_mesh(stemmed(shapes, -0.4, foot), CODE, SETTINGS).bounds[0, 1] < -0.33
    assert asked == [0.5, 0.35]
    assert extract_mesh(stemmed(shapes, -0.4, speck), CODE, SETTINGS).bounds[0, 1] > 0.05
    assert asked == [0.5, 0.35, 0.5]


def test_what_no_level_holds_is_given_up_and_the_rest_stays_as_thin_as_it_was(shapes, asked):
    mesh = extract_mesh(stemmed(shapes, -9.0), CODE, SETTINGS)
    assert asked == [0.5, 0.35, 0.2, 0.1]
    assert mesh.volume == pytest.approx(volume(LARGE), rel=0.02)


def test_a_whole_shape_is_sampled_once(shapes, asked):
    extract_mesh(stemmed(shapes, 1.0), CODE, SETTINGS)
    assert asked == [0.5]


def test_thresholds_are_only_lowered(shapes, asked):
    mesh = extract_mesh(stemmed(shapes, -9.0), CODE, MeshSettings(64, 24, threshold=0.3))
    assert asked == [0.3, 0.2, 0.1]
    assert mesh.volume == pytest.approx(volume(LARGE, thicker=np.log(0.7 / 0.3) / 40.0), rel=0.02)


def test_without_one_piece_every_piece_stays_at_its_level(shapes, asked):
    mesh = extract_mesh(stemmed(shapes, -9.0), CODE, MeshSettings(64, 24, one_piece=False))
    assert asked == []
    assert mesh.volume == pytest.approx(volume(LARGE, SMALL), rel=0.02)
