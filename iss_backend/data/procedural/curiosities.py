"""Castles and hats."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, cone, disc, pillar, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import lathe, tube


def _add_keep(draft: Draft, main: str, roof: str, tower: float, pointed: bool) -> None:
    """Add the floor and the middle building of a castle, with a pointed roof or a flag."""
    draft.add("floor", main, block(1.0, 0.06, 1.0))
    draft.say("with four towers", "with a gate")
    draft.add("keep", main, block(0.5, tower + 0.15, 0.5, 0, 0, -0.1))
    if pointed:
        draft.add("keep roof", roof, pillar(0.4, 0.5, 0, 0, 0, 0.05, 4).turned("y", 45).moved(0, tower + 0.14, -0.1))
        draft.say("with pointed roofs", f"with {roof} roofs")
    else:
        draft.add("flag pole", "brown", pillar(0.035, 0.5, 0, tower + 0.1, -0.1))
        draft.add("flag", roof, block(0.3, 0.18, 0.05, 0.15, tower + 0.4, -0.1))
        draft.say("with battlements", "with a flag")


def _castle(rng: np.random.Generator, style: str) -> Model:
    """Build a castle: walls with battlements, four towers, a gate, perhaps a keep and pointed roofs."""
    draft = Draft(rng, "castle", style)
    main = draft.choose("grey", "stone", "light grey") if draft.chance(0.4) else draft.colour("black")
    roof = draft.apart(main, "red", "blue", "purple", "green")
    half, wall, tower = 0.5, draft.between(0.4, 0.5), draft.between(0.7, 0.85)
    for side in (-1, 1):
        for turn in (0, 90):
            draft.add(
                "wall",
                main,
                block(1.0, wall, 0.12, 0, 0, side * half).turned("y", turn),
                *(
                    block(0.1, 0.1, 0.12, x, wall - 0.01, side * half).turned("y", turn)
                    for x in np.linspace(-0.3, 0.3, 4)
                ),
            )
    for x in (-half, half):
        for z in (-half, half):
            draft.add("tower", main, pillar(0.17, tower, x, 0, z))
            if style == "fairy castle":
                draft.add("roof", roof, cone(0.23, 0.42, x, tower - 0.01, z))
            else:
                draft.add(
                    "battlement",
                    main,
                    *(
                        block(0.1, 0.12, 0.1, x + a * 0.12, tower - 0.01, z + b * 0.12)
                        for a in (-1, 1)
                        for b in (-1, 1)
                    ),
                )
    _add_keep(draft, main, roof, tower, style == "fairy castle")
    draft.add(
        "gate",
        "brown" if main != "brown" else "black",
        block(0.26, 0.26, 0.17, 0, 0, half),
        disc(0.13, 0.17, 0, 0.26, half),
    )
    return draft.finish("castle", "fortress", "palace" if style == "fairy castle" else "fort")


def _fairy(rng: np.random.Generator) -> Model:
    """Build a castle with pointed roofs."""
    return _castle(rng, "fairy castle")


def _fort(rng: np.random.Generator) -> Model:
    """Build a castle with battlements and a flag."""
    return _castle(rng, "fortress")


def _sand_castle(rng: np.random.Generator) -> Model:
    """Build a castle of upturned buckets of sand, with flags."""
    draft = Draft(rng, "castle", "sand castle")
    sand = draft.choose("beige", "light brown", "yellow")
    flag, high, base = draft.colour(sand), draft.between(0.3, 0.45), draft.between(0.16, 0.26)
    draft.add("wall", sand, block(1.05, base, 1.05, bevel=0.04))
    for x, z in ((-0.36, -0.36), (0.36, -0.36), (-0.36, 0.36), (0.36, 0.36)):
        draft.add("tower", sand, pillar(0.22, high, x, base - 0.02, z, 0.75))
    top = draft.between(0.65, 0.9)
    draft.add("tower", sand, pillar(0.32, top, 0, base - 0.02, 0, 0.7))
    pole = top + base - 0.04
    draft.add("flag pole", "brown", pillar(0.032, 0.34, 0, pole))
    draft.add("flag", flag, block(0.24, 0.16, 0.05, 0.12, pole + 0.18))
    door = (block(0.18, 0.16, 0.1, 0, 0, 0.52), disc(0.09, 0.1, 0, 0.16, 0.52))
    draft.add("door", unlike(sand, "brown", "black"), *door)
    draft.say("made of sand", "with five towers", f"with a {flag} flag")
    return draft.finish("sand castle", "castle", "sandcastle")


def _hat(rng: np.random.Generator, style: str) -> Model:
    """Build a hat with a brim and a band."""
    draft = Draft(rng, "hat", style)
    main = draft.colour()
    band, tall, girth = draft.colour(main), draft.between(0.8, 1.25), draft.between(0.9, 1.1)
    shapes = {
        "top hat": ([(0.34, 0), (0.31, 0.3), (0.36, 0.62)], 0.52),
        "witch hat": ([(0.34, 0), (0.18, 0.45), (0.03, 0.95)], 0.62),
        "straw hat": ([(0.36, 0), (0.35, 0.2), (0.26, 0.33), (0.0, 0.37)], 0.72),
    }
    profile, brim = shapes[style]
    crown, wide = [(girth * radius, tall * y) for radius, y in profile], brim * draft.between(0.95, 1.2)
    draft.add("brim", main, pillar(wide, 0.06))
    draft.add("crown", main, lathe(crown, 28))
    draft.add("band", band, pillar(crown[0][0] + 0.03, draft.between(0.09, 0.15), 0, 0.05, 0, 0.93))
    draft.say("with a brim", f"with a {band} band")
    return draft.finish(style, "hat")


def _top_hat(rng: np.random.Generator) -> Model:
    """Build a top hat."""
    return _hat(rng, "top hat")


def _witch(rng: np.random.Generator) -> Model:
    """Build a witch's hat."""
    return _hat(rng, "witch hat")


def _straw(rng: np.random.Generator) -> Model:
    """Build a straw hat."""
    return _hat(rng, "straw hat")


def _cap(rng: np.random.Generator) -> Model:
    """Build a baseball cap."""
    draft = Draft(rng, "hat", "baseball cap")
    main = draft.colour()
    peak = main if draft.chance(0.4) else draft.colour(main)
    dome = [(0.42, 0.0), (0.41, 0.14), (0.33, 0.3), (0.18, 0.4), (0.0, 0.43)]
    tall, long = draft.between(0.85, 1.25), draft.between(1.0, 1.5)
    draft.add("cap", main, lathe(dome, 28).scaled(1, tall, 1))
    draft.add("peak", peak, pillar(draft.between(0.31, 0.4), 0.06).scaled(1, 1, long).moved(0, 0, 0.38))
    draft.add("button", peak, ball(0.06, 0, 0.43 * tall + 0.01))
    draft.say("with a peak", f"with a {peak} visor")
    return draft.finish("baseball cap", "cap", "hat")


def _beanie(rng: np.random.Generator) -> Model:
    """Build a woollen hat with a turn-up and a bobble."""
    draft = Draft(rng, "hat", "beanie")
    main = draft.colour()
    second = draft.colour(main)
    top = draft.between(0.55, 0.8)
    dome = [(0.4, 0.1), (0.4, 0.45 * top), (0.3, 0.82 * top), (0, top)]
    draft.add("hat", main, lathe(dome, 28))
    turns = np.linspace(0, 2 * np.pi, 29)
    circle = np.stack([0.38 * np.cos(turns), 0 * turns + 0.1, 0.38 * np.sin(turns)], 1)
    draft.add("turn-up", second, tube(circle, draft.between(0.08, 0.12)))
    bobble = draft.between(0.11, 0.19)
    draft.add("bobble", second, ball(bobble, 0, top + 0.5 * bobble))
    draft.say("with a bobble")
    return draft.finish("woolly hat", "beanie", "winter hat", "hat")


CASTLE: dict[str, Builder] = {"fairy castle": _fairy, "fortress": _fort, "sand castle": _sand_castle}
HAT: dict[str, Builder] = {
    "top hat": _top_hat,
    "witch hat": _witch,
    "straw hat": _straw,
    "baseball cap": _cap,
    "beanie": _beanie,
}
