"""Cupcakes, cakes and ice creams."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, cone, counted, pillar, ring, rod, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import lathe, tube


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
    base, rise = draft.between(0.3, 0.46), draft.between(0.34, 0.52)
    draft.add("cup", cup, pillar(0.3, base, top=draft.between(1.3, 1.5), sides=14))
    top = base
    if style == "swirl cupcake":
        for size in (0.46, 0.36, 0.25, 0.14):
            draft.add("icing", icing, ball(size, 0, top + 0.3 * size, 0, 0.42))
            top += 0.32 * size + 0.03
        draft.say("with a swirl of icing")
    else:
        dome = [(0.47 * np.sqrt(1 - up), base + rise * up) for up in np.linspace(0, 1, 9)]
        draft.add("icing", icing, lathe([(0.42, base - 0.03), *dome], 24))
        top = base + rise - 0.02
        draft.say("with icing")
    if style == "sprinkled cupcake" or draft.chance(0.3):
        _sprinkle(draft, 0.47, top - base + 0.02, base, 24, icing)
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
    layers, thick, wide = draft.count(3, 5), draft.between(0.13, 0.18), draft.between(0.6, 0.9)
    for number in range(layers):
        wedge = pillar(0.62, thick + 0.01, 0, thick * number, 0.1, 1, 3).scaled(wide, 1, 1).turned("y", 150)
        draft.add("layer", dough if (layers - number) % 2 == 0 else icing, wedge)
    draft.add("cherry", unlike(icing, "red", "purple"), ball(0.11, 0.0, layers * thick + 0.08, 0.0))
    draft.say("with layers", "with a cherry on top")
    return draft.finish("slice of cake", "piece of cake", "cake")


def _ring_cake(rng: np.random.Generator) -> Model:
    """Build a cake in a ring with icing that runs down."""
    draft = Draft(rng, "cake", "ring cake")
    dough, wide = draft.choose("brown", "light brown", "dark brown"), draft.between(0.3, 0.38)
    icing, thick = draft.colour(dough, "black", "grey"), draft.between(0.18, 0.24)
    circle = ring(wide, 0.0)[:, [0, 2, 1]] * [1, 0, 1]
    draft.add("cake", dough, tube(circle, thick, 14).scaled(1, draft.between(0.9, 1.3), 1).moved(0, thick, 0))
    high = draft.parts[0].solid.vertices[:, 1].max()
    draft.add("icing", icing, tube(circle, 0.8 * thick, 14).scaled(1, 0.7, 1).moved(0, high - 0.45 * thick, 0))
    for turn in np.linspace(0, 2 * np.pi, draft.count(5, 9))[:-1]:
        drop = rod((0, 0, 0), (0, -0.9 * thick, 0), 0.06)
        x, z = (wide + 0.8 * thick) * np.cos(turn), (wide + 0.8 * thick) * np.sin(turn)
        draft.add("icing", icing, drop.moved(x, high - 0.4 * thick, z))
    draft.add("plate", unlike(icing, "white", "light blue"), pillar(wide + thick + 0.12, 0.07, 0, -0.02))
    draft.say("with a hole in the middle", f"with {icing} icing")
    return draft.finish("cake", "ring cake", "bundt cake")


def _layer_cake(rng: np.random.Generator) -> Model:
    """Build a low round cake of layers with cream between them, a domed top and fruit on it."""
    draft = Draft(rng, "cake", "layer cake")
    dough = draft.choose("brown", "light brown", "dark brown", "light yellow")
    cream, layers = draft.apart(dough, "white", "pink", "red", "light yellow"), draft.count(2, 4)
    y, thick = 0.05, draft.between(0.15, 0.22)
    draft.add("plate", unlike(cream, "white", "light blue"), pillar(0.62, 0.06))
    for _ in range(layers):
        draft.add("layer", dough, pillar(0.5, thick, 0, y))
        draft.add("cream", cream, pillar(0.52, 0.08, 0, y + thick - 0.02))
        y += thick + 0.04
    draft.add("icing", cream, ball(0.5, 0, y, 0, draft.between(0.15, 0.4)))
    fruit = draft.apart(cream, "red", "orange", "purple")
    for turn in np.linspace(0, 2 * np.pi, draft.count(3, 8) + 1)[:-1]:
        draft.add("fruit", fruit, ball(0.09, 0.3 * np.cos(turn), y + 0.12, 0.3 * np.sin(turn)))
    draft.call("round")
    draft.say("with fruit on top", "with layers of cream")
    return draft.finish("cake", "layer cake", "birthday cake", "sponge cake")


def _square_cake(rng: np.random.Generator) -> Model:
    """Build a long cake with rows of fruit on its icing."""
    draft = Draft(rng, "cake", "square cake")
    icing = draft.colour("black", "grey")
    dough = draft.apart(icing, "light brown", "light yellow", "brown")
    width, depth, high = draft.between(0.8, 1.2), draft.between(0.55, 0.8), draft.between(0.18, 0.3)
    draft.add("cake", icing, block(width, 0.12, depth, 0, high + 0.04))
    draft.add("layer", dough, block(0.97 * width, high + 0.02, 0.97 * depth, 0, 0.04))
    fruit = draft.apart(icing, "red", "purple", "orange")
    for x in np.linspace(-0.38, 0.38, draft.count(3, 5)):
        places = [(x * width, z * depth) for z in (-0.3, 0.3)]
        draft.add("cherry", fruit, *(ball(0.08, px, high + 0.2, pz) for px, pz in places))
    draft.add("plate", unlike(icing, "white", "light blue"), block(width + 0.2, 0.06, depth + 0.2))
    draft.call("rectangular")
    draft.say("with fruit on top", f"with {icing} icing")
    return draft.finish("cake", "square cake", "party cake")


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
    stem, size = draft.between(0.1, 0.32), draft.between(0.25, 0.31)
    top = 0.47 + stem
    foot = [(0.26, 0), (0.24, 0.05), (0.06, 0.1), (0.06, 0.1 + stem)]
    draft.add("bowl", glass, lathe([*foot, (0.3, 0.2 + stem), (draft.between(0.42, 0.52), top)], 24))
    for number, turn in enumerate(np.radians([90, 210, 330])):
        paint = taste if number == 0 else draft.colour("black", "grey", "blue")
        draft.add("scoop", paint, ball(size, 0.72 * size * np.cos(turn), top + 0.06, 0.72 * size * np.sin(turn)))
    draft.add("wafer", "light brown", cone(0.1, 0.5, 0.28, -0.5, -0.1).turned("z", 180).moved(0.5, top - 0.02, -0.1))
    draft.add("cherry", unlike(taste, "red", "purple"), ball(0.11, 0, top + 0.69 * size + 0.14))
    draft.say("in a bowl", "with three scoops", "with a cherry on top")
    return draft.finish("ice cream sundae", "sundae", "ice cream")


CUPCAKE: dict[str, Builder] = {"swirl cupcake": _swirl, "domed cupcake": _dome, "sprinkled cupcake": _sprinkled}
CAKE: dict[str, Builder] = {
    "birthday cake": _birthday,
    "slice of cake": _slice,
    "ring cake": _ring_cake,
    "layer cake": _layer_cake,
    "square cake": _square_cake,
}
ICECREAM: dict[str, Builder] = {"ice cream cone": _cone, "popsicle": _popsicle, "sundae": _sundae}
