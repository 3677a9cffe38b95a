"""Displays that are less usual: wall, arcade, projection, portable and public ones."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, disc, pillar, rod, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.screens import add_screen, screen_paint
from iss_backend.data.procedural.solids import extrude


def _wall(rng: np.random.Generator) -> Model:
    """Build a television on a wall bracket, perhaps with a sound bar below."""
    draft = Draft(rng, "display", "wall tv")
    main, width = draft.paint("plastic", 0.35), 1.4
    height = width * draft.between(0.52, 0.6)
    add_screen(draft, main, screen_paint(draft, main), width, height, 0.07, (0.0, 0.0, 0.0))
    draft.add("bracket", "grey", block(0.4, 0.3, 0.14, 0, height / 2 - 0.15, -0.09))
    if draft.chance(0.4):
        draft.add("sound bar", main, block(0.8, 0.1, 0.14, 0, -0.09, 0.0))
        draft.say("with a sound bar")
    draft.call("flat", "wide", "wall-mounted")
    return draft.finish("wall tv", "television", "flat screen tv", "tv", "display")


def _tablet(rng: np.random.Generator) -> Model:
    """Build a tablet that leans on a folding stand."""
    draft = Draft(rng, "display", "tablet")
    main, lean, width = draft.paint("plastic"), draft.between(12, 25), draft.between(0.8, 1.1)
    height = 0.8
    inner = screen_paint(draft, main)
    body = block(width, height, 0.06, bevel=0.015)
    glass = block(width - 0.14, height - 0.14, 0.05, 0, 0.07, 0.02)
    button = disc(0.028, 0.05, 0, 0.035, 0.02)
    for name, paint, solid in (("body", main, body), ("screen", inner, glass), ("button", "grey", button)):
        draft.add(name, paint, solid.turned("x", -lean).moved(0, 0.03, 0.1))
    draft.add("stand", "grey", rod((0, 0.03, -0.45), (0, 0.55, -0.1), 0.04), block(0.5, 0.06, 0.08, z=-0.45))
    draft.add("lip", "grey", block(0.5, 0.06, 0.7, z=-0.12))
    draft.call("flat")
    draft.say("on a stand")
    return draft.finish("tablet", "tablet computer", "touch screen", "display")


def _arcade(rng: np.random.Generator) -> Model:
    """Build an arcade machine: tall cabinet, slanted screen, joystick and buttons."""
    draft = Draft(rng, "display", "arcade machine")
    main = draft.paint("plastic", 0.9)
    second = draft.colour(main, "black")
    width, lift = draft.between(0.62, 0.84), draft.between(0.0, 0.25)
    side = np.array(
        [
            (-0.35, 0),
            (0.3, 0),
            (0.3, 0.75),
            (0.45, 0.85),
            (0.42, 0.93),
            (0.12, 1.0),
            (0.0, 1.45),
            (0.25, 1.55),
            (0.25, 1.8 + lift),
            (-0.35, 1.8 + lift),
        ]
    )
    profile = side @ np.diag([-1.0, 1.0])
    board = extrude(profile[::-1], 0.07).turned("y", 90)
    draft.add("side", main, *(board.moved(x, 0, 0) for x in (-width / 2, width / 2)))
    inner = extrude((profile * [0.9, 0.97] + [0, 0.02])[::-1], width - 0.04).turned("y", 90)
    draft.add("body", second, inner)
    screen = block(width - 0.16, 0.4, 0.08).turned("x", -15)
    draft.add("screen", "black", screen.moved(0, 1.01, 0.09))
    draft.add("picture", draft.choose("light blue", "green", "blue"), screen.scaled(0.75, 0.72, 1).moved(0, 1.07, 0.1))
    draft.add("marquee", unlike(main, "yellow", "white"), block(width - 0.12, 0.2 + lift, 0.1, 0, 1.57, 0.2))
    draft.add("joystick", "black", rod((-0.18, 0.85, 0.28), (-0.18, 1.02, 0.28), 0.035))
    draft.add("knob", "red", ball(0.06, -0.18, 1.04, 0.28))
    draft.add("button", "white", *(ball(0.04, x, 0.9, 0.3) for x in (0.02, 0.13, 0.24)))
    draft.call("tall")
    draft.say("with a joystick", "with buttons")
    return draft.finish("arcade machine", "arcade cabinet", "video game machine", "display")


def _projector_screen(rng: np.random.Generator) -> Model:
    """Build a white projection screen on a tripod."""
    draft = Draft(rng, "display", "projector screen")
    main, width, height, up = "white", draft.between(1.2, 1.5), draft.between(0.9, 1.1), 0.55
    rim = draft.choose("black", "grey", "blue", "red")
    draft.add("border", rim, block(width, height, 0.06, 0, up))
    draft.add("screen", main, block(width - 0.14, height - 0.14, 0.07, 0, up + 0.07, 0.012))
    draft.add("case", rim, block(width + 0.1, 0.1, 0.12, 0, up + height))
    draft.add("pole", rim, block(0.06, up + height, 0.06, 0, 0.1, -0.05))
    for angle in (90, 210, 330):
        x, z = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        draft.add("leg", rim, rod((0, 0.45, -0.05), (0.5 * x, 0.03, -0.05 + 0.5 * z), 0.032))
    draft.call("wide")
    draft.say("on a tripod")
    return draft.finish("projector screen", "projection screen", "movie screen", "display")


def _portable(rng: np.random.Generator) -> Model:
    """Build a small rounded retro television with a handle and two antennas."""
    draft = Draft(rng, "display", "portable tv")
    main, width, height, depth = draft.paint("plastic", 0.9), 0.8, draft.between(0.6, 0.72), 0.6
    draft.add("body", main, block(width, height, depth, y=0.1, bevel=0.12))
    draft.add(
        "foot", "black", *(rod((x * 0.25, 0.15, 0), (x * 0.36, 0.02, z * 0.2), 0.035) for x in (-1, 1) for z in (-1, 1))
    )
    draft.add("frame", unlike(main, "white", "grey"), block(0.54, height - 0.12, 0.08, -0.08, 0.16, depth / 2))
    bulge = ball(1.0).scaled(0.24, 0.5 * height - 0.1, 0.1)
    draft.add("screen", screen_paint(draft, main), bulge.moved(-0.08, 0.1 + height / 2, depth / 2 + 0.02))
    draft.add(
        "knob",
        unlike(main, "black", "white"),
        *(disc(0.05, 0.1, 0.295, 0.1 + y * height, depth / 2 + 0.02) for y in (0.75, 0.5, 0.25)),
    )
    draft.add(
        "antenna", "silver", *(rod((0, height + 0.08, 0), (x * 0.42, height + 0.6, -0.05), 0.022) for x in (-1, 1))
    )
    draft.add("antenna tip", "black", *(ball(0.035, x * 0.42, height + 0.6, -0.05) for x in (-1, 1)))
    draft.call("retro", "portable", "small")
    draft.say("with two antennas", "with knobs")
    return draft.finish("television", "portable television", "retro tv", "tv", "display")


def _kiosk(rng: np.random.Generator) -> Model:
    """Build an upright information screen on a pillar."""
    draft = Draft(rng, "display", "kiosk")
    main, height = draft.paint("plastic"), draft.between(0.9, 1.2)
    draft.add("base", main, pillar(0.4, 0.08, top=0.9))
    draft.add("pillar", main, block(0.24, 0.75, 0.14, y=0.05))
    add_screen(draft, main, screen_paint(draft, main), 0.66, height, 0.1, (0.0, 0.65, 0.0))
    draft.call("tall", "upright")
    draft.say("on a pillar")
    return draft.finish("kiosk", "information screen", "info terminal", "display")


def _billboard(rng: np.random.Generator) -> Model:
    """Build a stadium display: a huge wide panel of lights on two posts."""
    draft = Draft(rng, "display", "scoreboard")
    main, width = draft.paint("metal"), draft.between(1.4, 1.9)
    height, up = draft.between(0.64, 0.9), draft.between(0.4, 0.8)
    low = up + 0.5 * height - 0.17
    draft.add("panel", main, block(width, height, 0.12, y=up))
    dark = unlike(main, "black", "dark blue")
    draft.add("screen", dark, block(width - 0.14, height - 0.14, 0.12, 0, up + 0.07, 0.03))
    light = draft.choose("yellow", "red", "green")
    for x in (-0.31 * width, 0.31 * width):
        for row in range(2):
            draft.add("digit", light, block(0.3, 0.07, 0.08, x, low + 0.3 * row, 0.08))
        draft.add("digit", light, block(0.07, 0.37, 0.08, x + 0.12, low, 0.08))
    draft.add("dot", light, *(block(0.08, 0.08, 0.08, 0, low + rise, 0.08) for rise in (0.02, 0.22)))
    draft.add("post", "grey", *(block(0.1, up + 0.05, 0.1, x) for x in (-0.34 * width, 0.34 * width)))
    draft.say("on two posts")
    draft.call("wide", "electronic")
    return draft.finish("scoreboard", "electronic display", "digital display", "display")


MORE_STYLES: dict[str, Builder] = {
    "wall tv": _wall,
    "tablet": _tablet,
    "arcade machine": _arcade,
    "projector screen": _projector_screen,
    "portable tv": _portable,
    "kiosk": _kiosk,
    "scoreboard": _billboard,
}
