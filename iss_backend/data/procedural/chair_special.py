"""Designers' and other special chairs: shells, eggs, swings, wheelchairs. Fronts look to +Z."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.chair_purpose import PURPOSE_STYLES
from iss_backend.data.procedural.draft import Draft, block, pillar, ring, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import Seat, four_legs, lean_back, round_base, star_base
from iss_backend.data.procedural.solids import Solid, cushion, lathe, tube


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "chair", style)


def shell_of(width: float, depth: float, back: float, side: float, thick: float = 0.045) -> Solid:
    """Build a bent seat shell: its seat's lower side about y = 0, a back of some height, raised sides."""
    line = np.array(
        [
            (0.5, -0.03),
            (0.42, 0.015),
            (0.2, 0.02),
            (-0.05, 0.0),
            (-0.3, 0.03),
            (-0.42, 0.16),
            (-0.5, 0.55),
            (-0.56, 1.0),
        ]
    )
    spine = line * [depth, back]
    across = np.linspace(-1, 1, 11)
    rise = np.array([0.3, 0.5, 0.8, 1.0, 1.0, 0.85, 0.6, 0.3])
    narrow = np.array([0.86, 0.95, 1.0, 1.0, 1.0, 1.0, 0.94, 0.72])
    steps = np.gradient(spine, axis=0)
    normal = np.stack([steps[:, 1], -steps[:, 0]], axis=1) / np.linalg.norm(steps, axis=1, keepdims=True)
    rings = []
    for point, up, high, wide in zip(spine, normal, rise * side, narrow * width / 2, strict=True):
        inner = [(x * wide, *(point + up * (high * x**4 + thick / 2))[::-1]) for x in across]
        outer = [(x * (wide + 0.4 * thick), *(point + up * (high * x**4 - thick / 2))[::-1]) for x in across[::-1]]
        rings.append(np.array(inner + outer))
    return _between_rings(rings)


def _between_rings(rings: list[np.ndarray]) -> Solid:
    flat = tube(np.column_stack([np.zeros((len(rings), 2)), np.arange(len(rings))]), 1.0, len(rings[0]))
    solid = Solid(np.concatenate(rings), flat.faces)
    return solid if solid.volume > 0 else Solid(solid.vertices, solid.faces[:, ::-1])


def shell(rng: np.random.Generator) -> Model:
    """Build a plastic shell on four splayed legs."""
    draft = _draft(rng, "shell")
    main, height = pick_main(rng, "plastic"), draft.between(0.42, 0.47)
    draft.add(
        "seat",
        main,
        shell_of(draft.between(0.46, 0.54), 0.46, draft.between(0.36, 0.46), draft.between(0.05, 0.2)).moved(
            0, height, 0.02
        ),
    )
    seat = Seat(0.34, 0.34, height + 0.01, 0.02)
    four_legs(draft, seat, pick(rng, "wood" if draft.chance(0.6) else "metal"), "splayed")
    draft.call("modern", "plastic")
    draft.say("with four splayed legs", "with a curved seat")
    return draft.finish("chair", "plastic chair", "shell chair", "dining chair", "modern chair")


def tulip(rng: np.random.Generator) -> Model:
    """Build a shell on one trumpet foot."""
    draft = _draft(rng, "tulip")
    main, height = pick_main(rng, "plastic"), draft.between(0.4, 0.46)
    draft.add(
        "seat",
        main,
        shell_of(draft.between(0.5, 0.56), 0.5, draft.between(0.36, 0.44), draft.between(0.14, 0.24)).moved(
            0, height, 0
        ),
    )
    base = main if draft.chance(0.6) else pick(rng, "metal")
    foot = draft.between(0.23, 0.28)
    draft.add(
        "base",
        base,
        lathe(
            [(foot, 0), (foot * 0.95, 0.025), (foot * 0.4, 0.06), (0.042, 0.16), (0.042, height - 0.1), (0.1, height)]
        ),
    )
    if draft.chance(0.6):
        draft.add("cushion", f"{draft.colour()} fabric", cushion((0.4, 0.09, 0.36), (0, height + 0.05, 0.04), 0.5))
        draft.say("with a cushion")
    draft.call("modern")
    draft.say("with a pedestal base", "on one leg")
    return draft.finish("chair", "tulip chair", "pedestal chair", "modern chair")


def swivel_shell(rng: np.random.Generator) -> Model:
    """Build a shell on a column with five wheels or feet."""
    draft = _draft(rng, "swivel_shell")
    main, height, metal = pick_main(rng, "plastic", "fabric"), draft.between(0.44, 0.5), pick(rng, "metal")
    draft.add(
        "seat",
        main,
        shell_of(0.5, 0.48, draft.between(0.36, 0.46), draft.between(0.06, 0.2), 0.055).moved(0, height, 0),
    )
    star_base(draft, draft.between(0.26, 0.31), height + 0.01, metal, wheels=draft.chance(0.7))
    return draft.finish("chair", "desk chair", "swivel chair", "office chair")


def cantilever(rng: np.random.Generator) -> Model:
    """Build a chair on one bent tube without rear legs."""
    draft = _draft(rng, "cantilever")
    main, metal = pick_main(rng, "leather", "fabric", "wood"), pick(rng, "metal")
    width, height, top, depth = draft.between(0.44, 0.52), draft.between(0.42, 0.47), draft.between(0.84, 0.95), 0.48
    draft.add("seat", main, block(width - 0.02, 0.055, depth * 0.9, 0, height, 0.02, 0.012))
    draft.add(
        "back",
        main,
        lean_back(block(width - 0.02, draft.between(0.24, 0.34), 0.045, bevel=0.01), 9).moved(
            0, top - 0.36, -depth / 2 + 0.02
        ),
    )
    for side in (-1, 1):
        x, z = side * width / 2, depth / 2
        path = [
            (x, top, -z - 0.02),
            (x, height, -z + 0.04),
            (x, height, z - 0.04),
            (x, height - 0.05, z + 0.01),
            (x, 0.07, z + 0.01),
            (x, 0.022, z - 0.04),
            (x, 0.022, -z),
        ]
        draft.add("frame", metal, tube(path, 0.022))
    draft.add("frame", metal, rod((-width / 2, 0.022, -depth / 2), (width / 2, 0.022, -depth / 2), 0.022))
    if draft.chance(0.5):
        for side in (-1, 1):
            x, up = side * width / 2, height + 0.22
            draft.add("armrests", metal, tube([(x, height, 0.2), (x, up, 0.16), (x, up, -0.23)], 0.024))
        draft.say("with armrests")
    draft.call("modern")
    draft.say("without back legs", "with a metal tube frame")
    return draft.finish("chair", "cantilever chair", "modern chair", "dining chair")


def egg(rng: np.random.Generator) -> Model:
    """Build an egg that is open in front, on a round foot."""
    draft = _draft(rng, "egg")
    main, metal = pick_main(rng, "plastic", "fabric", "leather"), pick(rng, "metal")
    tall, wide = draft.between(0.9, 1.05), draft.between(0.38, 0.44)
    draft.add(
        "shell", main, _open_ball(wide, tall / 2, wide * 0.95, 0.06, 52).turned("x", -8).moved(0, tall / 2 + 0.22, 0)
    )
    pad = f"{draft.colour()} fabric"
    draft.add(
        "cushion",
        pad,
        cushion((wide * 1.4, 0.14, wide * 1.3), (0, 0.45, 0.02), 0.6),
        cushion((wide * 1.2, 0.4, 0.1), (0, 0.72, -wide * 0.6), 0.6),
    )
    round_base(draft, draft.between(0.24, 0.3), 0.27, metal)
    draft.call("round", "modern")
    draft.say("shaped like an egg")
    return draft.finish("egg chair", "chair", "ball chair", "lounge chair")


def hanging(rng: np.random.Generator) -> Model:
    """Build an egg chair that hangs in a bent stand."""
    draft = _draft(rng, "hanging")
    main, metal = "wicker" if draft.chance(0.5) else pick_main(rng, "plastic"), pick(rng, "metal")
    wide = draft.between(0.42, 0.48)
    draft.add("basket", main, _open_ball(wide, wide * 1.25, wide * 0.9, 0.07, 55).moved(0, 0.85, 0.05))
    pad = f"{draft.colour()} fabric"
    draft.add("cushion", pad, cushion((wide * 1.5, 0.18, wide * 1.2), (0, 0.5, 0.1), 0.6))
    turn = np.radians(np.linspace(-60, 105, 12))
    bow = [(0, 0.98 + 0.93 * np.sin(a), 0.05 - 0.75 * np.cos(a)) for a in turn]
    draft.add("stand", metal, tube(bow, 0.036), rod((0, 1.36, 0.05), (0, 1.9, 0.05), 0.027))
    draft.add("base", metal, pillar(0.5, 0.05, 0, 0, -0.1), rod((0, 0.02, -0.3), (0, 0.2, -0.33), 0.036))
    draft.call("round")
    draft.say("that hangs from a stand", "with a cushion")
    return draft.finish("hanging chair", "egg chair", "swing chair", "chair")


def _open_ball(rx: float, ry: float, rz: float, thick: float, opening: float) -> Solid:
    """Build a hollow ellipsoid with a round hole towards +Z of some degrees half angle."""
    angles = np.radians(np.linspace(180 - 1e-6, opening, 14))
    outer = [(np.sin(a), np.cos(a)) for a in angles]
    inner = [((1 - thick / rx) * r, (1 - thick / rx) * y) for r, y in outer[::-1]]
    profile = [(0.0, -1.0), *outer[1:], *inner[:-1], (0.0, inner[-1][1])]
    return lathe(profile, 26).turned("x", 90).scaled(rx, ry, rz)


def papasan(rng: np.random.Generator) -> Model:
    """Build a round bowl cushion, leaned back on a ring stand."""
    draft = _draft(rng, "papasan")
    main, wood = pick_main(rng, "fabric"), draft.choose("wicker", "bamboo", "dark wood", "walnut wood")
    radius, tilt = draft.between(0.46, 0.54), draft.between(28, 40)
    bowl = lathe(
        [
            (0, 0),
            (radius * 0.5, 0.03),
            (radius * 0.85, 0.14),
            (radius, 0.28),
            (radius * 0.9, 0.32),
            (radius * 0.6, 0.2),
            (0, 0.12),
        ]
    )
    draft.add("cushion", main, bowl.turned("x", tilt).moved(0, 0.34, -0.02))
    rim = tube(ring(radius * 0.99, 0), 0.03).turned("x", 90).moved(0, 0.24, 0)
    draft.add("frame", wood, rim.turned("x", tilt).moved(0, 0.34, -0.02))
    draft.add("stand", wood, lathe([(0.34, 0), (0.2, 0.18), (0.25, 0.33), (0.19, 0.33), (0.14, 0.18), (0.27, 0.0)]))
    draft.call("round", "low")
    draft.say("with a round cushion", "shaped like a bowl")
    return draft.finish("chair", "papasan chair", "bowl chair", "round chair")


SPECIAL_STYLES: dict[str, Builder] = {
    "shell": shell,
    "tulip": tulip,
    "swivel_shell": swivel_shell,
    "cantilever": cantilever,
    "egg": egg,
    "hanging": hanging,
    "papasan": papasan,
    **PURPOSE_STYLES,
}
