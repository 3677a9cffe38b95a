"""Rocks: boulders, flat stones, heaps, spires and crystals."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import Solid, hull, lathe

_GREYS = ("grey", "grey", "dark grey", "light grey", "stone")


def _stone(rng: np.random.Generator, size: tuple[float, float, float], corners: int = 26) -> Solid:
    """Build an irregular convex stone of sides ``size`` [3] that lies on the ground; fewer corners make it rougher."""
    directions = rng.normal(size=(corners, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    points = directions * rng.uniform(0.75, 1.0, (corners, 1))
    points[:, 1] = np.maximum(points[:, 1], -0.55)  # a flat foot
    stone = hull(points)
    low, high = stone.vertices.min(axis=0), stone.vertices.max(axis=0)
    placed = stone.moved(*(-(low + high) / 2)).scaled(*(np.array(size) / (high - low)))
    return placed.moved(0, size[1] / 2, 0)


def _paint(draft: Draft) -> str:
    """Draw what rocks are painted with: mostly greys, some browns, sometimes any colour."""
    if draft.chance(0.2):
        return draft.colour()
    return draft.choose(*_GREYS, "brown", "beige")


def _boulder(rng: np.random.Generator) -> Model:
    """Build one rounded boulder, perhaps with moss or snow on it."""
    draft = Draft(rng, "rock", "boulder")
    size = (draft.between(0.8, 1.1), draft.between(0.55, 1.05), draft.between(0.7, 1.1))
    draft.add("rock", _paint(draft), _stone(rng, size, draft.count(20, 60)))
    if draft.chance(0.3):
        cover, word = ("green", "mossy") if draft.chance(0.6) else ("white", "snowy")
        draft.add("cover", cover, _stone(rng, (0.75 * size[0], 0.5 * size[1], 0.75 * size[2])).moved(0, 0.56 * size[1]))
        draft.call(word)
        draft.say("with moss on it" if word == "mossy" else "with snow on top")
    return draft.finish("rock", "boulder", "stone")


def _angular(rng: np.random.Generator) -> Model:
    """Build one rock of few flat faces."""
    draft = Draft(rng, "rock", "angular rock")
    size = (draft.between(0.7, 1.1), draft.between(0.5, 1.2), draft.between(0.7, 1.0))
    draft.add("rock", _paint(draft), _stone(rng, size, draft.count(10, 16)))
    draft.call("jagged")
    return draft.finish("rock", "boulder", "stone", "lump of rock")


def _flat(rng: np.random.Generator) -> Model:
    """Build a flat stone, or a stack of some that get smaller."""
    draft = Draft(rng, "rock", "flat stone")
    count, paint, y = draft.count(1, 4), _paint(draft), 0.0
    for number in range(count):
        width, high = 1.0 - 0.17 * number, draft.between(0.2, 0.3)
        size = (width, high, width * draft.between(0.75, 1.0))
        draft.add("stone", paint, _stone(rng, size, 36).moved(draft.between(-0.04, 0.04), y, 0))
        y += 0.85 * high
    draft.call("flat")
    return (
        draft.finish("stone", "flat rock", "rock") if count == 1 else draft.finish("stack of stones", "rocks", "cairn")
    )


def _heap(rng: np.random.Generator) -> Model:
    """Build a large rock with smaller ones leaning on it."""
    draft = Draft(rng, "rock", "group of rocks")
    paint, high = _paint(draft), draft.between(0.5, 0.9)
    draft.add("rock", paint, _stone(rng, (0.75, high, 0.7), 22))
    for turn in np.linspace(0, 2 * np.pi, draft.count(3, 6))[:-1] + draft.between(0, 2):
        side = draft.between(0.3, 0.5)
        size = (side, side * draft.between(0.6, 1.0), side)
        draft.add("rock", paint, _stone(rng, size, 18).moved(0.45 * np.cos(turn), 0, 0.42 * np.sin(turn)))
    return draft.finish("rocks", "rock", "pile of rocks", "boulders")


def _spire(rng: np.random.Generator) -> Model:
    """Build an upright rock, standing alone or beside lower ones."""
    draft = Draft(rng, "rock", "standing stone")
    paint, high = _paint(draft), draft.between(1.0, 1.4)
    draft.add("rock", paint, _stone(rng, (draft.between(0.4, 0.6), high, draft.between(0.35, 0.5)), 20))
    for x in (-0.3, 0.32)[: draft.count(0, 2)]:
        draft.add("rock", paint, _stone(rng, (0.4, high * draft.between(0.3, 0.7), 0.38), 16).moved(x, 0, 0.05))
    draft.call("tall")
    return draft.finish("rock", "standing stone", "rock formation", "cliff")


def _crystals(rng: np.random.Generator) -> Model:
    """Build a cluster of six-sided crystals on a stone."""
    draft = Draft(rng, "rock", "crystal")
    paint = draft.colour("grey", "black", "brown")
    draft.add("stone", draft.choose("grey", "dark grey", "brown"), _stone(rng, (0.8, 0.25, 0.7), 24))
    for number in range(draft.count(3, 7)):
        long, thick = draft.between(0.4, 0.6) + 0.4 * (number == 0), draft.between(0.09, 0.14)
        shard = lathe([(thick, 0), (thick, long * 0.75), (0.0, long)], 6)
        lean = draft.between(15, 50) if number else 0.0
        draft.add("crystal", paint, shard.turned("z", lean).turned("y", 70.0 * number).moved(0, 0.12, 0))
    draft.call("shiny")
    return draft.finish("crystal", "crystals", "gem", "gemstone", "ore")


def _asteroid(rng: np.random.Generator) -> Model:
    """Build a lump with craters' rims: an asteroid, round on all sides."""
    draft = Draft(rng, "rock", "asteroid")
    paint = draft.choose(*_GREYS, "brown")
    lump = _stone(rng, (draft.between(0.8, 1.1), draft.between(0.7, 0.9), 0.85), 60)
    draft.add("rock", paint, lump)
    for place in lump.vertices[rng.permutation(len(lump.vertices))[: draft.count(4, 7)]]:
        middle = place * 0.92 + np.array([0.0, 0.03, 0.0])
        draft.add("bump", paint, ball(draft.between(0.13, 0.2), *middle))
    if draft.chance(0.4):
        draft.add("vein", "orange", rod((-0.3, 0.4, 0.2), (0.3, 0.5, 0.25), 0.2))
        draft.say("with glowing lava")
    draft.call("round")
    return draft.finish("asteroid", "meteorite", "space rock", "rock")


ROCK: dict[str, Builder] = {
    "boulder": _boulder,
    "angular rock": _angular,
    "flat stone": _flat,
    "group of rocks": _heap,
    "standing stone": _spire,
    "crystal": _crystals,
    "asteroid": _asteroid,
}
