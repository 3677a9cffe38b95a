"""Umbrellas and parasols, upright with the canopy at the top."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, arc, ball, counted, pillar
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import Solid, loft, tube

THICK = 0.035


def _sector(radius: float, high: float, first: float, last: float) -> Solid:
    """Return the part of a domed canopy between two angles about Y in degrees, its rim at y = 0.

    The section is lofted along the angle first and then bent about the axis, which turns it inside out.
    """
    turns = np.linspace(0.06, 0.5 * np.pi, 8)
    outer = np.column_stack([radius * np.sin(turns), high * np.cos(turns)])
    section = np.concatenate([outer, (outer - [0.0, THICK])[::-1]])
    angles = np.linspace(first, last, 2 + int((last - first) // 16.0))
    straight = loft([section] * len(angles), list(angles))
    reach, y, angle = straight.vertices.T
    around = np.radians(angle)
    return Solid(np.column_stack([reach * np.sin(around), y, reach * np.cos(around)]), straight.faces[:, ::-1])


def _add_canopy(draft: Draft, radius: float, high: float, y: float) -> None:
    """Add a canopy in one colour or in two that alternate; its rim lies at height y."""
    main = draft.colour()
    number = 2 * draft.count(3, 4)
    second = main if draft.chance(0.6) else draft.colour(main)
    step = 360.0 / number
    for place in range(number):
        panel = _sector(radius, high, place * step - 0.5, (place + 1) * step + 0.5)
        draft.add("canopy", second if place % 2 else main, panel.moved(0.0, y, 0.0))
    draft.add("cap", main, ball(0.04, 0.0, y + high - 0.01, 0.0, 0.6))
    if second == main:
        draft.say(f"with a {main} canopy")
    else:
        draft.call("striped", "colourful")
        draft.say(f"with {main} and {second} panels", f"with {counted(number, 'panel')}")


def _hook(radius: float, y: float) -> Solid:
    """Return a curved handle that hangs from (0, y)."""
    return tube(arc(radius, 0.0, -200.0, 12) + np.array([-radius, y, 0.0]), 0.022, 8)


def _open(rng: np.random.Generator) -> Model:
    """Build an open umbrella with a curved handle."""
    draft = Draft(rng, "umbrella", "open umbrella")
    y = draft.between(0.6, 0.68)
    _add_canopy(draft, draft.between(0.42, 0.5), draft.between(0.22, 0.32), y)
    draft.add("shaft", draft.choose("silver", "black metal", "walnut wood"), pillar(0.018, y + 0.2, 0.0, 0.08, 0.0))
    draft.add("handle", draft.choose("brown", "black", "walnut wood"), _hook(0.065, 0.1))
    draft.call("open")
    draft.say("with a curved handle")
    return draft.finish("umbrella", "open umbrella", "brolly", "rain umbrella")


def _closed(rng: np.random.Generator) -> Model:
    """Build a folded umbrella with a curved or straight handle."""
    draft = Draft(rng, "umbrella", "closed umbrella")
    main, wide = draft.colour(), draft.between(0.055, 0.085)
    turns = np.arange(16) * np.pi / 8.0
    star = np.column_stack([np.cos(turns), np.sin(turns)]) * np.where(np.arange(16) % 2, 0.72, 1.0)[:, None]
    folded = loft([star * size for size in (0.03, 0.6 * wide, wide, 0.9 * wide)], [0.0, 0.25, 0.6, 0.66])
    draft.add("canopy", main, folded.turned("x", -90.0).moved(0.0, 0.07, 0.0))
    draft.add("tie", draft.colour(main), pillar(0.85 * wide, 0.035, 0.0, 0.45))
    draft.add("tip", "silver", pillar(0.02, 0.1, 0.0, 0.0))
    draft.add("shaft", "silver", pillar(0.018, 0.7, 0.0, 0.2))
    handle = _hook(0.065, 0.0).turned("x", 180.0).moved(0.0, 0.88, 0.0)
    draft.add("handle", draft.choose("brown", "black", "walnut wood"), handle)
    draft.call("closed", "folded")
    draft.say("with a curved handle")
    return draft.finish("umbrella", "closed umbrella", "folded umbrella", "brolly")


def _parasol(rng: np.random.Generator) -> Model:
    """Build a beach or garden parasol on a foot."""
    draft = Draft(rng, "umbrella", "parasol")
    y = draft.between(0.66, 0.74)
    _add_canopy(draft, draft.between(0.45, 0.55), draft.between(0.16, 0.26), y)
    draft.add("pole", draft.choose("white", "oak wood", "silver"), pillar(0.02, y + 0.12))
    draft.add("foot", draft.choose("concrete", "black", "white"), pillar(0.15, 0.05, top=0.85))
    draft.call("big")
    draft.say("with a foot", "on a stand")
    return draft.finish("parasol", "umbrella", "sunshade", "beach umbrella", "garden umbrella")


STYLES: dict[str, Builder] = {
    "open umbrella": _open,
    "closed umbrella": _closed,
    "parasol": _parasol,
}
