"""Sofas with a frame of wood, and bent ones. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, pillar
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick
from iss_backend.data.procedural.seating import corners, lean_back
from iss_backend.data.procedural.solids import arc, extrude
from iss_backend.data.procedural.upholstery import (
    NUMBERS,
    Frame,
    add_soft_arms,
    cover_paint,
)


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "sofa", style)


def camelback(rng: np.random.Generator) -> Model:
    """Build an old-fashioned sofa with a back that rises in a hump, on wooden legs."""
    draft = _draft(rng, "camelback")
    main, wood = cover_paint(draft), pick(rng, "wood")
    width, depth, seat, top = draft.between(1.4, 1.8), 0.72, 0.44, draft.between(0.9, 1.02)
    draft.add("seat", main, block(width, 0.22, depth, 0, seat - 0.2, 0, 0.04))
    hump = draft.between(0.14, 0.24)
    span = np.linspace(1, -1, 19)
    crest = [(0.5 * width * t, top - hump + hump * np.cos(np.pi * t / 2) ** 2) for t in span]
    outline = np.array([(-width / 2, seat - 0.1), (width / 2, seat - 0.1), *crest])
    draft.add("back", main, extrude(outline, 0.13).moved(0, 0, -depth / 2 + 0.07))
    frame = Frame(width - 0.1, depth, seat - 0.2, seat, top, 0.17, seat + 0.24)
    add_soft_arms(draft, frame, main, "rolled")
    if draft.chance(0.6):
        draft.add(
            "trim",
            wood,
            extrude(np.array([*crest, *(np.array(crest[::-1]) - [0, 0.055])]), 0.17).moved(0, 0.025, -depth / 2 + 0.07),
        )
        draft.say("with a wooden trim")
    for x, z in corners(width / 2 - 0.06, depth / 2 - 0.06):
        draft.add("legs", wood, pillar(0.035, seat - 0.18, x, 0, z, top=1.5, sides=12))
    draft.call("antique", "classic")
    draft.say("with a curved back", "with wooden legs")
    return draft.finish("sofa", "camelback sofa", "victorian sofa", "settee")


def curved(rng: np.random.Generator) -> Model:
    """Build a sofa that bends round to the front."""
    draft = _draft(rng, "curved")
    main, half = cover_paint(draft), draft.between(48, 80)
    radius, depth, top = draft.between(1.0, 1.3), draft.between(0.6, 0.75), draft.between(0.68, 0.8)

    def wall(outer: float, inner: float, low: float, high: float, spread: float) -> None:
        """Add a bent wall, from y = low to high."""
        rim, core = arc(outer, 90 - spread, 90 + spread, 25), arc(inner, 90 + spread, 90 - spread, 25)
        body = extrude(np.concatenate([rim, core]), high - low).turned("x", -90)
        draft.add("seat" if high < 0.5 else "back", main, body.moved(0, (low + high) / 2, radius - depth / 2))

    wall(radius, radius - depth, 0.05, 0.42, half)
    wall(radius + 0.02, radius - 0.16, 0.05, top, half + 3)
    if draft.chance(0.5):
        draft.add(
            "cushions",
            f"{draft.colour()} fabric",
            *(
                block(0.36, 0.34, 0.14, 0, 0.42, -radius + 0.26, 0.05).turned("y", turn).moved(0, 0, radius - depth / 2)
                for turn in (-half * 0.6, half * 0.6)
            ),
        )
        draft.say("with two pillows")
    draft.call("modern", "round")
    draft.say("with a curved back", "that bends in a half circle" if half > 68 else "that is curved")
    return draft.finish("sofa", "curved sofa", "couch", "round sofa")


def wooden_frame(rng: np.random.Generator) -> Model:
    """Build a settee of a wooden frame with loose cushions."""
    draft = _draft(rng, "wooden_frame")
    main, wood, seats = cover_paint(draft), pick(rng, "wood") if draft.chance(0.7) else "wicker", draft.count(2, 3)
    width, depth, seat, top = seats * draft.between(0.58, 0.66), 0.74, 0.42, draft.between(0.74, 0.86)
    step = width / seats
    for number in range(seats):
        x = step * (number + 0.5) - width / 2
        draft.add("cushions", main, block(step - 0.02, 0.15, depth - 0.12, x, seat - 0.13, 0.04, 0.04))
        pillow = lean_back(block(step - 0.02, 0.4, 0.13, bevel=0.04), 10)
        draft.add("back cushions", main, pillow.moved(x, seat, -depth / 2 + 0.18))
    draft.add(
        "frame",
        wood,
        block(width + 0.1, 0.09, depth, 0, seat - 0.2),
        block(width + 0.1, 0.08, 0.07, 0, top - 0.08, -depth / 2 + 0.03),
        block(width + 0.1, 0.08, 0.06, 0, (seat + top) / 2 - 0.06, -depth / 2 + 0.03),
    )
    for side in (-1, 1):
        x = side * (width / 2 + 0.05)
        draft.add(
            "legs",
            wood,
            block(0.085, top, 0.085, x, 0, -depth / 2 + 0.03),
            block(0.085, 0.62, 0.085, x, 0, depth / 2 - 0.04),
        )
        draft.add("armrests", wood, block(0.12, 0.06, depth + 0.04, x, 0.6, 0, 0.012))
    draft.say(
        "with a wooden frame" if wood != "wicker" else "with a wicker frame",
        "with armrests",
        f"with {NUMBERS[seats]} cushions",
    )
    return draft.finish("sofa", "garden sofa", "settee", "couch")


FRAMED_STYLES: dict[str, Builder] = {
    "camelback": camelback,
    "curved": curved,
    "wooden_frame": wooden_frame,
}
