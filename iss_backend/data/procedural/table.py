"""Tables: dining, coffee, side and garden tables. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, corner_legs, pillar, ring, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.solids import lathe, tube
from iss_backend.data.procedural.table_small import SMALL_STYLES
from iss_backend.data.procedural.table_special import SPECIAL_STYLES
from iss_backend.data.procedural.tops import oval_top, paint_legs, paint_top, shelf, table_legs


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "table", style)


def dining(rng: np.random.Generator) -> Model:
    """Build a long table on four legs."""
    draft = _draft(rng, "dining")
    main, width, depth, height = (
        paint_top(draft),
        draft.between(1.3, 1.9),
        draft.between(0.72, 0.95),
        draft.between(0.7, 0.78),
    )
    draft.add("top", main, block(width, 0.06, depth, 0, height - 0.06, bevel=0.012))
    legs = paint_legs(draft, main)
    if draft.chance(0.6):
        draft.add("apron", legs, block(width - 0.2, 0.09, depth - 0.18, 0, height - 0.14))
    table_legs(draft, width, depth, height, legs)
    draft.call("long", "rectangular")
    return draft.finish("table", "dining table", "kitchen table", "rectangular table")


def square(rng: np.random.Generator) -> Model:
    """Build a square table on four legs."""
    draft = _draft(rng, "square")
    main, size, height = paint_top(draft), draft.between(0.7, 0.95), draft.between(0.68, 0.78)
    draft.add("top", main, block(size, 0.055, size, 0, height - 0.055, bevel=0.012))
    legs = paint_legs(draft, main)
    if draft.chance(0.5):
        draft.add("apron", legs, block(size - 0.12, 0.08, size - 0.12, 0, height - 0.125))
    table_legs(draft, size, size, height, legs)
    draft.call("square")
    return draft.finish("table", "square table", "kitchen table", "small table")


def round_table(rng: np.random.Generator) -> Model:
    """Build a round table on three or four legs."""
    draft = _draft(rng, "round")
    main, radius, height, count = (
        paint_top(draft),
        draft.between(0.42, 0.62),
        draft.between(0.66, 0.76),
        draft.count(3, 4),
    )
    draft.add("top", main, pillar(radius, 0.05, 0, height - 0.05, sides=36))
    legs, spread = paint_legs(draft, main), draft.between(0.0, 0.16)
    for angle in np.radians(45 + 360 / count * np.arange(count)):
        x, z = np.cos(angle), np.sin(angle)
        inner = radius * 0.68
        draft.add(
            "legs",
            legs,
            tube(
                [(x * (inner + spread), 0, z * (inner + spread)), (x * inner, height - 0.03, z * inner)], [0.026, 0.034]
            ),
        )
    draft.call("round")
    draft.say(f"with {'three' if count == 3 else 'four'} legs")
    return draft.finish("table", "round table", "dining table", "circular table")


def _add_pedestal(draft: Draft, kind: str, paint: str, foot: float, height: float) -> None:
    """Add one leg below a top at ``height``: "tulip", "column" or "claws", as wide as ``foot`` on the floor."""
    if kind == "tulip":
        upper = [(0.05, 0.25), (0.055, height - 0.2), (0.16, height - 0.03)]
        draft.add("base", paint, lathe([(foot, 0), (foot * 0.92, 0.035), (foot * 0.3, 0.1), *upper]))
        return
    turned = [(0.06, 0.08), (0.075, 0.2), (0.045, 0.35), (0.06, height - 0.15), (0.11, height - 0.03)]
    draft.add("column", paint, lathe(turned))
    if kind == "column":
        draft.add("base", paint, pillar(foot, 0.06, 0, 0, top=0.85), pillar(foot * 0.5, 0.06, 0, 0.05, top=0.7))
        return
    count = draft.count(3, 4)
    for angle in np.radians(90 + 360 / count * np.arange(count)):
        x, z = np.cos(angle), np.sin(angle)
        path = [(x * r, y, z * r) for r, y in ((0, 0.22), (foot * 0.5, 0.17), (foot, 0.03))]
        draft.add("feet", paint, tube(path, [0.045, 0.036, 0.033]))


def pedestal(rng: np.random.Generator) -> Model:
    """Build a round or oval table on one foot."""
    draft = _draft(rng, "pedestal")
    main, radius, height = paint_top(draft), draft.between(0.42, 0.6), draft.between(0.68, 0.76)
    oval = draft.chance(0.3)
    draft.add(
        "top",
        main,
        oval_top(radius * 1.5, radius, 0.05, height) if oval else pillar(radius, 0.05, 0, height - 0.05, sides=36),
    )
    base, foot, kind = paint_legs(draft, main), draft.between(0.5, 0.62), draft.choose("tulip", "column", "claws")
    _add_pedestal(draft, kind, base, radius * foot, height)
    draft.call("oval" if oval else "round")
    draft.say("with a pedestal base", "on one leg")
    return draft.finish(
        "table",
        "pedestal table",
        "round table" if not oval else "oval table",
        "tulip table" if kind == "tulip" else "cafe table",
    )


def oval(rng: np.random.Generator) -> Model:
    """Build an oval table on four legs."""
    draft = _draft(rng, "oval")
    main, width, depth, height = (
        paint_top(draft),
        draft.between(0.7, 0.95),
        draft.between(0.4, 0.52),
        draft.between(0.68, 0.76),
    )
    draft.add("top", main, oval_top(width, depth, 0.055, height))
    table_legs(draft, width * 1.3, depth * 1.3, height, paint_legs(draft, main))
    draft.call("oval")
    return draft.finish("table", "oval table", "dining table")


def trestle(rng: np.random.Generator) -> Model:
    """Build a table on two A-shaped or crossed trestles."""
    draft = _draft(rng, "trestle")
    main, width, depth, height = (
        paint_top(draft),
        draft.between(1.2, 1.7),
        draft.between(0.66, 0.85),
        draft.between(0.7, 0.76),
    )
    draft.add("top", main, block(width, 0.06, depth, 0, height - 0.06, bevel=0.01))
    legs, kind = paint_legs(draft, main), draft.choose("a", "x", "i")
    z, high = depth / 2 - 0.05, height - 0.05
    for x in (-width / 2 + 0.22, width / 2 - 0.22):
        if kind == "a":
            draft.add(
                "legs",
                legs,
                *(rod((x + s * 0.14, 0, t * z), (x, high, t * (z - 0.06)), 0.034) for s in (-1, 1) for t in (-1, 1)),
            )
            draft.add(
                "bars",
                legs,
                block(0.075, 0.07, depth - 0.08, x, height - 0.13),
                block(0.2, 0.06, 0.06, x, 0.22, z),
                block(0.2, 0.06, 0.06, x, 0.22, -z),
            )
        elif kind == "x":
            draft.add("legs", legs, rod((x, 0.02, -z), (x, high, z), 0.04), rod((x, 0.02, z), (x, high, -z), 0.04))
        else:
            draft.add(
                "legs",
                legs,
                block(0.085, height - 0.1, 0.2, x, 0.05),
                block(0.1, 0.075, depth - 0.1, x),
                block(0.1, 0.075, depth - 0.2, x, height - 0.13),
            )
    if kind != "a":
        draft.add("stretcher", legs, block(width - 0.4, 0.085, 0.07, 0, height * 0.45))
    draft.say({"a": "on two trestles", "x": "with crossed legs", "i": "on two trestles"}[kind])
    return draft.finish("table", "trestle table", "farmhouse table", "work table", "dining table")


def coffee(rng: np.random.Generator) -> Model:
    """Build a low table, some with a shelf below."""
    draft = _draft(rng, "coffee")
    main, width, depth, height = (
        paint_top(draft),
        draft.between(0.9, 1.2),
        draft.between(0.5, 0.68),
        draft.between(0.34, 0.45),
    )
    draft.add("top", main, block(width, 0.05, depth, 0, height - 0.05, bevel=0.01))
    legs = paint_legs(draft, main)
    table_legs(draft, width, depth, height, legs)
    if draft.chance(0.5):
        shelf(draft, width - 0.08, depth - 0.08, height * 0.3, legs if draft.chance(0.5) else main)
    draft.call("low")
    return draft.finish("coffee table", "table", "low table", "living room table")


def glass(rng: np.random.Generator) -> Model:
    """Build a table with a glass top on metal or wood."""
    draft = _draft(rng, "glass")
    legs, low = pick(rng, draft.choose("metal", "precious", "wood")), draft.chance(0.5)
    width, depth, height = (
        draft.between(0.9, 1.3),
        draft.between(0.55, 0.8),
        draft.between(0.36, 0.45) if low else draft.between(0.68, 0.75),
    )
    top = "glass" if draft.chance(0.75) else "dark glass"
    if draft.chance(0.4):
        radius = depth * 0.65
        draft.add("top", top, pillar(radius, 0.04, 0, height - 0.04, sides=36))
        hoops = (radius * 0.7, height - 0.06), (radius * 0.5, 0.03)
        draft.add("frame", legs, *(tube(ring(r, 0), 0.026).turned("x", 90).moved(0, y, 0) for r, y in hoops))
        for angle in np.radians((45, 135, 225, 315)):
            draft.add(
                "legs",
                legs,
                rod(
                    (radius * 0.5 * np.cos(angle), 0.01, radius * 0.5 * np.sin(angle)),
                    (radius * 0.7 * np.cos(angle), height - 0.05, radius * 0.7 * np.sin(angle)),
                    0.026,
                ),
            )
        draft.call("round")
    else:
        draft.add("top", top, block(width, 0.045, depth, 0, height - 0.045))
        draft.add("legs", legs, *corner_legs(width - 0.03, depth - 0.03, height - 0.03, 0.052))
        draft.add(
            "frame",
            legs,
            *(block(width - 0.05, 0.045, 0.045, 0, height - 0.085, s * (depth / 2 - 0.04)) for s in (-1, 1)),
            *(block(0.045, 0.045, depth - 0.05, s * (width / 2 - 0.04), height - 0.085) for s in (-1, 1)),
        )
        if low and draft.chance(0.5):
            shelf(draft, width - 0.06, depth - 0.06, 0.1, legs)
    draft.call(*(("low",) if low else ()))
    draft.say("with a glass top")
    return draft.finish("coffee table" if low else "table", "glass table", "table" if low else "dining table")


def picnic(rng: np.random.Generator) -> Model:
    """Build a table with two benches on one frame."""
    draft = _draft(rng, "picnic")
    main, frame = pick_main(rng, "wood"), pick(rng, "metal" if draft.chance(0.25) else "wood")
    legs, width, height = main if draft.chance(0.7) else frame, draft.between(1.2, 1.6), draft.between(0.7, 0.76)
    draft.add("top", main, *(block(width, 0.055, 0.13, 0, height - 0.055, 0.148 * n) for n in (-2, -1, 0, 1, 2)))
    draft.add("benches", main, *(block(width, 0.055, 0.13, 0, 0.4, s * z) for s in (-1, 1) for z in (0.58, 0.73)))
    for x in (-width / 2 + 0.2, width / 2 - 0.2):
        draft.add("legs", legs, *(rod((x, 0, s * 0.62), (x, height - 0.04, s * 0.22), 0.04) for s in (-1, 1)))
        draft.add("bars", legs, block(0.065, 0.075, 1.54, x, 0.34), block(0.065, 0.07, 0.7, x, height - 0.12))
    draft.call("wooden" if "wood" in main else "painted")
    draft.say("with two benches", "with benches on both sides")
    return draft.finish("picnic table", "table", "garden table", "beer garden table")


STYLES: dict[str, Builder] = {
    "dining": dining,
    "square": square,
    "round": round_table,
    "pedestal": pedestal,
    "oval": oval,
    "trestle": trestle,
    "coffee": coffee,
    "glass": glass,
    "picnic": picnic,
    **SPECIAL_STYLES,
    **SMALL_STYLES,
}
