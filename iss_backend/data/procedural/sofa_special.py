"""Sofas to lie on, to put together, to fold out, and some like nothing else. Fronts look to +Z."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, pillar, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import corners, lean_back
from iss_backend.data.procedural.solids import box, cushion, ellipsoid, extrude
from iss_backend.data.procedural.upholstery import (
    NUMBERS,
    Frame,
    add_base,
    add_feet,
    add_pillows,
    add_soft_arms,
    add_soft_back,
    cover_paint,
    draw_frame,
)


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "sofa", style)


def daybed(rng: np.random.Generator) -> Model:
    """Build a bed with a frame on three sides, used as a sofa."""
    draft = _draft(rng, "daybed")
    main, frame_paint = cover_paint(draft), pick(rng, draft.choose("wood", "metal"))
    width, depth, tall = draft.between(1.8, 2.0), draft.between(0.84, 0.95), draft.between(0.7, 0.85)
    draft.add("mattress", main, block(width, 0.2, depth, 0, 0.28, 0, 0.05))
    draft.add("frame", frame_paint, block(width + 0.06, 0.1, depth + 0.03, 0, 0.2))
    solid = draft.chance(0.5)
    for side in (-1, 1):
        x = side * (width / 2 + 0.04)
        draft.add(
            "frame",
            frame_paint,
            *(block(0.09, tall, 0.09, x, 0, z * depth / 2) for z in (-1, 1)),
            block(0.08, 0.08, depth, x, tall - 0.1),
        )
        bars = (
            [block(0.07, tall - 0.4, depth, x, 0.28)]
            if solid
            else [rod((x, 0.25, z), (x, tall - 0.05, z), 0.036) for z in np.linspace(-0.5, 0.5, 4)[1:-1] * depth]
        )
        draft.add("frame", frame_paint, *bars)
    draft.add("frame", frame_paint, block(width, 0.08, 0.08, 0, tall - 0.1, -depth / 2))
    count = 7
    bars = (
        [block(width, tall - 0.4, 0.07, 0, 0.28, -depth / 2)]
        if solid
        else [
            rod((x, 0.25, -depth / 2), (x, tall - 0.05, -depth / 2), 0.036)
            for x in np.linspace(-0.5, 0.5, count + 2)[1:-1] * width
        ]
    )
    draft.add("frame", frame_paint, *bars)
    add_pillows(draft, Frame(width, depth, 0, 0.47, 0, 0, 0), draft.count(0, 3))
    draft.say("with a frame", "with a mattress")
    return draft.finish("sofa", "daybed", "day bed", "sofa bed")


def sleeper(rng: np.random.Generator) -> Model:
    """Build a sofa whose bed is pulled out."""
    draft = _draft(rng, "sleeper")
    main, frame = cover_paint(draft), draw_frame(draft, draft.between(1.3, 1.6))
    add_base(draft, frame, main)
    add_soft_back(draft, frame, main, 2)
    add_soft_arms(draft, frame, main, draft.choose("block", "rolled"))
    sheet, out = f"{draft.choose('white', 'white', 'grey', 'blue', 'pink')} fabric", draft.between(0.8, 1.0)
    low = frame.seat - 0.13
    draft.add("mattress", sheet, block(frame.width - 0.06, 0.15, out + 0.7, 0, low, out / 2 + 0.04, 0.04))
    draft.add(
        "legs",
        pick(rng, "metal"),
        *(
            block(0.075, low + 0.01, 0.075, s * (frame.width / 2 - 0.12), 0, frame.depth / 2 + out - 0.14)
            for s in (-1, 1)
        ),
    )
    draft.add(
        "pillows",
        "white fabric",
        *(block(0.46, 0.11, 0.3, s * frame.width / 4, frame.seat, -0.04, 0.04) for s in (-1, 1)),
    )
    add_feet(draft, frame, frame.width + 2 * frame.arm)
    draft.say("that is pulled out to a bed", "with two pillows", "with a mattress")
    return draft.finish("sofa", "sofa bed", "sleeper sofa", "pull-out couch")


def futon(rng: np.random.Generator) -> Model:
    """Build a mattress bent over a wooden frame."""
    draft = _draft(rng, "futon")
    main, wood = cover_paint(draft), pick(rng, draft.choose("wood", "wood", "metal"))
    width, depth, lean = draft.between(1.4, 1.8), 0.72, draft.between(18, 30)
    draft.add("mattress", main, box((width, 0.16, depth), (0, 0.4, 0), 0.05).turned("x", -5))
    draft.add("mattress", main, lean_back(block(width, 0.58, 0.16, bevel=0.05), lean).moved(0, 0.36, -depth / 2 + 0.02))
    for side in (-1, 1):
        x = side * (width / 2 + 0.05)
        draft.add(
            "frame",
            wood,
            block(0.09, 0.56, 0.09, x, 0, depth / 2 - 0.02),
            block(0.09, 0.56, 0.09, x, 0, -depth / 2 - 0.08),
            block(0.09, 0.07, depth + 0.2, x, 0.54, -0.05),
            block(0.08, 0.09, depth + 0.06, x, 0.2, -0.05),
        )
    draft.add("frame", wood, *(block(width + 0.06, 0.08, 0.08, 0, 0.24, z) for z in (-0.3, 0.0, 0.3)))
    draft.call("simple")
    draft.say("with a frame", "with a mattress", "with armrests")
    return draft.finish("sofa", "futon", "futon sofa", "sofa bed", "couch")


def modular(rng: np.random.Generator) -> Model:
    """Build blocks without arms pushed together, some with an ottoman in front."""
    draft = _draft(rng, "modular")
    main, count, size = cover_paint(draft), draft.count(2, 4), draft.between(0.68, 0.8)
    tall = draft.between(0.62, 0.74)
    for number in range(count):
        x = (number - (count - 1) / 2) * (size + 0.02)
        draft.add("seat", main, block(size, 0.38, size, x, 0.02, 0, 0.05))
        draft.add("back", main, block(size, tall - 0.05, 0.24, x, 0.02, -size / 2 + 0.1, 0.06))
    if draft.chance(0.6):
        side = 1 if draft.chance(0.5) else -1
        x = side * (count - 1) / 2 * (size + 0.02)
        paint = main if draft.chance(0.6) else f"{draft.colour()} fabric"
        draft.add("ottoman", paint, block(size, 0.38, size * 0.9, x, 0.02, size * 0.97, 0.05))
        draft.say("with an ottoman", "with a footstool")
    draft.call("modern", "low")
    draft.say("without armrests", f"of {NUMBERS[count]} blocks")
    return draft.finish("sofa", "modular sofa", "couch", "armless sofa")


def u_shape(rng: np.random.Generator) -> Model:
    """Build a sofa on three sides of a square."""
    draft = _draft(rng, "u_shape")
    main, width, wing, depth, top = cover_paint(draft), draft.between(2.6, 3.0), draft.between(1.7, 2.1), 0.85, 0.85
    z = -depth / 2 + wing / 2
    draft.add("seat", main, block(width, 0.36, depth, 0, 0.06, 0, 0.03))
    draft.add("back", main, block(width, top - 0.06, 0.24, 0, 0.06, -depth / 2 + 0.12, 0.05))
    for side in (-1, 1):
        draft.add("seat", main, block(depth, 0.36, wing, side * (width / 2 - depth / 2), 0.06, z, 0.03))
        draft.add("back", main, block(0.24, top - 0.06, wing, side * (width / 2 - 0.12), 0.06, z, 0.05))
    paint = f"{draft.colour()} fabric" if draft.chance(0.5) else main
    for side in (-1, 1):
        for number in range(2):
            deep = (wing - 0.24) / 2
            draft.add(
                "cushions",
                paint,
                block(
                    depth - 0.3,
                    0.14,
                    deep - 0.03,
                    side * (width / 2 - depth / 2 - 0.12),
                    0.37,
                    -depth / 2 + 0.25 + deep * (number + 0.5),
                    0.04,
                ),
            )
    draft.add("cushions", paint, block(width - 2 * depth - 0.04, 0.14, depth - 0.28, 0, 0.37, 0.12, 0.04))
    draft.call("large", "huge")
    draft.say("shaped like a U", "with two corners")
    return draft.finish("sofa", "U-shaped sofa", "sectional sofa", "corner sofa", "large couch")


def pallet(rng: np.random.Generator) -> Model:
    """Build a sofa of wooden pallets with cushions."""
    draft = _draft(rng, "pallet")
    main, wood = cover_paint(draft), pick(rng, "wood")
    width, depth = draft.between(1.2, 1.7), 0.8
    draft.add("cushions", main, block(width - 0.02, 0.16, depth - 0.12, 0, 0.37, 0.06, 0.04))
    slab = lean_back(block(width - 0.04, 0.44, 0.14, bevel=0.04), 8)
    draft.add("cushions", main, slab.moved(0, 0.48, -depth / 2 + 0.13))
    for level in range(2):
        draft.add(
            "pallets",
            wood,
            block(width, 0.06, depth, 0, 0.13 + level * 0.19),
            block(width, 0.045, depth, 0, level * 0.19),
        )
        draft.add(
            "pallets",
            wood,
            *(block(0.14, 0.12, depth, x, 0.02 + level * 0.19) for x in (-width / 2 + 0.07, 0, width / 2 - 0.07)),
        )
    draft.add(
        "pallets",
        wood,
        *(block(width, 0.11, 0.06, 0, y, -depth / 2) for y in (0.4, 0.58, 0.76)),
        *(block(0.1, 0.85, 0.07, x, 0.05, -depth / 2 - 0.04) for x in (-width / 2 + 0.07, width / 2 - 0.07)),
    )
    draft.call("rustic")
    draft.say("made of pallets", "with cushions")
    return draft.finish("sofa", "pallet sofa", "garden sofa", "couch")


def lips(rng: np.random.Generator) -> Model:
    """Build the sofa that looks like a mouth."""
    draft = _draft(rng, "lips")
    main = (
        pick_main(rng, "fabric", "leather", colourful=0.3)
        if draft.chance(0.4)
        else f"{draft.choose('red', 'pink', 'red')} leather"
    )
    width = draft.between(1.6, 1.9)
    lower = ellipsoid((width / 2, 0.22, 0.42), (0, 0.3, 0.06), 14, 28)
    span = np.linspace(1, -1, 25)
    heights = 0.5 + 0.3 * (1 - np.abs(span) ** 2.2) - 0.1 * np.exp(-((span / 0.16) ** 2))
    outline = [
        *((0.54 * width * t, h) for t, h in zip(span, heights, strict=True)),
        (-0.4 * width, 0.28),
        (0.4 * width, 0.28),
    ]
    draft.add("seat", main, lower)
    draft.add("back", main, extrude(np.array(outline), 0.24).turned("x", -10).moved(0, 0.0, -0.15))
    draft.add("feet", "black metal", *(pillar(0.06, 0.2, x, 0, z) for x, z in corners(width * 0.26, 0.16)))
    draft.call("funny", "modern")
    draft.say("shaped like lips", "that looks like a mouth")
    return draft.finish("sofa", "lip sofa", "couch", "lips sofa")


def cloud(rng: np.random.Generator) -> Model:
    """Build a sofa of fat round cushions without legs."""
    draft = _draft(rng, "cloud")
    main, seats = cover_paint(draft), draft.count(2, 3)
    step = draft.between(0.68, 0.8)
    for number in range(seats):
        x = (number - (seats - 1) / 2) * step
        draft.add("seat", main, cushion((step + 0.03, 0.44, 0.9), (x, 0.22, 0), 0.42))
        draft.add(
            "back", main, lean_back(cushion((step + 0.03, 0.58, 0.34), (0, 0.29, 0), 0.5), 12).moved(x, 0.26, -0.28)
        )
    for side in (-1, 1):
        draft.add("armrests", main, cushion((0.34, 0.6, 0.94), (side * (seats * step / 2 + 0.1), 0.3, 0), 0.5))
    draft.call("soft", "round", "comfortable")
    draft.say("with thick cushions", "without legs", f"with {NUMBERS[seats]} seats")
    return draft.finish("sofa", "couch", "bubble sofa", "soft sofa")


SPECIAL_STYLES: dict[str, Builder] = {
    "daybed": daybed,
    "sleeper": sleeper,
    "futon": futon,
    "modular": modular,
    "u_shape": u_shape,
    "pallet": pallet,
    "lips": lips,
    "cloud": cloud,
}
