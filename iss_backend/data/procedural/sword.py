"""Swords and daggers, held upright: pommel at y = 0, tip at the top, the flat of the blade facing +Z."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, pillar, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import Solid, box, extrude, loft, tube

GRIPS = ("brown", "black", "dark red", "walnut wood", "leather", "dark blue")


def _steel(draft: Draft) -> str:
    """Draw the paint of a blade."""
    return draft.colour() if draft.chance(0.3) else draft.choose("silver", "steel", "chrome", "light grey")


def _straight_blade(width: float, low: float, high: float, ridge: float = 0.02) -> Solid:
    """Return a double-edged blade whose middle rises by `ridge` on both sides, pointed at the top."""
    rings = []
    for y, half in ((low, 0.5 * width), (high - 1.6 * width, 0.42 * width), (high, 0.0)):
        thick = ridge if half else 0.0
        rings.append((np.array([[half, 0.0], [0.0, thick], [-half, 0.0], [0.0, -thick]]), y))
    upright = loft([ring for ring, _ in rings], [y for _, y in rings]).turned("x", -90.0)
    return upright


def _add_hilt(draft: Draft, grip: float, guard: float, metal: str, radius: float = 0.02) -> None:
    """Add pommel, grip up to y = `grip` and a straight guard of width `guard`."""
    draft.add("grip", draft.choose(*GRIPS), pillar(radius, grip - 0.03, 0.0, 0.03))
    draft.add("pommel", metal, ball(0.012 + 1.1 * radius, 0.0, 1.2 * radius))
    draft.add("guard", metal, box((guard, 0.04, 0.045), (0.0, grip, 0.0), 0.008))


def _longsword(rng: np.random.Generator) -> Model:
    """Build a knight's sword with a straight blade and a cross guard."""
    draft = Draft(rng, "sword", "longsword")
    metal, grip = draft.choose("gold", "brass", "dark metal", "silver"), draft.between(0.2, 0.25)
    draft.add("blade", _steel(draft), _straight_blade(draft.between(0.06, 0.085), grip, 1.0))
    _add_hilt(draft, grip, draft.between(0.22, 0.3), metal)
    draft.call("long", "straight")
    draft.say("with a cross guard", "with a straight blade")
    return draft.finish("sword", "longsword", "knight's sword", "blade", "weapon")


def _greatsword(rng: np.random.Generator) -> Model:
    """Build a huge sword with a broad blade and a gem."""
    draft = Draft(rng, "sword", "greatsword")
    metal, gem, grip = draft.choose("gold", "dark metal", "black"), draft.choose("red", "blue", "green", "purple"), 0.26
    draft.add("blade", _steel(draft), _straight_blade(draft.between(0.13, 0.18), grip, 1.0, 0.032))
    _add_hilt(draft, grip, draft.between(0.3, 0.36), metal, 0.024)
    draft.add("gem", gem, ball(0.035, 0.0, grip))
    draft.call("big", "broad", "heavy")
    draft.say(f"with a {gem} gem", "with a broad blade")
    return draft.finish("sword", "greatsword", "broadsword", "claymore", "weapon")


def _dagger(rng: np.random.Generator) -> Model:
    """Build a short dagger."""
    draft = Draft(rng, "sword", "dagger")
    metal, grip = draft.choose("gold", "brass", "dark metal", "silver"), draft.between(0.36, 0.42)
    draft.add("blade", _steel(draft), _straight_blade(draft.between(0.12, 0.16), grip, 1.0, 0.034))
    _add_hilt(draft, grip, draft.between(0.26, 0.34), metal, 0.04)
    draft.call("short", "small")
    draft.say("with a short blade")
    return draft.finish("dagger", "knife", "short sword", "sword", "weapon")


def _curved(width: float, low: float, bend: float, clip: float) -> Solid:
    """Return a single-edged blade that leans towards +X by `bend` at the tip."""
    shares = np.linspace(0.0, 1.0, 9)
    spine = [(bend * t * t - 0.4 * width, low + (1.0 - low) * t) for t in shares]
    edge = [(bend * t * t + width * (0.6 + clip * np.sin(np.pi * t)), low + (0.93 - low) * t) for t in shares]
    return extrude([*edge, *spine[::-1]], 0.028)


def _katana(rng: np.random.Generator) -> Model:
    """Build a katana: slender curved blade, round guard, long grip."""
    draft = Draft(rng, "sword", "katana")
    grip, wrap = draft.between(0.24, 0.28), draft.colour()
    draft.add("blade", _steel(draft), _curved(0.05, grip, draft.between(0.07, 0.12), 0.0))
    draft.add("grip", wrap, pillar(0.024, grip, 0.0, 0.0))
    draft.add("guard", draft.choose("gold", "black", "dark metal"), pillar(0.06, 0.03, 0.0, grip - 0.01))
    draft.call("long", "slender", "curved")
    draft.say("with a curved blade", f"with a {wrap} grip", "with a round guard")
    return draft.finish("katana", "samurai sword", "sword", "blade", "weapon")


def _sabre(rng: np.random.Generator) -> Model:
    """Build a pirate's cutlass: broad curved blade and a hand guard."""
    draft = Draft(rng, "sword", "sabre")
    metal, grip = draft.choose("gold", "brass", "dark metal"), draft.between(0.22, 0.26)
    draft.add("blade", _steel(draft), _curved(0.085, grip, draft.between(0.14, 0.22), draft.between(0.1, 0.5)))
    draft.add("grip", draft.choose(*GRIPS), pillar(0.024, grip, 0.0, 0.0))
    bow = [(0.0, 0.02, 0.0), (0.08, 0.05, 0.0), (0.11, 0.5 * grip, 0.0), (0.09, grip, 0.0), (0.0, grip, 0.0)]
    draft.add("hand guard", metal, tube(np.array(bow), 0.018, 8), box((0.14, 0.035, 0.05), (0.02, grip, 0.0)))
    draft.call("curved")
    draft.say("with a curved blade", "with a hand guard")
    return draft.finish("sabre", "cutlass", "scimitar", "pirate sword", "sword", "weapon")


def _light_sabre(rng: np.random.Generator) -> Model:
    """Build a science-fiction sword whose blade is a beam."""
    draft = Draft(rng, "sword", "light sabre")
    beam = draft.choose("red", "green", "blue", "purple", "turquoise", "yellow")
    grip, radius = draft.between(0.2, 0.34), draft.between(0.03, 0.04)
    draft.add("blade", beam, pillar(draft.between(0.02, 0.028), 1.02 - grip, 0.0, grip - 0.02, top=0.8))
    draft.add("handle", "silver", pillar(radius, grip))
    draft.add("ring", "black", *(pillar(radius + 0.004, 0.03, 0.0, y) for y in (0.03, 0.09, grip - 0.05)))
    draft.add("button", "red" if beam != "red" else "blue", block(0.03, 0.04, 0.04, 0.0, 0.5 * grip, radius - 0.007))
    if draft.chance(0.25):
        draft.add("cross beam", beam, rod((-0.1, grip - 0.03, 0.0), (0.1, grip - 0.03, 0.0), 0.018))
        draft.say("with a cross guard")
    draft.call("glowing", "futuristic")
    draft.say(f"with a glowing {beam} blade")
    return draft.finish("light sabre", "laser sword", "sword", "weapon")


STYLES: dict[str, Builder] = {
    "longsword": _longsword,
    "greatsword": _greatsword,
    "dagger": _dagger,
    "katana": _katana,
    "sabre": _sabre,
    "light sabre": _light_sabre,
}
