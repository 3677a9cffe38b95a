"""Small and narrow tables: side, console, bar and wall tables, slabs. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, corner_legs, pillar, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick
from iss_backend.data.procedural.seating import corners
from iss_backend.data.procedural.solids import arc, extrude, tube
from iss_backend.data.procedural.tops import paint_legs, paint_top, shelf


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "table", style)


def console(rng: np.random.Generator) -> Model:
    """Build a narrow, long table for a hall."""
    draft = _draft(rng, "console")
    main, width, depth, height = (
        paint_top(draft),
        draft.between(1.0, 1.4),
        draft.between(0.28, 0.36),
        draft.between(0.76, 0.86),
    )
    draft.add("top", main, block(width, 0.05, depth, 0, height - 0.05, bevel=0.01))
    legs = paint_legs(draft, main)
    draft.add("legs", legs, *corner_legs(width - 0.04, depth - 0.03, height - 0.04, draft.between(0.052, 0.065)))
    if draft.chance(0.6):
        count = draft.count(2, 3)
        draft.add("apron", legs, block(width - 0.08, 0.15, depth - 0.06, 0, height - 0.19))
        for number in range(count):
            cell = (width - 0.1) / count
            x = (number - (count - 1) / 2) * cell
            draft.add("drawers", main, block(cell - 0.04, 0.11, 0.05, x, height - 0.17, depth / 2 - 0.03))
            draft.add("knobs", "brass", block(0.05, 0.05, 0.06, x, height - 0.14, depth / 2 + 0.01, 0.012))
        draft.say(f"with {'two' if count == 2 else 'three'} drawers")
    if draft.chance(0.5):
        shelf(draft, width - 0.06, depth - 0.04, 0.16, main)
    draft.call("narrow", "long")
    return draft.finish("table", "console table", "hall table", "sideboard table")


def side(rng: np.random.Generator) -> Model:
    """Build a small table to stand beside a sofa."""
    draft = _draft(rng, "side")
    main, size, height = paint_top(draft), draft.between(0.38, 0.5), draft.between(0.5, 0.62)
    legs, is_round = paint_legs(draft, main), draft.chance(0.5)
    if is_round:
        draft.add("top", main, pillar(size / 2, 0.04, 0, height - 0.04, sides=32))
        for angle in np.radians((90, 210, 330)):
            x, z = np.cos(angle) * size / 2, np.sin(angle) * size / 2
            draft.add("legs", legs, rod((x, 0, z), (x * 0.55, height - 0.02, z * 0.55), 0.018))
        draft.say("with three legs")
    else:
        draft.add("top", main, block(size, 0.04, size, 0, height - 0.04, bevel=0.008))
        draft.add("legs", legs, *corner_legs(size - 0.02, size - 0.02, height - 0.03, 0.04))
        draft.say("with four legs")
        if draft.chance(0.5):
            draft.add("drawer", main, block(size - 0.07, 0.13, size - 0.06, 0, height - 0.16, 0.015))
            draft.add("knob", "brass", block(0.045, 0.035, 0.05, 0, height - 0.115, size / 2, 0.01))
            draft.say("with a drawer")
    if draft.chance(0.5):
        low = height * 0.3
        draft.add(
            "shelf",
            main,
            pillar(size * 0.36, 0.035, 0, low) if is_round else block(size - 0.04, 0.035, size - 0.04, 0, low),
        )
        draft.say("with a shelf")
    draft.call("small", "round" if is_round else "square")
    return draft.finish("side table", "end table", "table", "bedside table", "small table")


def bar(rng: np.random.Generator) -> Model:
    """Build a high table to stand at."""
    draft = _draft(rng, "bar")
    main, radius, height = paint_top(draft), draft.between(0.28, 0.38), draft.between(1.0, 1.1)
    draft.add(
        "top",
        main,
        pillar(radius, 0.05, 0, height - 0.05, sides=32)
        if draft.chance(0.7)
        else block(2 * radius, 0.05, 2 * radius, 0, height - 0.05),
    )
    base = pick(rng, "metal")
    draft.add("column", base, pillar(0.038, height - 0.04))
    if draft.chance(0.5):
        draft.add("base", base, pillar(radius * 0.75, 0.04, top=0.85))
    else:
        draft.add(
            "base",
            base,
            *(rod((x, 0.025, z), (-x, 0.025, -z), 0.026) for x, z in corners(radius * 0.6, radius * 0.6)[:2]),
        )
    draft.call("tall", "high")
    draft.say("with a pedestal base", "on one leg")
    return draft.finish("table", "bar table", "standing table", "cocktail table", "bistro table")


def slab(rng: np.random.Generator) -> Model:
    """Build a board with the wavy edge of its tree on two metal frames."""
    draft = _draft(rng, "slab")
    main, width, depth, height = (
        pick(rng, "wood"),
        draft.between(1.3, 1.8),
        draft.between(0.66, 0.82),
        draft.between(0.68, 0.76),
    )
    low = draft.chance(0.3)
    height = 0.42 if low else height
    x = np.linspace(-width / 2, width / 2, 17)
    waves = [
        depth / 2 + 0.035 * np.sin(x * draft.between(4, 8) + draft.between(0, 6)) + 0.02 * np.sin(x * 15)
        for _ in range(2)
    ]
    draft.add(
        "top",
        main,
        extrude([*zip(x, -waves[0], strict=True), *zip(x[::-1], waves[1][::-1], strict=True)], 0.075)
        .turned("x", 90)
        .moved(0, height - 0.037, 0),
    )
    metal, z = pick(rng, "metal"), depth / 2 - 0.1
    for a in (-width / 2 + 0.24, width / 2 - 0.24):
        draft.add(
            "legs",
            metal,
            *(block(0.075, height - 0.06, 0.07, a, 0, s * z) for s in (-1, 1)),
            *(block(0.075, 0.07, 2 * z, a, y) for y in (0, height - 0.13)),
        )
    draft.call("rustic", *(("low",) if low else ()))
    draft.say("with a wavy edge", "with metal legs", "made of one board")
    return draft.finish("coffee table" if low else "table", "live edge table", "slab table", "wooden table")


def half_round(rng: np.random.Generator) -> Model:
    """Build a half-round table to stand at a wall."""
    draft = _draft(rng, "half_round")
    main, radius, height = paint_top(draft), draft.between(0.48, 0.6), draft.between(0.72, 0.8)
    draft.add("top", main, extrude(arc(radius, 0, 180, 25), 0.05).turned("x", 90).moved(0, height - 0.025, -radius / 2))
    legs = paint_legs(draft, main)
    draft.add(
        "apron",
        legs,
        extrude(arc(radius * 0.88, 0, 180, 25), 0.1).turned("x", 90).moved(0, height - 0.09, -radius / 2 + 0.005),
    )
    for angle in np.radians((5, 65, 115, 175)):
        x, z = radius * 0.82 * np.cos(angle), radius * 0.82 * np.sin(angle) - radius / 2
        draft.add("legs", legs, tube([(x, 0, z), (x, height - 0.05, z)], [0.024, 0.033]))
    draft.call("half-round", "small")
    draft.say("with a half-round top", "with four legs")
    return draft.finish("table", "half-round table", "wall table", "console table", "demilune table")


SMALL_STYLES: dict[str, Builder] = {
    "console": console,
    "side": side,
    "bar": bar,
    "slab": slab,
    "half_round": half_round,
}
