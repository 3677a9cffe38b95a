"""Benches of gyms, stations and playgrounds. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, disc, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import lean_back
from iss_backend.data.procedural.solids import box


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "bench", style)


def weight(rng: np.random.Generator) -> Model:
    """Build a bench to lift weights on, with a bar over it or a raised back."""
    draft = _draft(rng, "weight")
    main, metal = pick_main(rng, "leather", colourful=0.55), pick(rng, "metal")
    raised = draft.chance(0.4)
    draft.add(
        "seat", main, block(0.32, 0.09, 1.15 if not raised else 0.45, 0, 0.42, 0.05 if not raised else 0.35, 0.025)
    )
    if raised:
        draft.add(
            "back", main, block(0.32, 0.78, 0.09, bevel=0.025).turned("x", -draft.between(40, 60)).moved(0, 0.44, 0.14)
        )
        draft.add("frame", metal, rod((0, 0.1, -0.1), (0, 0.85, -0.3), 0.035))
        draft.say("with a raised back")
    draft.add(
        "frame",
        metal,
        block(0.075, 0.075, 1.2, 0, 0.34, 0.03),
        *(block(0.5, 0.06, 0.075, 0, 0, z) for z in (-0.5, 0.58)),
        *(block(0.075, 0.38, 0.075, 0, 0.02, z) for z in (-0.5, 0.58)),
    )
    if not raised:
        z, bar = -0.5, draft.between(0.92, 1.05)
        draft.add(
            "rack",
            metal,
            *(block(0.065, bar, 0.065, s * 0.27, 0, z) for s in (-1, 1)),
            block(0.56, 0.06, 0.065, 0, 0.3, z),
        )
        draft.add("barbell", "chrome", rod((-0.72, bar, z + 0.05), (0.72, bar, z + 0.05), 0.027))
        disk = draft.between(0.15, 0.21)
        draft.add(
            "weights",
            "black metal" if draft.chance(0.7) else draft.colour(),
            *(disc(disk, 0.09).turned("y", 90).moved(s * 0.56, bar, z + 0.05) for s in (-1, 1)),
        )
        draft.say("with a barbell", "with weights")
    return draft.finish("bench", "weight bench", "gym bench", "workout bench", "bench press")


def waiting(rng: np.random.Generator) -> Model:
    """Build a row of shells on one beam, as in a waiting hall."""
    draft = _draft(rng, "waiting")
    main, metal, count = pick_main(rng, "plastic", "metal"), pick(rng, "metal"), draft.count(3, 4)
    step, seat = 0.56, 0.43
    for number in range(count):
        x = (number - (count - 1) / 2) * step
        draft.add("seats", main, block(0.48, 0.065, 0.46, x, seat - 0.06, 0.02, 0.015))
        draft.add("backs", main, lean_back(block(0.48, 0.42, 0.065, bevel=0.02), 12).moved(x, seat + 0.02, -0.21))
        draft.add("brackets", metal, block(0.08, 0.22, 0.08, x, seat - 0.1, -0.22))
    width = count * step
    draft.add("beam", metal, block(width - 0.2, 0.09, 0.09, 0, seat - 0.14))
    for side in (-1, 1):
        x = side * (width / 2 - 0.3)
        draft.add("legs", metal, block(0.085, seat - 0.1, 0.085, x), block(0.085, 0.07, 0.6, x))
    if draft.chance(0.4):
        draft.add(
            "armrests",
            metal,
            *(block(0.07, 0.07, 0.36, s * width / 2, seat + 0.16, -0.04) for s in (-1, 1)),
            *(block(0.07, 0.3, 0.07, s * width / 2, seat - 0.1, -0.04) for s in (-1, 1)),
            block(width, 0.07, 0.07, 0, seat - 0.12, -0.04),
        )
        draft.say("with armrests")
    draft.say(f"with {'three' if count == 3 else 'four'} seats", "with seats in a row")
    return draft.finish("bench", "waiting bench", "airport bench", "waiting room seats")


def swing(rng: np.random.Generator) -> Model:
    """Build a bench that hangs in a frame."""
    draft = _draft(rng, "swing")
    main, frame = pick_main(rng, "wood"), pick(rng, draft.choose("wood", "metal"))
    width, seat, top, foot = draft.between(1.0, 1.3), 0.5, 1.6, 0.5
    draft.add("seat", main, *(block(width, 0.055, 0.11, 0, seat - 0.05, z) for z in (-0.17, 0.0, 0.17)))
    draft.add(
        "back",
        main,
        *(lean_back(block(width, 0.11, 0.055, 0, 0.06 + 0.16 * n), 12).moved(0, seat, -0.23) for n in range(3)),
    )
    for side in (-1, 1):
        x, out = side * (width / 2 - 0.03), side * (width / 2 + 0.22)
        draft.add(
            "sides",
            main,
            block(0.06, 0.06, 0.5, x, seat - 0.1, 0),
            lean_back(block(0.06, 0.5, 0.06), 12).moved(x, seat - 0.05, -0.26),
            block(0.06, 0.06, 0.46, x, seat + 0.2, -0.04),
            block(0.06, 0.28, 0.06, x, seat - 0.06, 0.17),
        )
        draft.add(
            "ropes",
            "dark metal",
            rod((x, seat + 0.2, 0.1), (x, top, 0), 0.026),
            rod((x, seat + 0.22, -0.28), (x, top, 0), 0.026),
        )
        draft.add("frame", frame, *(rod((out, 0, z), (out, top + 0.03, 0), 0.042) for z in (-foot, foot)))
        draft.add("frame", frame, rod((out, 0.5, -foot * 0.68), (out, 0.5, foot * 0.68), 0.034))
    draft.add("frame", frame, rod((-width / 2 - 0.28, top, 0), (width / 2 + 0.28, top, 0), 0.045))
    if draft.chance(0.5):
        draft.add("roof", pick(rng, "fabric"), box((width + 0.5, 0.06, 1.0)).turned("x", 6).moved(0, top + 0.08, 0.05))
        draft.say("with a roof")
    draft.say("that hangs from a frame")
    return draft.finish("swing", "bench swing", "porch swing", "bench", "garden swing")


def bus_stop(rng: np.random.Generator) -> Model:
    """Build a bench below a shelter with a rear wall and a roof."""
    draft = _draft(rng, "bus_stop")
    main, metal, glass = pick_main(rng, "wood", "metal", "plastic"), pick(rng, "metal"), pick(rng, "glass")
    width, tall, deep = draft.between(1.6, 1.9), draft.between(1.5, 1.7), 0.8
    draft.add("seat", main, *(block(width - 0.3, 0.07, 0.17, 0, 0.42, z) for z in (-0.2, 0.0)))
    draft.add("legs", metal, *(block(0.08, 0.44, 0.34, s * (width / 2 - 0.4), 0, -0.1) for s in (-1, 1)))
    draft.add("wall", glass, block(width - 0.1, tall - 0.2, 0.06, 0, 0.16, -deep / 2 + 0.04))
    draft.add("posts", metal, *(block(0.075, tall, 0.075, x, 0, -deep / 2 + 0.04) for x in (-width / 2, 0, width / 2)))
    draft.add("roof", metal, box((width + 0.14, 0.075, deep + 0.1)).turned("x", -5).moved(0, tall + 0.02, 0))
    if draft.chance(0.5):
        draft.add("side", glass, block(0.06, tall - 0.2, deep - 0.1, width / 2, 0.16, 0))
        draft.add("posts", metal, block(0.075, tall, 0.075, width / 2, 0, deep / 2 - 0.06))
    draft.say("with a roof", "below a shelter", "with a glass wall")
    return draft.finish("bus stop", "bench", "bus shelter", "bus stop bench")


PUBLIC_STYLES: dict[str, Builder] = {
    "weight": weight,
    "waiting": waiting,
    "swing": swing,
    "bus_stop": bus_stop,
}
