"""Guitars, held upright: strings face +Z, the head at the top."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, counted, disc
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import Solid, box, extrude

WOODS = ("oak wood", "pine wood", "walnut wood", "cherry wood", "dark wood")


def _waisted(lower: float, waist: float, upper: float, high: float, depth: float) -> Solid:
    """Return a body with two bouts and a waist, from y = 0 to `high`; the first three are half widths."""
    shares = np.array([0.0, 0.05, 0.15, 0.28, 0.42, 0.55, 0.65, 0.78, 0.9, 0.97, 1.0])
    halves = np.interp(
        shares,
        [0.0, 0.05, 0.15, 0.28, 0.42, 0.58, 0.65, 0.78, 0.9, 0.97, 1.0],
        [
            0.35 * lower,
            0.68 * lower,
            0.93 * lower,
            lower,
            0.86 * lower,
            waist,
            1.03 * waist,
            upper,
            0.85 * upper,
            0.5 * upper,
            0.25 * upper,
        ],
    )
    right = np.column_stack([halves, high * shares])
    return extrude(np.concatenate([right, (right * [-1.0, 1.0])[::-1]]), depth)


def _add_neck(draft: Draft, low: float, front: float, pegs: int, paint: str = "dark wood") -> None:
    """Add neck, fret board, head and pegs; `front` is the z of the body's face."""
    draft.add("neck", paint, box((0.05, 0.92 - low, 0.04), (0.0, 0.5 * (low + 0.92), front)))
    draft.add(
        "head",
        paint,
        extrude([(-0.03, 0.86), (0.03, 0.86), (0.055, 1.0), (-0.055, 1.0)], 0.035).moved(0, 0, front - 0.01),
    )
    heights = np.linspace(0.89, 0.98, pegs // 2)
    draft.add(
        "peg",
        "silver",
        *(box((0.05, 0.026, 0.03), (side * 0.065, float(y), front - 0.01)) for side in (-1.0, 1.0) for y in heights),
    )


def _acoustic(rng: np.random.Generator) -> Model:
    """Build an acoustic guitar with a sound hole."""
    draft = Draft(rng, "guitar", "acoustic guitar")
    main = draft.choose(*WOODS) if draft.chance(0.5) else draft.colour()
    depth, lower = draft.between(0.1, 0.13), draft.between(0.19, 0.22)
    front = 0.5 * depth
    draft.add("body", main, _waisted(lower, 0.62 * lower, 0.76 * lower, 0.46, depth))
    draft.add("sound hole", "beige" if main == "black" else "black", disc(0.055, 0.03, 0.0, 0.29, front))
    draft.add(
        "bridge",
        "dark wood" if main not in ("dark wood", "black") else "beige",
        box((0.14, 0.03, 0.03), (0, 0.12, front)),
    )
    _add_neck(draft, 0.35, front, 6)
    draft.say("with a sound hole", "with a round hole")
    return draft.finish("guitar", "acoustic guitar", "classical guitar", "folk guitar", "musical instrument")


def _electric_like(rng: np.random.Generator, style: str, low: float, pegs: int) -> Draft:
    """Start a flat guitar with two horns and pickups; the body ends at y = `low`."""
    draft = Draft(rng, "guitar", style)
    main = draft.colour()
    guard = draft.choose(*(paint for paint in ("white", "black", "red") if paint != main))
    wide = draft.between(0.95, 1.1)
    outline = np.array(
        [
            (0.08, 0.0),
            (0.15, 0.04),
            (0.17, 0.12),
            (0.13, 0.21),
            (0.13, 0.27),
            (0.16, 0.36),
            (0.12, 0.38),
            (0.06, 0.3),
            (-0.06, 0.3),
            (-0.11, 0.4),
            (-0.16, 0.4),
            (-0.13, 0.28),
            (-0.12, 0.21),
            (-0.16, 0.12),
            (-0.14, 0.03),
            (-0.07, 0.0),
        ]
    )
    draft.add("body", main, extrude(outline * [wide, low / 0.4], 0.055))
    plate = np.array([(0.1, 0.08), (0.1, 0.2), (0.05, 0.27), (-0.06, 0.27), (-0.06, 0.1)])
    draft.add("pick guard", guard, extrude(plate * [wide, low / 0.4], 0.026).moved(0.0, 0.0, 0.025))
    draft.add(
        "pickup",
        "black" if guard != "black" else "silver",
        *(box((0.085, 0.032, 0.03), (0.0, y * low, 0.035)) for y in (0.38, 0.56)),
    )
    draft.add("bridge", "silver", box((0.09, 0.03, 0.03), (0.0, 0.2 * low, 0.035)))
    _add_neck(draft, 0.65 * low, 0.03, pegs, draft.choose("oak wood", "dark wood"))
    draft.say("with two horns", f"with a {guard} pick guard", "with pickups")
    return draft


def _electric(rng: np.random.Generator) -> Model:
    """Build an electric guitar."""
    return _electric_like(rng, "electric guitar", 0.4, 6).finish(
        "guitar", "electric guitar", "rock guitar", "musical instrument"
    )


def _bass(rng: np.random.Generator) -> Model:
    """Build a bass guitar with a small body, a long neck and four pegs."""
    draft = _electric_like(rng, "bass guitar", 0.33, 4)
    draft.call("long")
    draft.say(f"with {counted(4, 'peg')}", "with a long neck")
    return draft.finish("bass guitar", "bass", "electric guitar", "guitar")


def _flying_v(rng: np.random.Generator) -> Model:
    """Build an electric guitar shaped like a V."""
    draft = Draft(rng, "guitar", "flying v")
    main, spread = draft.colour(), draft.between(0.2, 0.25)
    outline = [
        (-0.05, 0.4),
        (-spread, 0.03),
        (-spread + 0.1, 0.0),
        (0.0, 0.2),
        (spread - 0.1, 0.0),
        (spread, 0.03),
        (0.05, 0.4),
    ]
    draft.add("body", main, extrude(outline, 0.055))
    draft.add("pickup", "silver", *(box((0.08, 0.03, 0.03), (0.0, y, 0.035)) for y in (0.25, 0.32)))
    _add_neck(draft, 0.35, 0.03, 6)
    draft.call("pointed")
    draft.say("shaped like a v", "with pickups")
    return draft.finish("electric guitar", "flying v guitar", "guitar", "rock guitar")


def _ukulele(rng: np.random.Generator) -> Model:
    """Build a ukulele: short neck, four pegs."""
    draft = Draft(rng, "guitar", "ukulele")
    main = draft.choose(*WOODS) if draft.chance(0.35) else draft.colour()
    depth, lower = draft.between(0.13, 0.16), draft.between(0.21, 0.24)
    draft.add("body", main, _waisted(lower, 0.7 * lower, 0.8 * lower, 0.55, depth))
    draft.add("sound hole", "beige" if main == "black" else "black", disc(0.065, 0.03, 0.0, 0.34, 0.5 * depth))
    draft.add("bridge", "dark wood", box((0.14, 0.035, 0.03), (0.0, 0.14, 0.5 * depth)))
    _add_neck(draft, 0.43, 0.5 * depth, 4)
    draft.call("small", "short")
    draft.say("with a sound hole", "with four pegs")
    return draft.finish("ukulele", "small guitar", "guitar", "musical instrument")


STYLES: dict[str, Builder] = {
    "acoustic guitar": _acoustic,
    "electric guitar": _electric,
    "bass guitar": _bass,
    "flying v": _flying_v,
    "ukulele": _ukulele,
}
