"""Displays: monitors, televisions, laptops, tablets; the odd ones stand in ``display_more``."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.display_more import MORE_STYLES
from iss_backend.data.procedural.draft import Draft, ball, block, disc, pillar, plan, rod, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.screens import add_screen, screen_paint
from iss_backend.data.procedural.solids import Solid, loft


def _add_stand(draft: Draft, paint: str, height: float, width: float) -> None:
    """Add a foot and a neck that reach up to ``height`` behind the screen."""
    if draft.chance(0.5):
        draft.add("foot", paint, pillar(0.3 * width, 0.05 * width, top=0.85).scaled(1, 1, 0.8))
        draft.say("with a round foot")
    else:
        draft.add("foot", paint, block(0.5 * width, 0.05 * width, 0.32 * width, bevel=0.01 * width))
    draft.add("neck", paint, block(0.12 * width, height, 0.06 * width, z=-0.05 * width))
    draft.say("on a stand")


def _monitor(rng: np.random.Generator) -> Model:
    """Build a flat computer monitor on a stand."""
    draft = Draft(rng, "display", "monitor")
    main, width = draft.paint("plastic"), 1.0
    height, up = width * draft.between(0.5, 0.68), draft.between(0.14, 0.24)
    _add_stand(draft, main, up + 0.6 * height, width)
    add_screen(draft, main, screen_paint(draft, main), width, height, 0.07, (0.0, up, 0.0))
    draft.call("flat")
    return draft.finish("monitor", "computer monitor", "flat screen", "computer screen", "display")


def _wide(rng: np.random.Generator) -> Model:
    """Build a wide flat television on two feet."""
    draft = Draft(rng, "display", "flat tv")
    main, width = draft.paint("plastic", 0.35), 1.4
    height = width * draft.between(0.5, 0.6)
    for side in (-1, 1):
        draft.add("foot", main, block(0.07, 0.12, 0.07, side * 0.42, 0.0), block(0.08, 0.05, 0.36, side * 0.42))
    add_screen(draft, main, screen_paint(draft, main), width, height, 0.08, (0.0, 0.1, 0.0))
    draft.call("flat", "wide")
    draft.say("on two feet")
    return draft.finish("television", "flat screen tv", "tv", "flat tv", "display")


def _tube_body(width: float, height: float, depth: float, y: float) -> Solid:
    """Build the body of a picture tube television: a box that narrows towards the back."""
    square = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    size = np.array([width, height])
    rings = [square * size * scale for scale in (0.55, 0.7, 1.0, 1.0)]
    return loft(rings, [-0.6 * depth, -0.35 * depth, -0.05 * depth, 0.4 * depth]).moved(0, y + height / 2, 0)


def _tube(rng: np.random.Generator) -> Model:
    """Build an old deep television with a bulging screen, knobs and perhaps antennas."""
    draft = Draft(rng, "display", "old tv")
    main = draft.paint("wood")
    width, height, depth = 1.0, draft.between(0.72, 0.85), draft.between(0.6, 0.8)
    draft.add("body", main, _tube_body(width, height, depth, 0.1))
    draft.add("foot", "black", *(block(0.08, 0.14, 0.08, x * 0.36, 0, z * 0.2) for x in (-1, 1) for z in (-1, 1)))
    front, x = 0.4 * depth, -0.12
    draft.add("frame", "black", block(0.68, height - 0.14, 0.06, x, 0.17, front))
    bulge = ball(1.0).scaled(0.3, 0.5 * height - 0.11, 0.09).moved(x, 0.1 + height / 2, front + 0.03)
    draft.add("screen", screen_paint(draft, "black"), bulge, block(0.5, height - 0.3, 0.09, x, 0.25, front + 0.03))
    draft.add(
        "knob",
        unlike(main, "white", "black"),
        *(disc(0.065, 0.1, 0.37, y * height + 0.1, front + 0.03) for y in (0.78, 0.54)),
    )
    draft.add("speaker", "black", *(block(0.16, 0.03, 0.05, 0.37, 0.1 + height * y, front) for y in (0.14, 0.22, 0.3)))
    draft.say("with two knobs")
    if draft.chance(0.5):
        draft.add(
            "antenna",
            "silver",
            *(rod((side * 0.05, height, 0), (side * 0.4, height + 0.5, 0), 0.022) for side in (-1, 1)),
        )
        draft.say("with two antennas")
    draft.call("old", "retro", "boxy")
    return draft.finish("television", "old television", "tube tv", "crt television", "tv set", "display")


def _laptop(rng: np.random.Generator) -> Model:
    """Build an open laptop with keys and a touchpad."""
    draft = Draft(rng, "display", "laptop")
    main, width = draft.paint("plastic"), 1.0
    depth, height, lean = width * draft.between(0.62, 0.72), 0.66, draft.between(8, 28)
    draft.add("base", main, block(width, 0.055, depth, bevel=0.01))
    dark = unlike(main, "black", "white")
    for row in range(4):
        draft.add(
            "key",
            dark,
            *(block(0.072, 0.03, 0.06, x, 0.045, -0.22 * depth + 0.085 * row) for x in np.linspace(-0.4, 0.4, 9)),
        )
    draft.add("touchpad", dark, block(0.3, 0.02, 0.13, 0, 0.045, 0.36 * depth))
    inner = screen_paint(draft, main)
    for name, paint, solid in (
        ("lid", main, block(width, height, 0.05)),
        ("screen", inner, block(width - 0.1, height - 0.1, 0.05, 0, 0.05, 0.02)),
    ):
        draft.add(name, paint, solid.turned("x", -lean).moved(0, 0.02, -depth / 2 + 0.02))
    draft.call("open", "portable")
    draft.say("with a keyboard", "with a touchpad")
    return draft.finish("laptop", "notebook computer", "laptop computer", "computer", "display")


def _curved(rng: np.random.Generator) -> Model:
    """Build a wide monitor that bends around its user."""
    draft = Draft(rng, "display", "curved monitor")
    main, half, radius = draft.paint("plastic"), draft.between(30, 40), 1.0
    height, up = draft.between(0.5, 0.62), 0.16
    bend = np.radians(np.linspace(-half, half, 13))

    def shell(inner: float, outer: float, cut: float) -> np.ndarray:
        """Outline the screen from above between two radii, shortened by an angle at both ends."""
        angles = bend * (1 - cut / half)
        rim = [np.stack([r * np.sin(angles), radius - r * np.cos(angles)], 1) for r in (outer, inner)]
        return np.concatenate([rim[0], rim[1][::-1]])

    draft.add("body", main, plan(shell(0.95, 1.03, 0), height, up))
    draft.add("screen", screen_paint(draft, main), plan(shell(0.93, 0.98, 2.5), height - 0.09, up + 0.045))
    draft.add("foot", main, block(0.5, 0.05, 0.32, z=0.04))
    draft.add("neck", main, block(0.13, up + 0.3, 0.07, z=-0.05))
    draft.call("curved", "wide")
    draft.say("on a stand")
    return draft.finish("monitor", "curved monitor", "curved screen", "gaming monitor", "display")


def _double(rng: np.random.Generator) -> Model:
    """Build two monitors side by side on one stand."""
    draft = Draft(rng, "display", "double monitor")
    main, width, height, up = draft.paint("plastic"), 0.85, draft.between(0.5, 0.58), 0.3
    inner, angle = screen_paint(draft, main), draft.between(8, 18)
    for side in (-1, 1):
        body = block(width, height, 0.07).turned("y", -side * angle)
        screen = block(width - 0.1, height - 0.1, 0.05, 0, 0.05, 0.025).turned("y", -side * angle)
        draft.add("body", main, body.moved(side * 0.46, up, 0))
        draft.add("screen", inner, screen.moved(side * 0.46, up, 0))
    draft.add("arm", main, block(0.8, 0.08, 0.08, 0, up + height / 2 - 0.04, -0.08))
    draft.add("neck", main, block(0.1, up + height / 2, 0.09, z=-0.08))
    draft.add("foot", main, block(0.6, 0.06, 0.4))
    draft.say("with two screens", "on a stand")
    return draft.finish("double monitor", "dual monitor", "two monitors", "display")


def _portrait(rng: np.random.Generator) -> Model:
    """Build a monitor that stands upright on a stand."""
    draft = Draft(rng, "display", "portrait monitor")
    main, width = draft.paint("plastic"), 0.62
    height = width * draft.between(1.5, 1.75)
    draft.add("foot", main, block(0.5, 0.05, 0.36))
    draft.add("neck", main, block(0.11, 0.7, 0.08, z=-0.06))
    add_screen(draft, main, screen_paint(draft, main), width, height, 0.07, (0.0, 0.13, 0.0))
    draft.call("upright", "tall")
    draft.say("on a stand")
    return draft.finish("portrait monitor", "vertical monitor", "upright screen", "display")


def _all_in_one(rng: np.random.Generator) -> Model:
    """Build a desktop computer: screen with a chin, keyboard and mouse in front."""
    draft = Draft(rng, "display", "desktop computer")
    main, width, up = draft.paint("plastic"), draft.between(0.9, 1.15), draft.between(0.1, 0.2)
    high, wide = draft.between(0.6, 0.8), draft.between(0.6, 0.8)
    other = draft.choose("white", "black", draft.colour())
    draft.add("foot", main, block(0.36, 0.045, 0.3, z=-0.1))
    draft.add("neck", main, block(0.2, 0.35, 0.05, z=-0.16))
    draft.add("body", main, block(width, high, 0.07, 0, up, -0.1))
    draft.add("screen", screen_paint(draft, main), block(width - 0.1, high - 0.22, 0.06, 0, up + 0.17, -0.08))
    draft.add("keyboard", other, block(wide, 0.05, 0.24, -0.08, 0, 0.34))
    keys = unlike(other, "black", "white")
    draft.add("key", keys, *(block(wide - 0.1, 0.03, 0.04, -0.08, 0.035, 0.27 + 0.07 * row) for row in range(3)))
    draft.add("mouse", other, ball(1.0).scaled(0.07, 0.05, 0.1).moved(0.5 * wide + 0.06, 0.035, 0.34))
    draft.say("with a keyboard", "with a mouse")
    return draft.finish("desktop computer", "computer", "pc", "all-in-one computer", "display")


STYLES: dict[str, Builder] = {
    "monitor": _monitor,
    "flat tv": _wide,
    "old tv": _tube,
    "laptop": _laptop,
    "curved monitor": _curved,
    "double monitor": _double,
    "portrait monitor": _portrait,
    "desktop computer": _all_in_one,
    **MORE_STYLES,
}
