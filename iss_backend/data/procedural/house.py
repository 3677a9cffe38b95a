"""Houses: a body in the main paint, a roof in another, a door, windows, perhaps a chimney."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, cone, pillar, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import Solid, extrude, hull


def _gable(width: float, height: float, depth: float, y: float) -> Solid:
    """Build a roof whose ridge runs along z."""
    return extrude(np.array([(-width / 2, 0), (width / 2, 0), (0, height)]), depth).moved(0, y, 0)


def _hip(width: float, height: float, depth: float, y: float, ridge: float) -> Solid:
    """Build a roof that slopes to all four sides, its ridge of some length along x."""
    x, z = width / 2, depth / 2
    corners = [(-x, 0, -z), (x, 0, -z), (x, 0, z), (-x, 0, z), (-ridge / 2, height, 0), (ridge / 2, height, 0)]
    return hull(np.array(corners)).moved(0, y, 0)


def _openings(draft: Draft, wall: str, width: float, storeys: int, z: float) -> None:
    """Add a door and windows at the front wall and say so."""
    door = draft.apart(wall, "brown", "white", "black", "red")
    draft.add("door", door, block(0.2, 0.38, 0.1, 0, 0, z))
    draft.add("knob", unlike(door, "gold", "black"), block(0.04, 0.04, 0.15, 0.06, 0.18, z))
    glass = unlike(wall, "light blue", "white")
    frame = unlike(wall, "white", "brown")
    for storey in range(storeys):
        for x in (-0.31, 0.31) if storey == 0 else (-0.31, 0.0, 0.31):
            draft.add("window frame", frame, block(0.24, 0.24, 0.08, x * width, 0.16 + 0.5 * storey, z))
            draft.add("window", glass, block(0.16, 0.16, 0.1, x * width, 0.2 + 0.5 * storey, z + 0.01))
    draft.say("with a door", "with windows")


def _house(rng: np.random.Generator, style: str, roof: str, storeys: int) -> Model:
    """Build a house with one kind of roof and a number of storeys."""
    draft = Draft(rng, "house", style)
    wall = draft.colour() if draft.chance(0.7) else draft.choose("beige", "brick", "stone", "oak wood")
    tiles = draft.apart(wall, "red", "brown", "black", "blue", "grey", "green", "orange", "purple")
    width, depth, height = draft.between(1.0, 1.25), draft.between(0.8, 1.0), 0.5 * storeys + 0.08
    draft.add("wall", wall, block(width, height, depth))
    rise = draft.between(0.4, 0.6)
    if roof == "gable":
        draft.add("roof", tiles, _gable(width + 0.24, rise, depth + 0.2, height - 0.03))
        draft.add("wall", wall, _gable(width * 0.8, rise * 0.75, depth + 0.27, height - 0.02))
    elif roof == "hip":
        draft.add("roof", tiles, _hip(width + 0.24, rise, depth + 0.24, height - 0.03, draft.between(0.05, 0.5)))
    else:
        draft.add("roof", tiles, block(width + 0.2, 0.12, depth + 0.2, y=height))
    _openings(draft, wall, width, storeys, depth / 2)
    if draft.chance(0.5) and roof != "flat":
        chimney = draft.apart(tiles, "brick", "grey", "white")
        draft.add("chimney", chimney, block(0.16, 0.6, 0.16, width * 0.28, height + 0.05, -0.1))
        draft.say("with a chimney")
    word = {"gable": "pointed", "hip": "sloping", "flat": "flat"}[roof]
    draft.say(f"with a {word} roof")
    draft.call("tall" if storeys > 1 else "small")
    return draft.finish("house", "home", "building", *(("cottage",) if storeys == 1 and roof != "flat" else ()))


def _cottage(rng: np.random.Generator) -> Model:
    """Build a one-storey house with a gable to the front."""
    return _house(rng, "cottage", "gable", 1)


def _hipped(rng: np.random.Generator) -> Model:
    """Build a one-storey house with a hipped roof."""
    return _house(rng, "hipped house", "hip", 1)


def _tall(rng: np.random.Generator) -> Model:
    """Build a two-storey house with a gable to the front."""
    return _house(rng, "two-storey house", "gable", 2)


def _villa(rng: np.random.Generator) -> Model:
    """Build a two-storey house with a hipped roof."""
    return _house(rng, "villa", "hip", 2)


def _modern(rng: np.random.Generator) -> Model:
    """Build a modern house with a flat roof."""
    return _house(rng, "flat-roofed house", "flat", _storeys(rng))


def _storeys(rng: np.random.Generator) -> int:
    """Draw one or two storeys."""
    return int(rng.integers(1, 3))


def _barn(rng: np.random.Generator) -> Model:
    """Build a barn: a bent roof, a large door with a cross."""
    draft = Draft(rng, "house", "barn")
    wall = "red" if draft.chance(0.5) else draft.colour("white")
    front = np.array([(-0.5, 0), (0.5, 0), (0.5, 0.55), (0.36, 0.85), (0, 1.05), (-0.36, 0.85), (-0.5, 0.55)])
    roof = np.array(
        [
            (-0.6, 0.5),
            (-0.5, 0.5),
            (-0.36, 0.82),
            (0, 1.02),
            (0.36, 0.82),
            (0.5, 0.5),
            (0.6, 0.5),
            (0.42, 0.92),
            (0, 1.16),
            (-0.42, 0.92),
        ]
    )
    depth = draft.between(0.9, 1.4)
    draft.add("wall", wall, extrude(front, depth))
    draft.add("roof", draft.apart(wall, "grey", "black", "brown"), extrude(roof[::-1], depth + 0.16))
    trim, z = unlike(wall, "white", "brown"), depth / 2
    draft.add("door", trim, block(0.46, 0.46, 0.08, 0, 0, z))
    draft.add("door panel", wall, block(0.16, 0.36, 0.12, -0.11, 0.04, z), block(0.16, 0.36, 0.12, 0.11, 0.04, z))
    draft.add("loft window", trim, block(0.18, 0.18, 0.08, 0, 0.64, z))
    draft.say("with a big door")
    return draft.finish("barn", "farm house", "farm building", "house")


def _tower(rng: np.random.Generator) -> Model:
    """Build a round tower house with a pointed roof."""
    draft = Draft(rng, "house", "tower house")
    wall, height = draft.colour(), draft.between(1.0, 1.4)
    tiles = draft.apart(wall, "red", "brown", "blue", "grey", "purple")
    draft.add("wall", wall, pillar(0.4, height, top=0.92))
    draft.add("roof", tiles, cone(0.5, draft.between(0.5, 0.7), 0, height - 0.02))
    draft.add("door", draft.apart(wall, "brown", "black", "white"), block(0.22, 0.4, 0.1, 0, 0, 0.38))
    draft.add(
        "window",
        unlike(wall, "light blue", "white"),
        *(block(0.16, 0.18, 0.1, 0, y, 0.36) for y in (0.55, height - 0.24)),
    )
    draft.call("tall", "round")
    draft.say("with a pointed roof", "with a door")
    return draft.finish("tower house", "tower", "round house", "house")


STYLES: dict[str, Builder] = {
    "cottage": _cottage,
    "hipped house": _hipped,
    "two-storey house": _tall,
    "villa": _villa,
    "flat-roofed house": _modern,
    "barn": _barn,
    "tower house": _tower,
}
