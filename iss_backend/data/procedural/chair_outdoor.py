"""Folding and garden chairs. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import (
    lean_back,
)
from iss_backend.data.procedural.solids import box, extrude


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "chair", style)


def folding(rng: np.random.Generator) -> Model:
    """Build a chair on legs that cross, seen from the side."""
    draft = _draft(rng, "folding")
    main, legs = pick_main(rng, "wood", "fabric", "plastic"), pick(rng, "metal" if draft.chance(0.6) else "wood")
    width, height, top = draft.between(0.42, 0.5), draft.between(0.43, 0.48), draft.between(0.82, 0.92)
    draft.add("seat", main, block(width - 0.02, 0.045, 0.42, 0, height - 0.02, bevel=0.01))
    slope = 0.5 / (height + 0.05)
    back_z = 0.25 - slope * top * 0.93
    for side in (-1, 1):
        x = side * width / 2
        draft.add(
            "legs",
            legs,
            rod((x, 0, 0.27), (x, top, back_z), 0.023),
            rod((x * 0.9, 0, -0.27), (x * 0.9, height, 0.2), 0.023),
        )
    board = box((width, draft.between(0.14, 0.24), 0.04)).turned("x", -28)
    draft.add("back", main, board.moved(0, top - 0.1, back_z + 0.1 * slope))
    draft.say("with crossed legs", "that folds")
    return draft.finish("chair", "folding chair", "camping chair", "fold-up chair")


def director(rng: np.random.Generator) -> Model:
    """Build a film director's chair: crossed legs seen from the front, cloth seat and back, flat arms."""
    draft = _draft(rng, "director")
    cloth, wood = pick_main(rng, "fabric"), pick(rng, "wood")
    width, height, arm = draft.between(0.52, 0.6), draft.between(0.45, 0.52), 0.2
    draft.add("seat", cloth, block(width, 0.04, 0.4, 0, height - 0.02))
    draft.add("back", cloth, block(width + 0.02, draft.between(0.16, 0.22), 0.04, 0, height + 0.24, -0.2))
    x = width / 2
    for z in (-0.19, 0.19):
        draft.add("legs", wood, rod((-x, 0.03, z), (x, height, z), 0.024), rod((x, 0.03, z), (-x, height, z), 0.024))
    for side in (-1, 1):
        draft.add("feet", wood, block(0.05, 0.045, 0.46, side * x, 0.0))
        draft.add("armrests", wood, block(0.06, 0.04, 0.46, side * x, height + arm))
        draft.add(
            "posts",
            wood,
            block(0.042, 0.46, 0.042, side * x, height - 0.03, -0.2),
            block(0.042, arm + 0.04, 0.042, side * x, height - 0.03, 0.19),
        )
    draft.say("with crossed legs", "with armrests")
    return draft.finish("chair", "director's chair", "folding chair", "film chair")


def adirondack(rng: np.random.Generator) -> Model:
    """Build a low garden chair of boards with a fan back and wide arms."""
    draft = _draft(rng, "adirondack")
    main = pick_main(rng, "wood")
    width, tilt = draft.between(0.5, 0.58), draft.between(10, 16)
    boards = [box((width, 0.035, 0.09), (0, 0, 0.21 - 0.105 * n)) for n in range(5)]
    draft.add("seat", main, *(board.turned("x", -tilt).moved(0, 0.34, 0) for board in boards))
    count = 5
    for number in range(count):
        place = (number - 2) / 2
        tall = draft.between(0.66, 0.68) - 0.09 * place * place
        plank = block(0.095, tall, 0.036, bevel=0.01).turned("z", -7 * place).moved(place * 0.19, 0, 0)
        draft.add("back", main, lean_back(plank, 24).moved(0, 0.27, -0.22))
    for side in (-1, 1):
        x = side * width / 2
        draft.add("armrests", main, block(0.13, 0.036, 0.66, side * (width / 2 + 0.05), 0.53, 0.03, 0.008))
        draft.add(
            "legs",
            main,
            block(0.05, 0.54, 0.1, x, 0, 0.26),
            rod((x, 0.36, 0.24), (x, 0.03, -0.5), 0.034),
            block(0.045, 0.4, 0.06, x, 0.15, -0.27),
        )
    draft.call("low", "wooden")
    draft.say("with wide armrests", "with a slatted back", "made of boards")
    return draft.finish("chair", "deck chair", "adirondack chair", "garden chair", "lawn chair")


def deck(rng: np.random.Generator) -> Model:
    """Build a beach chair: a sling of cloth in a wooden frame."""
    draft = _draft(rng, "deck")
    cloth, wood = pick_main(rng, "fabric"), pick(rng, "wood")
    width, top = draft.between(0.5, 0.58), draft.between(0.78, 0.9)
    line = np.array([(0.5, 0.34), (0.3, 0.24), (0.1, 0.2), (-0.1, 0.27), (-0.3, 0.5), (-0.48, top)])
    band = np.concatenate([line + np.array([0, 0.022]), line[::-1] - np.array([0, 0.022])])
    draft.add("seat", cloth, extrude(band, width - 0.04).turned("y", -90))
    for side in (-1, 1):
        x = side * width / 2
        draft.add(
            "frame",
            wood,
            rod((x, 0, 0.02), (x, top + 0.02, -0.5), 0.026),
            rod((x, 0.02, -0.42), (x, 0.36, 0.52), 0.026),
        )
    draft.add(
        "frame",
        wood,
        rod((-width / 2, top, -0.49), (width / 2, top, -0.49), 0.026),
        rod((-width / 2, 0.35, 0.51), (width / 2, 0.35, 0.51), 0.026),
    )
    draft.call("low")
    draft.say("with a cloth seat", "with a wooden frame")
    return draft.finish("chair", "deck chair", "beach chair", "sling chair")


OUTDOOR_STYLES: dict[str, Builder] = {
    "folding": folding,
    "director": director,
    "adirondack": adirondack,
    "deck": deck,
}
