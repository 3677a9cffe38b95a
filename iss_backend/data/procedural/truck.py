"""Trucks and buses, driving towards +Z."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import both, from_side, rod_x, rod_z
from iss_backend.data.procedural.solids import box, cylinder
from iss_backend.data.procedural.wheels import add_wheels, draw_hub

HALF = 0.15  # half the width of every truck


def _add_cab(draft: Draft, paint: str, back: float, high: float, bonnet: bool = False) -> None:
    """Add a cab from z = `back` to 0.5, its roof at y = `high`, with windows, lights and grille."""
    front = 0.38 if bonnet else 0.5
    outline = [(back, 0.07), (0.5, 0.07), (0.5, 0.2), (front, 0.21), (front - 0.03, high), (back, high)]
    draft.add(
        "cab", paint, from_side(outline if bonnet else [outline[0], outline[1], (0.5, 0.22), *outline[4:]], 2 * HALF)
    )
    low = 0.23 if bonnet else 0.24
    pane = [(front - 0.03, low), (front + 0.01, low), (front - 0.02, high - 0.035), (front - 0.05, high - 0.035)]
    draft.add("windscreen", "dark glass", from_side(pane, 1.75 * HALF))
    middle = 0.5 * (back + front)
    draft.add(
        "side window",
        "dark glass",
        box((2 * HALF + 0.012, high - low - 0.04, 0.5 * (front - back)), (0.0, 0.5 * (low + high - 0.03), middle)),
    )
    draft.add("headlight", "light", *both(box((0.06, 0.035, 0.03), (0.1, 0.14, 0.495))))
    draft.add("grille", "black", box((0.11, 0.05, 0.03), (0.0, 0.15, 0.495)))
    draft.add("bumper", "silver", box((2 * HALF, 0.035, 0.035), (0.0, 0.08, 0.505)))


def _add_chassis(draft: Draft, zs: tuple[float, ...], radius: float = 0.065, back: float = -0.5) -> None:
    """Add the frame and the wheels."""
    draft.add("frame", "black", box((0.2, 0.05, 0.45 - back), (0.0, 0.09, 0.5 * (0.45 + back))))
    add_wheels(draft, HALF + 0.008, zs, radius, 0.065, draw_hub(draft))


def _box_truck(rng: np.random.Generator) -> Model:
    """Build a delivery truck with a closed box."""
    draft = Draft(rng, "truck", "box truck")
    main = draft.colour()
    cargo = "white" if draft.chance(0.4) and main != "white" else draft.colour(main)
    _add_cab(draft, main, 0.26, draft.between(0.32, 0.37))
    top = draft.between(0.4, 0.48)
    draft.add("box", cargo, box((2 * HALF + 0.03, top - 0.12, 0.73), (0.0, 0.5 * (top + 0.12), -0.13)))
    _add_chassis(draft, (-0.3, 0.36))
    draft.say(f"with a {cargo} box", "with four wheels")
    return draft.finish("truck", "delivery truck", "lorry", "box truck", "van")


def _semi(rng: np.random.Generator) -> Model:
    """Build a tractor unit with a long trailer."""
    draft = Draft(rng, "truck", "semi truck")
    main = draft.colour()
    trailer = draft.colour(main) if draft.chance(0.6) else "silver"
    _add_cab(draft, main, 0.27, draft.between(0.31, 0.36), bonnet=draft.chance(0.5))
    draft.add("trailer", trailer, box((2 * HALF, draft.between(0.24, 0.28), 0.7), (0.0, 0.26, -0.14)))
    draft.add("exhaust", "silver", *both(cylinder(0.018, 0.3, sides=10).moved(0.12, 0.12, 0.24)))
    _add_chassis(draft, (-0.42, -0.3, 0.14, 0.26, 0.42), 0.056)
    draft.call("long", "big")
    draft.say(f"with a {trailer} trailer", "with ten wheels")
    return draft.finish("truck", "semi truck", "lorry", "articulated lorry", "trailer truck")


def _dump(rng: np.random.Generator) -> Model:
    """Build a dump truck with an open skip."""
    draft = Draft(rng, "truck", "dump truck")
    main = "yellow" if draft.chance(0.35) else draft.colour()
    skip = main if draft.chance(0.5) else draft.colour(main)
    _add_cab(draft, main, 0.24, draft.between(0.36, 0.4))
    slope = [
        (-0.52, 0.19),
        (0.16, 0.14),
        (0.22, 0.42),
        (0.34, 0.44),
        (0.34, 0.48),
        (0.17, 0.46),
        (0.12, 0.2),
        (-0.52, 0.26),
    ]
    draft.add("skip", skip, from_side(slope, 2 * HALF + 0.04))
    side = [(-0.52, 0.19), (0.15, 0.14), (0.21, 0.44), (-0.56, 0.38)]
    draft.add("skip side", skip, *both(from_side(side, 0.035).moved(HALF + 0.005, 0.0, 0.0)))
    if draft.chance(0.4):
        heap = draft.choose("brown", "grey", "beige")
        draft.add(
            "load", heap, from_side([(-0.45, 0.24), (0.12, 0.18), (0.14, 0.38), (-0.15, 0.44), (-0.42, 0.33)], 0.28)
        )
        draft.say("loaded with earth")
    _add_chassis(draft, (-0.34, -0.18, 0.36), 0.08)
    draft.call("big", "heavy")
    draft.say("with an open skip", "with six wheels")
    return draft.finish("dump truck", "truck", "tipper", "lorry", "construction truck")


def _tanker(rng: np.random.Generator) -> Model:
    """Build a truck with a round tank."""
    draft = Draft(rng, "truck", "tank truck")
    main = draft.colour()
    tank = "silver" if draft.chance(0.4) else draft.colour(main)
    _add_cab(draft, main, 0.27, draft.between(0.31, 0.35))
    radius = draft.between(0.13, 0.15)
    draft.add("tank", tank, rod_z(radius, -0.5, 0.22, 26).moved(0.0, 0.11 + radius, 0.0))
    draft.add(
        "band",
        draft.choose("black", "white"),
        *(rod_z(radius + 0.006, z, z + 0.03, 26).moved(0.0, 0.11 + radius, 0.0) for z in (-0.4, -0.15, 0.1)),
    )
    draft.add("hatch", "dark metal", cylinder(0.04, 0.05, sides=14).moved(0.0, 0.1 + 2 * radius, -0.14))
    _add_chassis(draft, (-0.4, -0.26, 0.37))
    draft.say(f"with a {tank} tank", "with a round tank", "with six wheels")
    return draft.finish("tank truck", "truck", "tanker", "fuel truck", "lorry")


def _fire_engine(rng: np.random.Generator) -> Model:
    """Build a fire engine with a ladder and blue lights."""
    draft = Draft(rng, "truck", "fire engine")
    main = "red" if draft.chance(0.75) else draft.colour("blue")
    _add_cab(draft, main, 0.24, 0.35)
    draft.add("body", main, box((2 * HALF, 0.26, 0.74), (0.0, 0.21, -0.13)))
    stripe = "white" if main != "white" else "yellow"
    draft.add("stripe", stripe, box((2 * HALF + 0.01, 0.035, 0.74), (0.0, 0.17, -0.13)))
    draft.add("locker", "silver", *(box((2 * HALF + 0.01, 0.09, 0.15), (0.0, 0.27, z)) for z in (-0.36, -0.14, 0.08)))
    rails = both(rod_z(0.018, -0.5, 0.4, 8).moved(0.055, 0.0, 0.0))
    rungs = [rod_x(0.017, -0.055, 0.055, 8).moved(0.0, 0.0, z) for z in np.arange(-0.45, 0.4, 0.09)]
    tilt = draft.between(4.0, 14.0)
    draft.add(
        "ladder",
        "silver",
        *(part.turned("x", -tilt).moved(0.0, 0.38 + 0.008 * tilt, -0.03) for part in (*rails, *rungs)),
    )
    draft.add("ladder mount", "dark metal", box((0.1, 0.08, 0.1), (0.0, 0.37, -0.1)))
    draft.add("light", "blue", *both(box((0.08, 0.045, 0.05), (0.09, 0.37, 0.38))))
    _add_chassis(draft, (-0.32, 0.35), 0.07)
    draft.say("with a ladder", "with blue lights")
    return draft.finish("fire truck", "fire engine", "truck", "fire brigade truck")


def _bus(rng: np.random.Generator) -> Model:
    """Build a bus of one or two decks."""
    draft = Draft(rng, "truck", "bus")
    main, double = draft.colour(), draft.chance(0.35)
    high = 0.46 if double else draft.between(0.29, 0.33)
    draft.add("body", main, box((0.27, high - 0.06, 1.0), (0.0, 0.5 * (high + 0.06), 0.0), 0.025))
    for level in (0.22, 0.385) if double else (0.22,):
        for z in np.arange(-0.41, 0.4, 0.135):
            draft.add("window", "dark glass", box((0.282, 0.085, 0.1), (0.0, level, float(z))))
        draft.add("windscreen", "dark glass", box((0.22, 0.09, 0.03), (0.0, level, 0.492)))
    draft.add("headlight", "light", *both(box((0.05, 0.035, 0.03), (0.09, 0.11, 0.492))))
    add_wheels(draft, 0.143, (-0.3, 0.31), 0.065, 0.05, draw_hub(draft))
    draft.call("long", "big")
    draft.say("with many windows", "with four wheels", *(["with two decks"] if double else []))
    return draft.finish(
        "bus", *(["double-decker", "double-decker bus"] if double else ["coach", "city bus"]), "vehicle"
    )


STYLES: dict[str, Builder] = {
    "box truck": _box_truck,
    "semi truck": _semi,
    "dump truck": _dump,
    "tank truck": _tanker,
    "fire engine": _fire_engine,
    "bus": _bus,
}
