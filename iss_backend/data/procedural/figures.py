"""Snowmen and robots."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, disc, pillar, rod, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import tube


def _snowman(rng: np.random.Generator, balls: int, top_hat: bool) -> Model:
    """Build a snowman: two or three balls of snow, carrot nose, coal eyes, hat, scarf, stick arms."""
    draft = Draft(rng, "snowman", f"snowman of {balls}" if top_hat else "snowman with a cap")
    radii, y, low = (0.46, 0.34, 0.25)[3 - balls :] if balls == 2 else (0.46, 0.34, 0.25), 0.0, 0.0
    for radius in radii:
        y = low + 0.9 * radius
        draft.add("snow", "white", ball(radius, 0, y))
        low = y + 0.72 * radius
    head, top, neck = radii[-1], y + 0.8 * radii[-1], y - 0.8 * radii[-1]
    chest, middle = radii[-2], neck - 0.7 * radii[-2]
    draft.add("nose", "orange", disc(0.07, 0.3, 0, y, head + 0.1, 0.25, 12))
    draft.add("eye", "black", *(ball(0.045, x, y + 0.1, 0.89 * head) for x in (-0.09, 0.09)))
    draft.add("button", "black", *(ball(0.045, 0, middle + up, 0.97 * chest) for up in (0.1, -0.08)))
    draft.add(
        "arm",
        "brown",
        *(rod((x * chest * 0.8, middle, 0), (x * (chest + 0.36), middle + 0.26, 0), 0.036) for x in (-1, 1)),
    )
    hat, scarf = draft.choose("black", "black", draft.colour("white")), draft.colour("white", "black")
    if top_hat:
        draft.add("hat", hat, pillar(0.3, 0.06, 0, top), pillar(0.19, 0.3, 0, top))
        draft.add("hat band", scarf, pillar(0.2, 0.07, 0, top + 0.06))
    else:
        draft.add("cap", scarf, ball(0.26, 0, top - 0.04, 0, 0.8), ball(0.09, 0, top + 0.2))
    turns = np.linspace(0, 2 * np.pi, 21)
    loop = np.stack([head * 0.92 * np.cos(turns), 0 * turns + neck + 0.04, head * 0.92 * np.sin(turns)], 1)
    draft.add("scarf", scarf, tube(loop, 0.07), block(0.12, 0.34, 0.08, 0.14, neck - 0.28, chest * 0.88))
    draft.say(
        "with a carrot nose",
        "with a hat" if top_hat else "with a cap",
        "with a scarf",
        f"with a {scarf} scarf",
        "with stick arms",
    )
    return draft.finish("snowman", "snow man", "snow figure")


def _three(rng: np.random.Generator) -> Model:
    """Build a snowman of three balls with a top hat."""
    return _snowman(rng, 3, True)


def _two(rng: np.random.Generator) -> Model:
    """Build a snowman of two balls with a top hat."""
    return _snowman(rng, 2, True)


def _capped(rng: np.random.Generator) -> Model:
    """Build a snowman of three balls with a bobble cap."""
    return _snowman(rng, 3, False)


def _face(draft: Draft, main: str, y: float, z: float) -> None:
    """Add two eyes and a mouth on a front plane."""
    eye = draft.apart(main, "yellow", "light blue", "red", "green")
    draft.add("eye", eye, *(disc(0.09, 0.1, x, y, z) for x in (-0.14, 0.14)))
    draft.add("mouth", unlike(main, "black", "white"), block(0.3, 0.06, 0.08, 0, y - 0.24, z))
    draft.say(f"with {eye} eyes")


def _boxy(rng: np.random.Generator) -> Model:
    """Build a robot of boxes with an antenna."""
    draft = Draft(rng, "robot", "boxy robot")
    main = draft.colour() if draft.chance(0.7) else "metal"
    joint = draft.apart(main, "dark grey", "silver", "black")
    draft.add("body", main, block(0.7, 0.7, 0.45, y=0.5, bevel=0.03))
    draft.add("head", main, block(0.58, 0.48, 0.44, y=1.28, bevel=0.03))
    draft.add("neck", joint, pillar(0.12, 0.14, 0, 1.17))
    draft.add("leg", joint, *(block(0.16, 0.5, 0.18, x, 0.05) for x in (-0.2, 0.2)))
    draft.add("foot", main, *(block(0.26, 0.14, 0.38, x, 0, 0.06) for x in (-0.2, 0.2)))
    draft.add("arm", joint, *(block(0.14, 0.56, 0.16, x, 0.56) for x in (-0.44, 0.44)))
    draft.add("hand", main, *(block(0.2, 0.2, 0.24, x, 0.44) for x in (-0.44, 0.44)))
    draft.add("antenna", joint, pillar(0.035, 0.22, 0, 1.74))
    draft.add("antenna tip", unlike(main, "red", "yellow"), ball(0.08, 0, 2.0))
    panel = draft.apart(main, "white", "black", "yellow")
    draft.add("panel", panel, block(0.42, 0.34, 0.07, 0, 0.7, 0.22))
    draft.add("button", unlike(panel, "red", "blue"), *(disc(0.05, 0.1, x, 0.87, 0.25) for x in (-0.12, 0.0, 0.12)))
    _face(draft, main, 1.58, 0.22)
    draft.call("boxy")
    draft.say("with an antenna", "with buttons")
    return draft.finish("robot", "toy robot", "android")


def _wheeled(rng: np.random.Generator) -> Model:
    """Build a robot with a barrel body and a domed head on wheels."""
    draft = Draft(rng, "robot", "wheeled robot")
    main = draft.colour()
    joint = draft.apart(main, "white", "silver", "black")
    draft.add("body", main, pillar(0.42, 0.8, 0, 0.25))
    draft.add("belt", joint, pillar(0.44, 0.1, 0, 0.55))
    draft.add("head", joint, ball(0.4, 0, 1.08, 0))
    draft.add(
        "wheel",
        "black",
        *(disc(0.24, 0.14, 0, 0, 0).turned("y", 90).moved(x, 0.24, z) for x in (-0.4, 0.4) for z in (-0.22, 0.22)),
    )
    draft.add("eye", unlike(joint, "black", "yellow"), *(ball(0.1, x, 1.2, 0.34) for x in (-0.15, 0.15)))
    draft.add("arm", joint, *(rod((x * 0.4, 0.85, 0), (x * 0.62, 0.5, 0.2), 0.06) for x in (-1, 1)))
    draft.add("claw", main, *(ball(0.11, x * 0.62, 0.48, 0.22) for x in (-1, 1)))
    draft.add("antenna", main, pillar(0.035, 0.26, 0, 1.44), ball(0.07, 0, 1.72))
    draft.say("with four wheels", "with a domed head", "with an antenna")
    return draft.finish("robot", "wheeled robot", "droid")


SNOWMAN: dict[str, Builder] = {"snowman of 3": _three, "snowman of 2": _two, "snowman with a cap": _capped}
ROBOT: dict[str, Builder] = {"boxy robot": _boxy, "wheeled robot": _wheeled}
