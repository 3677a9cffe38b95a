"""Lamps that hang, lanterns and fairground lights."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, cone, counted, disc, pillar, rod, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import lathe, tube


def _lantern(rng: np.random.Generator) -> Model:
    """Build a lantern: four posts around a glow, a roof and a ring to carry it."""
    draft = Draft(rng, "lamp", "lantern")
    main, glow = draft.paint("metal", 0.6), draft.choose("yellow", "orange", "white")
    width, tall = draft.between(0.42, 0.55), draft.between(0.5, 0.7)
    glow = glow if glow != main else "orange"
    sides = 4 if draft.chance(0.6) else 6
    draft.add("base", main, pillar(width * 0.72, 0.09, 0, 0, 0, 0.95, sides).turned("y", 45))
    draft.add("glass", glow, pillar(width * 0.5, tall, 0, 0.05, 0, 1, sides).turned("y", 45))
    for number in range(sides):
        angle = np.radians(45 + 360 * number / sides)
        x, z = 0.56 * width * np.cos(angle), 0.56 * width * np.sin(angle)
        draft.add("post", main, pillar(0.035, tall, x, 0.06, z, 1, 8))
    draft.add("roof", main, cone(width * 0.78, 0.26, 0, tall + 0.05, 0, sides).turned("y", 45))
    angles = np.radians(np.linspace(0, 360, 19))
    draft.add(
        "ring", main, tube(np.stack([0.12 * np.cos(angles), tall + 0.39 + 0.12 * np.sin(angles), 0 * angles], 1), 0.028)
    )
    draft.say("with a ring on top", "with glass panes")
    return draft.finish("lantern", "lamp", "light")


def _pendant(rng: np.random.Generator) -> Model:
    """Build a hanging lamp: ceiling plate, cord, shade, bulb."""
    draft = Draft(rng, "lamp", "pendant lamp")
    main, cord, shape = (
        draft.paint("metal", 0.85),
        draft.between(0.5, 0.8),
        draft.choose("cone", "bell", "drum", "ball"),
    )
    wide, tall = draft.between(0.36, 0.48), draft.between(0.3, 0.42)
    profile = {
        "cone": [(wide, 0), (0.08, tall)],
        "bell": [(wide, 0), (wide * 0.85, tall * 0.35), (wide * 0.45, tall * 0.75), (0.08, tall)],
        "drum": [(wide, 0), (wide, tall)],
        "ball": [(0.1, -0.05)]
        + [(wide * np.sin(a), tall * 0.5 * (1 - np.cos(a))) for a in np.linspace(0.5, np.pi - 0.1, 9)],
    }[shape]
    draft.add("shade", main, lathe(profile, 28))
    draft.add("bulb", unlike(main, "yellow", "white"), ball(0.15, 0, 0.0))
    draft.add("cord", "black", pillar(0.028, cord + 0.05, 0, tall - 0.03))
    draft.add("ceiling plate", main, pillar(0.15, 0.07, 0, tall + cord))
    draft.call("hanging")
    draft.say("on a cord", "with a bulb")
    return draft.finish("pendant lamp", "hanging lamp", "ceiling lamp", "lamp", "light")


def _chandelier(rng: np.random.Generator) -> Model:
    """Build a chandelier: bent arms around a column, each with a candle and a flame."""
    draft = Draft(rng, "lamp", "chandelier")
    main, arms = draft.choose("gold", "black", "silver", draft.colour()), draft.count(5, 8)
    wax = unlike(main, "white", "yellow")
    draft.add(
        "column",
        main,
        lathe([(0, -0.14), (0.1, -0.06), (0.14, 0.04), (0.06, 0.16), (0.05, 0.7), (0.12, 0.76), (0.12, 0.82)], 16),
    )
    bend = np.array([(0.05, 0.02), (0.22, -0.1), (0.42, -0.08), (0.52, 0.1)])
    for number in range(arms):
        angle = 2 * np.pi * number / arms
        x, z = np.cos(angle), np.sin(angle)
        draft.add("arm", main, tube(np.stack([bend[:, 0] * x, bend[:, 1], bend[:, 0] * z], 1), 0.034))
        draft.add("cup", main, pillar(0.06, 0.05, 0.52 * x, 0.08, 0.52 * z, 1.5, 12))
        draft.add("candle", wax, pillar(0.048, 0.2, 0.52 * x, 0.1, 0.52 * z, 1, 12))
        draft.add("flame", "orange", lathe([(0, 0.28), (0.045, 0.34), (0, 0.46)], 10).moved(0.52 * x, 0, 0.52 * z))
    draft.call("hanging", "fancy")
    draft.say(f"with {counted(arms, 'arm')}", "with candles")
    return draft.finish("chandelier", "hanging lamp", "ceiling lamp", "lamp")


def _arc(rng: np.random.Generator) -> Model:
    """Build a floor lamp that arches over to one side."""
    draft = Draft(rng, "lamp", "arc lamp")
    main = draft.paint("metal", 0.7)
    angles, high = np.radians(np.linspace(180, 25, 14)), draft.between(1.0, 1.3)
    path = np.stack([0.55 * np.cos(angles), high * np.sin(angles) + 0.05, 0 * angles], 1)
    draft.add("base", main, pillar(0.26, 0.08, -0.5))
    draft.add("pole", main, tube(path, 0.036))
    x, y, _ = path[-1]
    draft.add(
        "shade",
        main if draft.chance(0.5) else draft.choose("white", "black"),
        lathe([(0.27, -0.22), (0.22, -0.07), (0.08, 0.04)], 24).moved(x, y, 0),
    )
    draft.add("bulb", unlike(main, "yellow", "white"), ball(0.13, x, y - 0.22, 0))
    draft.call("tall", "curved")
    draft.say("with a curved pole")
    return draft.finish("arc lamp", "floor lamp", "lamp", "light")


def _spot(rng: np.random.Generator) -> Model:
    """Build a stage or studio spotlight on a tripod, facing forward."""
    draft = Draft(rng, "lamp", "spotlight")
    main, height = draft.paint("metal", 0.5), draft.between(0.8, 1.1)
    for angle in (90, 210, 330):
        x, z = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        draft.add("leg", "black", rod((0.4 * x, 0.03, 0.4 * z), (0, 0.45, 0), 0.034))
    draft.add("pole", "black", pillar(0.04, height - 0.3, 0, 0.35))
    draft.add("body", main, disc(0.24, 0.42, 0, height + 0.2, 0.0))
    draft.add("rim", main, disc(0.24, 0.18, 0, height + 0.2, 0.28, 1.35))
    draft.add("light", unlike(main, "yellow", "white"), disc(0.27, 0.05, 0, height + 0.2, 0.375))
    draft.add(
        "yoke",
        "black",
        *(block(0.06, 0.32, 0.1, x, height - 0.06) for x in (-0.27, 0.27)),
        block(0.6, 0.07, 0.1, 0, height - 0.1),
    )
    draft.say("on a tripod", "with three legs")
    return draft.finish("spotlight", "studio lamp", "stage light", "lamp")


def _paper(rng: np.random.Generator) -> Model:
    """Build a round paper lantern with ribs and a tassel."""
    draft = Draft(rng, "lamp", "paper lantern")
    main = draft.choose("red", "red", "white", draft.colour("black", "grey"))
    trim, wide = "gold" if main != "yellow" else "red", draft.between(0.4, 0.55)
    heights = np.linspace(-0.88, 0.88, 25)
    ribs = 1 + 0.035 * np.cos(np.arange(25) * np.pi)
    profile = [(wide * r * np.sqrt(1 - h * h), 0.42 * h) for h, r in zip(heights, ribs, strict=True)]
    draft.add("paper", main, lathe(profile, 28).moved(0, 0.9, 0))
    draft.add("rim", trim, pillar(0.24, 0.08, 0, 1.26), pillar(0.24, 0.08, 0, 0.46))
    draft.add("cord", trim, pillar(0.032, 0.3, 0, 1.3))
    draft.add("tassel", trim, pillar(0.05, 0.14, 0, 0.34), pillar(0.11, 0.3, 0, 0.08, 0, 0.4))
    draft.call("round", "hanging")
    draft.say("with a tassel")
    return draft.finish("paper lantern", "chinese lantern", "lantern", "lamp")


MORE_STYLES: dict[str, Builder] = {
    "lantern": _lantern,
    "pendant lamp": _pendant,
    "chandelier": _chandelier,
    "arc lamp": _arc,
    "spotlight": _spot,
    "paper lantern": _paper,
}
