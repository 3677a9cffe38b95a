"""Rifles and other long guns, pointing along +X as most weapon meshes do; old ones stand in `rifle_classic`."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import along_x, rod_x
from iss_backend.data.procedural.rifle_classic import CLASSIC_STYLES
from iss_backend.data.procedural.rifle_parts import (
    add_barrel,
    add_bipod,
    add_drum,
    add_grip,
    add_iron_sights,
    add_scope,
    add_stock,
    flat,
    magazine,
    metallic,
    slab,
    tactical,
)
from iss_backend.data.procedural.solids import box, ellipsoid


def _assault(rng: np.random.Generator) -> Model:
    """Build an assault rifle: pistol grip, box magazine, handguard, perhaps a carrying handle or a scope."""
    draft = Draft(rng, "rifle", "assault rifle")
    main, second = tactical(draft), draft.choose("black", "black", "walnut wood", "dark metal")
    add_stock(draft, draft.choose("solid", "skeleton", "tube"), second, -0.17)
    draft.add("receiver", main, slab(-0.18, 0.1, -0.04, 0.04, 0.05))
    draft.add("handguard", second, slab(0.09, 0.3, -0.032, 0.03, 0.05))
    add_barrel(draft, 0.28, draft.between(0.44, 0.52), 0.016, "black metal")
    add_grip(draft, -0.1, second)
    bend = draft.choose("curved", "straight")
    draft.add(
        "magazine",
        "black" if main != "black" else "grey",
        magazine(0.05, draft.between(0.15, 0.2), 0.07 if bend == "curved" else 0.01),
    )
    draft.say(f"with a {bend} magazine", "with a pistol grip")
    _add_sight(draft)
    return draft.finish("rifle", "assault rifle", "machine gun", "gun", "weapon", "firearm")


def _add_sight(draft: Draft) -> None:
    """Add a scope, a carrying handle or iron sights."""
    kind = draft.choose("scope", "handle", "iron")
    if kind == "scope":
        add_scope(draft, -0.03, draft.between(0.16, 0.22), 0.08)
    elif kind == "handle":
        outline = [
            (-0.14, 0.03),
            (-0.1, 0.03),
            (-0.08, 0.07),
            (0.02, 0.07),
            (0.04, 0.03),
            (0.08, 0.03),
            (0.04, 0.1),
            (-0.12, 0.1),
        ]
        draft.add("carrying handle", "black", flat(outline, 0.03))
        draft.say("with a carrying handle")
    else:
        add_iron_sights(draft, -0.12, 0.27, 0.035)


def _sniper(rng: np.random.Generator) -> Model:
    """Build a sniper rifle: long barrel, scope, bipod."""
    draft = Draft(rng, "rifle", "sniper rifle")
    main, metal = tactical(draft), metallic(draft)
    outline = [
        (-0.5, -0.11),
        (-0.34, -0.1),
        (-0.28, -0.05),
        (-0.22, -0.13),
        (-0.17, -0.13),
        (-0.15, -0.05),
        (0.15, -0.04),
        (0.15, 0.0),
        (-0.2, 0.0),
        (-0.24, 0.02),
        (-0.5, 0.02),
    ]
    draft.add("stock", main, flat(outline, 0.05))
    draft.add("receiver", metal, slab(-0.22, 0.06, -0.01, 0.035, 0.04))
    add_barrel(draft, 0.05, 0.54, 0.016, metal, 0.01)
    draft.add("muzzle brake", "black", rod_x(0.025, 0.5, 0.56, 14).moved(0.0, 0.01, 0.0))
    draft.add("bolt", "silver", rod((-0.13, 0.01, 0.0), (-0.15, -0.02, 0.07), 0.017))
    draft.add("magazine", "black", slab(-0.07, 0.0, -0.1, -0.03, 0.035))
    add_scope(draft, -0.06, draft.between(0.26, 0.34), 0.085)
    if draft.chance(0.6):
        add_bipod(draft, 0.14, draft.between(0.15, 0.2), -0.03)
    draft.call("long")
    draft.say("with a long barrel")
    return draft.finish("sniper rifle", "rifle", "gun", "weapon", "firearm")


def _submachine_gun(rng: np.random.Generator) -> Model:
    """Build a short submachine gun."""
    draft = Draft(rng, "rifle", "submachine gun")
    main = tactical(draft)
    add_stock(draft, draft.choose("skeleton", "tube"), "black", -0.2)
    draft.add("receiver", main, slab(-0.22, 0.24, -0.045, 0.05, 0.065))
    add_barrel(draft, 0.2, draft.between(0.34, 0.42), 0.024, "black metal")
    add_grip(draft, -0.05, main)
    draft.add("magazine", "black" if main != "black" else "grey", magazine(0.11, draft.between(0.2, 0.26), 0.03))
    add_iron_sights(draft, -0.18, 0.2, 0.05)
    draft.call("short", "compact")
    draft.say("with a long magazine", "with a pistol grip")
    return draft.finish("submachine gun", "machine pistol", "machine gun", "gun", "rifle", "weapon")


def _tommy_gun(rng: np.random.Generator) -> Model:
    """Build a gangster's gun with a drum and two grips."""
    draft = Draft(rng, "rifle", "tommy gun")
    metal, wood = metallic(draft), draft.colour() if draft.chance(0.3) else draft.choose("walnut wood", "oak wood")
    draft.add("stock", wood, flat([(-0.5, -0.16), (-0.14, -0.04), (-0.14, 0.01), (-0.5, -0.04)], 0.05))
    draft.add("receiver", metal, slab(-0.17, 0.14, -0.035, 0.04, 0.05))
    add_barrel(draft, 0.12, 0.46, 0.02, metal)
    add_grip(draft, -0.08, wood)
    add_grip(draft, 0.25, wood, guard=False)
    add_drum(draft, 0.09, draft.between(0.085, 0.1), metal)
    draft.call("old")
    draft.say("with two grips")
    return draft.finish("tommy gun", "submachine gun", "machine gun", "gun", "rifle")


def _carbine(rng: np.random.Generator) -> Model:
    """Build a short rifle with a rail, a front grip and a small sight."""
    draft = Draft(rng, "rifle", "carbine")
    main = tactical(draft)
    add_stock(draft, draft.choose("solid", "tube"), main, -0.19)
    draft.add("receiver", main, slab(-0.2, 0.1, -0.045, 0.045, 0.06))
    draft.add("handguard", draft.choose("black", main), slab(0.09, 0.34, -0.035, 0.038, 0.06))
    add_barrel(draft, 0.3, 0.43, 0.018, "black metal")
    add_grip(draft, -0.1, "black")
    draft.add("magazine", "black" if main != "black" else "grey", magazine(0.05, 0.17, 0.03))
    draft.add("front grip", "black", slab(0.2, 0.245, -0.13, -0.03, 0.036))
    draft.add("red dot sight", "black", slab(-0.06, 0.02, 0.04, 0.1, 0.05))
    draft.add("lens", "red", slab(-0.063, 0.023, 0.06, 0.088, 0.03))
    draft.call("short")
    draft.say("with a front grip", "with a red dot sight", "with a magazine")
    return draft.finish("rifle", "carbine", "assault rifle", "gun", "weapon")


def _bullpup(rng: np.random.Generator) -> Model:
    """Build a rifle whose magazine sits behind the grip."""
    draft = Draft(rng, "rifle", "bullpup rifle")
    main = tactical(draft)
    outline = [
        (-0.46, -0.12),
        (-0.4, -0.12),
        (-0.3, -0.06),
        (0.24, -0.05),
        (0.3, 0.0),
        (0.2, 0.05),
        (-0.4, 0.06),
        (-0.46, 0.04),
    ]
    draft.add("body", main, flat(outline, 0.065))
    add_barrel(draft, 0.26, draft.between(0.4, 0.46), 0.02, "black metal")
    add_grip(draft, -0.02, main)
    draft.add("magazine", "black" if main != "black" else "grey", magazine(-0.24, 0.19, 0.04))
    add_scope(draft, -0.02, 0.18, 0.1)
    draft.add("front grip", main, slab(0.14, 0.18, -0.13, -0.03, 0.04))
    draft.call("short", "futuristic")
    draft.say("with the magazine behind the grip")
    return draft.finish("rifle", "bullpup rifle", "assault rifle", "gun", "weapon")


def _machine_gun(rng: np.random.Generator) -> Model:
    """Build a heavy machine gun with a bipod and an ammunition box."""
    draft = Draft(rng, "rifle", "machine gun")
    main, second = tactical(draft), draft.choose("black", "olive", "brown")
    add_stock(draft, "solid", second, -0.2)
    draft.add("receiver", main, slab(-0.22, 0.12, -0.05, 0.05, 0.07))
    draft.add("barrel jacket", "dark metal", rod_x(0.032, 0.1, 0.36, 16))
    add_barrel(draft, 0.34, 0.54, 0.018, "black metal")
    add_grip(draft, -0.13, "black")
    draft.add("ammunition box", second, slab(-0.02, 0.11, -0.17, -0.04, 0.1))
    add_bipod(draft, 0.34, draft.between(0.17, 0.22))
    add_iron_sights(draft, -0.1, 0.34, 0.04)
    draft.call("heavy", "big")
    draft.say("with an ammunition box")
    return draft.finish("machine gun", "rifle", "heavy gun", "gun", "weapon")


def _laser(rng: np.random.Generator) -> Model:
    """Build a science-fiction rifle with glowing coils."""
    draft = Draft(rng, "rifle", "laser rifle")
    main, glow = draft.colour(), draft.choose("turquoise", "lime", "hot pink", "red", "orange")
    outline = [
        (-0.46, -0.1),
        (-0.28, -0.06),
        (-0.2, -0.05),
        (0.1, -0.05),
        (0.16, 0.0),
        (0.1, 0.05),
        (-0.2, 0.06),
        (-0.46, 0.02),
    ]
    draft.add("body", main, flat(outline, 0.07))
    draft.add("barrel", "silver", rod_x(0.022, 0.1, 0.44, 14))
    for x in np.linspace(0.18, 0.38, draft.count(3, 4)):
        draft.add("coil", glow, rod_x(0.042, -0.014, 0.014, 18).moved(float(x), 0.0, 0.0))
    draft.add("emitter", glow, along_x([(0.02, 0.42), (0.045, 0.48), (0.03, 0.5)], 18))
    draft.add("power cell", glow, ellipsoid((0.1, 0.035, 0.05), (-0.08, 0.05, 0.0), 10, 16))
    add_grip(draft, -0.1, main)
    draft.add("front grip", main, flat([(0.02, -0.12), (0.06, -0.12), (0.08, -0.03), (0.02, -0.03)], 0.04))
    if draft.chance(0.5):
        draft.add("scope", "black", box((0.16, 0.045, 0.04), (-0.04, 0.11, 0.0), 0.01))
        draft.say("with a scope")
    draft.call("futuristic", "sci-fi")
    draft.say(f"with glowing {glow} coils", f"with a glowing {glow} power cell")
    return draft.finish("laser rifle", "laser gun", "ray gun", "blaster", "rifle", "gun")


STYLES: dict[str, Builder] = {
    "assault rifle": _assault,
    "sniper rifle": _sniper,
    "submachine gun": _submachine_gun,
    "tommy gun": _tommy_gun,
    "carbine": _carbine,
    "bullpup rifle": _bullpup,
    "machine gun": _machine_gun,
    "laser rifle": _laser,
    **CLASSIC_STYLES,
}
