"""Treasure chests, trunks and gifts."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, arc, ball, block, pillar, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import ellipsoid, extrude, tube


def _chest(rng: np.random.Generator, style: str, lean: float) -> tuple[Draft, str, float]:
    """Start a chest with bands and a round lid that leans back; return also its main paint and its width."""
    draft = Draft(rng, "chest", style)
    main = draft.paint("wood", 0.5)
    band, width, high = unlike(main, "gold", "silver"), draft.between(0.85, 1.2), draft.between(0.38, 0.48)
    draft.add("body", main, block(width, high, 0.62))
    lid = arc(0.31, 0, 180, 13)[:, :2] * [1, draft.between(0.6, 0.95)]
    y, z, shift = (high + 0.02, -0.3, 0.31) if lean else (high + 0.01, 0.0, 0.0)
    pieces = [("lid", main, width, 0.0, 1.0), *(("band", band, 0.1, side * width * 0.36, 1.1) for side in (-1, 1))]
    for name, paint, size, x, grown in pieces:
        piece = extrude(grown * lid, size).turned("y", 90).moved(x, 0, shift).turned("x", -lean)
        draft.add(name, paint, piece.moved(0, y, z))
    draft.add("band", band, *(block(0.1, high + 0.01, 0.68, side * width * 0.36) for side in (-1, 1)))
    draft.add("lock", unlike(band, "black", "gold"), block(0.16, 0.18, 0.1, 0, high - 0.12, 0.31))
    draft.say("with a lock", "with metal bands")
    return draft, main, width


def _closed(rng: np.random.Generator) -> Model:
    """Build a closed treasure chest."""
    draft, _, _ = _chest(rng, "treasure chest", 0.0)
    return draft.finish("treasure chest", "chest", "trunk", "pirate chest")


def _open(rng: np.random.Generator) -> Model:
    """Build an open treasure chest full of gold."""
    draft, main, width = _chest(rng, "open treasure chest", rng.uniform(60, 85))
    high = draft.parts[0].solid.vertices[:, 1].max()
    heap = ellipsoid((width * 0.44, draft.between(0.14, 0.24), 0.27), (0, high, 0), 10, 18)
    draft.add("gold", unlike(main, "yellow", "red"), heap)
    draft.call("open")
    draft.say("full of gold", "with an open lid")
    return draft.finish("treasure chest", "open chest", "chest", "pirate chest")


def _trunk(rng: np.random.Generator) -> Model:
    """Build a travel trunk: a flat lid, straps around it, corner pieces, a handle at each side."""
    draft = Draft(rng, "chest", "travel trunk")
    main = draft.paint("leather", 0.6)
    second = draft.apart(main, "brown", "black", "gold", "silver")
    width, high, depth = draft.between(0.95, 1.3), draft.between(0.35, 0.6), draft.between(0.5, 0.7)
    draft.add("body", main, block(width, high, depth, bevel=0.02))
    draft.add("lid", main, block(width + 0.04, 0.16, depth + 0.04, y=high - 0.02, bevel=0.03))
    straps = draft.count(2, 3)
    for x in np.linspace(-0.32, 0.32, straps) * width:
        draft.add("strap", second, block(0.1, high + 0.19, depth + 0.1, x, -0.01))
    for x in (-1, 1):
        corners = (block(0.12, 0.12, 0.12, x * (0.5 * width - 0.03), 0, z * (0.5 * depth - 0.03)) for z in (-1, 1))
        draft.add("corner", second, *corners)
        bow = arc(0.12, -90, 90, 9) + np.array([0.5 * width - 0.02, 0.5 * high, 0])
        draft.add("handle", second, tube(bow * [x, 1, 1], 0.035))
    draft.add("lock", unlike(second, "gold", "black"), block(0.12, 0.16, 0.08, 0, high - 0.06, 0.5 * depth + 0.02))
    draft.say("with a flat lid", "with straps", "with handles")
    return draft.finish("trunk", "chest", "travel trunk", "suitcase")


def _add_bow(draft: Draft, paint: str, y: float, size: float = 1.0) -> None:
    """Add a knot and two loops of ribbon on a height."""
    loop = ellipsoid((0.25 * size, 0.13 * size, 0.11 * size), (0.2 * size, 0, 0), 10, 16)
    loop = loop.turned("z", draft.between(10, 35)).moved(0, y + 0.06 * size, 0)
    draft.add("bow", paint, loop, loop.mirrored("x"))
    draft.add("knot", paint, ball(0.11 * size, 0, y + 0.06 * size))
    draft.say(f"with a {paint} ribbon", "with a bow")


def _gift(rng: np.random.Generator) -> Model:
    """Build a gift box with a lid, a ribbon and a bow."""
    draft = Draft(rng, "gift", "gift box")
    main = draft.colour()
    ribbon, height = draft.colour(main), draft.between(0.55, 0.9)
    draft.add("box", main, block(0.9, height, 0.9))
    draft.add("lid", main, block(0.98, 0.16, 0.98, y=height - 0.06))
    draft.add("ribbon", ribbon, block(0.16, height + 0.14, 1.02), block(1.02, height + 0.14, 0.16))
    _add_bow(draft, ribbon, height + 0.12)
    return draft.finish("gift", "present", "gift box", "birthday present")


def _round_gift(rng: np.random.Generator) -> Model:
    """Build a round gift box with a lid, a ribbon and a bow."""
    draft = Draft(rng, "gift", "round gift box")
    main = draft.colour()
    ribbon, height, radius = draft.colour(main), draft.between(0.35, 0.8), draft.between(0.42, 0.5)
    lid = main if draft.chance(0.5) else draft.colour(main, ribbon)
    draft.add("box", main, pillar(radius, height))
    draft.add("lid", lid, pillar(radius + 0.04, 0.15, y=height - 0.06))
    wide = 2 * radius + 0.12
    draft.add("ribbon", ribbon, block(0.14, height + 0.13, wide), block(wide, height + 0.13, 0.14))
    _add_bow(draft, ribbon, height + 0.1, 0.9)
    draft.call("round")
    return draft.finish("gift", "present", "round gift box", "hat box")


def _gift_stack(rng: np.random.Generator) -> Model:
    """Build two or three gifts on each other, the smallest on top."""
    draft = Draft(rng, "gift", "stack of gifts")
    number, size, y = draft.count(2, 3), draft.between(0.9, 1.1), 0.0
    paint, ribbon = draft.colour(), draft.colour()
    for _ in range(number):
        paint = draft.colour(paint, ribbon)
        high, turn = draft.between(0.32, 0.5), draft.between(-20, 20)
        draft.add("box", paint, block(size, high, size).turned("y", turn).moved(0, y, 0))
        cross = (block(0.13, high + 0.04, size + 0.06), block(size + 0.06, high + 0.04, 0.13))
        draft.add("ribbon", ribbon, *(band.turned("y", turn).moved(0, y, 0) for band in cross))
        y, size = y + high + 0.01, size * draft.between(0.68, 0.82)
    _add_bow(draft, ribbon, y + 0.02, 0.8)
    draft.say(f"of {'two' if number == 2 else 'three'} boxes")
    return draft.finish("stack of gifts", "gifts", "presents", "pile of presents")


CHEST: dict[str, Builder] = {"treasure chest": _closed, "open treasure chest": _open, "travel trunk": _trunk}
GIFT: dict[str, Builder] = {"gift box": _gift, "round gift box": _round_gift, "stack of gifts": _gift_stack}
