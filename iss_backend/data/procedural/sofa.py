"""Sofas: two and three seats, corners, chaises, beds. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, pillar, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import corners
from iss_backend.data.procedural.sofa_framed import FRAMED_STYLES
from iss_backend.data.procedural.sofa_special import SPECIAL_STYLES
from iss_backend.data.procedural.solids import extrude
from iss_backend.data.procedural.upholstery import (
    NUMBERS,
    Frame,
    add_base,
    add_cushions,
    add_feet,
    add_pillows,
    add_soft_arms,
    add_soft_back,
    cover_paint,
    draw_frame,
)


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "sofa", style)


def _straight(draft: Draft, seats: int, *arms: str, backs: int | None = None) -> Frame:
    """Add a straight sofa of some seats."""
    main, frame = cover_paint(draft), draw_frame(draft, seats * draft.between(0.56, 0.68))
    add_base(draft, frame, main)
    add_cushions(draft, frame, main, seats)
    add_soft_back(draft, frame, main, seats if backs is None else backs)
    add_soft_arms(draft, frame, main, draft.choose(*arms))
    add_feet(draft, frame, frame.width + 2 * frame.arm)
    draft.say(f"with {NUMBERS[seats]} seats", f"for {NUMBERS[seats]} people")
    return frame


def loveseat(rng: np.random.Generator) -> Model:
    """Build a sofa for two."""
    draft = _draft(rng, "loveseat")
    frame = _straight(draft, 2, "block", "rolled", "slope")
    add_pillows(draft, frame, draft.count(0, 2))
    draft.call("small")
    return draft.finish("sofa", "loveseat", "two-seater sofa", "couch", "settee")


def three_seater(rng: np.random.Generator) -> Model:
    """Build a sofa for three."""
    draft = _draft(rng, "three_seater")
    frame = _straight(draft, 3, "block", "rolled", "slope")
    add_pillows(draft, frame, draft.count(0, 2))
    return draft.finish("sofa", "couch", "three-seater sofa", "living room sofa")


def four_seater(rng: np.random.Generator) -> Model:
    """Build a long sofa for four."""
    draft = _draft(rng, "four_seater")
    frame = _straight(draft, 4, "block", "slope", "rolled")
    add_pillows(draft, frame, draft.choose("", "x").count("x") * 2)
    draft.call("long")
    return draft.finish("sofa", "couch", "long sofa", "four-seater sofa")


def modern(rng: np.random.Generator) -> Model:
    """Build a low, angular sofa on thin metal legs."""
    draft = _draft(rng, "modern")
    main, metal, seats = cover_paint(draft), pick(rng, "metal"), draft.count(2, 3)
    width, depth = seats * draft.between(0.6, 0.72), draft.between(0.76, 0.88)
    frame = Frame(width, depth, 0.17, 0.42, draft.between(0.66, 0.76), draft.between(0.1, 0.13), 0.0)
    add_base(draft, frame, main)
    add_cushions(draft, frame, main, seats)
    tall = frame.back - 0.17
    draft.add("back", main, block(width + 0.02, tall, 0.16, 0, 0.17, -depth / 2 + 0.08, 0.015))
    if draft.chance(0.7):
        high = draft.between(0.5, tall + 0.17)
        for side in (-1, 1):
            draft.add(
                "armrests",
                main,
                block(frame.arm, high - 0.17, depth, side * (width / 2 + frame.arm / 2), 0.17, 0, 0.015),
            )
        draft.say("with armrests")
    for x, z in corners(width / 2 - 0.04, depth / 2 - 0.06):
        draft.add("legs", metal, block(0.065, 0.19, 0.065, x, 0, z))
    draft.call("modern", "low")
    draft.say("with metal legs")
    return draft.finish("sofa", "modern sofa", "couch", "minimalist sofa")


def chesterfield(rng: np.random.Generator) -> Model:
    """Build a tufted sofa whose rolled arms are as high as its back."""
    draft = _draft(rng, "chesterfield")
    main, seats = pick_main(rng, "leather", "fabric"), draft.count(2, 3)
    width, depth, top = seats * draft.between(0.58, 0.66), draft.between(0.78, 0.88), draft.between(0.7, 0.78)
    frame = Frame(width, depth, 0.1, 0.42, top, 0.24, top)
    add_base(draft, frame, main)
    add_cushions(draft, frame, main, seats)
    draft.add(
        "back",
        main,
        block(width + 0.3, top - 0.2, 0.16, 0, 0.1, -depth / 2 + 0.1),
        rod(
            (-width / 2 - 0.24, top - 0.1, -depth / 2 + 0.08),
            (width / 2 + 0.24, top - 0.1, -depth / 2 + 0.08),
            0.12,
            16,
        ),
    )
    add_soft_arms(draft, frame, main, "rolled")
    dent = draft.choose("black", "dark brown")
    for row, y in enumerate((0.5, 0.59)):
        places = np.linspace(-0.46, 0.46, 4 * seats - row) * width
        draft.add("buttons", dent, *(block(0.05, 0.05, 0.06, x, y - 0.02, -depth / 2 + 0.175, 0.012) for x in places))
    add_feet(draft, frame, width + 0.44)
    draft.call("classic")
    draft.say("with buttons", "with a tufted back")
    return draft.finish("sofa", "chesterfield sofa", "leather sofa" if "leather" in main else "couch", "tufted sofa")


def corner(rng: np.random.Generator) -> Model:
    """Build an L: a straight sofa and a second one at its end that runs forwards."""
    draft = _draft(rng, "corner")
    main, side = cover_paint(draft), 1 if draft.chance(0.5) else -1
    long, wing, depth, top = (
        draft.between(2.0, 2.6),
        draft.between(1.5, 2.1),
        draft.between(0.8, 0.92),
        draft.between(0.74, 0.86),
    )
    feet = 0.07
    x, z = side * (long / 2 - depth / 2), -depth / 2 + wing / 2
    draft.add("seat", main, block(long, 0.24, depth, 0, feet, 0, 0.02), block(depth, 0.24, wing, x, feet, z, 0.02))
    draft.add(
        "back",
        main,
        block(long, top - feet, 0.2, 0, feet, -depth / 2 + 0.1, 0.04),
        block(0.2, top - feet, wing, side * (long / 2 - 0.1), feet, z, 0.04),
    )
    _corner_cushions(draft, main, long, wing, depth, side)
    arm = draft.between(0.14, 0.22)
    draft.add("armrests", main, block(arm, 0.52, depth, -side * (long / 2 + arm / 2 - 0.02), feet, 0, 0.03))
    if draft.chance(0.6):
        draft.add("armrests", main, block(depth, 0.52, arm, x, feet, -depth / 2 + wing + arm / 2 - 0.02, 0.03))
    foot = pick(rng, draft.choose("wood", "metal"))
    places = [
        (-side * (long / 2 - 0.1), -depth / 2 + 0.1),
        (-side * (long / 2 - 0.1), depth / 2 - 0.1),
        (side * (long / 2 - 0.1), -depth / 2 + 0.1),
        (side * (long / 2 - 0.1), -depth / 2 + wing - 0.1),
        (side * (long / 2 - depth + 0.1), -depth / 2 + wing - 0.1),
    ]
    draft.add("feet", foot, *(block(0.12, feet + 0.02, 0.12, a, 0, b) for a, b in places))
    draft.call("large")
    draft.say("shaped like an L", "with a corner")
    return draft.finish("sofa", "corner sofa", "sectional sofa", "L-shaped couch")


def _corner_cushions(draft: Draft, main: str, long: float, wing: float, depth: float, side: int) -> None:
    paint = main if draft.chance(0.75) else f"{draft.colour()} fabric"
    free, count = long - depth, draft.count(1, 2)
    for number in range(count):
        x = -side * (long / 2 - free * (number + 0.5) / count)
        draft.add("cushions", paint, block(free / count - 0.025, 0.16, depth - 0.18, x, 0.3, 0.1, 0.04))
    forward, parts = wing - 0.2, draft.count(2, 3)
    for number in range(parts):
        z = -depth / 2 + 0.2 + forward * (number + 0.5) / parts
        draft.add(
            "cushions",
            paint,
            block(depth - 0.2, 0.16, forward / parts - 0.025, side * (long / 2 - depth / 2 - 0.1), 0.3, z, 0.04),
        )


def chaise_end(rng: np.random.Generator) -> Model:
    """Build a sofa one of whose seats is drawn out to lie on."""
    draft = _draft(rng, "chaise_end")
    main, seats, side = cover_paint(draft), draft.count(2, 3), 1 if draft.chance(0.5) else -1
    frame = draw_frame(draft, seats * draft.between(0.62, 0.7))
    add_base(draft, frame, main)
    add_cushions(draft, frame, main, seats)
    add_soft_back(draft, frame, main, seats)
    add_soft_arms(draft, frame, main, "block")
    step, out = frame.width / seats, draft.between(0.6, 0.8)
    x, z = side * (frame.width / 2 - step / 2), frame.depth / 2 + out / 2 - 0.02
    draft.add(
        "chaise",
        main,
        block(step, frame.seat - 0.12 - frame.feet, out, x, frame.feet, z, 0.02),
        block(step - 0.02, 0.15, out + 0.04, x, frame.seat - 0.145, z, 0.04),
    )
    add_feet(draft, frame, frame.width + 2 * frame.arm)
    draft.add(
        "feet",
        "dark wood",
        *(block(0.08, frame.feet + 0.02, 0.08, x + a * (step / 2 - 0.08), 0, z + out / 2 - 0.08) for a in (-1, 1)),
    )
    draft.say("with a chaise", "with a long seat at one end")
    return draft.finish("sofa", "chaise sofa", "sectional sofa", "couch with a chaise", "L-shaped sofa")


def chaise_longue(rng: np.random.Generator) -> Model:
    """Build a day bed to lie on with one raised end."""
    draft = _draft(rng, "chaise_longue")
    main, side = cover_paint(draft), 1 if draft.chance(0.5) else -1
    length, depth, seat = draft.between(1.5, 1.8), draft.between(0.6, 0.7), 0.42
    draft.add("seat", main, block(length, 0.22, depth, 0, seat - 0.22, 0, 0.05))
    rise = draft.between(0.36, 0.5)
    curve = np.array(
        [(0.0, 0.0), (0.3, 0.05), (0.46, 0.6), (0.62, 1.0), (0.78, 0.94), (0.66, 0.5), (0.5, -0.25), (0.1, -0.3)]
    ) * [0.6, rise]
    outline = (curve + np.array([length / 2 - 0.34, seat - 0.05])) * [side, 1]
    draft.add("headrest", main, extrude(outline, depth))
    if draft.chance(0.6):
        slope = np.array(
            [
                (length / 2 - 0.1, seat - 0.15),
                (length / 2, seat + rise * 0.9),
                (length * 0.1, seat + rise * 0.65),
                (-length * 0.25, seat - 0.15),
            ]
        )
        draft.add("back", main, extrude(slope * [side, 1], 0.11).moved(0, 0, -depth / 2 + 0.055))
        draft.say("with a sloping back")
    wood = pick(rng, draft.choose("wood", "precious"))
    draft.add(
        "legs",
        wood,
        *(
            pillar(0.03, seat - 0.2, x, 0, z, top=1.5, sides=14)
            for x, z in corners(length / 2 - 0.12, depth / 2 - 0.08)
        ),
    )
    draft.say("with one raised end", "with four legs")
    return draft.finish("sofa", "chaise longue", "fainting couch", "recamier", "lounge sofa")


STYLES: dict[str, Builder] = {
    "loveseat": loveseat,
    "three_seater": three_seater,
    "four_seater": four_seater,
    "modern": modern,
    "chesterfield": chesterfield,
    "corner": corner,
    "chaise_end": chaise_end,
    "chaise_longue": chaise_longue,
    **SPECIAL_STYLES,
    **FRAMED_STYLES,
}
