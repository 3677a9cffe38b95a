"""Stuffed chairs: armchairs, wing and club chairs, thrones, recliners. Fronts look to +Z."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, cone, pillar
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import Seat, corners, four_legs, lean_back, star_base
from iss_backend.data.procedural.solids import Solid, arc, box, cushion, extrude, lathe
from iss_backend.data.procedural.upholstery import (
    add_base,
    add_cushions,
    add_feet,
    add_pillows,
    add_soft_arms,
    add_soft_back,
    draw_frame,
)


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "chair", style)


def armchair(rng: np.random.Generator) -> Model:
    """Build a stuffed chair between two arms."""
    draft = _draft(rng, "armchair")
    main, frame = pick_main(rng, "fabric", "leather"), draw_frame(draft, draft.between(0.52, 0.64))
    add_base(draft, frame, main)
    add_cushions(draft, frame, main, 1)
    add_soft_back(draft, frame, main)
    add_soft_arms(draft, frame, main, draft.choose("block", "rolled", "slope"))
    add_feet(draft, frame, frame.width + 2 * frame.arm)
    add_pillows(draft, frame, int(draft.chance(0.3)))
    draft.call(*(("comfortable",) if draft.chance(0.5) else ()))
    return draft.finish("armchair", "chair", "easy chair", "lounge chair")


def wing(rng: np.random.Generator) -> Model:
    """Build a high armchair whose back has wings at its sides."""
    draft = _draft(rng, "wing")
    main, frame = pick_main(rng, "fabric", "leather"), draw_frame(draft, draft.between(0.5, 0.58))
    high = draft.between(1.05, 1.2)
    add_base(draft, frame, main)
    add_cushions(draft, frame, main, 1)
    back = block(frame.width + 0.1, high - frame.seat + 0.15, 0.15, 0, 0, bevel=0.05)
    draft.add("back", main, lean_back(back, 7).moved(0, frame.seat - 0.15, -frame.depth / 2 + 0.08))
    add_soft_arms(draft, frame, main, draft.choose("rolled", "block"))
    outline = [(0.0, 0.0), (0.34, 0.0), (0.3, 0.22), (0.22, 0.5), (0.0, 0.56)]
    for side in (-1, 1):
        flap = extrude(np.array(outline) * [1, (high - frame.arm_height) / 0.6], 0.075).turned("y", -90)
        draft.add("wings", main, flap.moved(side * (frame.width / 2 + 0.06), frame.arm_height - 0.03, -frame.depth / 2))
    add_feet(draft, frame, frame.width + 2 * frame.arm)
    draft.call("tall", "high-backed")
    draft.say("with wings", "with a high back")
    return draft.finish("wing chair", "armchair", "chair", "wingback chair")


def club(rng: np.random.Generator) -> Model:
    """Build a tub chair: a round wall about a round seat."""
    draft = _draft(rng, "club")
    main = pick_main(rng, "leather", "fabric")
    radius, wall, tall, floor = draft.between(0.36, 0.42), draft.between(0.1, 0.14), draft.between(0.68, 0.8), 0.08
    outer, inner = arc(radius, -35, 215, 23), arc(radius - wall, 215, -35, 23)
    ring = extrude(np.concatenate([outer, inner]), tall - floor).turned("x", -90)
    draft.add("back", main, ring.moved(0, (tall + floor) / 2, 0))
    draft.add("seat", main, pillar(radius - 0.05, 0.28, 0, floor))
    draft.add(
        "cushion",
        f"{draft.colour()} fabric" if draft.chance(0.4) else main,
        cushion((2 * (radius - wall), 0.15, 2 * (radius - wall)), (0, floor + 0.33, 0.03), 0.6),
    )
    foot = pick(rng, "wood")
    draft.add("feet", foot, *(pillar(0.04, floor + 0.01, x, 0, z) for x, z in corners(radius * 0.6, radius * 0.6)))
    draft.call("round")
    draft.say("with a rounded back")
    return draft.finish("armchair", "tub chair", "chair", "club chair", "barrel chair")


def throne(rng: np.random.Generator) -> Model:
    """Build a king's chair: high, with knobs or points on top."""
    draft = _draft(rng, "throne")
    main, pad = (
        pick_main(rng, "precious", "wood", "stone", colourful=0.3),
        f"{draft.choose('red', 'purple', 'blue', 'red', 'white')} fabric",
    )
    width, depth, top = draft.between(0.56, 0.66), draft.between(0.5, 0.58), draft.between(1.3, 1.6)
    draft.add("seat", main, block(width, 0.2, depth, 0, 0.28))
    rise = draft.between(0.1, 0.26)
    gable = [(-width / 2, 0), (width / 2, 0), (width / 2, top - rise), (0, top), (-width / 2, top - rise)]
    if draft.chance(0.4):
        gable = [(-width / 2, 0), (width / 2, 0), *(arc(width / 2, 0, 180, 13) + np.array([0, top - width / 2]))]
    draft.add("back", main, extrude(gable, 0.09).moved(0, 0.0, -depth / 2))
    draft.add(
        "cushion",
        pad,
        cushion((width * 0.86, 0.12, depth * 0.9), (0, 0.51, 0.03), 0.25),
        block(width * 0.66, top * 0.42, 0.09, 0, 0.58, -depth / 2 + 0.04, 0.02),
    )
    for side in (-1, 1):
        x = side * width / 2
        draft.add(
            "posts",
            main,
            block(0.09, top - rise, 0.11, x, 0, -depth / 2),
            block(0.09, 0.72, 0.09, x, 0, depth / 2 - 0.03),
        )
        draft.add("armrests", main, block(0.11, 0.07, depth, x, 0.7, 0.02))
        knob = ball(0.075, 0, 0.05) if draft.chance(0.6) else cone(0.075, 0.22)
        draft.add("knobs", "gold" if draft.chance(0.7) else main, knob.moved(x, top - rise, -depth / 2))
    draft.call("tall", "royal")
    draft.say("with a high back", "with armrests", "with a cushion")
    return draft.finish("throne", "chair", "royal chair", "king's chair")


def executive(rng: np.random.Generator) -> Model:
    """Build a stuffed swivel chair with a high back and headrest, or a gaming chair in two colours."""
    draft = _draft(rng, "executive")
    gaming = draft.chance(0.4)
    main, metal = pick_main(rng, "leather", colourful=0.35), "black metal" if draft.chance(0.5) else "chrome"
    extra = f"{draft.choose('red', 'blue', 'green', 'orange', 'white', 'purple')} leather" if gaming else main
    width, high, seat = draft.between(0.5, 0.56), draft.between(0.72, 0.84), draft.between(0.46, 0.52)
    draft.add("seat", main, cushion((width, 0.16, 0.52), (0, seat, 0), 0.3))
    for name, size, y, paint in (
        ("back", (width, high * 0.72, 0.14), high * 0.36, main),
        ("headrest", (width * 0.6, 0.2, 0.14), high * 0.86, extra),
    ):
        draft.add(name, paint, lean_back(cushion(size, (0, y, 0), 0.3), 8).moved(0, seat + 0.02, -0.24))
    for side in (-1, 1):
        if gaming:
            stripe = block(0.07, high * 0.6, 0.15, side * width * 0.42, 0.08, 0.015, 0.02)
            draft.add("stripes", extra, lean_back(stripe, 8).moved(0, seat, -0.24))
        draft.add(
            "armrests",
            "black plastic",
            block(0.08, 0.05, 0.3, side * (width / 2 + 0.04), seat + 0.2, 0, 0.012),
            block(0.05, 0.24, 0.07, side * (width / 2 + 0.03), seat - 0.02, 0),
        )
    star_base(draft, 0.33, seat - 0.04, metal, wheels=True)
    draft.call("tall")
    draft.say("with armrests", "with a headrest", "with a high back")
    nouns = ("gaming chair", "office chair") if gaming else ("office chair", "executive chair")
    return draft.finish(nouns[0], "chair", nouns[1], "swivel chair", "desk chair")


def recliner(rng: np.random.Generator) -> Model:
    """Build an armchair leaned far back with its footrest out."""
    draft = _draft(rng, "recliner")
    main, frame = pick_main(rng, "leather", "fabric"), draw_frame(draft, draft.between(0.52, 0.6))
    add_base(draft, frame, main)
    add_cushions(draft, frame, main, 1)
    slab = block(frame.width + 0.04, draft.between(0.72, 0.82), 0.19, 0, 0, bevel=0.06)
    draft.add("back", main, lean_back(slab, draft.between(28, 42)).moved(0, frame.seat - 0.1, -frame.depth / 2 + 0.1))
    add_soft_arms(draft, frame, main, "block")
    rest = box((frame.width * 0.94, 0.1, 0.42), (0, 0, 0.2), 0.03).turned("x", draft.between(-10, 20))
    draft.add("footrest", main, rest.moved(0, frame.seat - 0.08, frame.depth / 2 - 0.04))
    add_feet(draft, frame, frame.width + 2 * frame.arm)
    draft.say("with a footrest", "with a reclining back")
    return draft.finish("recliner", "armchair", "chair", "reclining chair", "lounge chair")


def lounge(rng: np.random.Generator) -> Model:
    """Build a low chair of bent shells on a star base, leaned back, with a headrest."""
    draft = _draft(rng, "lounge")
    main, shell, metal = pick_main(rng, "leather", "fabric"), pick(rng, "wood"), pick(rng, "metal")
    width, tilt, seat = draft.between(0.58, 0.66), draft.between(8, 14), 0.36
    body = Draft(rng, "", "")
    for name, paint, lift, thick in (("seat", main, 0.06, 0.12), ("shell", shell, 0.0, 0.045)):
        body.add(name, paint, block(width, thick, 0.5, 0, lift, 0, 0.02))
        body.add(
            name,
            paint,
            block(width, 0.42, thick, 0, 0.08, 0.0, 0.02).turned("x", -28).moved(0, 0.02, -0.24 - thick / 2 + lift),
        )
        body.add(
            name,
            paint,
            block(width, 0.24, thick, 0, 0.53, 0.0, 0.02).turned("x", -28).moved(0, 0.02, -0.24 - thick / 2 + lift),
        )
    for part in body.finish("").parts:
        draft.add(part.name, part.paint, part.solid.turned("x", -tilt).moved(0, seat, 0))
    for side in (-1, 1):
        arm = box((0.08, 0.06, 0.36), (side * (width / 2 + 0.01), 0.26, 0.0), 0.015).turned("x", -tilt)
        post = box((0.045, 0.26, 0.1), (side * (width / 2 - 0.005), 0.14, -0.08)).turned("x", -tilt)
        draft.add("armrests", main, arm.moved(0, seat, 0), post.moved(0, seat, 0))
    star_base(draft, 0.32, seat + 0.02, metal, wheels=False)
    draft.call("low", "comfortable")
    draft.say("with a headrest", "with armrests")
    return draft.finish("lounge chair", "chair", "easy chair", "armchair")


def slipper(rng: np.random.Generator) -> Model:
    """Build a stuffed chair without arms on thin legs."""
    draft = _draft(rng, "slipper")
    main = pick_main(rng, "fabric", "leather")
    seat = Seat(draft.between(0.52, 0.62), draft.between(0.52, 0.6), draft.between(0.4, 0.46), 0.16)
    draft.add("seat", main, cushion((seat.width, 0.18, seat.depth), (0, seat.height - 0.08, 0), 0.25))
    tall, width = draft.between(0.42, 0.62), seat.width
    back = cushion((width, tall, 0.14), (0, tall / 2, 0), draft.between(0.25, 0.6))
    draft.add("back", main, lean_back(back, 10).moved(0, seat.height - 0.08, seat.rear + 0.04))
    four_legs(draft, seat, pick(rng, draft.choose("wood", "metal", "precious")), "tapered", "splayed", "round")
    draft.say("without armrests", "with a padded seat", "with four legs")
    return draft.finish("chair", "padded chair", "slipper chair", "upholstered chair", "accent chair")


def beanbag(rng: np.random.Generator) -> Model:
    """Build a sack to sit in: a heap with a hollow and a raised back."""
    draft = _draft(rng, "beanbag")
    main = pick_main(rng, "fabric", "leather", colourful=0.8)
    wide, tall = draft.between(0.4, 0.5), draft.between(0.5, 0.66)
    profile = [
        (0, 0),
        (0.86, 0),
        (1.0, 0.16),
        (0.97, 0.32),
        (0.8, 0.52),
        (0.55, 0.74),
        (0.3, 0.9),
        (0.12, 0.98),
        (0, 1.0),
    ]
    sack = lathe([(wide * radius, 1.25 * tall * y) for radius, y in profile], 28)
    points = sack.vertices.copy()
    above = np.maximum(points[:, 1] - 0.24 * tall, 0)
    points[:, 2] -= 0.62 * above  # the top sags backwards, and the front is sat in
    points[:, 1] -= 0.55 * np.maximum(points[:, 1] - 0.4 * tall, 0) * (points[:, 2] > -0.15 * wide)
    draft.add("seat", main, Solid(points, sack.faces))
    draft.call("soft", "round")
    return draft.finish("beanbag chair", "bean bag", "chair", "beanbag")


SOFT_STYLES: dict[str, Builder] = {
    "armchair": armchair,
    "wing": wing,
    "club": club,
    "throne": throne,
    "executive": executive,
    "recliner": recliner,
    "lounge": lounge,
    "slipper": slipper,
    "beanbag": beanbag,
}
