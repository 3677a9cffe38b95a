"""Chairs with legs: dining, kitchen and garden chairs, stools. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.chair_outdoor import OUTDOOR_STYLES
from iss_backend.data.procedural.chair_soft import SOFT_STYLES
from iss_backend.data.procedural.chair_special import SPECIAL_STYLES
from iss_backend.data.procedural.chair_work import WORK_STYLES
from iss_backend.data.procedural.draft import Draft, block, pillar, ring, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import (
    LEG,
    Seat,
    add_back,
    corners,
    four_legs,
    open_arms,
    rockers,
    round_base,
    seat_pad,
    stretchers,
)
from iss_backend.data.procedural.solids import arc, tube

WOODEN = ("wood",)


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "chair", style)


def _seat(draft: Draft, height: tuple[float, float] = (0.42, 0.5)) -> Seat:
    return Seat(draft.between(0.4, 0.52), draft.between(0.4, 0.5), draft.between(*height), draft.between(0.04, 0.07))


def _wooden(draft: Draft, seat: Seat) -> str:
    """Add a board as seat; return the paint of all."""
    main = pick_main(draft.rng, "wood", "wood", "plastic")
    pad = draft.chance(0.3)
    draft.add("seat", main, block(seat.width, seat.thick, seat.depth, 0, seat.under, bevel=0.012))
    if pad:
        seat_pad(draft, seat, pick_main(draft.rng, "fabric"), 0.04)
    return main


def _dining(rng: np.random.Generator, style: str, *backs: str) -> Draft:
    draft = _draft(rng, style)
    seat = _seat(draft)
    main = _wooden(draft, seat)
    legs = main if draft.chance(0.7) else pick(draft.rng, "metal")
    high = draft.between(0.4, 0.66)
    add_back(draft, seat, main, high, draft.between(2, 12), *backs)
    four_legs(draft, seat, legs)
    if draft.chance(0.35):
        stretchers(draft, seat, legs)
    if draft.chance(0.3):
        open_arms(draft, seat, main, draft.between(0.18, 0.24))
    if high > 0.58:
        draft.call("tall", "high-backed")
    draft.say("with four legs")
    return draft


def dining(rng: np.random.Generator) -> Model:
    """Build a plain chair with a closed back."""
    return _dining(rng, "dining", "panel").finish("chair", "dining chair", "kitchen chair", "side chair")


def ladder(rng: np.random.Generator) -> Model:
    """Build a chair whose back has level slats."""
    return _dining(rng, "ladder", "ladder").finish("chair", "ladder-back chair", "dining chair", "ladderback chair")


def slatted(rng: np.random.Generator) -> Model:
    """Build a chair whose back has upright slats."""
    return _dining(rng, "slatted", "slats").finish("chair", "slat-back chair", "dining chair")


def cross(rng: np.random.Generator) -> Model:
    """Build a chair whose back is a cross."""
    return _dining(rng, "cross", "cross").finish("chair", "cross-back chair", "bistro chair", "farmhouse chair")


def carved(rng: np.random.Generator) -> Model:
    """Build an old-fashioned chair with a carved or an oval back."""
    draft = _dining(rng, "carved", "splat", "oval")
    draft.call("antique")
    return draft.finish("chair", "antique chair", "dining chair", "classic chair")


def windsor(rng: np.random.Generator) -> Model:
    """Build a chair with a hoop or spindles as its back."""
    draft = _dining(rng, "windsor", "hoop", "spindle", "hoop")
    return draft.finish("chair", "windsor chair", "farmhouse chair", "kitchen chair")


def rocking(rng: np.random.Generator) -> Model:
    """Build a chair on two curved runners."""
    draft = _draft(rng, "rocking")
    seat = _seat(draft)
    main = _wooden(draft, seat)
    add_back(
        draft,
        seat,
        main,
        draft.between(0.52, 0.68),
        draft.between(10, 18),
        "slats",
        "ladder",
        "spindle",
        "hoop",
        "panel",
    )
    for x, z in corners(seat.width / 2 - 0.03, seat.depth / 2 - 0.04):
        draft.add("legs", main, block(LEG, seat.under, LEG, x, 0.04, z))
    rockers(draft, seat, main)
    if draft.chance(0.75):
        open_arms(draft, seat, main, draft.between(0.2, 0.26))
    return draft.finish("chair", "rocking chair", "rocker")


def stool(rng: np.random.Generator) -> Model:
    """Build a seat on three or four legs without a back."""
    draft = _draft(rng, "stool")
    main = pick_main(rng, "wood", "wood", "plastic", "metal")
    legs = main if draft.chance(0.5) else pick(rng, "wood" if draft.chance(0.5) else "metal")
    height, radius, count = draft.between(0.4, 0.8), draft.between(0.17, 0.22), draft.count(3, 4)
    thick = 0.05 + 0.03 * draft.chance(0.5)
    if draft.chance(0.7):
        draft.add("seat", main, pillar(radius, thick, 0, height - thick))
        draft.call("round")
    else:
        draft.add("seat", main, block(2 * radius, thick, 2 * radius, 0, height - thick, bevel=0.012))
        draft.call("square")
    for angle in np.radians(45 + 360 / count * np.arange(count)):
        x, z = np.cos(angle), np.sin(angle)
        draft.add(
            "legs",
            legs,
            rod(
                (x * (radius + 0.04), 0, z * (radius + 0.04)),
                (x * radius * 0.7, height - thick / 2, z * radius * 0.7),
                0.026,
            ),
        )
    if height > 0.6:
        draft.add("ring", legs, tube(ring(radius * 0.97, 0), 0.019).turned("x", 90).moved(0, height * 0.35, 0))
        draft.call("tall")
    draft.say(f"with {'three' if count == 3 else 'four'} legs", "without a back")
    return draft.finish("stool", "chair", "wooden stool" if "wood" in main else "seat", "backless stool")


def bar(rng: np.random.Generator) -> Model:
    """Build a high chair for a bar, with a low back and a footrest."""
    draft = _draft(rng, "bar")
    seat = Seat(draft.between(0.36, 0.44), draft.between(0.36, 0.42), draft.between(0.68, 0.82), 0.06)
    main = _wooden(draft, seat)
    legs = main if draft.chance(0.5) else pick(rng, "metal")
    add_back(draft, seat, main, draft.between(0.2, 0.36), draft.between(0, 8), "panel", "ladder", "slats", "spindle")
    four_legs(draft, seat, legs, "square", "splayed", "round")
    x, z, height = seat.width / 2 - 0.01, seat.depth / 2 - 0.01, seat.height * 0.3
    bars = [rod((-x, height, s * z), (x, height, s * z), 0.021) for s in (-1, 1)]
    draft.add("footrest", legs, *bars, *(rod((s * x, height, -z), (s * x, height, z), 0.021) for s in (-1, 1)))
    draft.call("tall", "high")
    draft.say("with a footrest")
    return draft.finish("chair", "bar chair", "bar stool", "high chair", "counter stool")


def bar_stool(rng: np.random.Generator) -> Model:
    """Build a round bar stool on a single column."""
    draft = _draft(rng, "bar_stool")
    main, metal = pick_main(rng, "leather", "plastic", "wood"), pick(rng, "metal")
    height, radius = draft.between(0.66, 0.8), draft.between(0.18, 0.22)
    draft.add("seat", main, pillar(radius, 0.09, 0, height - 0.09, top=0.94))
    round_base(draft, draft.between(0.2, 0.24), height - 0.08, metal)
    draft.add(
        "footrest",
        metal,
        tube(ring(0.14, 0), 0.02).turned("x", 90).moved(0, height * 0.35, 0.0),
        rod((-0.14, height * 0.35, 0), (0.14, height * 0.35, 0), 0.019),
    )
    if draft.chance(0.4):
        bow = np.array([(x, height + 0.12, -z) for x, z in arc(radius, 20, 160)])
        draft.add(
            "back",
            main,
            tube(bow, 0.03),
            *(rod((x, height - 0.04, z), (x, height + 0.12, z), 0.02) for x, _, z in bow[[1, -2]]),
        )
        draft.say("with a low back")
    draft.call("tall", "round")
    return draft.finish("stool", "bar stool", "chair", "bar chair")


STYLES: dict[str, Builder] = {
    "dining": dining,
    "ladder": ladder,
    "slatted": slatted,
    "cross": cross,
    "carved": carved,
    "windsor": windsor,
    "rocking": rocking,
    "stool": stool,
    "bar": bar,
    "bar_stool": bar_stool,
    **SOFT_STYLES,
    **SPECIAL_STYLES,
    **WORK_STYLES,
    **OUTDOOR_STYLES,
}
