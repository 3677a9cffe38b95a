"""Aeroplanes: passenger, cargo and small planes, flying towards +Z; fighters stand in `airplane_military`."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.airplane_military import MILITARY_STYLES
from iss_backend.data.procedural.airplane_parts import (
    add_airliner_glass,
    add_floats,
    add_gear,
    add_pods,
    add_propeller,
    add_tail,
    canopy,
    fuselage,
    half_wing,
    wing_struts,
)
from iss_backend.data.procedural.draft import Draft, counted
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import both, rod_z, tilted_up
from iss_backend.data.procedural.solids import box


def _colours(draft: Draft) -> tuple[str, str]:
    """Draw the paints of fuselage and wings."""
    main = draft.colour() if draft.chance(0.65) else draft.choose("white", "silver", "grey")
    return main, main if draft.chance(0.6) else draft.colour(main)


def _add_engines(draft: Draft, number: int, radius: float, wing: tuple[float, float, float], paint: str) -> None:
    """Hang two or four jet engines under a wing of (half span, sweep, y at the root, z is 0.06)."""
    half, sweep, y = wing
    for share in (0.36,) if number == 2 else (0.3, 0.58):
        add_pods(draft, (share * half, y - 0.7 * radius, 0.13 - sweep * share), radius, 0.15, paint)
    draft.say(f"with {counted(number, 'engine')}", f"with {counted(number, 'jet engine')} under the wings")


def _jetliner(draft: Draft, radius: float, engines: int) -> None:
    """Add body, swept low wing, tail, windows and engines of a jet airliner."""
    main, second = _colours(draft)
    span, sweep = draft.between(0.85, 1.05), draft.between(0.16, 0.26)
    draft.add("fuselage", main, fuselage(radius, 0.2, 2.0))
    wing = tilted_up(half_wing(span, draft.between(0.2, 0.26), 0.08, sweep, 0.032), 0.09)
    draft.add("wing", second, *both(wing.moved(0.0, -0.5 * radius, 0.06)))
    add_tail(draft, "low", radius, 0.38, draft.choose(main, second, draft.colour()), draft.between(0.15, 0.2))
    add_airliner_glass(draft, radius, 0.4)
    _add_engines(draft, engines, 0.45 * radius + 0.012, (0.5 * span, sweep, -0.4 * radius), second)


def _airliner(rng: np.random.Generator) -> Model:
    """Build a passenger jet with two engines under a swept wing."""
    draft = Draft(rng, "airplane", "airliner")
    _jetliner(draft, draft.between(0.055, 0.07), 2)
    return draft.finish("airplane", "airliner", "passenger plane", "jet", "aeroplane", "plane")


def _jumbo(rng: np.random.Generator) -> Model:
    """Build a wide jet with four engines and a hump."""
    draft = Draft(rng, "airplane", "jumbo jet")
    _jetliner(draft, draft.between(0.07, 0.082), 4)
    draft.call("large")
    return draft.finish("airplane", "jumbo jet", "airliner", "passenger plane", "jet", "plane")


def _private_jet(rng: np.random.Generator) -> Model:
    """Build a small jet with two engines at the tail."""
    draft = Draft(rng, "airplane", "private jet")
    main, second = _colours(draft)
    radius = draft.between(0.06, 0.072)
    draft.add("fuselage", main, fuselage(radius, 0.26, 1.7))
    wing = tilted_up(half_wing(draft.between(0.8, 0.95), 0.18, 0.07, 0.15), 0.1)
    draft.add("wing", second, *both(wing.moved(0.0, -0.6 * radius, 0.0)))
    add_tail(draft, "t", radius, 0.36, main, draft.between(0.17, 0.2))
    add_pods(draft, (radius + 0.035, 0.3 * radius, -0.22), 0.042, 0.17, second)
    add_airliner_glass(draft, radius, 0.33)
    draft.call("small")
    draft.say("with two engines at the tail", "with a T tail")
    return draft.finish("airplane", "private jet", "business jet", "jet", "plane")


def _light(rng: np.random.Generator, category: str, high: bool) -> Draft:
    """Start a plane with one propeller: nose engine, straight wing, cabin glass."""
    draft = Draft(rng, "airplane", category)
    main, second = _colours(draft)
    radius = draft.between(0.07, 0.085)
    draft.add("fuselage", main, fuselage(radius, 0.12, 2.2, 0.3))
    span, y = draft.between(0.95, 1.15), (0.95 if high else -0.6) * radius
    wing = tilted_up(
        half_wing(span, draft.between(0.17, 0.21), draft.between(0.12, 0.16), 0.03, 0.036), draft.between(0.0, 0.08)
    )
    draft.add("wing", second, *both(wing.moved(0.0, y, 0.13)))
    add_tail(draft, "low", radius, 0.4, draft.choose(main, second))
    if high:
        draft.add("cabin glass", "glass", box((2.02 * radius, 0.8 * radius, 0.17), (0.0, 0.55 * radius, 0.15)))
    else:
        draft.add("canopy", "glass", canopy(1.1 * radius, 0.1, 0.28))
    blades = draft.count(2, 4)
    add_propeller(draft, (0.0, 0.0, 0.51), draft.between(0.14, 0.18), blades, draft.choose("black", "silver"))
    draft.say("with a propeller", "with one propeller", f"with {counted(blades, 'propeller blade')}")
    draft.call("small")
    return draft


def _propeller_plane(rng: np.random.Generator) -> Model:
    """Build a low-winged plane with one propeller."""
    draft = _light(rng, "propeller plane", False)
    add_gear(draft, 0.08, 0.11, (0.15, 0.4), 0.15)
    draft.say("with landing gear")
    return draft.finish("airplane", "propeller plane", "small plane", "plane", "aeroplane")


def _bush_plane(rng: np.random.Generator) -> Model:
    """Build a high-winged plane with one propeller."""
    draft = _light(rng, "high-wing plane", True)
    add_gear(draft, 0.08, 0.11, (0.15, -0.42), 0.15)
    draft.say("with landing gear", "with a high wing")
    return draft.finish("airplane", "propeller plane", "light aircraft", "plane", "aeroplane")


def _seaplane(rng: np.random.Generator) -> Model:
    """Build a propeller plane on floats."""
    draft = _light(rng, "seaplane", True)
    add_floats(draft, 0.14, 0.2, draft.choose("white", "silver", "yellow", "red"))
    draft.say("with floats", "on two floats")
    return draft.finish("seaplane", "floatplane", "airplane", "plane")


def _wings_above(rng: np.random.Generator, style: str, number: int) -> Draft:
    """Start an old plane with two or three wings one above the other."""
    draft = Draft(rng, "airplane", style)
    main, second = _colours(draft)
    radius, span = draft.between(0.07, 0.08), draft.between(0.9, 1.1)
    draft.add("fuselage", main, fuselage(radius, 0.08, 2.5, 0.3))
    heights = np.linspace(-0.09, 0.18 if number == 2 else 0.25, number)
    for y in heights:
        wing = half_wing(span, 0.18, 0.16, 0.01, 0.034)
        draft.add("wing", second, *both(wing.moved(0.0, float(y), 0.2)))
    for x in (0.12, 0.36 * span):
        draft.add("wing strut", draft.choose("brown", "black"), *wing_struts(x, heights[0], heights[-1], 0.2))
    add_tail(draft, "low", radius, 0.4, second)
    add_propeller(draft, (0.0, 0.0, 0.51), 0.17, draft.count(2, 3), draft.choose("brown", "black"))
    add_gear(draft, radius, 0.11, (0.24, -0.44), 0.2)
    draft.say("with a propeller", "with an open cockpit", f"with {counted(number, 'wing')} one above the other")
    draft.add("cockpit", "black", box((0.07, 0.05, 0.09), (0.0, 0.85 * radius, 0.03)))
    draft.call("old", "vintage")
    return draft


def _biplane(rng: np.random.Generator) -> Model:
    """Build an old plane with two wings."""
    return _wings_above(rng, "biplane", 2).finish("biplane", "airplane", "plane", "aeroplane")


def _triplane(rng: np.random.Generator) -> Model:
    """Build an old plane with three wings."""
    return _wings_above(rng, "triplane", 3).finish("triplane", "airplane", "plane", "aeroplane")


def _glider(rng: np.random.Generator) -> Model:
    """Build a sailplane: very long wings, no engine."""
    draft = Draft(rng, "airplane", "glider")
    main = draft.colour() if draft.chance(0.5) else "white"
    radius = draft.between(0.05, 0.058)
    draft.add("fuselage", main, fuselage(radius, 0.22, 1.9, 0.3))
    wing = tilted_up(half_wing(draft.between(1.4, 1.6), 0.11, 0.06, 0.03, 0.04), 0.05)
    draft.add("wing", main, *both(wing.moved(0.0, 0.6 * radius, 0.1)))
    add_tail(draft, "t", radius, 0.34, main, 0.16, 0.044)
    draft.add("canopy", "glass", canopy(1.15 * radius, 0.26, 0.26))
    draft.say("with long wings", "without engines")
    draft.call("slender")
    return draft.finish("glider", "sailplane", "airplane", "plane")


def _turboprop(rng: np.random.Generator) -> Model:
    """Build a passenger or cargo plane with two or four propellers on a high wing."""
    draft = Draft(rng, "airplane", "turboprop")
    main, second = _colours(draft)
    number, radius, span = draft.choose("two", "four"), draft.between(0.075, 0.095), draft.between(1.0, 1.15)
    draft.add("fuselage", main, fuselage(radius, 0.15, 2.2))
    wing = half_wing(span, 0.17, 0.11, 0.03, 0.036)
    draft.add("wing", second, *both(wing.moved(0.0, 0.9 * radius, 0.05)))
    add_tail(draft, draft.choose("low", "t"), radius, 0.42, draft.choose(main, second), 0.22)
    add_airliner_glass(draft, radius, 0.42)
    for share in (0.42,) if number == "two" else (0.3, 0.62):
        x, y = share * 0.5 * span, 0.8 * radius
        draft.add("nacelle", second, *both(rod_z(0.038, -0.04, 0.18, 14).moved(x, y, 0.0)))
        add_propeller(draft, (x, y, 0.19), 0.11, draft.count(3, 4), "black", mirror=True)
    draft.say(f"with {number} propellers", "with a high wing")
    return draft.finish("airplane", "propeller plane", "cargo plane", "transport plane", "plane")


def _twin_boom(rng: np.random.Generator) -> Model:
    """Build a plane with a short cabin and two booms that carry the tail."""
    draft = Draft(rng, "airplane", "twin-boom plane")
    main, second = _colours(draft)
    span = draft.between(0.95, 1.1)
    draft.add("cabin", main, fuselage(0.13, 0.3, 2.0, 0.4).scaled(0.6, 0.6, 0.6).moved(0.0, 0.0, 0.16))
    draft.add("wing", second, *both(half_wing(span, 0.18, 0.12, 0.03, 0.036).moved(0.0, 0.0, 0.1)))
    draft.add("boom", main, *both(rod_z(0.034, -0.46, 0.28, 14).moved(0.2, 0.0, 0.0)))
    draft.add("tailplane", second, box((0.44, 0.032, 0.12), (0.0, 0.02, -0.4)))
    draft.add("fin", second, *both(box((0.032, 0.15, 0.13), (0.2, 0.06, -0.4), 0.0)))
    draft.add("canopy", "glass", canopy(0.085, 0.24, 0.22))
    add_propeller(draft, (0.2, 0.0, 0.29), 0.12, 3, "black", mirror=True)
    draft.say("with two propellers", "with two tail booms", "with a twin tail")
    return draft.finish("airplane", "twin-boom plane", "propeller plane", "plane")


STYLES: dict[str, Builder] = {
    "airliner": _airliner,
    "jumbo jet": _jumbo,
    "private jet": _private_jet,
    "propeller plane": _propeller_plane,
    "high-wing plane": _bush_plane,
    "seaplane": _seaplane,
    "biplane": _biplane,
    "triplane": _triplane,
    "glider": _glider,
    "turboprop": _turboprop,
    "twin-boom plane": _twin_boom,
    **MILITARY_STYLES,
}
