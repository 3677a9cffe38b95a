"""Mushrooms, trees and fruit."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, cone, pillar, rod, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import ellipsoid, lathe, tube


def _mushroom(rng: np.random.Generator, style: str, rise: float) -> Model:
    """Build a mushroom: a pale stem under a domed cap with dots; ``rise`` is the cap's height."""
    draft = Draft(rng, "mushroom", style)
    main = "red" if draft.chance(0.4) else draft.colour("white")
    wide, stem = draft.between(0.42, 0.55), draft.between(0.4, 0.6)
    draft.add(
        "stem", unlike(main, "white", "beige"), lathe([(0.2, 0), (0.22, 0.08), (0.13, 0.25), (0.14, stem + 0.1)], 24)
    )
    slopes = np.linspace(0, np.pi / 2, 8)
    cap = [
        (0.1, stem),
        (wide * 0.95, stem - 0.02),
        *((wide * np.cos(a), stem + rise * np.sin(a)) for a in slopes[:-1]),
        (0.0, stem + rise),
    ]
    draft.add("cap", main, lathe(cap, 28))
    draft.say("with a stem", "with a cap")
    if style != "plain mushroom":
        for up, count in ((0.3, 7), (0.85, 4), (np.pi / 2, 1)):
            for turn in np.linspace(0, 2 * np.pi, count + 1)[:-1] + 0.4:
                far = wide * np.cos(up)
                draft.add(
                    "dot",
                    unlike(main, "white", "yellow"),
                    ball(0.085, far * np.cos(turn), stem + rise * np.sin(up), far * np.sin(turn), 0.8),
                )
        draft.say("with dots")
    return draft.finish("mushroom", "toadstool", "fungus")


def _dotted(rng: np.random.Generator) -> Model:
    """Build a toadstool with a round cap and dots."""
    return _mushroom(rng, "dotted mushroom", 0.42)


def _flat(rng: np.random.Generator) -> Model:
    """Build a toadstool with a flat cap and dots."""
    return _mushroom(rng, "flat mushroom", 0.24)


def _plain(rng: np.random.Generator) -> Model:
    """Build a mushroom without dots."""
    return _mushroom(rng, "plain mushroom", 0.36)


def _round_tree(rng: np.random.Generator) -> Model:
    """Build a tree with a leafy crown, perhaps with fruit or blossoms."""
    draft = Draft(rng, "tree", "leafy tree")
    leaf = draft.choose("green", "green", "green", "dark green", "orange", "red", "pink", "yellow")
    trunk = draft.between(0.45, 0.7)
    draft.add("trunk", "brown", pillar(0.13, trunk + 0.2, top=0.75))
    draft.add("crown", leaf, ball(0.45, 0, trunk + 0.4))
    for turn in np.linspace(0, 2 * np.pi, 6)[:-1]:
        draft.add("crown", leaf, ball(draft.between(0.24, 0.32), 0.34 * np.cos(turn), trunk + 0.3, 0.34 * np.sin(turn)))
    if draft.chance(0.4):
        fruit = draft.apart(leaf, "red", "yellow", "orange")
        for _ in range(12):
            turn, up = draft.between(0, 2 * np.pi), draft.between(-0.1, 0.8)
            far = 0.5 * np.cos(up)
            draft.add(
                "fruit", fruit, ball(0.065, far * np.cos(turn), trunk + 0.38 + 0.45 * np.sin(up), far * np.sin(turn))
            )
        draft.say(f"with {fruit} fruit")
    draft.say("with a brown trunk", "with leaves")
    return draft.finish("tree", "leafy tree", "oak tree")


def _conifer(rng: np.random.Generator) -> Model:
    """Build a conifer of stacked cones, perhaps with balls and a star on top."""
    draft = Draft(rng, "tree", "conifer")
    leaf, tiers = draft.choose("green", "dark green", "green", "white"), 3
    festive = draft.chance(0.5)
    draft.add("trunk", "brown", pillar(0.1, 0.3))
    for number in range(tiers):
        radius, y = 0.48 - 0.11 * number, 0.24 + 0.34 * number
        draft.add("branches", leaf, cone(radius, 0.58, 0, y))
        for turn in np.linspace(0, 2 * np.pi, 7)[:-1] + number if festive else ():
            draft.add(
                "ball",
                draft.colour(leaf, "brown", "black"),
                ball(0.06, radius * 0.9 * np.cos(turn), y + 0.08, radius * 0.9 * np.sin(turn)),
            )
    if festive:
        draft.add("star", "yellow", ball(0.1, 0, 1.52))
        draft.say("with coloured balls", "with a star on top")
        return draft.finish("christmas tree", "fir tree", "tree")
    return draft.finish("pine tree", "fir tree", "conifer", "tree")


def _palm(rng: np.random.Generator) -> Model:
    """Build a palm: a bent trunk, drooping leaves, coconuts."""
    draft = Draft(rng, "tree", "palm tree")
    bend, height = draft.between(-0.25, 0.25), draft.between(1.0, 1.3)
    draft.add(
        "trunk",
        "brown",
        tube(np.array([(0, 0, 0), (bend * 0.3, height / 2, 0), (bend, height, 0)]), [0.11, 0.08, 0.07]),
    )
    for turn in np.linspace(0, 2 * np.pi, 8)[:-1]:
        leaf = tube(np.array([(0, 0, 0), (0.28, 0.12, 0), (0.52, 0.0, 0), (0.66, -0.22, 0)]), [0.06, 0.1, 0.09, 0.04])
        draft.add("leaf", "green", leaf.scaled(1, 0.8, 1).turned("y", np.degrees(turn)).moved(bend, height, 0))
    draft.add("coconut", "dark brown", *(ball(0.09, bend + 0.1 * x, height - 0.1, 0.08) for x in (-1, 1)))
    draft.call("tropical")
    draft.say("with drooping leaves", "with coconuts")
    return draft.finish("palm tree", "palm", "coconut tree", "tree")


def _apple(rng: np.random.Generator) -> Model:
    """Build an apple with a stem and a leaf."""
    draft = Draft(rng, "fruit", "apple")
    main = draft.choose("red", "green", "yellow")
    profile = [(0, 0.06), (0.16, 0.0), (0.34, 0.14), (0.47, 0.42), (0.44, 0.66), (0.28, 0.82), (0.12, 0.8), (0, 0.68)]
    wide, tall = draft.between(0.9, 1.12), draft.between(0.82, 1.12)
    top = 0.66 * tall
    draft.add("apple", main, lathe(profile, 28).scaled(wide, tall, wide))
    draft.add("stem", "brown", rod((0, top, 0), (0.05, top + 0.34, 0), 0.038))
    leaf = ellipsoid((0.19, 0.045, 0.1), (0, 0, 0), 8, 14).turned("z", 25).moved(0.22, top + 0.27, 0)
    draft.add("leaf", unlike(main, "green", "dark green"), leaf)
    draft.call("round")
    draft.say("with a leaf", "with a stem")
    return draft.finish("apple", "fruit")


def _pear(rng: np.random.Generator) -> Model:
    """Build a pear with a stem."""
    draft = Draft(rng, "fruit", "pear")
    main = draft.choose("green", "yellow", "lime", "red")
    neck, tall = draft.between(0.85, 1.25), draft.between(0.88, 1.15)
    belly = [(0, 0), (0.2, 0.02), (0.4, 0.2), (0.42, 0.4)]
    top = [(0.27 * neck, 0.7), (0.2 * neck, 0.9), (0.1 * neck, 1.02), (0, 1.05)]
    draft.add("pear", main, lathe([*belly, *top], 28).scaled(1, tall, 1))
    draft.add("stem", "brown", rod((0, 1.05 * tall - 0.06, 0), (0.06, 1.05 * tall + 0.2, 0), 0.04))
    draft.say("with a stem")
    return draft.finish("pear", "fruit")


def _banana(rng: np.random.Generator) -> Model:
    """Build a bent banana with dark ends."""
    draft = Draft(rng, "fruit", "banana")
    main = draft.choose("yellow", "yellow", "green")
    turns = np.radians(np.linspace(draft.between(185, 215), draft.between(325, 355), 13))
    thick = draft.between(0.14, 0.19)
    path = np.stack([0.7 * np.cos(turns), 0.7 * np.sin(turns), 0 * turns], 1)
    draft.add("banana", main, tube(path, thick * np.sin(np.linspace(0.25, np.pi - 0.35, 13)) + 0.01, 12))
    draft.add("tip", "brown", ball(0.35 * thick, *path[0]), ball(0.4 * thick, *path[-1]))
    draft.call("curved")
    return draft.finish("banana", "fruit")


MUSHROOM: dict[str, Builder] = {"dotted mushroom": _dotted, "flat mushroom": _flat, "plain mushroom": _plain}
TREE: dict[str, Builder] = {"leafy tree": _round_tree, "conifer": _conifer, "palm tree": _palm}
FRUIT: dict[str, Builder] = {"apple": _apple, "pear": _pear, "banana": _banana}
