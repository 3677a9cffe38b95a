"""Benches: park, garden, church, sports and indoor benches. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.bench_special import SPECIAL_STYLES
from iss_backend.data.procedural.draft import Draft, block, corner_legs, pillar, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import Seat, corners, lean_back
from iss_backend.data.procedural.solids import arc, extrude, tube

SLAT = 0.05  # least thickness: benches measure up to 1.9


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "bench", style)


def _seat(draft: Draft, low: float = 1.1, high: float = 1.8) -> Seat:
    return Seat(draft.between(low, high), draft.between(0.42, 0.52), draft.between(0.42, 0.48), 0.06)


def seat_slats(draft: Draft, seat: Seat, paint: str, count: int) -> None:
    """Add long boards with gaps as a seat."""
    step = seat.depth / count
    boards = (
        block(seat.width, SLAT + 0.005, step * 0.74, 0, seat.under, seat.rear + step * (n + 0.5)) for n in range(count)
    )
    draft.add("seat", paint, *boards)


def back_slats(draft: Draft, seat: Seat, paint: str, count: int, high: float, lean: float = 12.0) -> None:
    """Add long boards with gaps as a back."""
    step = high / count
    for number in range(count):
        board = block(seat.width, step * 0.68, SLAT, 0, 0.08 + step * number)
        draft.add("back", paint, lean_back(board, lean).moved(0, seat.height, seat.rear + 0.02))


def park(rng: np.random.Generator) -> Model:
    """Build a slatted bench with cast side frames."""
    draft = _draft(rng, "park")
    seat, main, metal = (
        _seat(draft),
        pick_main(rng, "wood"),
        draft.choose("black metal", "dark metal", "metal", "dark green metal"),
    )
    seat_slats(draft, seat, main, draft.count(3, 5))
    high = draft.between(0.34, 0.46)
    back_slats(draft, seat, main, draft.count(2, 4), high)
    arms = draft.chance(0.7)
    for side in (-1, 1):
        x, z = side * (seat.width / 2 - 0.08), seat.depth / 2
        draft.add(
            "legs",
            metal,
            tube([(x, 0, z + 0.02), (x, seat.under, z - 0.06)], 0.036),
            tube([(x, 0, -z - 0.06), (x, seat.under, -z + 0.04)], 0.036),
            block(0.07, 0.05, seat.depth, x, seat.under - 0.03),
        )
        spine = lean_back(block(0.07, high + 0.1, 0.06), 12)
        draft.add("legs", metal, spine.moved(x, seat.height - 0.04, -z - 0.03))
        if arms:
            curve = [
                (x, seat.under, z - 0.03),
                (x, seat.height + 0.17, z - 0.02),
                (x, seat.height + 0.2, z - 0.1),
                (x, seat.height + 0.2, -z - 0.04),
            ]
            draft.add("armrests", metal, tube(curve, 0.033))
    draft.say("with a slatted back", *(("with armrests",) if arms else ("without armrests",)))
    return draft.finish("bench", "park bench", "garden bench", "slatted bench")


def plank(rng: np.random.Generator) -> Model:
    """Build a board on four legs or two uprights, without a back."""
    draft = _draft(rng, "plank")
    seat, main = _seat(draft), pick_main(rng, "wood")
    depth = draft.between(0.3, 0.42)
    legs = main if draft.chance(0.6) else pick(rng, "metal")
    draft.add("seat", main, block(seat.width, 0.07, depth, 0, seat.height - 0.07, bevel=0.012))
    if draft.chance(0.5):
        draft.add("legs", legs, *corner_legs(seat.width - 0.1, depth - 0.02, seat.height - 0.06, 0.075))
        draft.say("with four legs")
    else:
        draft.add(
            "legs", legs, *(block(0.075, seat.height - 0.06, depth * 0.8, s * (seat.width / 2 - 0.18)) for s in (-1, 1))
        )
        draft.add("stretcher", legs, block(seat.width - 0.36, 0.08, 0.07, 0, seat.height * 0.4))
    draft.call("simple")
    draft.say("without a back")
    return draft.finish("bench", "wooden bench" if "wood" in main else "plank bench", "backless bench", "seat")


def stone(rng: np.random.Generator) -> Model:
    """Build a slab on two carved blocks."""
    draft = _draft(rng, "stone")
    main, seat = pick_main(rng, "stone", colourful=0.2), _seat(draft, 1.0, 1.5)
    draft.add("seat", main, block(seat.width, 0.1, seat.depth, 0, seat.height - 0.1, bevel=0.02))
    curve = draft.between(0.05, 0.14)
    half, tall = 0.17, seat.height - 0.09
    waist = [(half - curve * np.sin(np.pi * t), tall * t) for t in np.linspace(0, 1, 9)]
    outline = np.array([*waist, *((-x, y) for x, y in waist[::-1])])
    for side in (-1, 1):
        draft.add("legs", main, extrude(outline * [1.15, 1], 0.14).turned("y", 90).moved(side * seat.width * 0.34))
    draft.call("heavy")
    draft.say("without a back", "on two blocks")
    return draft.finish("bench", "stone bench", "garden bench", "marble bench" if main == "marble" else "slab bench")


def pew(rng: np.random.Generator) -> Model:
    """Build a church bench: closed board sides and a high closed back."""
    draft = _draft(rng, "pew")
    main, seat, top = pick_main(rng, "wood", colourful=0.35), _seat(draft, 1.2, 1.8), draft.between(0.9, 1.05)
    draft.add("seat", main, block(seat.width, 0.06, seat.depth, 0, seat.under))
    draft.add(
        "back",
        main,
        lean_back(block(seat.width, top - seat.height + 0.06, 0.06), 6).moved(0, seat.height - 0.04, seat.rear + 0.03),
    )
    z, slope = seat.depth / 2, draft.between(0.1, 0.26)
    outline = [
        (-z - 0.07, 0),
        (z, 0),
        (z + 0.02, seat.height + slope),
        (z - 0.1, seat.height + slope + 0.05),
        (-z + 0.06, top - 0.05),
        (-z - 0.04, top + 0.03),
        (-z - 0.1, top + 0.03),
    ]
    for side in (-1, 1):
        draft.add("sides", main, extrude(outline, 0.065).turned("y", -90).moved(side * seat.width / 2))
    if draft.chance(0.4):
        draft.add(
            "cushion",
            f"{draft.colour()} fabric",
            block(seat.width - 0.08, 0.07, seat.depth - 0.06, 0, seat.height, 0.02, 0.02),
        )
        draft.say("with a long cushion")
    draft.call("long")
    draft.say("with a high back", "with closed sides")
    return draft.finish("bench", "church pew", "pew", "church bench")


def storage(rng: np.random.Generator) -> Model:
    """Build a chest to sit on, some with a back and arms."""
    draft = _draft(rng, "storage")
    main, seat, doors = pick_main(rng, "wood"), _seat(draft, 0.9, 1.4), draft.count(2, 3)
    draft.add("body", main, block(seat.width, seat.height - 0.05, seat.depth, 0, 0))
    lid = f"{draft.colour()} fabric" if draft.chance(0.5) else main
    draft.add("seat", lid, block(seat.width + 0.05, 0.07, seat.depth + 0.05, 0, seat.height - 0.06, 0, 0.02))
    handle = draft.choose("black metal", "brass")
    for number in range(doors):
        width = seat.width / doors
        x = (number - (doors - 1) / 2) * width
        draft.add("drawers", main, block(width - 0.06, seat.height - 0.17, 0.08, x, 0.06, seat.depth / 2 - 0.01))
        draft.add("handles", handle, block(0.14, 0.045, 0.05, x, seat.height * 0.55, seat.depth / 2 + 0.045))
    if draft.chance(0.4):
        draft.add("back", main, block(seat.width, 0.45, 0.06, 0, seat.height - 0.05, seat.rear + 0.03))
        draft.say("with a back")
    draft.say("with storage", f"with {'two' if doors == 2 else 'three'} drawers")
    return draft.finish("bench", "storage bench", "hallway bench", "chest bench")


def upholstered(rng: np.random.Generator) -> Model:
    """Build a stuffed bench without a back, as at the end of a bed."""
    draft = _draft(rng, "upholstered")
    main, legs = pick_main(rng, "fabric", "leather"), pick(rng, draft.choose("wood", "metal", "precious"))
    seat = _seat(draft, 0.9, 1.4)
    draft.add("seat", main, block(seat.width, 0.15, seat.depth, 0, seat.height - 0.15, 0, 0.045))
    kind = draft.choose("straight", "splayed", "cross")
    for x, z in corners(seat.width / 2 - 0.08, seat.depth / 2 - 0.07):
        if kind == "cross":
            draft.add("legs", legs, rod((x, 0, z), (x, seat.height - 0.13, -z), 0.031))
        else:
            out = 1.12 if kind == "splayed" else 1.0
            draft.add("legs", legs, tube([(x * out, 0, z * out), (x, seat.height - 0.13, z)], [0.028, 0.036]))
    draft.call("padded", "soft")
    draft.say("with a padded seat", "without a back", "with crossed legs" if kind == "cross" else "with four legs")
    return draft.finish("bench", "padded bench", "upholstered bench", "bedroom bench", "ottoman bench")


def log(rng: np.random.Generator) -> Model:
    """Build a halved tree trunk on two stumps."""
    draft = _draft(rng, "log")
    bark, wood = draft.choose("dark wood", "walnut wood"), draft.choose("oak wood", "pine wood")
    length, radius, height = draft.between(1.1, 1.6), draft.between(0.2, 0.25), draft.between(0.4, 0.46)
    half = extrude([*arc(radius, 180, 360, 13)], length).turned("y", 90).moved(0, height - 0.02, 0)
    draft.add("seat", wood, block(length, 0.055, 2 * radius - 0.02, 0, height - 0.05))
    draft.add("trunk", bark, half)
    draft.add("legs", bark, *(pillar(0.13, height - 0.1, side * length * 0.3, 0, 0) for side in (-1, 1)))
    if draft.chance(0.4):
        rail = rod((-length / 2, height + 0.36, -radius - 0.08), (length / 2, height + 0.36, -radius - 0.08), 0.06)
        draft.add(
            "back",
            bark,
            rail,
            *(
                rod((x, 0.1, -radius + 0.02), (x, height + 0.38, -radius - 0.08), 0.04)
                for x in (-length * 0.35, length * 0.35)
            ),
        )
        draft.say("with a back")
    draft.call("rustic", "wooden")
    draft.say("made from a tree trunk", "made of a log")
    return draft.finish("bench", "log bench", "tree trunk bench", "rustic bench")


def garden(rng: np.random.Generator) -> Model:
    """Build a wooden garden bench with upright slats and flat arms."""
    draft = _draft(rng, "garden")
    main, seat, top = pick_main(rng, "wood"), _seat(draft, 1.0, 1.5), draft.between(0.84, 0.96)
    seat_slats(draft, seat, main, 4)
    x, z = seat.width / 2 - 0.035, seat.depth / 2 - 0.03
    draft.add(
        "legs",
        main,
        *(block(0.07, seat.height + 0.2, 0.07, s * x, 0, z) for s in (-1, 1)),
        *(block(0.07, top, 0.07, s * x, 0, -z) for s in (-1, 1)),
    )
    lattice = draft.chance(0.35)
    inner, low = seat.width - 0.14, seat.height + 0.06
    draft.add(
        "back", main, block(inner + 0.02, 0.08, 0.06, 0, top - 0.09, -z), block(inner + 0.02, 0.07, 0.06, 0, low, -z)
    )
    if lattice:
        count, tall = draft.count(3, 4), top - 0.09 - low
        for number in range(count):
            middle, half = inner * ((number + 0.5) / count - 0.5), inner / count / 2
            for way in (-1, 1):
                draft.add(
                    "back",
                    main,
                    rod(
                        (middle - half, low + 0.03 + (way < 0) * tall, -z),
                        (middle + half, low + 0.03 + (way > 0) * tall, -z),
                        0.026,
                    ),
                )
        draft.say("with crosses in its back")
    else:
        places = np.linspace(-0.5, 0.5, draft.count(6, 9) + 2)[1:-1] * inner
        draft.add("back", main, *(block(0.055, top - low - 0.05, 0.05, place, low + 0.02, -z) for place in places))
        draft.say("with a slatted back")
    draft.add("armrests", main, *(block(0.09, 0.05, seat.depth + 0.04, s * x, seat.height + 0.19, 0) for s in (-1, 1)))
    draft.call("wooden" if "wood" in main else "painted")
    draft.say("with armrests")
    return draft.finish("bench", "garden bench", "park bench", "patio bench")


def curved(rng: np.random.Generator) -> Model:
    """Build a bench that bends round, with or without a back."""
    draft = _draft(rng, "curved")
    main, legs = pick_main(rng, "wood", "stone"), pick(rng, draft.choose("metal", "stone"))
    radius, depth, half, height = draft.between(0.9, 1.2), draft.between(0.36, 0.44), draft.between(38, 75), 0.44

    def wall(outer: float, inner: float, low: float, high: float, name: str) -> None:
        """Add a bent wall, from y = low to high."""
        ring = np.concatenate([arc(outer, 90 - half, 90 + half, 25), arc(inner, 90 + half, 90 - half, 25)])
        draft.add(name, main, extrude(ring, high - low).turned("x", -90).moved(0, (low + high) / 2, radius - depth))

    wall(radius, radius - depth, height - 0.08, height, "seat")
    turns = np.radians(90 + np.linspace(-0.8, 0.8, 4) * half)
    for turn in turns:
        x, z = (radius - depth / 2) * np.cos(turn), -(radius - depth / 2) * np.sin(turn) + radius - depth
        draft.add("legs", legs, pillar(0.07, height - 0.06, x, 0, z))
    if draft.chance(0.5):
        wall(radius, radius - 0.07, height + 0.16, height + draft.between(0.36, 0.44), "back")
        places = ((radius - 0.035) * np.cos(turns), -(radius - 0.035) * np.sin(turns) + radius - depth)
        draft.add("posts", main, *(pillar(0.035, 0.3, x, height - 0.05, z) for x, z in zip(*places, strict=True)))
        draft.say("with a back")
    draft.say("that is curved", "shaped like an arc")
    return draft.finish("bench", "curved bench", "round bench", "garden bench")


STYLES: dict[str, Builder] = {
    "park": park,
    "plank": plank,
    "stone": stone,
    "pew": pew,
    "storage": storage,
    "upholstered": upholstered,
    "log": log,
    "garden": garden,
    "curved": curved,
    **SPECIAL_STYLES,
}
