import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iss_backend.data.recolour import LUMA, hsv_to_rgb, paint_main_part, random_paint, recolour, rotate_hue

SOFA = np.array([[0.7, 0.1, 0.1], [0.5, 0.07, 0.07], [0.3, 0.3, 0.3], [0.1, 0.5, 0.1]])
SHARE = np.array([0.5, 0.2, 0.2, 0.1])
unit = st.floats(0.0, 1.0)


@given(unit, unit, unit)
def test_hsv_is_that_of_the_standard_library(hue, saturation, value):
    ours = hsv_to_rgb(np.array([hue, saturation, value]))
    assert np.allclose(ours, colorsys.hsv_to_rgb(hue, saturation, value), atol=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_variants_stay_in_bounds_and_shape(seed):
    rng = np.random.default_rng(seed)
    palette = rng.random((32, 3))
    variant = recolour(palette, rng.dirichlet(np.ones(32)), rng)
    assert variant.shape == palette.shape
    assert variant.min() >= 0.0
    assert variant.max() <= 1.0
    paint = random_paint(rng)
    assert paint.shape == (3,)
    assert 0.0 <= paint.min() <= paint.max() <= 1.0


def test_variants_are_seeded_and_of_all_three_kinds():
    variants = [recolour(SOFA, SHARE, np.random.default_rng(seed)) for seed in range(600)]
    assert (variants[5] == recolour(SOFA, SHARE, np.random.default_rng(5))).all()
    kept = np.mean([(variant == SOFA).all() for variant in variants])
    repainted = np.mean([(variant[2:] == SOFA[2:]).all() and (variant[0] != SOFA[0]).any() for variant in variants])
    assert kept == pytest.approx(0.4, abs=0.06)
    assert repainted == pytest.approx(0.4, abs=0.06)


def test_the_palette_given_is_never_changed():
    before = SOFA.copy()
    for seed in range(40):
        recolour(SOFA, SHARE, np.random.default_rng(seed))
    assert (before == SOFA).all()


def test_the_main_part_gets_the_paint_with_its_shades():
    paint = np.array([0.2, 0.3, 0.8])
    variant = paint_main_part(SOFA, SHARE, paint)
    assert np.allclose(variant[0], paint)  # the largest entry exactly
    assert (variant[2:] == SOFA[2:])[1].all()  # green legs stay
    assert variant[1] @ LUMA < variant[0] @ LUMA  # the shadow stays darker ...
    assert np.allclose(variant[1] / variant[1].sum(), paint / paint.sum())  # ... in the same hue


@given(unit)
def test_greys_have_no_hue_to_rotate(turn):
    greys = np.linspace(0, 1, 5)[:, None] * np.ones(3)
    assert np.allclose(rotate_hue(greys, turn), greys)


def test_hue_rotation_by_thirds_permutes_the_channels():
    assert np.allclose(rotate_hue(SOFA, 1 / 3), SOFA[:, [2, 0, 1]])
    assert np.allclose(rotate_hue(SOFA, 1.0), SOFA)


def test_paints_hold_neutrals_browns_and_vivid_colours():
    rng = np.random.default_rng(0)
    paints = np.stack([random_paint(rng) for _ in range(2000)])
    neutral = np.ptp(paints, axis=1) < 1e-12
    assert neutral.mean() == pytest.approx(0.30, abs=0.04)
    levels = paints[neutral][:, 0]
    assert all(((levels > low) & (levels < high)).any() for low, high in ((0, 0.15), (0.4, 0.6), (0.88, 1)))
    assert not ((levels > 0.16) & (levels < 0.39)).any()
    brown = paints[:, 2] == 0.08
    assert brown.mean() == pytest.approx(0.10, abs=0.03)
    assert (paints[brown][:, 0] > paints[brown][:, 1]).all()
    vivid = ~neutral & ~brown
    saturation = 1 - paints[vivid].min(1) / paints[vivid].max(1)
    assert saturation.min() >= 0.6 - 1e-9
