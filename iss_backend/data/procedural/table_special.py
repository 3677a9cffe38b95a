"""Desks, workbenches, games tables and other tables for one purpose. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.desks import DESK_STYLES
from iss_backend.data.procedural.draft import Draft, ball, block, corner_legs, pillar, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import corners
from iss_backend.data.procedural.solids import tube
from iss_backend.data.procedural.tops import paint_top


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "table", style)


def folding(rng: np.random.Generator) -> Model:
    """Build a camping table on legs that cross."""
    draft = _draft(rng, "folding")
    main, metal = paint_top(draft), pick(rng, draft.choose("metal", "metal", "wood"))
    width, depth, height = draft.between(0.8, 1.2), draft.between(0.52, 0.66), draft.between(0.62, 0.72)
    draft.add("top", main, block(width, 0.045, depth, 0, height - 0.045, bevel=0.01))
    for z in (-depth / 2 + 0.07, depth / 2 - 0.07):
        x = width * 0.4
        draft.add(
            "legs", metal, rod((-x, 0, z), (x, height - 0.03, z), 0.024), rod((x, 0, z), (-x, height - 0.03, z), 0.024)
        )
    for x in (-width * 0.4, width * 0.4):
        draft.add("legs", metal, rod((x, 0.02, -depth / 2 + 0.07), (x, 0.02, depth / 2 - 0.07), 0.024))
    draft.say("with crossed legs", "that folds")
    return draft.finish("table", "folding table", "camping table", "fold-up table")


def ping_pong(rng: np.random.Generator) -> Model:
    """Build a table for table tennis."""
    draft = _draft(rng, "ping_pong")
    main = draft.choose("green", "blue", "dark blue", "dark green", "green", "grey", "red")
    width, depth, height = draft.between(1.7, 1.9), draft.between(0.9, 1.05), draft.between(0.5, 0.62)
    draft.add("top", main, block(width, 0.06, depth, 0, height - 0.06))
    line = 0.022
    draft.add(
        "lines",
        "white",
        block(width + 0.004, line * 2, 0.055, 0, height - 0.02, 0),
        *(block(width, 0.05, 0.05, 0, height - 0.04, s * (depth / 2 - 0.02)) for s in (-1, 1)),
        *(block(0.05, 0.05, depth, s * (width / 2 - 0.02), height - 0.04) for s in (-1, 1)),
    )
    draft.add("net", draft.choose("white", "black"), block(0.05, 0.14, depth + 0.1, 0, height))
    draft.add("legs", pick(rng, "metal"), *corner_legs(width - 0.3, depth - 0.2, height - 0.05, 0.075))
    draft.say("with a net", "with white lines")
    return draft.finish("ping pong table", "table tennis table", "table", "games table")


def billiard(rng: np.random.Generator) -> Model:
    """Build a billiard table with pockets and balls."""
    draft = _draft(rng, "billiard")
    wood, cloth = pick(rng, "wood"), f"{draft.choose('green', 'green', 'blue', 'red', 'purple')} fabric"
    width, depth, height = draft.between(1.6, 1.9), 0.95, 0.66
    draft.add("top", cloth, block(width - 0.1, 0.14, depth - 0.1, 0, height - 0.16))
    draft.add(
        "rails",
        wood,
        *(block(width, 0.2, 0.1, 0, height - 0.17, s * (depth / 2 - 0.05)) for s in (-1, 1)),
        *(block(0.1, 0.2, depth, s * (width / 2 - 0.05), height - 0.17) for s in (-1, 1)),
    )
    holes = [(x, z) for x in (-width / 2 + 0.1, 0, width / 2 - 0.1) for z in (-depth / 2 + 0.1, depth / 2 - 0.1)]
    draft.add("pockets", "black", *(pillar(0.065, 0.12, x, height - 0.08, z, sides=14) for x, z in holes))
    kind = draft.choose("turned", "block")
    for x, z in corners(width / 2 - 0.16, depth / 2 - 0.14):
        leg = (
            block(0.14, height - 0.16, 0.14, x, 0, z)
            if kind == "block"
            else tube([(x, 0, z), (x, 0.1, z), (x, 0.3, z), (x, height - 0.15, z)], [0.06, 0.045, 0.085, 0.07], 14)
        )
        draft.add("legs", wood, leg)
    for number in range(draft.count(3, 6)):
        draft.add(
            "balls",
            draft.colour("green"),
            ball(
                0.042,
                width * (0.1 * number - 0.2),
                height + 0.005,
                depth * 0.2 * (-1) ** number * draft.between(0.2, 1),
            ),
        )
    draft.say("with six pockets", "with balls", "with a cloth top")
    return draft.finish("pool table", "billiard table", "snooker table", "table")


def workbench(rng: np.random.Generator) -> Model:
    """Build a carpenter's bench with a vice and a lower board."""
    draft = _draft(rng, "workbench")
    main, wood = pick_main(rng, "wood", colourful=0.25), pick(rng, "wood")
    width, depth, height = draft.between(1.2, 1.6), 0.62, 0.82
    draft.add("top", main, block(width, 0.11, depth, 0, height - 0.11))
    draft.add("legs", wood, *corner_legs(width - 0.12, depth - 0.06, height - 0.1, 0.1))
    draft.add("shelf", wood, block(width - 0.14, 0.06, depth - 0.08, 0, 0.2))
    vice = draft.choose("metal", "dark metal", "blue metal", "red metal")
    x = -width / 2 + 0.2
    draft.add(
        "vice",
        vice,
        block(0.22, 0.14, 0.08, x, height - 0.12, depth / 2 + 0.12),
        rod((x, height - 0.06, depth / 2 - 0.05), (x, height - 0.06, depth / 2 + 0.26), 0.032),
        rod((x - 0.12, height - 0.06, depth / 2 + 0.24), (x + 0.12, height - 0.06, depth / 2 + 0.24), 0.024),
    )
    if draft.chance(0.5):
        draft.add("wall", wood, block(width, 0.5, 0.06, 0, height - 0.02, -depth / 2 + 0.03))
        for number, colour in enumerate(("red", "yellow", "blue")):
            draft.add(
                "tools", colour, block(0.07, 0.26, 0.06, (number - 1) * width * 0.22, height + 0.12, -depth / 2 + 0.075)
            )
        draft.say("with tools on the wall")
    draft.call("heavy", "sturdy")
    draft.say("with a vice", "with a shelf below")
    return draft.finish("workbench", "table", "work table", "carpenter's bench")


def cross_round(rng: np.random.Generator) -> Model:
    """Build a cable drum used as a table, or a barrel with a top."""
    draft = _draft(rng, "drum")
    main, band = pick(rng, "wood"), pick(rng, "metal")
    height, radius = draft.between(0.6, 0.75), draft.between(0.4, 0.5)
    if draft.chance(0.5):
        draft.add("top", main, pillar(radius, 0.07, 0, height - 0.07, sides=32))
        draft.add("base", main, pillar(radius, 0.07, sides=32), pillar(radius * 0.5, height - 0.04))
        return draft.finish("table", "cable drum table", "round table", "spool table")
    draft.add("top", main, pillar(radius * 1.1, 0.06, 0, height, sides=32))
    rings = [(0.62 + 0.24 * np.sin(np.pi * t)) * radius for t in np.linspace(0, 1, 9)]
    for low in range(8):
        paint, name = (band, "hoops") if low in (1, 6) else (main, "barrel")
        draft.add(
            name,
            paint,
            pillar(
                rings[low] + 0.008 * (low in (1, 6)),
                height / 8 + 0.004,
                0,
                low * height / 8,
                top=rings[low + 1] / rings[low],
            ),
        )
    draft.say("made from a barrel", "with metal hoops")
    return draft.finish("table", "barrel table", "round table", "pub table")


def nest(rng: np.random.Generator) -> Model:
    """Build two or three tables that stand inside one another."""
    draft = _draft(rng, "nest")
    main, metal, count = paint_top(draft), pick(rng, draft.choose("metal", "wood")), draft.count(2, 3)
    second = main if draft.chance(0.6) else paint_top(draft)
    wide, tall = draft.between(0.56, 0.72), draft.between(0.5, 0.62)
    for number in range(count):
        size, height, z = wide - 0.13 * number, tall - 0.09 * number, 0.17 * number
        draft.add(
            "top" if number == 0 else "small top",
            main if number == 0 else second,
            block(size, 0.04, 0.4, 0, height - 0.04, z),
        )
        draft.add("legs", metal, *(leg.moved(0, 0, z) for leg in corner_legs(size - 0.01, 0.38, height - 0.03, 0.036)))
    draft.call("small")
    draft.say(f"in a set of {'two' if count == 2 else 'three'}")
    return draft.finish("nesting tables", "side table", "set of tables", "table")


SPECIAL_STYLES: dict[str, Builder] = {
    "folding": folding,
    "ping_pong": ping_pong,
    "billiard": billiard,
    "workbench": workbench,
    "drum": cross_round,
    "nest": nest,
    **DESK_STYLES,
}
