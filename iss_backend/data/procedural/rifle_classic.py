"""Long guns with wooden stocks: hunting rifles, shotguns, muskets; pointing along +X."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ring, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import along_x, rod_x
from iss_backend.data.procedural.rifle_parts import (
    add_barrel,
    add_iron_sights,
    add_scope,
    add_trigger_guard,
    classic_stock,
    flat,
    metallic,
    slab,
    wooden,
)
from iss_backend.data.procedural.solids import tube

_LONG_GUN = ("gun", "weapon", "firearm")


def _hunting(rng: np.random.Generator) -> Model:
    """Build a bolt-action hunting rifle, usually with a scope."""
    draft = Draft(rng, "rifle", "hunting rifle")
    wood, metal = wooden(draft), metallic(draft)
    classic_stock(draft, wood, draft.between(0.14, 0.2), draft.between(0.06, 0.08))
    draft.add("receiver", metal, slab(-0.16, 0.04, -0.012, 0.03, 0.038))
    add_barrel(draft, 0.02, draft.between(0.46, 0.54), 0.016, metal, 0.008)
    draft.add("bolt", "silver", rod((-0.11, 0.0, 0.0), (-0.13, -0.02, 0.07), 0.017))
    add_trigger_guard(draft, -0.09)
    if draft.chance(0.7):
        add_scope(draft, -0.05, draft.between(0.22, 0.28), 0.075)
    else:
        add_iron_sights(draft, 0.0, 0.44, 0.02)
    draft.say("with a wooden stock" if "wood" in wood else f"with a {wood} stock")
    return draft.finish("rifle", "hunting rifle", "bolt-action rifle", *_LONG_GUN)


def _pump_shotgun(rng: np.random.Generator) -> Model:
    """Build a pump-action shotgun with a tube under the barrel."""
    draft = Draft(rng, "rifle", "shotgun")
    wood, metal = wooden(draft), metallic(draft)
    draft.add("stock", wood, flat([(-0.5, -0.13), (-0.16, -0.05), (-0.16, 0.02), (-0.5, -0.03)], 0.05))
    draft.add("receiver", metal, slab(-0.18, 0.05, -0.045, 0.035, 0.05))
    end = draft.between(0.42, 0.52)
    add_barrel(draft, 0.04, end, 0.019, metal, 0.015)
    draft.add("magazine tube", metal, rod_x(0.016, 0.04, end - 0.08, 14).moved(0.0, -0.02, 0.0))
    draft.add("pump", wood, rod_x(0.033, 0.14, 0.3, 16).moved(0.0, -0.018, 0.0))
    add_trigger_guard(draft, -0.1)
    draft.say("with a pump handle", "with a tube below the barrel")
    return draft.finish("shotgun", "pump-action shotgun", "rifle", *_LONG_GUN)


def _double_barrelled(rng: np.random.Generator) -> Model:
    """Build a shotgun with two barrels side by side, perhaps sawn off."""
    draft = Draft(rng, "rifle", "double-barrelled shotgun")
    wood, metal = wooden(draft), metallic(draft)
    sawn = draft.chance(0.3)
    draft.add("stock", wood, flat([(-0.5, -0.14), (-0.14, -0.05), (-0.14, 0.02), (-0.5, -0.04)], 0.055))
    draft.add("receiver", metal, slab(-0.16, 0.0, -0.045, 0.03, 0.07))
    end = 0.26 if sawn else 0.5
    for z in (-0.021, 0.021):
        draft.add("barrel", metal, rod_x(0.021, -0.02, end, 16).moved(0.0, 0.008, z))
        draft.add("muzzle", "black", rod_x(0.013, end - 0.05, end + 0.004, 12).moved(0.0, 0.008, z))
    draft.add("fore-end", wood, flat([(0.0, -0.05), (0.17, -0.035), (0.2, 0.0), (0.0, 0.0)], 0.06))
    add_trigger_guard(draft, -0.09)
    draft.call("short" if sawn else "long")
    draft.say("with two barrels")
    return draft.finish("shotgun", "double-barrelled shotgun", "hunting gun", "rifle", *_LONG_GUN)


def _musket(rng: np.random.Generator) -> Model:
    """Build a flintlock musket whose stock reaches nearly to the muzzle, perhaps with a bayonet."""
    draft = Draft(rng, "rifle", "musket")
    wood = wooden(draft)
    metal = draft.choose("steel", "dark metal", "brass")
    classic_stock(draft, wood, 0.38, draft.between(0.08, 0.1))
    add_barrel(draft, -0.12, 0.5, 0.018, metal, 0.008)
    draft.add("band", "brass", *(rod_x(0.032, x, x + 0.028, 16).moved(0.0, -0.01, 0.0) for x in (0.12, 0.32)))
    draft.add("lock plate", "brass", slab(-0.14, -0.04, -0.03, 0.01, 0.06))
    draft.add(
        "hammer",
        "steel",
        rod((-0.1, 0.0, 0.022), (-0.13, 0.06, 0.022), 0.015),
        rod((-0.13, 0.06, 0.022), (-0.1, 0.065, 0.022), 0.014),
    )
    add_trigger_guard(draft, -0.11)
    if draft.chance(0.4):
        draft.add("bayonet", "silver", flat([(0.46, -0.04), (0.68, -0.034), (0.66, 0.0), (0.46, 0.0)], 0.034))
        draft.say("with a bayonet")
    draft.call("old", "antique", "long")
    draft.say("with a wooden stock" if "wood" in wood else f"with a {wood} stock", "with a flintlock")
    return draft.finish("musket", "flintlock", "old rifle", "rifle", *_LONG_GUN)


def _lever_action(rng: np.random.Generator) -> Model:
    """Build a western rifle with a loop lever below."""
    draft = Draft(rng, "rifle", "lever-action rifle")
    wood, metal = wooden(draft), draft.choose("steel", "dark metal", "brass", "gold")
    drop, end, fore = draft.between(0.11, 0.18), draft.between(0.38, 0.52), draft.between(0.2, 0.3)
    butt = [(-0.5, -drop), (-0.46, -drop - 0.01), (-0.15, -0.05), (-0.15, 0.015), (-0.5, 0.1 - drop)]
    draft.add("stock", wood, flat(butt, 0.048))
    draft.add("receiver", metal, slab(-0.18, 0.05, -0.05, 0.035, 0.045))
    add_barrel(draft, 0.03, end, 0.016, "black metal", 0.012)
    draft.add("magazine tube", "black metal", rod_x(0.015, 0.03, end - 0.04, 14).moved(0.0, -0.022, 0.0))
    draft.add("fore-end", wood, slab(0.05, fore, -0.042, 0.012, 0.046))
    lever = tube(ring(draft.between(0.05, 0.065), 0.0, 22) * np.array([1.2, 0.8, 1.0]), 0.014, 8)
    draft.add("lever", metal, lever.moved(-0.17, -0.09, 0.0))
    add_trigger_guard(draft, -0.09)
    add_iron_sights(draft, 0.08, end - 0.03, 0.025)
    draft.call("old")
    draft.say("with a loop lever")
    return draft.finish("rifle", "lever-action rifle", "cowboy rifle", "western rifle", *_LONG_GUN)


def _blunderbuss(rng: np.random.Generator) -> Model:
    """Build a short old gun with a muzzle like a trumpet."""
    draft = Draft(rng, "rifle", "blunderbuss")
    wood, metal = wooden(draft), draft.choose("brass", "steel", "gold", "copper")
    classic_stock(draft, wood, 0.16, draft.between(0.09, 0.11))
    bell = draft.between(0.07, 0.085)
    draft.add(
        "barrel", metal, along_x([(0.032, -0.14), (0.025, 0.1), (0.03, 0.28), (0.6 * bell, 0.38), (bell, 0.44)], 22)
    )
    draft.add("muzzle", "black", along_x([(0.02, 0.3), (0.8 * bell, 0.436), (0.85 * bell, 0.446)], 22))
    draft.add("hammer", "steel", rod((-0.12, 0.0, 0.02), (-0.15, 0.065, 0.02), 0.016))
    add_trigger_guard(draft, -0.1)
    draft.call("old", "short", "antique")
    draft.say("with a trumpet-shaped barrel")
    return draft.finish("blunderbuss", "musket", "old gun", "rifle", *_LONG_GUN)


def _service_rifle(rng: np.random.Generator) -> Model:
    """Build a soldier's bolt-action rifle with a long wooden handguard and a box magazine."""
    draft = Draft(rng, "rifle", "service rifle")
    wood, metal = wooden(draft), metallic(draft)
    classic_stock(draft, wood, 0.34)
    draft.add("handguard", wood, slab(0.06, 0.32, -0.02, 0.028, 0.046))
    draft.add("receiver", metal, slab(-0.16, 0.06, -0.012, 0.03, 0.04))
    add_barrel(draft, 0.3, 0.5, 0.016, metal, 0.006)
    draft.add("magazine", metal, flat([(-0.05, -0.1), (0.02, -0.09), (0.03, -0.03), (-0.05, -0.03)], 0.036))
    draft.add("bolt", "silver", rod((-0.12, 0.01, 0.0), (-0.14, -0.02, 0.07), 0.017))
    add_trigger_guard(draft, -0.1)
    add_iron_sights(draft, 0.04, 0.48, 0.022)
    if draft.chance(0.5):
        draft.add("bayonet", "silver", flat([(0.4, -0.045), (0.62, -0.04), (0.6, -0.008), (0.4, -0.008)], 0.034))
        draft.say("with a bayonet")
    draft.call("old", "long")
    draft.say("with a wooden stock" if "wood" in wood else f"with a {wood} stock")
    return draft.finish("rifle", "army rifle", "service rifle", *_LONG_GUN)


CLASSIC_STYLES: dict[str, Builder] = {
    "hunting rifle": _hunting,
    "shotgun": _pump_shotgun,
    "double-barrelled shotgun": _double_barrelled,
    "musket": _musket,
    "lever-action rifle": _lever_action,
    "blunderbuss": _blunderbuss,
    "service rifle": _service_rifle,
}
