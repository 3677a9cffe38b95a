"""Promises that hold for every style of every category, whoever wrote it."""

import itertools
from functools import cache

import numpy as np
import pytest

from iss_backend.data.procedural import CATEGORIES, generate
from iss_backend.data.procedural.paints import PAINTS
from iss_backend.data.procedural.solids import joined
from iss_backend.errors import BadInputError

SEED = 3
THIRTEEN = (
    "airplane", "bench", "cabinet", "car", "chair", "display", "lamp", "loudspeaker", "rifle", "sofa", "table",
    "telephone", "watercraft",
)  # fmt: skip
RAYS = 16  # for each part
THINNEST, THINNEST_LEG = 1 / 40, 1 / 28  # of a model's largest extent: what a grid of 64 still holds
every_category = pytest.mark.parametrize("category", CATEGORIES)


@cache
def model_of(category, style):
    return generate(category, style, SEED)


@pytest.mark.parametrize("category", THIRTEEN)
def test_the_papers_categories_have_twelve_styles_or_more(category):
    assert len(CATEGORIES[category]) >= 12


@every_category
def test_every_part_is_closed_and_looks_outwards(category):
    for style, part in parts_of(category):
        faces = part.solid.faces
        edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64)
        keys = edges[:, 0] << 32 | edges[:, 1]
        reverse = edges[:, 1] << 32 | edges[:, 0]
        assert len(np.unique(keys)) == len(keys), (style, part.name)
        assert np.array_equal(np.sort(keys), np.sort(reverse)), (style, part.name)
        assert part.solid.volume > 0, (style, part.name)
        assert np.isfinite(part.solid.vertices).all(), (style, part.name)


@every_category
def test_a_seed_makes_one_model_and_other_seeds_others(category):
    for style in CATEGORIES[category]:
        first, again = model_of(category, style), generate(category, style, SEED)
        others = (generate(category, style, SEED + more) for more in (1, 2, 3))
        assert words_of(first) == words_of(again), style
        assert points_of(first).tobytes() == points_of(again).tobytes(), style
        assert any(points_of(first).tobytes() != points_of(other).tobytes() for other in others), style


@every_category
def test_words_and_paints_are_usable(category):
    for style in CATEGORIES[category]:
        model = model_of(category, style)
        assert (model.category, model.style) == (category, style)
        words = (*model.nouns, *model.adjectives, *model.features)
        assert model.nouns and all(word == word.strip() and word for word in words), style
        assert all(part.paint in PAINTS and part.name for part in model.parts), style
        assert sum(len(part.solid.faces) for part in model.parts) < 60_000, style


@every_category
def test_nothing_is_too_thin_for_the_grid(category):
    for style in CATEGORIES[category]:
        model = model_of(category, style)
        low, high = model.bounds
        extent = (high - low).max()
        whole = joined(*(part.solid for part in model.parts))
        sizes = [round(part.solid.volume / extent**3, 6) for part in model.parts]
        unlike = {(part.name, len(part.solid.faces), size): part for part, size in zip(model.parts, sizes, strict=True)}
        for part in unlike.values():
            least = 0.95 * extent * (THINNEST_LEG if part.name in ("leg", "legs") else THINNEST)
            if thickness(part.solid, part.solid) < least:  # an inlay may be thin, if what it lies in is not
                found = thickness(part.solid, whole)
                assert found >= least, f"{part.name} of {style}: {found / extent:.4f} of the extent"


def parts_of(category):
    return [(style, part) for style in CATEGORIES[category] for part in model_of(category, style).parts]


def thickness(solid, whole):
    """Return the median way straight through the faces of ``solid`` from one outside of ``whole`` to the other."""
    a, b, c = (solid.vertices[solid.faces[:, corner]] for corner in range(3))
    normals = np.cross(b - a, c - a)
    areas = np.linalg.norm(normals, axis=1)
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(areas), RAYS, p=areas / areas.sum())
    weights = rng.dirichlet((2, 2, 2), RAYS)
    starts = np.einsum("nk,nkj->nj", weights, np.stack([a, b, c], axis=1)[chosen])
    inwards = -normals[chosen] / areas[chosen, None]
    starts = starts + 1e-6 * np.ptp(whole.vertices, axis=0).max() * inwards
    ways = [way_out(*hits) + way_out(-hits[0], -hits[1]) for hits in hits_of(starts, inwards, whole)]
    return float(np.median(ways))


def hits_of(starts, directions, whole):
    """Return, for each line [N,3], how far off its hits are (negative behind) and 1 where it leaves, -1 where not.

    Moeller and Trumbore, with the triple products taken apart so that all lines are one matrix product.
    """
    a, b, c = (whole.vertices[whole.faces[:, corner]] for corner in range(3))
    normal = np.cross(b - a, c - a)
    rising = directions @ normal.T  # positive where the line leaves
    moment = np.cross(starts, directions)

    def side(first, second):
        """Return on which side of an edge each line passes (Pluecker coordinates)."""
        return moment @ (second - first).T + directions @ np.cross(first, second).T

    sides = np.stack([side(a, b), side(b, c), side(c, a)])
    hit = ((sides > 0).all(axis=0) | (sides < 0).all(axis=0)) & (np.abs(rising) > 1e-300)
    lines, met = np.nonzero(hit)
    rising = rising[lines, met]
    away = np.einsum("ij,ij->i", a[met] - starts[lines], normal[met]) / rising
    ends = np.cumsum(np.bincount(lines, minlength=len(starts)))[:-1]
    return zip(np.split(away, ends), np.split(np.sign(rising), ends), strict=True)


def way_out(away, leaves):
    """Return how far a line goes forwards until it has left every piece that it is in."""
    ahead = away > 0
    away, leaves = away[ahead], leaves[ahead]
    if len(away) < 2:
        return float(away.sum())
    order = np.argsort(away)
    inside = leaves.sum() - np.cumsum(leaves[order])
    outside = np.nonzero(inside <= 0)[0]
    return float(away[order[outside[0]]]) if len(outside) else 0.0


def points_of(model):
    return np.concatenate([part.solid.vertices for part in model.parts])


def words_of(model):
    parts = [(part.name, part.paint) for part in model.parts]
    return list(itertools.chain(model.nouns, model.adjectives, model.features, parts))


def test_unknown_names_are_refused():
    with pytest.raises(BadInputError, match="no style 'flying'"):
        generate("chair", "flying", 0)
    with pytest.raises(BadInputError, match="no style"):
        generate("no such thing", "office", 0)
