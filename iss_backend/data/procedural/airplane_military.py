"""Military and supersonic aeroplanes, flying towards +Z."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.airplane_parts import (
    add_airliner_glass,
    add_propeller,
    add_tail,
    canopy,
    fin,
    fuselage,
    half_wing,
)
from iss_backend.data.procedural.draft import Draft
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import along_z, both, from_above, rod_z
from iss_backend.data.procedural.solids import box, ellipsoid


def _grey(draft: Draft) -> str:
    """Draw the paint of a warplane."""
    return draft.colour() if draft.chance(0.45) else draft.choose("grey", "dark grey", "green", "silver")


def _add_missiles(draft: Draft, span: float, z: float) -> None:
    """Hang a missile under each wing."""
    missile = along_z([(0.018, -0.1), (0.02, 0.06), (0.004, 0.12)], 12)
    draft.add("missile", "white", *both(missile.moved(0.33 * span, -0.035, z)))
    draft.say("with missiles under the wings")


def _fighter(rng: np.random.Generator) -> Model:
    """Build a jet fighter: pointed nose, swept wings, air intakes, one or two fins."""
    draft = Draft(rng, "airplane", "jet fighter")
    main, radius, span = _grey(draft), draft.between(0.055, 0.065), draft.between(0.62, 0.76)
    draft.add("fuselage", main, fuselage(radius, 0.4, 1.3, 0.8))
    draft.add(
        "wing",
        main,
        *both(half_wing(span, draft.between(0.32, 0.4), 0.1, draft.between(0.2, 0.28)).moved(0.0, 0.0, -0.1)),
    )
    draft.add("intake", main, *both(box((0.05, 0.075, 0.3), (radius, -0.01, -0.02))))
    twins = draft.chance(0.5)
    add_tail(draft, "jet" if twins else "low", radius, 0.4, main, 0.17)
    draft.add("canopy", "glass", canopy(radius, 0.2, 0.22))
    nozzles = (0.035, -0.035) if twins else (0.0,)
    draft.add("nozzle", "black", *(rod_z(0.036, -0.53, -0.4, 16).moved(x, 0.0, 0.0) for x in nozzles))
    if draft.chance(0.6):
        _add_missiles(draft, span, -0.12)
    draft.say("with two tail fins" if twins else "with one tail fin", "with swept wings", "with a pointed nose")
    return draft.finish("fighter jet", "jet fighter", "jet", "warplane", "airplane", "plane")


def _delta(rng: np.random.Generator) -> Model:
    """Build a fighter with a triangular wing."""
    draft = Draft(rng, "airplane", "delta-wing jet")
    main, radius, span = _grey(draft), draft.between(0.055, 0.065), draft.between(0.58, 0.7)
    draft.add("fuselage", main, fuselage(radius, 0.38, 1.35, 0.8))
    length = draft.between(0.5, 0.6)
    draft.add("wing", main, *both(half_wing(span, length, 0.05, length - 0.06).moved(0.0, -0.01, -0.18)))
    draft.add("fin", main, fin(0.2, 0.26, 0.16).moved(0.0, 0.03, -0.48))
    draft.add("canopy", "glass", canopy(radius, 0.2, 0.2))
    draft.add("nozzle", "black", rod_z(0.045, -0.54, -0.4, 16))
    if draft.chance(0.4):
        draft.add("foreplane", main, *both(half_wing(0.28, 0.09, 0.04, 0.06).moved(0.0, 0.01, 0.2)))
        draft.say("with canards")
    draft.say("with a delta wing", "with triangular wings")
    return draft.finish("fighter jet", "delta-wing jet", "jet", "airplane", "plane")


def _supersonic(rng: np.random.Generator) -> Model:
    """Build a slender supersonic airliner with an ogival delta wing."""
    draft = Draft(rng, "airplane", "supersonic airliner")
    main = draft.colour() if draft.chance(0.4) else "white"
    radius, half = draft.between(0.036, 0.042), draft.between(0.22, 0.27)
    draft.add("fuselage", main, fuselage(radius, 0.3, 1.4, 0.5))
    outline = [(0.0, -0.36), (half, -0.36), (half, -0.28), (0.5 * half, -0.06), (0.25 * half, 0.22), (0.0, 0.26)]
    draft.add("wing", main, *both(from_above(outline, 0.03).moved(0.0, -0.015, 0.0)))
    draft.add("fin", draft.choose(main, draft.colour()), fin(0.15, 0.24, 0.16).moved(0.0, 0.0, -0.48))
    for x in (0.4 * half, 0.65 * half):
        draft.add("engine", "grey", *both(box((0.045, 0.045, 0.2), (x, -0.045, -0.26))))
    add_airliner_glass(draft, radius, 0.37)
    draft.say("with a delta wing", "with four engines")
    draft.call("slender", "supersonic")
    return draft.finish("airplane", "supersonic jet", "airliner", "jet", "plane")


def _warbird(rng: np.random.Generator) -> Model:
    """Build a propeller fighter with elliptic wings and guns."""
    draft = Draft(rng, "airplane", "propeller fighter")
    main, radius = _grey(draft), draft.between(0.062, 0.072)
    draft.add("fuselage", main, fuselage(radius, 0.2, 1.7, 0.25))
    half = draft.between(0.48, 0.56)
    turn = np.linspace(0.0, 0.5 * np.pi, 9)
    lead = [(half * float(np.sin(t)), 0.12 + 0.07 * float(np.cos(t))) for t in turn]
    trail = [(half * float(np.sin(t)), 0.12 - 0.15 * float(np.cos(t))) for t in turn[:-1]]
    outline = [*trail, *lead[::-1]]
    draft.add("wing", main, *both(from_above(outline, 0.034).moved(0.0, -0.5 * radius, 0.0)))
    add_tail(draft, "low", radius, 0.38, main)
    draft.add("canopy", "glass", canopy(1.05 * radius, 0.02, 0.22))
    draft.add("gun", "black", *both(rod_z(0.015, 0.1, 0.26, 10).moved(0.2, -0.5 * radius, 0.0)))
    add_propeller(draft, (0.0, 0.0, 0.51), 0.16, draft.count(3, 4), "black")
    draft.say("with a propeller", "with rounded wings", "with guns in the wings")
    draft.call("old")
    return draft.finish("fighter plane", "propeller fighter", "warplane", "airplane", "plane")


def _bomber(rng: np.random.Generator) -> Model:
    """Build a bomber with a glass nose, four propellers and twin fins."""
    draft = Draft(rng, "airplane", "bomber")
    main, radius, span = _grey(draft), draft.between(0.06, 0.07), draft.between(1.1, 1.25)
    draft.add("fuselage", main, fuselage(radius, 0.15, 2.0, 0.5))
    draft.add("nose glass", "glass", ellipsoid((0.7 * radius, 0.7 * radius, 0.1), (0.0, 0.0, 0.44), 10, 16))
    draft.add("wing", main, *both(half_wing(span, 0.2, 0.1, 0.06, 0.036).moved(0.0, 0.0, 0.1)))
    for x in (0.27 * 0.5 * span, 0.55 * 0.5 * span):
        draft.add("nacelle", main, *both(rod_z(0.038, 0.02, 0.24, 14).moved(x, 0.0, 0.0)))
        add_propeller(draft, (x, 0.0, 0.25), 0.1, 3, "black", mirror=True)
    add_tail(draft, "twin", radius, 0.4, main, 0.15)
    draft.add("canopy", "glass", canopy(radius, 0.3, 0.14))
    draft.say("with four propellers", "with a glass nose", "with two tail fins")
    return draft.finish("bomber", "warplane", "airplane", "propeller plane", "plane")


def _flying_wing(rng: np.random.Generator) -> Model:
    """Build a stealth flying wing without a tail."""
    draft = Draft(rng, "airplane", "flying wing")
    main = draft.colour() if draft.chance(0.4) else draft.choose("black", "dark grey")
    half, reach = draft.between(0.62, 0.72), draft.between(0.3, 0.38)
    outline = [(0.0, -0.16), (0.14, -0.26), (0.26, -0.16), (half, -reach), (half, 0.02 - reach + 0.08), (0.0, 0.28)]
    draft.add("wing", main, *both(from_above(outline, 0.045)))
    draft.add("body", main, ellipsoid((0.13, 0.07, 0.25), (0.0, 0.02, 0.0), 12, 20))
    draft.add("engine", main, *both(ellipsoid((0.06, 0.045, 0.13), (0.18, 0.03, -0.04), 10, 14)))
    draft.add("cockpit glass", "glass", ellipsoid((0.07, 0.04, 0.07), (0.0, 0.07, 0.12), 10, 14))
    draft.say("without a tail")
    draft.call("flat")
    return draft.finish("stealth bomber", "flying wing", "airplane", "jet", "plane")


MILITARY_STYLES: dict[str, Builder] = {
    "jet fighter": _fighter,
    "delta-wing jet": _delta,
    "supersonic airliner": _supersonic,
    "propeller fighter": _warbird,
    "bomber": _bomber,
    "flying wing": _flying_wing,
}
