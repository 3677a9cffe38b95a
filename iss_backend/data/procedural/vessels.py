"""Mugs, vases, bottles and bowls."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, arc, ball, block, pillar, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import Solid, lathe, tube

WALL = 0.05


def _hollow(outside: list[tuple[float, float]], floor: float = 0.06) -> Solid:
    """Build an open vessel from its outer contour, whose walls are WALL thick."""
    inside = [(max(radius - WALL, 0.02), y) for radius, y in outside[::-1] if y > floor]
    return lathe([*outside, *inside, (0.0, floor)], 28)


def _mug(rng: np.random.Generator, style: str) -> Model:
    """Build a mug with a handle, filled with a drink."""
    draft = Draft(rng, "mug", style)
    main, height = draft.colour(), draft.between(0.7, 0.95)
    contour = {
        "mug": [(0.36, 0), (0.38, height)],
        "cup": [(0.2, 0), (0.36, 0.25), (0.44, height * 0.75)],
        "striped mug": [(0.38, 0), (0.38, height)],
    }[style]
    top = contour[-1][1]
    draft.add("mug", main, _hollow(contour))
    draft.add("coffee", unlike(main, "dark brown", "light brown"), pillar(0.34, 0.1, 0, top - 0.2))
    bow = arc(0.26, 95, -95, 12) * [0.95, top * 1.2, 1] + [contour[-1][0] - 0.06, top * 0.52, 0]
    draft.add("handle", main, tube(bow, 0.06))
    if style == "striped mug":
        stripe = draft.colour(main)
        draft.add("stripe", stripe, _hollow([(0.395, 0.25), (0.395, 0.42)], 0.2).moved(0, 0.05, 0))
        draft.say(f"with a {stripe} stripe")
    if style == "cup":
        draft.add("saucer", main, lathe([(0.3, -0.05), (0.62, 0.05), (0.62, 0.09), (0, 0.02)], 28))
        draft.say("on a saucer")
    draft.say("with a handle")
    return draft.finish(*(("cup", "teacup", "coffee cup", "mug") if style == "cup" else ("mug", "coffee mug", "cup")))


def _plain_mug(rng: np.random.Generator) -> Model:
    """Build a plain mug."""
    return _mug(rng, "mug")


def _cup(rng: np.random.Generator) -> Model:
    """Build a teacup on a saucer."""
    return _mug(rng, "cup")


def _striped(rng: np.random.Generator) -> Model:
    """Build a mug with a stripe."""
    return _mug(rng, "striped mug")


_VASES = {
    "bellied vase": [(0.2, 0), (0.38, 0.3), (0.36, 0.55), (0.16, 0.85), (0.14, 0.95), (0.26, 1.1)],
    "slim vase": [(0.2, 0), (0.24, 0.4), (0.14, 0.9), (0.2, 1.15)],
    "urn": [(0.24, 0), (0.14, 0.12), (0.4, 0.55), (0.42, 0.75), (0.2, 0.95), (0.3, 1.05)],
}


def _vase(rng: np.random.Generator, style: str) -> Model:
    """Build a vase, perhaps with flowers."""
    draft = Draft(rng, "vase", style)
    main = draft.colour() if draft.chance(0.8) else "gold"
    wide = draft.between(0.9, 1.15)
    draft.add("vase", main, _hollow([(radius * wide, y) for radius, y in _VASES[style]]))
    if style == "urn":
        for side in (-1, 1):
            bow = arc(0.16, 80, -80, 9) + np.array([0.33 * wide, 0.82, 0])
            draft.add("handle", main, tube(bow * [side, 1, 1], 0.045))
        draft.say("with two handles")
    elif draft.chance(0.5):
        bloom = draft.colour(main, "green", "black", "grey", "brown")
        for turn in np.linspace(0, 2 * np.pi, 6)[:-1]:
            x, z = 0.26 * np.cos(turn), 0.26 * np.sin(turn)
            draft.add("stem", "green", tube(np.array([(0, 0.7, 0), (x * 0.3, 1.1, z * 0.3), (x, 1.45, z)]), 0.042))
            draft.add("flower", bloom, ball(0.14, x, 1.5, z))
        draft.say("with flowers", f"with {bloom} flowers")
    return draft.finish("urn" if style == "urn" else "vase", "vase" if style == "urn" else "flower vase", "pot")


def _bellied(rng: np.random.Generator) -> Model:
    """Build a vase with a belly."""
    return _vase(rng, "bellied vase")


def _slim(rng: np.random.Generator) -> Model:
    """Build a slim vase."""
    return _vase(rng, "slim vase")


def _urn(rng: np.random.Generator) -> Model:
    """Build an urn with two handles."""
    return _vase(rng, "urn")


_BOTTLES = {
    "wine bottle": [(0.2, 0), (0.2, 0.65), (0.17, 0.74), (0.075, 0.86), (0.075, 1.15)],
    "water bottle": [(0.22, 0), (0.24, 0.1), (0.2, 0.4), (0.24, 0.7), (0.1, 0.95), (0.1, 1.05)],
    "round bottle": [(0.2, 0), (0.36, 0.2), (0.36, 0.36), (0.12, 0.6), (0.1, 0.95)],
}


def _bottle(rng: np.random.Generator, style: str) -> Model:
    """Build a bottle with a label and a cap."""
    draft = Draft(rng, "bottle", style)
    wide, tall = draft.between(0.85, 1.25), draft.between(0.85, 1.15)
    main, contour = draft.colour(), [(wide * radius, tall * y) for radius, y in _BOTTLES[style]]
    draft.add("bottle", main, lathe(contour, 24))
    neck, top = contour[-1]
    lid = draft.apart(main, "red", "white", "black", "light brown")
    draft.add("cap", lid, pillar(neck * 1.15, draft.between(0.1, 0.16), 0, top - 0.02))
    if style != "round bottle":
        label = pillar(contour[0][0] * 1.05, 0.26 * tall, 0, 0.26 * tall)
        draft.add("label", unlike(main, "white", "yellow"), label)
        draft.say("with a label")
    draft.say("with a cap")
    return draft.finish("bottle", style, "flask" if style == "round bottle" else "glass bottle")


def _wine(rng: np.random.Generator) -> Model:
    """Build a wine bottle."""
    return _bottle(rng, "wine bottle")


def _water(rng: np.random.Generator) -> Model:
    """Build a water bottle."""
    return _bottle(rng, "water bottle")


def _potion(rng: np.random.Generator) -> Model:
    """Build a round bottle."""
    return _bottle(rng, "round bottle")


def _bowl(rng: np.random.Generator, style: str) -> Model:
    """Build a bowl: empty, with soup, or with fruit."""
    draft = Draft(rng, "bowl", style)
    main, height = draft.colour(), draft.between(0.35, 0.5)
    draft.add("bowl", main, _hollow([(0.24, 0), (0.26, 0.06), (0.45, height * 0.5), (0.55, height)], 0.09))
    if style == "bowl of soup":
        draft.add("soup", draft.apart(main, "orange", "red", "yellow", "green"), pillar(0.47, 0.1, 0, height - 0.17))
        draft.say("with soup")
    if style == "fruit bowl":
        for turn in np.linspace(0, 2 * np.pi, 6)[:-1]:
            paint = draft.apart(main, "red", "orange", "yellow", "green")
            draft.add("fruit", paint, ball(0.19, 0.26 * np.cos(turn), height, 0.26 * np.sin(turn)))
        draft.add("fruit", unlike(main, "red", "orange"), ball(0.19, 0, height + 0.2))
        draft.say("full of fruit")
    if draft.chance(0.4):
        rim = draft.colour(main)
        turns = np.linspace(0, 2 * np.pi, 29)
        draft.add(
            "rim", rim, tube(np.stack([0.53 * np.cos(turns), 0 * turns + height, 0.53 * np.sin(turns)], 1), 0.045)
        )
        draft.say(f"with a {rim} rim")
    draft.call("round")
    return draft.finish("bowl", style if style != "empty bowl" else "dish")


def _empty(rng: np.random.Generator) -> Model:
    """Build an empty bowl."""
    return _bowl(rng, "empty bowl")


def _soup(rng: np.random.Generator) -> Model:
    """Build a bowl of soup."""
    return _bowl(rng, "bowl of soup")


def _fruits(rng: np.random.Generator) -> Model:
    """Build a bowl of fruit."""
    return _bowl(rng, "fruit bowl")


def _square(rng: np.random.Generator) -> Model:
    """Build a square vase."""
    draft = Draft(rng, "vase", "square vase")
    main, height = draft.colour(), draft.between(0.7, 1.1)
    draft.add(
        "vase",
        main,
        *(block(0.5, height, 0.07, 0, 0, z) for z in (-0.215, 0.215)),
        *(block(0.07, height, 0.5, x) for x in (-0.215, 0.215)),
        block(0.5, 0.07, 0.5),
    )
    draft.call("square")
    return draft.finish("vase", "square vase", "flower vase")


MUG: dict[str, Builder] = {"mug": _plain_mug, "cup": _cup, "striped mug": _striped}
VASE: dict[str, Builder] = {"bellied vase": _bellied, "slim vase": _slim, "urn": _urn, "square vase": _square}
BOTTLE: dict[str, Builder] = {"wine bottle": _wine, "water bottle": _water, "round bottle": _potion}
BOWL: dict[str, Builder] = {"empty bowl": _empty, "bowl of soup": _soup, "fruit bowl": _fruits}
