"""Plants: flowers, potted plants, bushes, cacti and rosettes of leaves."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, pillar, rod, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import Solid, ellipsoid, lathe, tube

_GREENS = ("green", "green", "dark green", "light green")


def _leaf(length: float, width: float, droop: float = 0.4, tilt: float = 0.0) -> Solid:
    """Build a pointed leaf along +x that sinks by ``droop`` of its length; ``tilt`` raises it in degrees."""
    along = np.array([0.0, 0.35, 0.7, 1.0])
    path = np.stack([along * length, droop * length * (along - 1.6 * along**2), 0 * along], axis=1)
    leaf = tube(path, width * np.array([0.45, 1.0, 0.8, 0.35]), 8)
    return leaf.turned("x", 22.5).scaled(1.0, 0.7, 1.0).turned("z", tilt)


def _rosette(draft: Draft, count: int, length: float, width: float, height: float, tilt: tuple[float, float]) -> None:
    """Add leaves all round a point of the axis at a height, at angles to the ground from a range."""
    paint = draft.choose(*_GREENS)
    for number in range(count):
        leaf = _leaf(length * draft.between(0.8, 1.1), width, draft.between(0.2, 0.6), draft.between(*tilt))
        draft.add("leaf", paint, leaf.turned("y", 137.5 * number + draft.between(-15, 15)).moved(0, height, 0))


def _pot(draft: Draft, top: float, height: float) -> str:
    """Add a pot with a rim, filled with soil to its height; return its paint."""
    paint = "brown" if draft.chance(0.4) else draft.colour("green")
    foot = top * draft.between(0.6, 0.85)
    rim = [(top * 1.12, height * 0.82), (top * 1.12, height)]
    draft.add("pot", paint, lathe([(foot, 0), (top, height * 0.82), *rim, (0.0, height)], 24))
    draft.add("soil", unlike(paint, "dark brown", "black"), pillar(top * 0.9, 0.06, 0, height - 0.02))
    draft.say("in a pot", f"in a {paint} pot")
    return paint


def _petals(draft: Draft, paint: str, count: int, reach: float) -> None:
    """Add petals round a flower's heart at the origin, a little raised."""
    for turn in np.linspace(0, 360, count + 1)[:-1]:
        petal = ellipsoid((reach / 2, 0.05, min(0.17, 1.9 * reach / count)), (reach * 0.65, 0, 0), 8, 12)
        draft.add("petal", paint, petal.turned("z", 10).turned("y", turn))


def _stalk(draft: Draft, height: float, leaves: int) -> None:
    """Add a stalk with leaves on alternating sides."""
    draft.add("stem", "green", pillar(0.06, height))
    for number in range(leaves):
        leaf = _leaf(draft.between(0.4, 0.55), 0.1, 0.3, 35)
        draft.add("leaf", "green", leaf.turned("y", 180 * number + draft.between(-40, 40)).moved(0, 0.2 + 0.2 * number))


def _faced_flower(rng: np.random.Generator, style: str) -> Model:
    """Build a daisy or a sunflower: petals round a heart, facing forwards and up."""
    draft = Draft(rng, "plant", style)
    sunny = style == "sunflower"
    paint = "yellow" if sunny else draft.choose("white", "white", "yellow", "pink", "red", "purple", "blue", "orange")
    heart = "brown" if sunny else unlike(paint, "yellow", "white")
    height, reach = draft.between(0.8, 1.3), draft.between(0.32, 0.45) + 0.08 * sunny
    flower = Draft(rng, "plant", style)
    _petals(flower, paint, flower.count(8, 14), reach)
    flower.add("heart", heart, ball(reach * (0.5 if sunny else 0.4), 0, 0.03, 0, 0.45))
    lean = draft.between(30, 75)
    for part in flower.parts:
        draft.add(part.name, part.paint, part.solid.turned("x", lean).moved(0, height, 0.05))
    _stalk(draft, height, draft.count(1, 3))
    draft.say(f"with {paint} petals", f"with a {heart} centre", "with a green stem")
    return draft.finish(*(("sunflower", "flower") if sunny else ("flower", "daisy", "blossom")))


def _sunflower(rng: np.random.Generator) -> Model:
    """Build a sunflower."""
    return _faced_flower(rng, "sunflower")


def _daisy(rng: np.random.Generator) -> Model:
    """Build a daisy of any colour."""
    return _faced_flower(rng, "daisy")


def _tulip(rng: np.random.Generator) -> Model:
    """Build a tulip or a rose: a closed cup of petals on a stalk."""
    draft = Draft(rng, "plant", "tulip")
    paint, height = draft.colour("green", "black", "grey", "brown"), draft.between(0.7, 1.0)
    wide, tall = draft.between(0.24, 0.32), draft.between(0.4, 0.55)
    cup = [(0.06, 0), (wide, 0.3 * tall), (wide * 1.02, 0.55 * tall), (0.75 * wide, tall), (0.0, 0.75 * tall)]
    draft.add("flower", paint, lathe(cup, 20).moved(0, height - 0.02, 0))
    for turn in np.linspace(0, 360, 4)[:-1]:
        petal = ellipsoid((0.07, tall * 0.55, wide * 0.75), (wide * 0.75, 0.55 * tall, 0)).turned("y", turn)
        draft.add("petal", paint, petal.moved(0, height, 0))
    _stalk(draft, height, draft.count(2, 3))
    draft.say(f"with {paint} petals", "with a green stem", "with long leaves")
    return draft.finish("tulip", "flower", "rose", "blossom")


def _potted(rng: np.random.Generator) -> Model:
    """Build a house plant: many leaves out of a pot, perhaps with flowers."""
    draft = Draft(rng, "plant", "potted plant")
    high = draft.between(0.35, 0.5)
    pot = _pot(draft, draft.between(0.25, 0.34), high)
    _rosette(draft, draft.count(9, 14), draft.between(0.5, 0.75), draft.between(0.1, 0.14), high, (25, 85))
    draft.add("leaves", "green", ball(0.2, 0, high + 0.1))
    if draft.chance(0.4):
        paint = draft.apart(pot, "red", "pink", "yellow", "white", "purple")
        for turn in np.linspace(0, 2 * np.pi, draft.count(3, 5) + 1)[:-1]:
            x, z = 0.22 * np.cos(turn), 0.22 * np.sin(turn)
            draft.add("flower", paint, ball(0.12, x, high + draft.between(0.55, 0.75), z, 0.8))
            draft.add("stem", "green", rod((0, high, 0), (x, high + 0.6, z), 0.05))
        draft.say(f"with {paint} flowers")
    draft.say("with green leaves")
    return draft.finish("potted plant", "plant", "houseplant", "pot plant", "flower pot")


def _potted_tree(rng: np.random.Generator) -> Model:
    """Build a clipped ball, or two, on a trunk in a pot."""
    draft = Draft(rng, "plant", "topiary")
    high, leaf = draft.between(0.3, 0.42), draft.choose(*_GREENS)
    _pot(draft, draft.between(0.22, 0.3), high)
    y, size = high + draft.between(0.15, 0.4), draft.between(0.28, 0.38)
    draft.add("trunk", "brown", pillar(0.07, y - high + 0.3, 0, high - 0.05))
    for number in range(draft.count(1, 2)):
        scale = size * (1 - 0.3 * number)
        draft.add("leaves", leaf, ball(scale, 0, y + size * 0.9 + number * size * 1.35, 0, draft.between(0.9, 1.05)))
    draft.call("trimmed")
    return draft.finish("potted plant", "topiary", "houseplant", "plant")


def _bush(rng: np.random.Generator) -> Model:
    """Build a bush: overlapping balls of leaves on the ground, perhaps with berries or blossoms."""
    draft = Draft(rng, "plant", "bush")
    leaf = draft.choose(*_GREENS, "green", "orange", "red", "yellow")
    size, tall = draft.between(0.38, 0.5), draft.between(0.75, 1.1)
    draft.add("leaves", leaf, ball(size, 0, size * 0.6, 0, tall))
    places = []
    for turn in np.linspace(0, 2 * np.pi, draft.count(5, 8))[:-1] + draft.between(0, 1):
        radius, far = size * draft.between(0.5, 0.75), size * draft.between(0.6, 0.95)
        x, z, y = far * np.cos(turn), far * np.sin(turn), radius * draft.between(0.5, 0.9)
        draft.add("leaves", leaf, ball(radius, x, y, z, tall))
        places.append((x * 1.15, y + radius * tall * 0.75, z * 1.15))
    if draft.chance(0.4):
        berry = draft.apart(leaf, "red", "purple", "white", "pink", "blue")
        draft.add("berry", berry, *(ball(0.08, *place) for place in places))
        draft.say(f"with {berry} berries")
    draft.call("leafy")
    return draft.finish("bush", "shrub", "hedge", "plant", "shrubbery")


def _hedge(rng: np.random.Generator) -> Model:
    """Build a clipped hedge: a lumpy block of leaves."""
    draft = Draft(rng, "plant", "hedge")
    leaf, long, high = draft.choose(*_GREENS), draft.between(0.9, 1.4), draft.between(0.4, 0.7)
    deep = draft.between(0.3, 0.45)
    for x in np.linspace(-long / 2, long / 2, 6):
        for y in (0.3, 0.75):
            radius = draft.between(0.25, 0.31)
            draft.add("leaves", leaf, ball(radius, x, y * high, 0, high).scaled(1, 1, deep / 0.4))
    draft.call("long")
    return draft.finish("hedge", "bush", "shrub", "plant")


def _cactus(rng: np.random.Generator) -> Model:
    """Build a cactus with arms, in the ground or in a pot, perhaps with a flower."""
    draft = Draft(rng, "plant", "cactus")
    high, thick = draft.between(0.8, 1.2), draft.between(0.13, 0.2)
    potted = draft.chance(0.5)
    ground = draft.between(0.25, 0.35) if potted else 0.0
    if potted:
        _pot(draft, 0.28, ground)
    paint = draft.choose(*_GREENS)
    body = [(thick * 0.9, 0), (thick, high * 0.5), (thick, high - thick), (thick * 0.7, high - 0.05), (0.0, high)]
    draft.add("cactus", paint, lathe(body, 14).moved(0, ground - 0.02, 0))
    for side in (-1, 1)[: draft.count(0, 2)]:
        low, out, up = ground + high * draft.between(0.3, 0.5), 2.3 * thick, draft.between(0.2, 0.4)
        path = np.array([(0, low, 0), (side * out, low, 0), (side * out, low + up, 0)])
        draft.add("arm", paint, tube(path, 0.65 * thick, 12), ball(0.65 * thick, side * out, low + up, 0))
        draft.say("with arms")
    if draft.chance(0.4):
        draft.add("flower", draft.choose("pink", "red", "yellow"), ball(0.1, 0, ground + high, 0, 0.8))
        draft.say("with a flower on top")
    return draft.finish("cactus", "desert plant", "succulent", "plant")


def _agave(rng: np.random.Generator) -> Model:
    """Build a rosette of leaves on the ground: grass, a fern or an agave."""
    draft = Draft(rng, "plant", "leafy plant")
    _rosette(draft, draft.count(12, 20), draft.between(0.55, 0.8), draft.between(0.08, 0.13), 0.0, (20, 80))
    draft.add("leaves", "green", ball(0.14, 0, 0.05))
    draft.say("with long leaves")
    return draft.finish("plant", "leafy plant", "fern", "agave", "tuft of grass")


PLANT: dict[str, Builder] = {
    "potted plant": _potted,
    "sunflower": _sunflower,
    "bush": _bush,
    "daisy": _daisy,
    "cactus": _cactus,
    "tulip": _tulip,
    "topiary": _potted_tree,
    "hedge": _hedge,
    "leafy plant": _agave,
}
