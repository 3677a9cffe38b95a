"""Paints: a colour, the word that people use for it, and the material it stands for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from iss_backend.data.colour_names import BASIC_COLOURS, BASIC_OF, SHADES, name_of, sample_colour
from iss_backend.errors import BadInputError

Paint = tuple[tuple[float, float, float], str, str | None]  # sRGB in 0..1, colour word (a key of SHADES), material word
COLOURED_MATERIALS = ("fabric", "leather", "plastic", "metal", "wood")

# sRGB codes of the plain colours and shades that builders name.
_COLOURS = {
    "red": "d82020", "dark red": "800010", "orange": "f58414", "yellow": "fbe11c", "gold": "d9aa2c",
    "light yellow": "fdf3a5", "green": "219a35", "dark green": "0c4a22", "light green": "98e69c", "lime": "8fd02c",
    "olive": "75772e", "blue": "2060dc", "dark blue": "12205c", "light blue": "8fc9f0", "turquoise": "33cfcf",
    "teal": "0b8585", "purple": "8628b0", "dark purple": "4a1a62", "light purple": "c3a0dc", "pink": "f79ab5",
    "hot pink": "f4249a", "brown": "8b4f22", "dark brown": "4c2f1c", "light brown": "c39a68", "beige": "e6d2ae",
    "black": "161616", "white": "f6f6f4", "grey": "868889", "dark grey": "4a4c4e", "light grey": "c4c6c8",
}  # fmt: skip
# name: (sRGB code, colour word, material word)
_MATERIALS = {
    "oak wood": ("b98a54", "light brown", "wood"), "pine wood": ("d8b078", "light brown", "wood"),
    "walnut wood": ("7f4d28", "brown", "wood"), "cherry wood": ("8f4a26", "brown", "wood"),
    "dark wood": ("452a18", "dark brown", "wood"), "bamboo": ("d3b070", "light brown", "bamboo"),
    "wicker": ("b88e58", "light brown", "wicker"),
    "metal": ("a6abb0", "grey", "metal"), "black metal": ("1e1f21", "black", "metal"),
    "dark metal": ("4b4f54", "dark grey", "metal"), "chrome": ("c9cdd1", "light grey", "metal"),
    "steel": ("8b9096", "grey", "steel"), "gold": ("d9aa2c", "gold", "gold"), "brass": ("c9a233", "gold", "brass"),
    "copper": ("b5673a", "brown", "copper"), "silver": ("c6c8cc", "light grey", "silver"),
    "rust": ("8a4524", "brown", "metal"),
    "glass": ("b4d9e6", "light blue", "glass"), "dark glass": ("2a3036", "black", "glass"),
    "leather": ("7a4524", "brown", "leather"), "black leather": ("1b1a1a", "black", "leather"),
    "tan leather": ("bd8550", "light brown", "leather"),
    "marble": ("edebe6", "white", "marble"), "stone": ("8d8b86", "grey", "stone"),
    "concrete": ("a9a8a4", "grey", "concrete"), "brick": ("b5362a", "red", "brick"),
    "plastic": ("f1f1ef", "white", "plastic"), "black plastic": ("1a1b1c", "black", "plastic"),
    "rubber": ("19191a", "black", "rubber"), "fabric": ("8b8d90", "grey", "fabric"),
    "screen": ("10151c", "black", None), "lit screen": ("4f9bdd", "blue", None), "paper": ("f5f0e0", "white", "paper"),
    "canvas": ("e4d7b8", "beige", "canvas"), "light": ("fff0a8", "light yellow", None),
    "leaf": ("3a8a35", "green", None), "skin": ("e6b48c", "light brown", None), "water": ("3a82cc", "blue", None),
}  # fmt: skip
# What may be picked for a kind of part; a name twice counts twice.
KINDS: dict[str, tuple[str, ...]] = {
    "basic": BASIC_COLOURS,
    "any": BASIC_COLOURS * 2 + SHADES,
    "vivid": ("red", "orange", "yellow", "green", "blue", "purple", "hot pink", "turquoise", "lime"),
    "dark": ("black", "dark grey", "dark brown", "dark blue", "dark green", "dark red"),
    "light": ("white", "light grey", "beige", "light blue", "light yellow", "pink", "light green"),
    "neutral": ("black", "white", "grey", "dark grey", "light grey", "beige"),
    "wood": ("oak wood", "pine wood", "walnut wood", "cherry wood", "dark wood"),
    "metal": ("metal", "black metal", "dark metal", "chrome", "steel", "white metal"),
    "precious": ("gold", "brass", "copper", "silver"),
    "fabric": tuple(f"{colour} fabric" for colour in BASIC_COLOURS),
    "leather": ("leather", "black leather", "tan leather", "white leather", "red leather"),
    "plastic": tuple(f"{colour} plastic" for colour in BASIC_COLOURS),
    "stone": ("marble", "stone", "concrete"),
    "glass": ("glass", "dark glass"),
    "rubber": ("rubber",),
    "screen": ("screen", "screen", "lit screen"),
    "dark plastic": ("black plastic", "black plastic", "grey plastic"),
}


def pick(rng: np.random.Generator, kind: str) -> str:
    """Draw the name of a paint of a kind, a key of KINDS.

    Raises:
        BadInputError: there is no such kind.
    """
    if kind not in KINDS:
        raise BadInputError(f"There is no kind of paint '{kind}': use one of {', '.join(KINDS)}.")
    return str(rng.choice(KINDS[kind]))


def pick_main(rng: np.random.Generator, *kinds: str, colourful: float = 0.5) -> str:
    """Draw the paint of a main part: of one of the kinds, or as often as ``colourful`` in any basic colour of it.

    So there are purple wooden tables. Kinds whose materials take any colour are those in COLOURED_MATERIALS.
    """
    kind = str(rng.choice(kinds))
    if rng.random() >= colourful:
        return pick(rng, kind)
    colour = pick(rng, "basic")
    return f"{colour} {kind}" if kind in COLOURED_MATERIALS else colour


def colour_of(paint: str) -> str:
    """Return the colour word of a paint, one of SHADES."""
    return PAINTS[paint][1]


def material_of(paint: str) -> str | None:
    """Return the material word of a paint, or None."""
    return PAINTS[paint][2]


def sample_rgb(paint: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw the sRGB colour [3] of one painted part: any that people call by the paint's colour word.

    Paints with an rgb of their own (materials) vary little, plain colours as far as their name allows.
    """
    rgb, word, material = PAINTS[paint]
    if material is None or paint == f"{word} {material}":
        return sample_colour(word, rng)
    basic = BASIC_COLOURS.index(BASIC_OF[word])
    own = np.array(rgb) * 255
    near = np.clip(own * rng.normal(1, 0.06, (16, 1)) + rng.normal(0, 3, (16, 3)), 0, 255).round().astype(np.uint8)
    fitting = near[name_of(near) == basic]
    return fitting[0] if len(fitting) else own.round().astype(np.uint8)


def _rgb(code: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(code)
    return red / 255, green / 255, blue / 255


def _all_paints() -> dict[str, Paint]:
    plain: dict[str, Paint] = {word: (_rgb(code), word, None) for word, code in _COLOURS.items()}
    coloured: dict[str, Paint] = {
        f"{word} {material}": (rgb, word, material)
        for word, (rgb, _, _) in plain.items()
        for material in COLOURED_MATERIALS
    }
    return {**coloured, **plain, **{name: (_rgb(code), word, what) for name, (code, word, what) in _MATERIALS.items()}}


PAINTS: dict[str, Paint] = _all_paints()
