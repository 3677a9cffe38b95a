"""Captions of shapes that are painted with a solid texture: "a golden chair", "a chair covered in moss"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from iss_backend.data.captions import draw_noun, finished, weighted
from iss_backend.data.materials import Material, Piece

NOUNLESS_SHARE = 0.1  # captions that only say the style, as people do who stylise a shape
PAINTS_SHARE = 0.6  # of the patterns in two paints: how often both are said

# {m} stands for words of the material, by the kind of these.
_FORMS = {
    "adjectives": (
        ("{a} {m} {n}", 8), ("{m} {n}", 6), ("{a} {n} that is {m}", 0.5), ("the {m} {n}", 0.5),
        ("a 3d model of {a} {m} {n}", 0.8), ("a picture of {a} {m} {n}", 0.5), ("a render of {a} {m} {n}", 0.5),
        ("make me {a} {m} {n}", 0.3), ("i want {a} {m} {n}", 0.3), ("{a} low poly {m} {n}", 0.3),
    ),
    "substances": (
        ("{a} {n} made of {m}", 8), ("{n} made of {m}", 3), ("{a} {n} made out of {m}", 1), ("{a} {n} of {m}", 1),
        ("{a} {m} {n}", 2), ("a 3d model of {a} {n} made of {m}", 0.7), ("{a} {n} made from {m}", 0.5),
    ),
    "coverings": (
        ("{a} {n} covered in {m}", 7), ("{n} covered in {m}", 3), ("{a} {n} covered with {m}", 2),
        ("{n} covered with {m}", 0.7), ("{a} {n} under {m}", 0.3),
    ),
    "motifs": (
        ("{a} {n} with {m}", 8), ("{n} with {m}", 4), ("{a} {n} painted with {m}", 0.7), ("the {n} with {m}", 0.3),
        ("a 3d model of {a} {n} with {m}", 0.6),
    ),
}  # fmt: skip
_NOUNLESS = {
    "adjectives": (("{m}", 1),),
    "substances": (("made of {m}", 3), ("{m}", 1)),
    "coverings": (("covered in {m}", 3), ("covered with {m}", 1)),
    "motifs": (("with {m}", 1), ("{m}", 2)),
}


def material_caption(nouns: Sequence[str], piece: Piece, rng: np.random.Generator) -> str:
    """Draw a caption of a thing, named by one of the `nouns`, that is painted with a piece of material."""
    kinds = [kind for kind in _FORMS if getattr(piece.material, kind)]
    kind = kinds[rng.integers(len(kinds))]
    words = getattr(piece.material, kind)
    word = words[0] if rng.random() < 0.4 else words[rng.integers(len(words))]
    stated = piece.colours if piece.colours and rng.random() < PAINTS_SHARE else ()
    forms = _NOUNLESS if rng.random() < NOUNLESS_SHARE else _FORMS
    form = weighted(forms[kind], rng)
    if stated:
        form = _with_paints(form, kind, piece.material.name)
    return finished(form.replace("{m}", word), draw_noun(nouns, rng), stated, rng)


def _with_paints(form: str, kind: str, name: str) -> str:
    """Say both paints: "{c} and {d} striped"; of dots, whose colours play two parts, "{c} ... with {d} dots"."""
    if name == "polka dots" and kind == "motifs":
        return form.replace("{n}", "{c} {n}").replace("{m}", "{d} {m}") if "{n}" in form else "{d} {m} on {c}"
    return form.replace("{m}", "{c} and {d} {m}")


def material_phrases(material: Material, noun: str) -> Iterator[str]:
    """Yield every word of a material with a noun, and the style alone."""
    for adjective in material.adjectives:
        yield from (f"a {adjective} {noun}", adjective)
    said_of = {"made of": material.substances, "covered in": material.coverings, "with": material.motifs}
    for said, words in said_of.items():
        for word in words:
            yield from (f"a {noun} {said} {word}", f"{said} {word}")
