"""Captions of shapes of which words are known: form, features, and the colours and materials of parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from iss_backend.data.captions import (
    PLAIN_SHARE,
    PLURAL_SHARE,
    draw_form,
    draw_noun,
    finished,
    is_plural,
    plural,
    spoken_colour,
    stated_colours,
    weighted,
)
from iss_backend.data.colour_names import BASIC_COLOURS, BASIC_OF, SHADES, colour_words
from iss_backend.data.shape_words import Part, ShapeWords
from iss_backend.data.vocabulary import CATEGORY_SYNONYMS, MATERIALS

ADJECTIVE_SHARE, FEATURE_SHARE, SECOND_FEATURE_SHARE = 0.5, 0.45, 0.25
PARTS_SHARE = 0.5  # of the captions in own colours: how many tell them by parts
MADE_OF_SHARE = 0.15  # of those: how many say what the main part is made of, where it is known

# {m} stands for what is said of the main part, {p} for phrases of others, {q} for those with the main one among them.
_BY_PARTS = (
    ("{a} {m} {n} with {p}", 6), ("{m} {n} with {p}", 3), ("{a} {m} {n}", 4), ("{m} {n}", 2), ("{a} {n} with {q}", 2),
    ("{a} {n} with {p}", 1.5), ("a 3d model of {a} {m} {n} with {p}", 0.7), ("the {m} {n} with {p}", 0.4),
    ("{a} {m} {n}, {p}", 0.4),
)  # fmt: skip
_OF_ONE_PART = (("{a} {m} {n}", 4), ("{m} {n}", 2), ("{a} {n} that is {m}", 0.3))
# Parts of which a thing has several, whatever their number is called; and such as nobody would mention.
_SEVERAL = ("leg", "foot", "wheel", "tyre", "door", "drawer", "handle", "knob", "shelf", "slat", "cushion", "arm")
_UNTOLD = frozenset(("seam", "gap", "screw", "bulb"))
_MASS_PARTS = ("upholstery", "glass", "trim", "paint", "glazing", "rigging", "foliage", "water", "icing", "hair")


def nouns_of(words: ShapeWords) -> list[str]:
    """Return a shape's own nouns and the true synonyms of its category, the plainest one first."""
    return list(dict.fromkeys([*words.nouns, *CATEGORY_SYNONYMS.get(words.category, ())]))


@cache
def in_other_colours(words: ShapeWords) -> ShapeWords:
    """Return what stays true of a shape when it is recoloured: no parts, nothing that says a colour or a material."""
    nouns = tuple(noun for noun in words.nouns[1:] if not _tells_colour(" ".join(noun.split()[:-1])))
    adjectives, features = (
        tuple(text for text in texts if not _tells_colour(text)) for texts in (words.adjectives, words.features)
    )
    return replace(words, nouns=(words.nouns[0], *nouns), adjectives=adjectives, features=features, parts=())


def _tells_colour(text: str) -> bool:
    return not _colour_telling().isdisjoint(text.replace("-", " ").split())


@cache
def _colour_telling() -> frozenset[str]:
    materials = {word for adjectives, substance in MATERIALS.values() for word in (*adjectives, substance)}
    return frozenset(materials.union(BASIC_COLOURS, *(colour_words(shade) for shade in SHADES)))


def described_caption(
    words: ShapeWords, colours: Sequence[tuple[str, float]], own_colours: bool, rng: np.random.Generator
) -> str:
    """Draw a caption.

    Args:
        words: what is known of the shape.
        colours: measured names and shares of its colours, largest first, as from ``palette_colours``.
        own_colours: whether it has its own colours, so that those of parts, and materials, are true.
        rng: source of all choices.

    """
    words = words if own_colours else in_other_colours(words)
    noun = draw_noun(nouns_of(words), rng)
    by_parts = bool(words.parts) and rng.random() < PARTS_SHARE
    stated = [] if by_parts or rng.random() < PLAIN_SHARE else stated_colours(colours, rng)
    form = _form_by_parts(_by_share(words.parts, colours), rng) if by_parts else draw_form(stated, rng)
    if rng.random() < PLURAL_SHARE and form in ("{c} {n}", "{n}", "{c} and {d} {n}"):
        noun = plural(noun)
    adjectives = [adjective for adjective in words.adjectives if adjective not in noun.split()]
    return finished(with_features(form, adjectives, words.features, rng), noun, stated, rng)


def _by_share(parts: Sequence[Part], colours: Sequence[tuple[str, float]]) -> list[Part]:
    """Put a part first whose colour is the commonest that is seen, so that the whole may be called by it."""
    shares = dict(colours)
    main = max(parts, key=lambda part: shares.get(BASIC_OF.get(part.colour, part.colour), 0.0))
    return [main, *(part for part in parts if part is not main and part.name not in _UNTOLD)]


def with_features(form: str, adjectives: Sequence[str], features: Sequence[str], rng: np.random.Generator) -> str:
    """Put an adjective before a form's noun now and then, and one or two features behind it."""
    if adjectives and rng.random() < ADJECTIVE_SHARE:
        adjective = adjectives[rng.integers(len(adjectives))]
        place = "{c}" if "{a} {c} " in form and rng.random() < 0.6 else "{n}"
        form = form.replace(place, f"{adjective} {place}", 1)
    if features and " with " not in form and rng.random() < FEATURE_SHARE:
        count = 2 if len(features) > 1 and rng.random() < SECOND_FEATURE_SHARE else 1
        chosen = [features[i] for i in rng.permutation(len(features))[:count]]
        form = form.replace("{n}", "{n} " + _in_a_row(chosen))
    return form


def _in_a_row(features: Sequence[str]) -> str:
    """Join features: "with armrests", "with five wheels" -> "with armrests and five wheels"."""
    if all(feature.startswith("with ") for feature in features):
        return "with " + " and ".join(feature.removeprefix("with ") for feature in features)
    return " ".join(features)


def _form_by_parts(parts: Sequence[Part], rng: np.random.Generator) -> str:
    main, others = parts[0], [parts[1 + i] for i in rng.permutation(len(parts) - 1)]
    looks = (main.colour, main.material)
    others.sort(key=lambda part: (part.colour, part.material) == looks)  # those that look different are told first
    if main.material in MATERIALS and rng.random() < MADE_OF_SHARE:
        return f"{{a}} {{n}} made of {MATERIALS[main.material][1]}"
    form = weighted(_BY_PARTS if others else _OF_ONE_PART, rng)
    told = [part_phrase(part, rng) for part in others[: 2 if rng.random() < 0.25 else 1]]
    first = " and ".join(told)
    with_main = " and ".join([part_phrase(main, rng), *told[:1]])
    return form.replace("{m}", part_quality(main, rng)).replace("{p}", first).replace("{q}", with_main)


def part_quality(part: Part, rng: np.random.Generator) -> str:
    """Say a part's colour, its material, or both: "brown", "wooden", "brown wooden"."""
    colour = spoken_colour(part.colour, rng) if part.colour in (*BASIC_COLOURS, *SHADES) else part.colour
    if part.material in (None, part.colour):
        return colour
    spoken = MATERIALS[part.material][0] if part.material in MATERIALS else (part.material,)
    material = spoken[rng.integers(len(spoken))]
    return (colour, colour, material, f"{colour} {material}")[rng.integers(4)]


def part_phrase(part: Part, rng: np.random.Generator) -> str:
    """Say a part with its article: "wooden legs", "a red seat"."""
    name = plural(part.name) if part.name.split()[-1] in _SEVERAL else part.name
    article = "" if is_plural(name) or name.endswith(_MASS_PARTS) else "a "
    return f"{article}{part_quality(part, rng)} {name}"
