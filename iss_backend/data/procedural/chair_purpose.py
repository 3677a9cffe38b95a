"""Wheelchairs, high chairs, garden and other unusual seats. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, disc, pillar, ring, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import lean_back, wheel
from iss_backend.data.procedural.solids import extrude, lathe, tube


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "chair", style)


def wheelchair(rng: np.random.Generator) -> Model:
    """Build a wheelchair: two big wheels, two small ones, footrests and handles."""
    draft = _draft(rng, "wheelchair")
    main, metal = pick_main(rng, "leather", "fabric", colourful=0.6), pick(rng, "metal")
    width, seat = draft.between(0.44, 0.5), 0.5
    draft.add("seat", main, block(width, 0.06, 0.44, 0, seat - 0.06, bevel=0.01))
    draft.add("back", main, block(width, 0.44, 0.05, 0, seat, -0.22, 0.01))
    radius = draft.between(0.28, 0.33)
    for side in (-1, 1):
        x = side * (width / 2 + 0.06)
        rim = tube(ring(radius - 0.026, 0), 0.026).turned("y", 90)
        spokes = [rod((0, -radius + 0.03, 0), (0, radius - 0.03, 0), 0.017).turned("x", a) for a in (0, 45, 90, 135)]
        draft.add("wheels", "rubber", rim.moved(x, radius, -0.12), wheel(0.075, 0.045, side * (width / 2), 0.075, 0.28))
        draft.add(
            "spokes", metal, *(spoke.moved(x, radius, -0.12) for spoke in spokes), wheel(0.05, 0.07, x, radius, -0.12)
        )
        inner = side * (width / 2)
        draft.add(
            "frame",
            metal,
            tube([(inner, seat + 0.46, -0.32), (inner, seat + 0.44, -0.22), (inner, 0.26, -0.22)], 0.02),
            tube([(inner, seat - 0.03, -0.22), (inner, seat - 0.03, 0.24), (inner * 0.8, 0.1, 0.4)], 0.02),
            rod((inner, seat, 0.2), (inner, 0.1, 0.28), 0.02),
        )
        draft.add("armrests", "black plastic", block(0.06, 0.045, 0.34, inner, seat + 0.2, -0.03, 0.01))
        draft.add("frame", metal, rod((inner, seat - 0.03, 0.12), (inner, seat + 0.21, 0.1), 0.02))
        draft.add("footrest", "black plastic", block(width * 0.4, 0.04, 0.16, inner * 0.5, 0.07, 0.42))
    draft.say("with two large wheels", "with wheels", "with footrests", "with armrests")
    return draft.finish("wheelchair", "wheel chair", "chair", "chair on wheels")


def high_chair(rng: np.random.Generator) -> Model:
    """Build a small child's chair on high splayed legs with a tray."""
    draft = _draft(rng, "high_chair")
    main, wood = pick_main(rng, "plastic", "fabric", "wood", colourful=0.7), pick(rng, "wood")
    height, width = draft.between(0.54, 0.6), draft.between(0.36, 0.4)
    draft.add("seat", main, block(width, 0.06, 0.34, 0, height - 0.05, bevel=0.012))
    draft.add(
        "back", main, lean_back(block(width, draft.between(0.34, 0.42), 0.05, bevel=0.02), 6).moved(0, height, -0.15)
    )
    for side in (-1, 1):
        x = side * width / 2
        draft.add(
            "armrests",
            wood,
            block(0.045, 0.04, 0.34, x, height + 0.16, 0.02),
            block(0.042, 0.2, 0.042, x, height - 0.02, 0.12),
        )
        for front in (-1, 1):
            draft.add("legs", wood, rod((x * 1.3, 0, front * 0.25), (x * 0.9, height, front * 0.14), 0.024))
    draft.add(
        "tray",
        main if draft.chance(0.5) else "white plastic",
        block(width + 0.1, 0.045, 0.24, 0, height + 0.19, 0.24, 0.015),
    )
    draft.add("footrest", wood, block(width * 1.1, 0.04, 0.1, 0, 0.24, 0.2))
    draft.call("tall", "small")
    draft.say("with a tray", "with four legs")
    return draft.finish("high chair", "baby chair", "chair", "child's chair")


def monobloc(rng: np.random.Generator) -> Model:
    """Build a garden chair cast in one piece, with arms that run into the legs."""
    draft = _draft(rng, "monobloc")
    main = pick_main(rng, "plastic") if draft.chance(0.7) else "white plastic"
    width, seat, top = draft.between(0.5, 0.56), 0.42, draft.between(0.8, 0.92)
    draft.add("seat", main, block(width - 0.02, 0.05, 0.46, 0, seat - 0.05, bevel=0.012))
    count, step = draft.count(3, 4), (width - 0.04) / 4
    for number in range(count):
        x = (number - (count - 1) / 2) * (width - 0.06) / count
        slat = block(step * 0.72, top - seat, 0.04, x)
        draft.add("back", main, lean_back(slat, 12).moved(0, seat - 0.02, -0.22))
    crest = lean_back(block(width - 0.02, 0.09, 0.045, 0, top - seat - 0.07, bevel=0.012), 12)
    draft.add("back", main, crest.moved(0, seat - 0.02, -0.22))
    for side in (-1, 1):
        x, arm = side * width / 2, seat + 0.22
        draft.add("armrests", main, block(0.065, 0.04, 0.5, x, arm - 0.03, 0, 0.01))
        draft.add(
            "legs",
            main,
            tube([(x * 1.1, 0, 0.27), (x, arm - 0.01, 0.22)], [0.03, 0.03], 8),
            tube([(x * 1.1, 0, -0.3), (x, arm, -0.22)], [0.03, 0.03], 8),
        )
    draft.call("plastic")
    draft.say("with armrests", "with four legs", "with a slatted back")
    return draft.finish("chair", "garden chair", "plastic chair", "patio chair", "lawn chair")


def zigzag(rng: np.random.Generator) -> Model:
    """Build a chair of one folded board, like the letter Z with a back."""
    draft = _draft(rng, "zigzag")
    main = pick_main(rng, "wood", "plastic")
    width, seat, top, thick = (
        draft.between(0.4, 0.46),
        draft.between(0.42, 0.46),
        draft.between(0.78, 0.95),
        draft.between(0.045, 0.06),
    )
    if draft.chance(0.5):
        line = np.array([(0.22, 0.0), (-0.22, 0.0), (0.22, seat), (-0.2, seat), (-0.28, top)])
    else:
        line = np.array([(-0.22, 0.0), (0.2, 0.0), (0.24, seat), (-0.2, seat), (-0.28, top)])
    for start, end in pairwise(line):
        length, angle = np.linalg.norm(end - start), np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0]))
        plank = extrude(
            [
                (-thick / 2, -thick / 2),
                (length + thick / 2, -thick / 2),
                (length + thick / 2, thick / 2),
                (-thick / 2, thick / 2),
            ],
            width,
        )
        draft.add("seat", main, plank.turned("z", angle).moved(*start, 0).turned("y", -90).moved(0, thick / 2, 0))
    draft.call("modern")
    draft.say("without legs", "made of one folded board")
    return draft.finish("chair", "zigzag chair", "modern chair", "designer chair")


def log_stump(rng: np.random.Generator) -> Model:
    """Build a chair cut from a tree trunk: a stump with a board of bark as back."""
    draft = _draft(rng, "log_stump")
    wood, bark = "pine wood" if draft.chance(0.5) else "oak wood", draft.choose("dark wood", "walnut wood")
    radius, seat, top = draft.between(0.26, 0.32), draft.between(0.36, 0.44), draft.between(0.75, 0.95)
    draft.add("seat", wood, pillar(radius * 0.88, 0.07, 0, seat - 0.05, sides=18))
    draft.add("trunk", bark, pillar(radius * 1.05, seat, 0, 0, top=0.95, sides=18))
    turn = np.radians(np.linspace(205, 335, 11))
    outer, inner = (np.stack([r * np.cos(turn), -r * np.sin(turn)], axis=1) for r in (radius, radius * 0.72))
    wall = extrude(np.concatenate([outer, inner[::-1]]), top - seat + 0.1).turned("x", -90)
    draft.add("back", bark, wall.moved(0, (top + seat - 0.1) / 2, 0))
    draft.call("rustic", "wooden")
    draft.say("made from a tree trunk", "without legs")
    return draft.finish("chair", "log chair", "tree stump chair", "rustic chair")


def pouf(rng: np.random.Generator) -> Model:
    """Build a round stuffed stool without legs or back."""
    draft = _draft(rng, "pouf")
    main = pick_main(rng, "fabric", "leather", colourful=0.8)
    radius, tall = draft.between(0.26, 0.36), draft.between(0.32, 0.44)
    edge = 0.16 * tall
    profile = [
        (0, 0),
        (radius * 0.9, 0),
        (radius, edge),
        (radius * 1.05, tall / 2),
        (radius, tall - edge),
        (radius * 0.88, tall),
    ]
    draft.add("seat", main, lathe([*profile, (0, tall * 1.03)]))
    if draft.chance(0.5):
        draft.add("button", pick_main(rng, "leather"), disc(0.05, 0.06).turned("x", 90).moved(0, tall - 0.01, 0))
        draft.say("with a button")
    draft.call("round", "soft", "low")
    return draft.finish("stool", "pouf", "ottoman", "footstool")


PURPOSE_STYLES: dict[str, Builder] = {
    "wheelchair": wheelchair,
    "high_chair": high_chair,
    "monobloc": monobloc,
    "zigzag": zigzag,
    "log_stump": log_stump,
    "pouf": pouf,
}
