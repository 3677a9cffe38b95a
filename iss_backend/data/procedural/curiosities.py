"""Castles, treasure chests, gifts and hats."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, arc, ball, block, cone, disc, pillar, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import ellipsoid, extrude, lathe, tube


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


def _chest(rng: np.random.Generator) -> Model:
    """Build a treasure chest with bands and a lock, closed, or open and full of gold."""
    draft = Draft(rng, "chest", "treasure chest")
    main = draft.paint("wood", 0.5)
    band, width = unlike(main, "gold", "silver"), draft.between(0.95, 1.15)
    draft.add("body", main, block(width, 0.42, 0.62))
    lid = np.concatenate([arc(0.31, 0, 180, 13)[:, :2] * [1, 0.85]])
    is_open = draft.chance(0.4)
    turn, y, z = (-75, 0.44, -0.3) if is_open else (0, 0.43, 0.0)
    shift = 0.31 if is_open else 0.0
    for name, paint, size, x in (
        ("lid", main, width, 0.0),
        *(("band", band, 0.1, side * width * 0.36) for side in (-1, 1)),
    ):
        grown = lid * (1.0 if name == "lid" else 1.1)
        piece = extrude(grown, size).turned("y", 90).moved(x, 0, shift).turned("x", turn)
        draft.add(name, paint, piece.moved(0, y, z))
    draft.add("band", band, *(block(0.1, 0.43, 0.68, side * width * 0.36) for side in (-1, 1)))
    draft.add("lock", unlike(band, "black", "gold"), block(0.16, 0.18, 0.1, 0, 0.3, 0.31))
    if is_open:
        draft.add("gold", unlike(main, "yellow", "red"), ellipsoid((width * 0.44, 0.2, 0.27), (0, 0.42, 0), 10, 18))
        draft.say("full of gold", "with an open lid")
    draft.say("with a lock", "with metal bands")
    return draft.finish("treasure chest", "chest", "trunk", "pirate chest")


def _gift(rng: np.random.Generator) -> Model:
    """Build a gift box with a lid, a ribbon and a bow."""
    draft = Draft(rng, "gift", "gift box")
    main = draft.colour()
    ribbon, height = draft.colour(main), draft.between(0.55, 0.9)
    draft.add("box", main, block(0.9, height, 0.9))
    draft.add("lid", main, block(0.98, 0.16, 0.98, y=height - 0.06))
    draft.add("ribbon", ribbon, block(0.16, height + 0.14, 1.02), block(1.02, height + 0.14, 0.16))
    top = height + 0.12
    for side in (-1, 1):
        bow = ellipsoid((0.25, 0.13, 0.11), (0.2, 0, 0), 10, 16).turned("z", 25)
        draft.add("bow", ribbon, (bow if side > 0 else bow.mirrored("x")).moved(0, top + 0.06, 0))
    draft.add("knot", ribbon, ball(0.11, 0, top + 0.06))
    draft.say(f"with a {ribbon} ribbon", "with a bow")
    return draft.finish("gift", "present", "gift box", "birthday present")


def _hat(rng: np.random.Generator, style: str) -> Model:
    """Build a hat with a brim and a band."""
    draft = Draft(rng, "hat", style)
    main = draft.colour()
    band, brim = draft.colour(main), draft.between(0.5, 0.62)
    shapes = {
        "top hat": ([(0.34, 0), (0.31, 0.3), (0.36, 0.62)], 0.52),
        "witch hat": ([(0.34, 0), (0.18, 0.45), (0.03, 0.95)], 0.62),
        "straw hat": ([(0.36, 0), (0.35, 0.2), (0.26, 0.33), (0.0, 0.37)], 0.72),
    }
    crown, wide = shapes[style][0], min(shapes[style][1], brim * 1.2)
    draft.add("brim", main, pillar(wide, 0.06))
    draft.add("crown", main, lathe(crown, 28))
    draft.add("band", band, pillar(crown[0][0] + 0.03, 0.12, 0, 0.05, 0, 0.93))
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
    draft.add("cap", main, lathe(dome, 28))
    draft.add("peak", peak, pillar(0.36, 0.06, 0, 0, 0).scaled(1, 1, 1.25).moved(0, 0, 0.38))
    draft.add("button", peak, ball(0.06, 0, 0.44))
    draft.say("with a peak", f"with a {peak} visor")
    return draft.finish("baseball cap", "cap", "hat")


def _beanie(rng: np.random.Generator) -> Model:
    """Build a woollen hat with a turn-up and a bobble."""
    draft = Draft(rng, "hat", "beanie")
    main = draft.colour()
    second = draft.colour(main)
    draft.add("hat", main, lathe([(0.4, 0.1), (0.4, 0.3), (0.3, 0.52), (0, 0.62)], 28))
    turns = np.linspace(0, 2 * np.pi, 29)
    draft.add("turn-up", second, tube(np.stack([0.38 * np.cos(turns), 0 * turns + 0.1, 0.38 * np.sin(turns)], 1), 0.1))
    draft.add("bobble", second, ball(0.15, 0, 0.68))
    draft.say("with a bobble")
    return draft.finish("woolly hat", "beanie", "winter hat", "hat")


CASTLE: dict[str, Builder] = {"fairy castle": _fairy, "fortress": _fort}
CHEST: dict[str, Builder] = {"treasure chest": _chest}
GIFT: dict[str, Builder] = {"gift box": _gift}
HAT: dict[str, Builder] = {
    "top hat": _top_hat,
    "witch hat": _witch,
    "straw hat": _straw,
    "baseball cap": _cap,
    "beanie": _beanie,
}
