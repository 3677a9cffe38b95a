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


def _rotary(rng: np.random.Generator) -> Model:
    """Build the classic telephone: a sloping body, a dial, a handset across a cradle, a cord."""
    draft = Draft(rng, "telephone", "rotary phone")
    main = draft.paint("plastic", 0.75)
    ring = draft.apart(main, "white", "silver", "black", "gold")
    draft.add("body", main, _wedge(0.8, 0.75, 0.12, 0.45))
    dial = rotary_dial(draft, ring, unlike(ring, "black", "white"), 0.26)
    joined_at(draft, dial, -54, (0, 0.32, 0.15))
    draft.add("cradle", main, *(block(0.12, 0.18, 0.3, x, 0.4, -0.2) for x in (-0.22, 0.22)))
    draft.add("handset", main if draft.chance(0.7) else ring, handset(0.9, 0.065).moved(0, 0.66, -0.2))
    if draft.chance(0.5):
        draft.add("cord", "black", curl((-0.45, 0.45, -0.2), (-0.36, 0.06, 0.2), -0.05))
        draft.say("with a cord")
    draft.call("old", "retro")
    draft.say("with a dial", "with a handset")
    return draft.finish("telephone", "rotary phone", "dial telephone", "old phone", "phone")


def _keys(rng: np.random.Generator) -> Model:
    """Build a telephone with a handset across its back and keys in front."""
    draft = Draft(rng, "telephone", "push-button phone")
    main = draft.paint("plastic", 0.8)
    face = Draft(rng, "telephone", "")
    add_keys(face, unlike(main, "white", "black"), (0.0, 0.0, 0.0), 0.48, 0.42, 4)
    draft.add("body", main, _wedge(0.8, 0.8, 0.12, 0.42))
    joined_at(draft, face, -56, (0, 0.17, 0.37))
    draft.add("cradle", main, *(block(0.12, 0.16, 0.28, x, 0.38, -0.22) for x in (-0.22, 0.22)))
    draft.add(
        "handset",
        main if draft.chance(0.6) else draft.apart(main, "black", "white"),
        handset(0.9, 0.065).moved(0, 0.6, -0.22),
    )
    draft.say("with keys", "with a handset")
    return draft.finish("telephone", "push-button phone", "desk phone", "phone")


def _office(rng: np.random.Generator) -> Model:
    """Build an office phone: a wide sloping panel with a screen and keys, the handset at its left."""
    draft = Draft(rng, "telephone", "office phone")
    main = draft.paint("plastic", 0.4)
    face, other = Draft(rng, "telephone", ""), unlike(main, "white", "black")
    face.add("body", main, block(1.0, 0.85, 0.12, bevel=0.03))
    face.add("screen", draft.apart(main, "light blue", "light green", "grey"), block(0.54, 0.2, 0.06, 0.17, 0.58, 0.06))
    add_keys(face, other, (0.08, 0.08, 0.06), 0.38, 0.44, 4)
    face.add("key", other, *(block(0.12, 0.07, 0.05, 0.4, 0.1 + 0.12 * row, 0.06) for row in range(4)))
    face.add(
        "handset",
        unlike(main, "black", "grey"),
        handset(0.66, 0.055).turned("x", 90).turned("z", 90).moved(-0.33, 0.42, 0.22),
    )
    joined_at(draft, face, -50, (0, 0.06, 0.3))
    draft.add("stand", main, block(0.7, 0.4, 0.16, 0, 0, -0.22))
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
    draft.add("body", main, lathe([(0.42, 0), (0.42, 0.06), (0.32, 0.18), (0.26, 0.34), (0.1, 0.42), (0.08, 0.56)], 24))
    joined_at(draft, rotary_dial(draft, gold, unlike(gold, "white", "black"), 0.2), -35, (0, 0.27, 0.27))
    draft.add("fork", gold, block(0.56, 0.06, 0.1, 0, 0.54), *(block(0.06, 0.16, 0.26, x, 0.55) for x in (-0.25, 0.25)))
    draft.add("handset", main if draft.chance(0.5) else gold, handset(0.88, 0.055).moved(0, 0.74, 0))
    draft.call("antique", "old", "fancy")
    draft.say("with a dial", "with a handset on forks")
    return draft.finish("antique telephone", "old telephone", "vintage phone", "telephone")


def _receiver(rng: np.random.Generator) -> Model:
    """Build a large handset alone, upright, with a stub of cord."""
    draft = Draft(rng, "telephone", "handset")
    main = draft.paint("plastic", 0.85)
    draft.add("handset", main, handset(1.0, 0.085).turned("x", 90).turned("z", 90))
    inner = unlike(main, "black", "white")
    draft.add("ear piece", inner, disc(0.12, 0.05, 0, 0.5, 0.235), disc(0.12, 0.05, 0, -0.5, 0.235))
    draft.add("cord", "black", curl((0, -0.5, 0.05), (0, -0.72, -0.25), 0.06))
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
