"""Chairs to work and learn on. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import (
    Seat,
    lean_back,
    star_base,
)
from iss_backend.data.procedural.solids import tube


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "chair", style)


def school(rng: np.random.Generator) -> Model:
    """Build a school chair on bent metal tubes, some with a writing board."""
    draft = _draft(rng, "school")
    main, metal = pick_main(rng, "plastic", "wood"), pick(rng, "metal")
    width, height = draft.between(0.38, 0.44), draft.between(0.42, 0.47)
    draft.add("seat", main, block(width, 0.045, 0.4, 0, height, bevel=0.014))
    draft.add(
        "back",
        main,
        lean_back(block(width, draft.between(0.18, 0.26), 0.042, bevel=0.014), 8).moved(0, height + 0.2, -0.21),
    )
    x = width / 2 - 0.04
    for side in (-1, 1):
        draft.add(
            "legs",
            metal,
            tube(
                [
                    (side * x, 0, 0.2),
                    (side * x, height, 0.15),
                    (side * x, height, -0.17),
                    (side * x, height + 0.35, -0.22),
                ],
                0.021,
            ),
        )
        draft.add("legs", metal, rod((side * x, height, -0.08), (side * (x + 0.02), 0, -0.24), 0.021))
    if draft.chance(0.5):
        desk = pick(rng, "wood")
        draft.add("desk", desk, block(0.36, 0.035, 0.3, 0.08, height + 0.24, 0.2, 0.01))
        draft.add("arm", metal, tube([(0.2, height, -0.05), (width / 2 + 0.05, height + 0.25, 0.1)], 0.021))
        draft.say("with a writing desk", "with a small table")
    return draft.finish("chair", "school chair", "classroom chair", "student chair")


def office(rng: np.random.Generator) -> Model:
    """Build a swivel chair on five wheels."""
    draft = _draft(rng, "office")
    seat = Seat(draft.between(0.46, 0.54), draft.between(0.46, 0.52), draft.between(0.44, 0.54), 0.09)
    main, metal = pick_main(rng, "fabric", "leather", "plastic"), pick(rng, "metal")
    draft.add("seat", main, block(seat.width, seat.thick, seat.depth, 0, seat.under, bevel=0.03))
    high = draft.between(0.36, 0.68)
    panel = block(seat.width * draft.between(0.8, 1.0), high, 0.075, 0, 0.06, bevel=0.03)
    draft.add("back", main, lean_back(panel, draft.between(4, 12)).moved(0, seat.height, seat.rear + 0.02))
    draft.add("bracket", "black plastic", block(0.1, 0.3, 0.05, 0, seat.under, seat.rear - 0.01))
    star_base(draft, draft.between(0.28, 0.34), seat.under + 0.02, metal, wheels=True)
    if draft.chance(0.65):
        arms = "black plastic" if draft.chance(0.7) else metal
        for side in (-1, 1):
            x = side * (seat.width / 2 + 0.03)
            draft.add("armrests", arms, block(0.07, 0.04, 0.28, x, seat.height + 0.2, 0.0, 0.01))
            draft.add("armrests", arms, block(0.045, 0.26, 0.06, x, seat.height - 0.05, 0))
        draft.say("with armrests")
    if high > 0.55:
        draft.call("tall")
        draft.say("with a high back")
    return draft.finish("chair", "office chair", "desk chair", "swivel chair", "computer chair")


WORK_STYLES: dict[str, Builder] = {
    "school": school,
    "office": office,
}
