"""Snowmen and robots."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, disc, pillar, rod, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import tube


def _snowman(rng: np.random.Generator, balls: int, top_hat: bool) -> Model:
    """Build a snowman: two or three balls of snow, carrot nose, coal eyes, hat, scarf, stick arms."""
    draft = Draft(rng, "snowman", f"snowman of {balls}" if top_hat else "snowman with a cap")
    radii = [draft.between(0.92, 1.1) * radius for radius in (0.46, 0.34, 0.25)[3 - balls :]]
    low = 0.0
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
        draft.add("hat", hat, pillar(0.3, 0.06, 0, top), pillar(0.19, draft.between(0.22, 0.38), 0, top))
        draft.add("hat band", scarf, pillar(0.2, 0.07, 0, top + 0.06))
    else:
        draft.add("cap", scarf, ball(1.05 * head, 0, top - 0.04, 0, 0.8), ball(0.09, 0, top + 0.2))
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
    width, high, hip = draft.between(0.6, 0.85), draft.between(0.55, 0.8), draft.between(0.3, 0.6)
    top, tall = hip + high + 0.08, draft.between(0.46, 0.58)
    draft.add("body", main, block(width, high, 0.45, y=hip, bevel=0.03))
    draft.add("head", main, block(draft.between(0.5, 0.66), tall, 0.44, y=top, bevel=0.03))
    draft.add("neck", joint, pillar(0.12, 0.14, 0, top - 0.11))
    draft.add("leg", joint, *(block(0.16, hip, 0.18, x, 0.05) for x in (-0.2, 0.2)))
    draft.add("foot", main, *(block(0.26, 0.14, 0.38, x, 0, 0.06) for x in (-0.2, 0.2)))
    side = 0.5 * width + 0.06
    draft.add("arm", joint, *(block(0.14, 0.8 * high, 0.16, x, hip + 0.08) for x in (-side, side)))
    draft.add("hand", main, *(block(0.2, 0.2, 0.24, x, hip - 0.06) for x in (-side, side)))
    draft.add("antenna", joint, pillar(0.035, 0.22, 0, top + tall - 0.02))
    draft.add("antenna tip", unlike(main, "red", "yellow"), ball(0.08, 0, top + tall + 0.24))
    panel, low = draft.apart(main, "white", "black", "yellow"), hip + 0.28 * high
    draft.add("panel", panel, block(0.6 * width, 0.48 * high, 0.07, 0, low, 0.22))
    knobs = (disc(0.05, 0.1, x * width, low + 0.24 * high, 0.25) for x in (-0.18, 0.0, 0.18))
    draft.add("button", unlike(panel, "red", "blue"), *knobs)
    _face(draft, main, top + 0.62 * tall, 0.22)
    draft.call("boxy")
    draft.say("with an antenna", "with buttons")
    return draft.finish("robot", "toy robot", "android")


def _wheeled(rng: np.random.Generator) -> Model:
    """Build a robot with a barrel body and a domed head on wheels."""
    draft = Draft(rng, "robot", "wheeled robot")
    main = draft.colour()
    joint = draft.apart(main, "white", "silver", "black")
    radius, high, wheel = draft.between(0.34, 0.46), draft.between(0.6, 0.95), draft.between(0.2, 0.28)
    top, head = wheel + 0.01 + high, 0.95 * radius
    draft.add("body", main, pillar(radius, high, 0, wheel + 0.01))
    draft.add("belt", joint, pillar(1.05 * radius, 0.1, 0, top - draft.between(0.3, 0.55)))
    draft.add("head", joint, ball(head, 0, top + 0.03))
    tyre = disc(wheel, 0.14).turned("y", 90)
    places = [(x * (radius - 0.02), z * 0.52 * radius) for x in (-1, 1) for z in (-1, 1)]
    draft.add("wheel", "black", *(tyre.moved(x, wheel, z) for x, z in places))
    eyes = (ball(0.25 * head, x * head, top + 0.03 + 0.3 * head, 0.85 * head) for x in (-0.37, 0.37))
    draft.add("eye", unlike(joint, "black", "yellow"), *eyes)
    hand = (radius + 0.2, top - 0.57, 0.22)
    arms = [rod((0.95 * radius, top - 0.2, 0), hand, 0.06), ball(0.11, *hand)]
    draft.add("arm", joint, arms[0], arms[0].mirrored("x"))
    draft.add("claw", main, arms[1], arms[1].mirrored("x"))
    up = top + 0.9 * head
    draft.add("antenna", main, pillar(0.035, 0.26, 0, up), ball(0.07, 0, up + 0.28))
    draft.say("with four wheels", "with a domed head", "with an antenna")
    return draft.finish("robot", "wheeled robot", "droid")


def _tracked(rng: np.random.Generator) -> Model:
    """Build a robot on two tracks: a box body, a thin neck, a wide head with two camera eyes, claws."""
    draft = Draft(rng, "robot", "tracked robot")
    main = draft.colour() if draft.chance(0.8) else "rust"
    joint = draft.apart(main, "dark grey", "silver", "black")
    width, high, neck = draft.between(0.5, 0.75), draft.between(0.5, 0.7), draft.between(0.2, 0.4)
    draft.add("body", main, block(width, high, 0.55, y=0.2, bevel=0.03))
    long, roll = draft.between(0.3, 0.45), draft.between(0.17, 0.22)
    ends = [disc(roll, 0.2).turned("y", 90).moved(0, roll, z) for z in (-long, long)]
    track = [*ends, block(0.2, 2 * roll, 2 * long)]
    side = 0.5 * width + 0.09
    draft.add("track", "black", *(part.moved(x, 0, 0) for x in (-side, side) for part in track))
    top = 0.2 + high
    draft.add("neck", joint, pillar(0.07, neck + 0.04, 0, top - 0.02))
    eye = draft.apart(joint, "light blue", "yellow", "red", "white")
    for x in (-0.15, 0.15):
        draft.add("head", joint, disc(0.17, 0.34, x, top + neck + 0.12, 0))
        draft.add("eye", eye, disc(0.11, 0.1, x, top + neck + 0.12, 0.16))
    hand = (0.5 * width + 0.12, top - 0.22, 0.5)
    arm = rod((0.5 * width, top - 0.1, 0.0), hand, 0.06)
    claw = block(0.16, 0.16, 0.16).moved(hand[0], hand[1] - 0.08, hand[2])
    draft.add("arm", joint, arm, arm.mirrored("x"))
    draft.add("claw", main, claw, claw.mirrored("x"))
    draft.say("on two tracks", f"with {eye} eyes", "with claws")
    return draft.finish("robot", "tracked robot", "droid")


SNOWMAN: dict[str, Builder] = {"snowman of 3": _three, "snowman of 2": _two, "snowman with a cap": _capped}
ROBOT: dict[str, Builder] = {"boxy robot": _boxy, "wheeled robot": _wheeled, "tracked robot": _tracked}
