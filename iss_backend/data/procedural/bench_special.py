"""Benches for sport, waiting, playing music and swinging. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.bench_public import PUBLIC_STYLES
from iss_backend.data.procedural.draft import Draft, block, pillar, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import corners
from iss_backend.data.procedural.solids import arc, extrude, tube


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "bench", style)


def piano(rng: np.random.Generator) -> Model:
    """Build a short padded bench on strong legs."""
    draft = _draft(rng, "piano")
    wood, pad = pick_main(rng, "wood", colourful=0.4), pick(rng, "leather")
    width, depth, height = draft.between(0.62, 0.8), 0.36, draft.between(0.44, 0.52)
    draft.add("seat", pad, block(width, 0.09, depth, 0, height - 0.09, 0, 0.03))
    draft.add("frame", wood, block(width - 0.02, 0.1, depth - 0.02, 0, height - 0.18))
    x, z, kind = width / 2 - 0.06, depth / 2 - 0.05, draft.choose("square", "turned")
    for a, b in corners(x, z):
        leg = (
            block(0.06, height - 0.17, 0.06, a, 0, b)
            if kind == "square"
            else tube([(a, 0, b), (a, 0.06, b), (a, 0.12, b), (a, height - 0.17, b)], [0.028, 0.038, 0.024, 0.036])
        )
        draft.add("legs", wood, leg)
    draft.call("small", "short")
    draft.say("with a padded seat", "without a back", "with four legs")
    return draft.finish("bench", "piano bench", "piano stool", "padded bench")


def picnic_seats(rng: np.random.Generator) -> Model:
    """Build two benches back to back on one frame."""
    draft = _draft(rng, "double")
    main, metal = pick_main(rng, "wood", "metal"), pick(rng, "metal")
    width, seat = draft.between(1.2, 1.6), 0.44
    for side in (-1, 1):
        draft.add("seat", main, *(block(width, 0.06, 0.14, 0, seat - 0.06, side * z) for z in (0.2, 0.38)))
        draft.add(
            "back", main, *(block(width, 0.13, 0.055, 0, seat + y, side * 0.07).turned("x", 0) for y in (0.14, 0.34))
        )
    for x in (-width / 2 + 0.16, width / 2 - 0.16):
        draft.add(
            "legs",
            metal,
            *(block(0.075, seat - 0.04, 0.075, x, 0, z) for z in (-0.36, 0.36)),
            block(0.075, 0.07, 0.86, x, seat - 0.11),
            block(0.075, 0.62, 0.1, x, seat - 0.1),
        )
    draft.say("with seats on both sides", "with a back in the middle")
    return draft.finish("bench", "double bench", "two-sided bench", "station bench")


def tree_ring(rng: np.random.Generator) -> Model:
    """Build a round bench about a tree, or about nothing."""
    draft = _draft(rng, "tree_ring")
    main, legs, sides = pick_main(rng, "wood"), pick(rng, draft.choose("wood", "metal")), int(rng.choice([6, 8, 24]))
    outer, inner, height = draft.between(0.75, 0.9), draft.between(0.4, 0.48), 0.42

    def band(out: float, core: float, low: float, high: float, name: str) -> None:
        """Add a ring with straight or round edges."""
        turn = np.radians(np.arange(sides + 1) * 360 / sides)
        rim = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        for first in range(sides):
            piece = np.concatenate([rim[first : first + 2] * out, rim[[first + 1, first]] * core])
            draft.add(name, main, extrude(piece, high - low).turned("x", -90).moved(0, (low + high) / 2, 0))

    band(outer, inner, height - 0.06, height, "seat")
    if draft.chance(0.6):
        band(inner + 0.03, inner - 0.03, height + 0.14, height + 0.36, "back")
        for turn in np.radians(np.arange(6) * 60):
            draft.add("posts", main, pillar(0.035, 0.42, inner * np.cos(turn), height - 0.06, inner * np.sin(turn)))
        draft.say("with a back")
    for turn in np.radians(np.arange(6) * 60):
        for radius in (outer - 0.06, inner + 0.05):
            draft.add("legs", legs, block(0.07, height - 0.04, 0.07, radius * np.cos(turn), 0, radius * np.sin(turn)))
    draft.call("round")
    draft.say("that goes all the way round", "around a tree")
    return draft.finish("bench", "round bench", "tree bench", "circular bench")


def loop(rng: np.random.Generator) -> Model:
    """Build a modern bench of one band that goes round: seat, sides, foot."""
    draft = _draft(rng, "loop")
    main = pick_main(rng, "wood", "metal", "plastic", "stone")
    width, depth, height, thick = draft.between(1.1, 1.5), draft.between(0.36, 0.5), 0.44, draft.between(0.06, 0.09)
    closed = draft.chance(0.4)
    draft.add("seat", main, block(width, thick, depth, 0, height - thick))
    draft.add("sides", main, *(block(thick, height, depth, s * (width / 2 - thick / 2)) for s in (-1, 1)))
    if closed:
        draft.add("foot", main, block(width, thick, depth))
        draft.say("shaped like a frame")
    if draft.chance(0.4):
        draft.add("shelf", main, block(width - thick, 0.05, depth * 0.9, 0, height * 0.4))
        draft.say("with a shelf below")
    draft.call("modern", "simple")
    draft.say("without a back")
    return draft.finish("bench", "modern bench", "hallway bench", "minimalist bench")


def cross_leg(rng: np.random.Generator) -> Model:
    """Build a bench whose legs are crosses, as at a beer garden."""
    draft = _draft(rng, "cross_leg")
    main, legs = pick_main(rng, "wood"), pick(rng, draft.choose("wood", "metal"))
    width, depth, height = draft.between(1.1, 1.6), draft.between(0.34, 0.42), draft.between(0.42, 0.47)
    draft.add(
        "seat", main, *(block(width, 0.065, depth / 3 - 0.015, 0, height - 0.065, depth / 3 * n) for n in (-1, 0, 1))
    )
    for side in (-1, 1):
        x = side * (width / 2 - 0.18)
        draft.add(
            "legs",
            legs,
            rod((x, 0.02, -depth / 2), (x, height - 0.05, depth / 2 - 0.04), 0.036),
            rod((x, 0.02, depth / 2), (x, height - 0.05, -depth / 2 + 0.04), 0.036),
        )
    draft.add(
        "stretcher",
        legs,
        rod((-width / 2 + 0.16, height / 2 - 0.01, 0), (width / 2 - 0.16, height / 2 - 0.01, 0), 0.033),
    )
    draft.say("with crossed legs", "without a back")
    return draft.finish(
        "bench", "picnic bench", "wooden bench" if "wood" in main else "garden bench", "farmhouse bench"
    )


def wave(rng: np.random.Generator) -> Model:
    """Build a lounger bench that follows a lying body."""
    draft = _draft(rng, "wave")
    main = pick_main(rng, "wood", "plastic", "stone")
    width, thick = draft.between(0.55, 1.2), draft.between(0.065, 0.09)
    line = np.array(
        [(0.62, 0.12), (0.5, 0.34), (0.36, 0.42), (0.18, 0.38), (-0.06, 0.34), (-0.2, 0.4), (-0.36, 0.66), (-0.5, 0.95)]
    )
    count = draft.count(1, 6)
    step = width / count
    band = np.concatenate([line + np.array([0, thick / 2]), line[::-1] - [0.02, thick / 2]])
    for number in range(count):
        x = step * (number + 0.5) - width / 2
        piece = extrude(band, step * (1.0 if count == 1 else 0.72 if step > 0.12 else 0.6))
        draft.add("seat", main, piece.turned("y", -90).moved(x, 0, 0))
    legs = pick(rng, "metal")
    for x in (-width / 2 + 0.06, width / 2 - 0.06):
        draft.add(
            "legs",
            legs,
            block(0.06, 0.38, 0.06, x, 0, 0.3),
            block(0.06, 0.4, 0.06, x, 0, -0.2),
            block(0.06, 0.06, 0.56, x, 0, 0.05),
        )
        draft.add("legs", legs, block(0.06, 0.06, 0.56, x, 0.3, 0.05))
    draft.add("legs", legs, block(width, 0.06, 0.06, 0, 0.3, -0.2), block(width, 0.06, 0.06, 0, 0.3, 0.3))
    draft.call("modern")
    draft.say("with a wavy seat", "with a high back")
    return draft.finish("bench", "wave bench", "lounger", "modern bench")


def settle(rng: np.random.Generator) -> Model:
    """Build a metal garden bench with a bowed back of bars."""
    draft = _draft(rng, "iron")
    main = pick_main(rng, "metal", "precious")
    width, seat, top = draft.between(1.0, 1.3), 0.44, draft.between(0.9, 1.02)
    draft.add("seat", main, *(block(width, 0.05, 0.085, 0, seat - 0.05, z) for z in np.linspace(-0.2, 0.2, 4)))
    rise = top - seat
    bow = arc(1.0, 0, 180, 17) * [width / 2, rise * 0.6] + [0, seat + rise * 0.38]
    path = np.column_stack([np.concatenate([[[width / 2, 0]], bow, [[-width / 2, 0]]]), np.full(19, -0.24)])
    draft.add("back", main, tube(path, 0.033))
    places = np.linspace(-0.5, 0.5, draft.count(5, 7) + 2)[1:-1] * width
    tops = seat + rise * (0.38 + 0.6 * np.sqrt(1 - (2 * places / width) ** 2))
    draft.add(
        "back", main, *(rod((x, seat - 0.04, -0.23), (x, y, -0.24), 0.026) for x, y in zip(places, tops, strict=True))
    )
    for side in (-1, 1):
        x = side * width / 2
        draft.add(
            "legs",
            main,
            tube([(x, 0, 0.26), (x, seat + 0.16, 0.2), (x, seat + 0.22, 0.1), (x, seat + 0.22, -0.24)], 0.032),
        )
        draft.add("legs", main, rod((x, seat - 0.03, -0.24), (x, seat - 0.03, 0.22), 0.028))
    draft.call("classic")
    draft.say("with a curved back", "with armrests", "with bars in its back")
    return draft.finish("bench", "iron bench", "garden bench", "metal bench")


SPECIAL_STYLES: dict[str, Builder] = {
    "piano": piano,
    "double": picnic_seats,
    "tree_ring": tree_ring,
    "loop": loop,
    "cross_leg": cross_leg,
    "wave": wave,
    "iron": settle,
    **PUBLIC_STYLES,
}
