"""Lamps that stand; those that hang and the odd ones stand in ``lamp_more``."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, cone, pillar, rod, unlike
from iss_backend.data.procedural.lamp_more import MORE_STYLES
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import Solid, lathe, tube


def _shade(draft: Draft, lower: float, upper: float, height: float, y: float) -> Solid:
    """Build a shade that stands on ``y``, round or with a few flat sides."""
    sides = 24
    if draft.chance(0.2):
        sides = draft.count(4, 6)
        draft.say("with an angular shade")
    return pillar(lower, height, 0, y, 0, upper / lower, sides)


def _glow(draft: Draft, main: str) -> str:
    """Draw the paint of a shade beside the main one: mostly pale or warm."""
    return draft.apart(main, "white", "yellow", "beige", draft.colour(main))


def _table(rng: np.random.Generator) -> Model:
    """Build a table lamp: a turned body under a fabric shade."""
    draft = Draft(rng, "lamp", "table lamp")
    main = draft.paint("light", 0.6)
    shade, body = _glow(draft, main), draft.between(0.4, 0.6)
    radius = draft.between(0.13, 0.25)
    shape = draft.choose("round", "jug", "column", "turned")
    profile = {
        "round": [(0.12, 0), (radius, body * 0.4), (radius * 0.8, body * 0.75), (0.06, body)],
        "jug": [
            (radius * 0.7, 0),
            (radius * 0.8, 0.06),
            (radius, body * 0.7),
            (radius * 0.6, body * 0.93),
            (0.06, body),
        ],
        "column": [(0.2, 0), (0.2, 0.06), (0.07, 0.09), (0.06, body)],
        "turned": [
            (0.2, 0),
            (0.18, 0.07),
            (0.07, 0.12),
            (radius, body * 0.45),
            (0.06, body * 0.65),
            (0.1, body * 0.8),
            (0.05, body),
        ],
    }[shape]
    draft.add("body", main, lathe(profile, 24))
    draft.add("neck", "gold", pillar(0.045, 0.2, 0, body - 0.05))
    wide, tall = draft.between(0.36, 0.46), draft.between(0.34, 0.46)
    draft.add("shade", shade, _shade(draft, wide, wide * draft.between(0.45, 0.85), tall, body + 0.03))
    draft.say("with a shade", f"with a {shape} body")
    return draft.finish("table lamp", "lamp", "bedside lamp", "light")


def _floor(rng: np.random.Generator) -> Model:
    """Build a floor lamp: a tall pole with a shade."""
    draft = Draft(rng, "lamp", "floor lamp")
    main = draft.paint("metal", 0.6)
    shade, height = _glow(draft, main), draft.between(1.4, 1.7)
    draft.add("base", main, pillar(draft.between(0.22, 0.3), 0.06, top=0.85))
    draft.add("pole", main, pillar(0.04, height))
    wide = draft.between(0.28, 0.38)
    draft.add("shade", shade, _shade(draft, wide, wide * draft.between(0.5, 0.9), 0.4, height - 0.15))
    draft.call("tall")
    draft.say("with a shade", "on a tall pole")
    return draft.finish("floor lamp", "standing lamp", "lamp", "light")


def _desk(rng: np.random.Generator) -> Model:
    """Build a desk lamp: a foot, an arm with a joint, a conical head that looks forward and down."""
    draft = Draft(rng, "lamp", "desk lamp")
    main = draft.paint("metal", 0.8)
    joint = unlike(main, "silver", "black")
    elbow = np.array([0.0, draft.between(0.5, 0.6), -0.32])
    tip = np.array([0.0, draft.between(0.85, 1.0), draft.between(0.08, 0.2)])
    draft.add("base", main, pillar(0.26, 0.08, top=0.85))
    draft.add("arm", main, rod((0, 0.05, 0), elbow, 0.035), rod(elbow, tip, 0.035))
    draft.add("joint", joint, ball(0.065, *elbow), ball(0.06, *tip))
    lean = draft.between(25, 45)
    head = lathe([(0.0, -0.36), (0.26, -0.36), (0.1, -0.02), (0.07, 0.08), (0, 0.08)], 24)
    bulb = ball(0.14, 0, -0.36, 0)
    draft.add("head", main, head.turned("x", -lean).moved(*tip))
    draft.add("bulb", unlike(main, "yellow", "white"), bulb.turned("x", -lean).moved(*tip))
    draft.call("adjustable")
    draft.say("with a jointed arm", "with a bulb")
    return draft.finish("desk lamp", "reading lamp", "office lamp", "lamp")


def _mushroom(rng: np.random.Generator) -> Model:
    """Build a lamp with a wide domed head on a thick stem."""
    draft = Draft(rng, "lamp", "mushroom lamp")
    main = draft.paint("plastic", 0.9)
    stem = main if draft.chance(0.4) else _glow(draft, main)
    height, wide = draft.between(0.4, 0.6), draft.between(0.4, 0.5)
    draft.add("stem", stem, lathe([(0.26, 0), (0.24, 0.05), (0.1, 0.2), (0.12, height + 0.1)], 24))
    draft.add(
        "dome",
        main,
        lathe(
            [
                (0.12, height),
                (wide, height),
                (wide * 0.92, height + 0.13),
                (wide * 0.62, height + 0.26),
                (0.0, height + 0.33),
            ],
            28,
        ),
    )
    draft.call("modern")
    draft.say("with a domed shade")
    return draft.finish("mushroom lamp", "dome lamp", "table lamp", "lamp")


def _globe(rng: np.random.Generator) -> Model:
    """Build a lamp with a glowing ball on a foot."""
    draft = Draft(rng, "lamp", "globe lamp")
    main = draft.paint("metal", 0.6)
    radius, stem = draft.between(0.26, 0.36), draft.between(0.06, 0.5)
    draft.add("base", main, lathe([(0.24, 0), (0.24, 0.05), (0.07, 0.1), (0.05, 0.12 + stem), (0.14, 0.18 + stem)], 24))
    draft.add("globe", unlike(main, "white", "yellow"), ball(radius, 0, 0.15 + stem + radius * 0.9))
    draft.call("round")
    draft.say("with a ball of glass", "with a round shade")
    return draft.finish("globe lamp", "ball lamp", "table lamp", "lamp")


def _tripod(rng: np.random.Generator) -> Model:
    """Build a floor lamp on three slanted legs."""
    draft = Draft(rng, "lamp", "tripod lamp")
    main = draft.paint("wood", 0.5)
    shade, height = _glow(draft, main), draft.between(0.95, 1.2)
    for angle in (90, 210, 330):
        x, z = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        draft.add("leg", main, rod((0.42 * x, 0.03, 0.42 * z), (0.04 * x, height, 0.04 * z), 0.036))
    wide = draft.between(0.34, 0.42)
    draft.add("joint", "black", pillar(0.09, 0.12, 0, height - 0.08))
    draft.add("shade", shade, _shade(draft, wide, wide * draft.between(0.7, 1.0), 0.42, height))
    draft.say("on three legs", "with a shade")
    return draft.finish("tripod lamp", "floor lamp", "lamp", "light")


def _torchiere(rng: np.random.Generator) -> Model:
    """Build a tall lamp whose bowl opens upwards."""
    draft = Draft(rng, "lamp", "torchiere")
    main = draft.paint("metal", 0.7)
    height = draft.between(1.3, 1.6)
    draft.add("base", main, pillar(0.26, 0.07, top=0.8))
    draft.add("pole", main, pillar(0.042, height))
    draft.add("bowl", main, lathe([(0.05, height - 0.08), (0.2, height + 0.02), (0.34, height + 0.22)], 24))
    draft.add("light", unlike(main, "white", "yellow"), ball(0.29, 0, height + 0.21, 0, 0.35))
    draft.call("tall")
    draft.say("with a bowl that opens upwards")
    return draft.finish("torchiere", "uplighter", "floor lamp", "lamp")


def _lava(rng: np.random.Generator) -> Model:
    """Build a lava lamp: a metal cone, a coloured glass body with blobs, a cap."""
    draft = Draft(rng, "lamp", "lava lamp")
    metal, main = (
        draft.choose("silver", "gold", "black"),
        draft.choose("red", "orange", "purple", "blue", "green", "pink"),
    )
    lava = draft.apart(main, "yellow", "red", "white", "pink", "orange")
    draft.add("base", metal, lathe([(0.26, 0), (0.14, 0.22), (0.22, 0.4)], 24))
    draft.add("glass", main, lathe([(0.2, 0.38), (0.22, 0.42), (0.1, 1.02)], 24))
    for _ in range(draft.count(4, 6)):
        y, turn = draft.between(0.45, 0.9), draft.between(0, 2 * np.pi)
        far = 0.22 - 0.2 * (y - 0.42)
        draft.add(
            "lava", lava, ball(draft.between(0.06, 0.09), far * 0.8 * np.cos(turn), y, far * 0.8 * np.sin(turn), 1.3)
        )
    draft.add("cap", metal, pillar(0.115, 0.2, 0, 1.0, 0, 0.7))
    draft.call("retro")
    draft.say(f"with {lava} blobs")
    return draft.finish("lava lamp", "lamp", "light")


def _candle(rng: np.random.Generator) -> Model:
    """Build a candle with a flame on a holder with a handle."""
    draft = Draft(rng, "lamp", "candle lamp")
    metal, main = draft.paint("metal", 0.6), draft.choose("white", "red", "beige", "yellow", "pink", "blue")
    tall = draft.between(0.4, 0.6)
    draft.add("saucer", metal, lathe([(0.2, 0), (0.34, 0.1), (0.3, 0.1), (0.0, 0.06)], 24))
    angles = np.radians(np.linspace(0, 360, 17))
    loop = np.stack([0.36 + 0.11 * np.cos(angles), 0.12 + 0.11 * np.sin(angles), 0 * angles], 1)
    draft.add("handle", metal, tube(loop, 0.03))
    draft.add("socket", metal, pillar(0.14, 0.14, 0, 0.03))
    draft.add("candle", main, pillar(0.1, tall, 0, 0.1))
    draft.add("flame", "orange", lathe([(0, 0.08 + tall), (0.075, 0.17 + tall), (0.0, 0.36 + tall)], 16))
    draft.say("with a flame", "with a handle")
    return draft.finish("candle", "candlestick", "candle lamp", "candle holder")


def _street(rng: np.random.Generator) -> Model:
    """Build a street lamp: a post with a lantern on top, or with lights on arms."""
    draft = Draft(rng, "lamp", "street lamp")
    main, height = draft.paint("metal", 0.4), draft.between(1.5, 1.9)
    glow = "yellow" if draft.chance(0.6) and main != "yellow" else "white"
    draft.add("post", main, lathe([(0.16, 0), (0.16, 0.12), (0.07, 0.22), (0.045, 0.3), (0.042, height)], 16))
    arms = draft.count(0, 2)
    draft.call("tall")
    if arms == 0:
        draft.add("lantern", glow, pillar(0.11, 0.3, 0, height, 0, 1.6, 6))
        draft.add("roof", main, cone(0.24, 0.18, 0, height + 0.29, 0, 6))
        draft.say("with a lantern")
    for side in (1, -1)[:arms]:
        draft.add(
            "arm",
            main,
            tube(
                np.array([(0, height - 0.1, 0), (side * 0.12, height + 0.05, 0), (side * 0.45, height + 0.08, 0)]), 0.04
            ),
        )
        draft.add("head", main, block(0.36, 0.08, 0.2, side * 0.52, height + 0.06))
        draft.add("light", glow, block(0.3, 0.06, 0.16, side * 0.52, height + 0.01))
        draft.say("with an arm" if arms == 1 else "with two arms")
    return draft.finish("street lamp", "lamp post", "street light", "lantern")


STYLES: dict[str, Builder] = {
    "table lamp": _table,
    "floor lamp": _floor,
    "desk lamp": _desk,
    "mushroom lamp": _mushroom,
    "globe lamp": _globe,
    "tripod lamp": _tripod,
    "torchiere": _torchiere,
    "lava lamp": _lava,
    "candle lamp": _candle,
    "street lamp": _street,
    **MORE_STYLES,
}
