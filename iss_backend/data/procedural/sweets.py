"""Cupcakes, cakes and ice creams."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, cone, counted, pillar, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import lathe


def _sprinkle(draft: Draft, radius: float, height: float, y: float, amount: int, without: str) -> None:
    """Scatter sprinkles of many colours over a dome."""
    for _ in range(amount):
        turn, up = draft.between(0, 2 * np.pi), draft.between(0.15, 0.85)
        far = radius * np.sqrt(1 - up)
        draft.add(
            "sprinkle", draft.colour(without), ball(0.04, far * np.cos(turn), y + up * height, far * np.sin(turn))
        )
    draft.say("with sprinkles")


def _cupcake(rng: np.random.Generator, style: str) -> Model:
    """Build a cupcake: a ribbed paper cup, a swirl or dome of icing, a cherry or sprinkles."""
    draft = Draft(rng, "cupcake", style)
    icing = draft.colour("black", "grey")
    cup = draft.apart(icing, "brown", "white", "yellow", "light blue", "pink")
    draft.add("cup", cup, pillar(0.3, 0.36, top=1.4, sides=14))
    top = 0.36
    if style == "swirl cupcake":
        for size in (0.46, 0.36, 0.25, 0.14):
            draft.add("icing", icing, ball(size, 0, top + 0.3 * size, 0, 0.42))
            top += 0.32 * size + 0.03
        draft.say("with a swirl of icing")
    else:
        dome = [(0.47 * np.sqrt(1 - up), 0.36 + 0.42 * up) for up in np.linspace(0, 1, 9)]
        draft.add("icing", icing, lathe([(0.42, 0.33), *dome], 24))
        top = 0.76
        draft.say("with icing")
    if style == "sprinkled cupcake" or draft.chance(0.3):
        _sprinkle(draft, 0.47, top - 0.34, 0.36, 24, icing)
    if style != "sprinkled cupcake":
        draft.add("cherry", unlike(icing, "red", "purple"), ball(0.1, 0, top + 0.06))
        draft.say("with a cherry on top")
    draft.call("sweet")
    return draft.finish("cupcake", "muffin", "fairy cake", "cake")


def _swirl(rng: np.random.Generator) -> Model:
    """Build a cupcake with a swirl and a cherry."""
    return _cupcake(rng, "swirl cupcake")


def _dome(rng: np.random.Generator) -> Model:
    """Build a cupcake with a dome and a cherry."""
    return _cupcake(rng, "domed cupcake")


def _sprinkled(rng: np.random.Generator) -> Model:
    """Build a cupcake with a dome and sprinkles."""
    return _cupcake(rng, "sprinkled cupcake")


def _birthday(rng: np.random.Generator) -> Model:
    """Build a round cake of one to three tiers with candles."""
    draft = Draft(rng, "cake", "birthday cake")
    icing, tiers = draft.colour("black", "grey"), draft.count(1, 3)
    trim, y, radius = draft.apart(icing, "white", "pink", "brown", "red"), 0.05, 0.5
    draft.add("plate", unlike(icing, "white", "light blue"), pillar(0.6, 0.06))
    for _ in range(tiers):
        draft.add("cake", icing, pillar(radius, 0.3, 0, y))
        for turn in np.linspace(0, 2 * np.pi, 13)[:-1]:
            draft.add("cream", trim, ball(0.07, radius * np.cos(turn), y + 0.3, radius * np.sin(turn)))
        y, radius = y + 0.3, radius * 0.68
    candles, radius = draft.count(1, 5), radius / 0.68 * 0.5
    wax = draft.colour(icing)
    for turn in np.linspace(0, 2 * np.pi, candles + 1)[:-1]:
        x, z = (radius * np.cos(turn), radius * np.sin(turn)) if candles > 1 else (0.0, 0.0)
        draft.add("candle", wax, pillar(0.035, 0.22, x, y, z, 1, 10))
        draft.add("flame", "orange", ball(0.045, x, y + 0.27, z, 1.5))
    draft.say(f"with {counted(candles, 'candle')}", f"with {counted(tiers, 'tier')}")
    return draft.finish("cake", "birthday cake", "wedding cake" if tiers == 3 else "party cake")


def _slice(rng: np.random.Generator) -> Model:
    """Build a wedge of layered cake with a cherry."""
    draft = Draft(rng, "cake", "slice of cake")
    icing = draft.colour("black", "grey")
    dough = draft.apart(icing, "light brown", "light yellow", "brown")
    for number in range(4):
        wedge = pillar(0.62, 0.16, 0, 0.15 * number, 0.1, 1, 3).scaled(0.75, 1, 1).turned("y", 150)
        draft.add("layer", icing if number % 2 else dough, wedge)
    draft.add("cherry", unlike(icing, "red", "purple"), ball(0.11, 0.0, 0.68, 0.0))
    draft.say("with layers", "with a cherry on top")
    return draft.finish("slice of cake", "piece of cake", "cake")


def _cone(rng: np.random.Generator) -> Model:
    """Build scoops of ice cream in a cone."""
    draft = Draft(rng, "icecream", "ice cream cone")
    scoops, taste = draft.count(1, 3), draft.colour("black", "grey")
    draft.add("cone", unlike(taste, "light brown", "beige"), lathe([(0.03, 0), (0.28, 0.75), (0.3, 0.8)], 20))
    y = 0.9
    for number in range(scoops):
        draft.add("scoop", taste if number == 0 else draft.colour("black", "grey", taste), ball(0.33, 0, y))
        y += 0.42
    if draft.chance(0.4):
        draft.add("cherry", unlike(taste, "red", "purple"), ball(0.1, 0, y - 0.06))
        draft.say("with a cherry on top")
    draft.say(f"with {counted(scoops, 'scoop')}", "in a cone")
    return draft.finish("ice cream", "ice cream cone", "ice-cream", "gelato")


def _popsicle(rng: np.random.Generator) -> Model:
    """Build an ice lolly on a stick."""
    draft = Draft(rng, "icecream", "popsicle")
    taste = draft.colour("black", "grey")
    draft.add("ice", taste, block(0.5, 0.75, 0.24, y=0.35, bevel=0.08), ball(0.25, 0, 1.08, 0, 0.9).scaled(1, 1, 0.48))
    if draft.chance(0.5):
        second = draft.colour("black", "grey", taste)
        draft.add(
            "tip", second, block(0.53, 0.36, 0.27, y=0.76, bevel=0.08), ball(0.265, 0, 1.08).scaled(1, 1.02, 0.51)
        )
        draft.say(f"with a {second} top")
    draft.add("stick", "light brown", block(0.13, 0.42, 0.08))
    draft.say("on a stick")
    return draft.finish("popsicle", "ice lolly", "ice pop", "ice cream")


def _sundae(rng: np.random.Generator) -> Model:
    """Build three scoops in a glass bowl on a foot, with a cherry."""
    draft = Draft(rng, "icecream", "sundae")
    glass, taste = "light blue", draft.colour("black", "grey", "blue")
    draft.add("bowl", glass, lathe([(0.26, 0), (0.24, 0.05), (0.06, 0.1), (0.06, 0.25), (0.3, 0.35), (0.46, 0.62)], 24))
    for number, turn in enumerate(np.radians([90, 210, 330])):
        paint = taste if number == 0 else draft.colour("black", "grey", "blue")
        draft.add("scoop", paint, ball(0.27, 0.2 * np.cos(turn), 0.68, 0.2 * np.sin(turn)))
    draft.add("wafer", "light brown", cone(0.1, 0.5, 0.28, -0.5, -0.1).turned("z", 180).moved(0.5, 0.6, -0.1))
    draft.add("cherry", unlike(taste, "red", "purple"), ball(0.11, 0, 0.95))
    draft.say("in a bowl", "with three scoops", "with a cherry on top")
    return draft.finish("ice cream sundae", "sundae", "ice cream")


CUPCAKE: dict[str, Builder] = {"swirl cupcake": _swirl, "domed cupcake": _dome, "sprinkled cupcake": _sprinkled}
CAKE: dict[str, Builder] = {"birthday cake": _birthday, "slice of cake": _slice}
ICECREAM: dict[str, Builder] = {"ice cream cone": _cone, "popsicle": _popsicle, "sundae": _sundae}
