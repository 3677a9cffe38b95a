"""Telephones with a cord that stand on a desk."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, disc, pillar, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.phone_parts import add_keys, curl, handset, joined_at, rotary_dial
from iss_backend.data.procedural.solids import Solid, extrude, lathe


def _wedge(width: float, depth: float, low: float, high: float) -> Solid:
    """Build a body whose top slopes down to the front (+Z)."""
    half = depth / 2
    side = np.array([(-half, 0), (half, 0), (half, high), (half - 0.4 * depth, high), (-half, low)])
    return extrude(side, width).turned("y", 90)


def _add_handset(draft: Draft, main: str, paint: str, width: float, high: float) -> None:
    """Add a handset across a body of some width and height, on the two horns of its cradle."""
    horns = (block(0.12, 0.18, 0.28, x * width, high - 0.05, -0.21) for x in (-0.275, 0.275))
    draft.add("cradle", main, *horns)
    draft.add("handset", paint, handset(width + 0.1, 0.065).moved(0, high + 0.2, -0.21))


def _rotary(rng: np.random.Generator) -> Model:
    """Build the classic telephone: a sloping body, a dial, a handset across a cradle, a cord."""
    draft = Draft(rng, "telephone", "rotary phone")
    main = draft.paint("plastic", 0.75)
    ring = draft.apart(main, "white", "silver", "black", "gold")
    width = draft.between(0.72, 0.95)
    draft.add("body", main, _wedge(width, 0.75, 0.12, 0.45))
    dial = rotary_dial(draft, ring, unlike(ring, "black", "white"), 0.26)
    joined_at(draft, dial, -54, (0, 0.32, 0.15))
    _add_handset(draft, main, main if draft.chance(0.7) else ring, width, 0.45)
    if draft.chance(0.5):
        draft.add("cord", "black", curl((-0.5 * width - 0.05, 0.48, -0.2), (-0.45 * width, 0.06, 0.2), -0.05))
        draft.say("with a cord")
    draft.call("old", "retro")
    draft.say("with a dial", "with a handset")
    return draft.finish("telephone", "rotary phone", "dial telephone", "old phone", "phone")


def _keys(rng: np.random.Generator) -> Model:
    """Build a telephone with a handset across its back and keys in front."""
    draft = Draft(rng, "telephone", "push-button phone")
    main = draft.paint("plastic", 0.8)
    width, high, face = draft.between(0.68, 0.98), draft.between(0.34, 0.5), Draft(rng, "telephone", "")
    add_keys(face, unlike(main, "white", "black"), (0.0, 0.0, 0.0), 0.6 * width, 0.42, 4)
    draft.add("body", main, _wedge(width, 0.8, 0.12, high))
    slope = (high - 0.12) / 0.48
    joined_at(draft, face, np.degrees(np.arctan(slope)) - 90, (0, 0.13 + 0.05 * slope, 0.35))
    _add_handset(draft, main, main if draft.chance(0.6) else draft.apart(main, "black", "white"), width, high)
    draft.say("with keys", "with a handset")
    return draft.finish("telephone", "push-button phone", "desk phone", "phone")


def _office(rng: np.random.Generator) -> Model:
    """Build an office phone: a wide sloping panel with a screen and keys, the handset at its left."""
    draft = Draft(rng, "telephone", "office phone")
    main = draft.paint("plastic", 0.4)
    face, other = Draft(rng, "telephone", ""), unlike(main, "white", "black")
    width, high = draft.between(0.92, 1.2), draft.between(0.82, 0.95)
    face.add("body", main, block(width, high, 0.12, bevel=0.03))
    glass = draft.apart(main, "light blue", "light green", "grey")
    face.add("screen", glass, block(0.54 * width, high - 0.65, 0.06, 0.17 * width, 0.58, 0.06))
    add_keys(face, other, (0.08 * width, 0.08, 0.06), 0.38 * width, 0.44, 4)
    face.add("key", other, *(block(0.12, 0.07, 0.05, 0.4 * width, 0.1 + 0.12 * row, 0.06) for row in range(4)))
    face.add(
        "handset",
        unlike(main, "black", "grey"),
        handset(0.66, 0.055).turned("x", 90).turned("z", 90).moved(-0.33 * width, 0.42, 0.22),
    )
    joined_at(draft, face, -50, (0, 0.06, 0.3))
    draft.add("stand", main, block(0.7 * width, 0.4, 0.16, 0, 0, -0.22))
    draft.call("modern")
    draft.say("with keys", "with a screen", "with a handset")
    return draft.finish("office phone", "desk phone", "business telephone", "telephone", "phone")


def _candlestick(rng: np.random.Generator) -> Model:
    """Build a candlestick telephone: a round foot, a column with a mouthpiece, an earpiece on a hook."""
    draft = Draft(rng, "telephone", "candlestick phone")
    main = draft.paint("precious", 0.6)
    second = unlike(main, "black", "gold")
    height = draft.between(0.8, 0.95)
    draft.add(
        "foot",
        main,
        lathe([(0.3, 0), (0.3, 0.06), (0.14, 0.14), (0.05, 0.2), (0.05, height), (0.09, height + 0.08)], 24),
    )
    draft.add("mouthpiece", second, disc(0.09, 0.34, 0, height + 0.05, 0.1, 2.0))
    draft.add("hook", main, block(0.26, 0.05, 0.06, -0.12, height - 0.22))
    draft.add(
        "earpiece", second, pillar(0.06, 0.36, -0.24, height - 0.5, 0, 1.1), pillar(0.12, 0.08, -0.24, height - 0.56)
    )
    draft.call("antique", "old", "tall")
    draft.say("with an earpiece", "with a mouthpiece")
    return draft.finish("candlestick phone", "candlestick telephone", "antique telephone", "telephone")


def _princess(rng: np.random.Generator) -> Model:
    """Build an ornate telephone: a round foot, a column, a dial, a golden handset on high forks."""
    draft = Draft(rng, "telephone", "antique phone")
    main = draft.paint("light", 0.7)
    gold = unlike(main, "gold", "black")
    foot, top = draft.between(0.38, 0.48), draft.between(0.52, 0.72)
    draft.add("body", main, lathe([(foot, 0), (foot, 0.06), (0.32, 0.18), (0.26, 0.34), (0.1, 0.42), (0.08, top)], 24))
    joined_at(draft, rotary_dial(draft, gold, unlike(gold, "white", "black"), 0.2), -35, (0, 0.27, 0.27))
    draft.add("fork", gold, block(0.56, 0.06, 0.1, 0, top - 0.02))
    draft.add("fork", gold, *(block(0.06, 0.16, 0.26, x, top - 0.01) for x in (-0.25, 0.25)))
    grip = handset(draft.between(0.8, 1.0), 0.055).moved(0, top + 0.18, 0)
    draft.add("handset", main if draft.chance(0.5) else gold, grip)
    draft.call("antique", "old", "fancy")
    draft.say("with a dial", "with a handset on forks")
    return draft.finish("antique telephone", "old telephone", "vintage phone", "telephone")


def _receiver(rng: np.random.Generator) -> Model:
    """Build a large handset alone, upright, with a stub of cord."""
    draft = Draft(rng, "telephone", "handset")
    main = draft.paint("plastic", 0.85)
    length, thick = draft.between(0.9, 1.15), draft.between(0.07, 0.095)
    draft.add("handset", main, handset(length, thick).turned("x", -90).turned("z", 90))
    inner = unlike(main, "black", "white")
    pieces = (disc(1.4 * thick, 0.05, 0, y * length, 0.24 * length) for y in (-0.5, 0.5))
    draft.add("ear piece", inner, *pieces)
    draft.add("cord", "black", curl((0, 0.05 - 0.5 * length, 0.08), (0, -0.22 - 0.5 * length, -0.25), 0.06))
    draft.say("with an earpiece and a mouthpiece")
    return draft.finish("handset", "telephone receiver", "phone receiver", "telephone")


DESK_STYLES: dict[str, Builder] = {
    "rotary phone": _rotary,
    "push-button phone": _keys,
    "office phone": _office,
    "candlestick phone": _candlestick,
    "antique phone": _princess,
    "handset": _receiver,
}
