"""Rockets that stand upright on y = 0, nose towards +Y."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, counted, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import Solid, box, cylinder, extrude, lathe


def _around(solid: Solid, number: int, start: float = 0.0) -> list[Solid]:
    """Return copies of a solid turned evenly about Y."""
    return [solid.turned("y", start + 360.0 * place / number) for place in range(number)]


def _fin(reach: float, low: float, high: float, radius: float) -> Solid:
    """Return a swept fin towards +X."""
    return extrude(
        [(0.5 * radius, high), (0.5 * radius, low + 0.06), (reach, low), (reach, low + 0.35 * (high - low))], 0.035
    )


def _toy(rng: np.random.Generator) -> Model:
    """Build a bulging cartoon rocket with fins and portholes."""
    draft = Draft(rng, "rocket", "toy rocket")
    main = draft.colour()
    second = draft.colour(main)
    radius = draft.between(0.15, 0.2)
    body = [(0.6 * radius, 0.12), (0.85 * radius, 0.25), (radius, 0.42), (0.93 * radius, 0.62), (0.72 * radius, 0.77)]
    tip = [(0.74 * radius, 0.765), (0.5 * radius, 0.87), (0.2 * radius, 0.97), (0.0, 1.0)]
    draft.add("body", main, lathe(body))
    draft.add("nose", second, lathe(tip))
    number = draft.count(3, 4)
    draft.add("fin", second, *_around(_fin(1.9 * radius, 0.0, 0.4, radius), number, 90.0))
    draft.add("nozzle", "dark metal", cylinder(0.6 * radius, 0.09, 0.4 * radius).moved(0.0, 0.05, 0.0))
    windows = draft.count(1, 2)
    for y in (0.6, 0.42)[:windows]:
        hole = cylinder(0.4 * radius, 1.02 * radius, sides=18).turned("x", 90.0)
        draft.add("window frame", "silver", hole.moved(0.0, y, 0.0))
        draft.add("window", "glass", hole.scaled(0.7, 0.7, 1.03).moved(0.0, y, 0.0))
    draft.call("round")
    draft.say(f"with {counted(number, 'fin')}", f"with {counted(windows, 'round window')}")
    return draft.finish("rocket", "space rocket", "rocket ship", "toy rocket", "spaceship")


def _launcher(rng: np.random.Generator) -> Model:
    """Build a slender launcher in stages, perhaps with boosters."""
    draft = Draft(rng, "rocket", "space rocket")
    main = "white" if draft.chance(0.4) else draft.colour()
    second = draft.colour(main)
    radius = draft.between(0.055, 0.075)
    draft.add("first stage", main, cylinder(radius, 0.5).moved(0.0, 0.07, 0.0))
    draft.add("band", second, *(cylinder(1.02 * radius, 0.05).moved(0.0, y, 0.0) for y in (0.54, 0.3)))
    draft.add("second stage", main, cylinder(0.85 * radius, 0.22).moved(0.0, 0.58, 0.0))
    draft.add("nose", second, lathe([(0.86 * radius, 0.79), (0.75 * radius, 0.87), (0.4 * radius, 0.96), (0.0, 1.0)]))
    draft.add("engine", "dark metal", cylinder(0.8 * radius, 0.08, 0.45 * radius))
    number = draft.choose("no", "two", "four")
    if number == "no":
        draft.add("fin", second, *_around(_fin(2.2 * radius, 0.02, 0.24, radius), 4, 45.0))
        draft.say("with four fins")
    else:
        booster = lathe([(0.7 * radius, 0.02), (0.7 * radius, 0.4), (0.35 * radius, 0.46), (0.0, 0.48)], 18)
        side = booster.moved(1.65 * radius, 0.0, 0.0)
        draft.add("booster", draft.choose(second, "white", "orange"), *_around(side, 2 if number == "two" else 4))
        draft.say(f"with {number} boosters")
    draft.call("tall", "slender")
    return draft.finish("rocket", "space rocket", "launch vehicle", "spacecraft")


def _missile(rng: np.random.Generator) -> Model:
    """Build a missile with two sets of small fins."""
    draft = Draft(rng, "rocket", "missile")
    main = draft.colour() if draft.chance(0.6) else draft.choose("grey", "olive", "dark green")
    second = draft.colour(main)
    radius = draft.between(0.05, 0.07)
    draft.add("body", main, cylinder(radius, 0.8))
    draft.add("warhead", second, lathe([(radius, 0.79), (0.8 * radius, 0.88), (0.35 * radius, 0.97), (0.0, 1.0)]))
    draft.add(
        "fin",
        second,
        *_around(_fin(2.6 * radius, 0.0, 0.2, radius), 4, 45.0),
        *_around(_fin(2.0 * radius, 0.5, 0.62, radius), 4, 45.0),
    )
    draft.add("band", second, cylinder(1.03 * radius, 0.03).moved(0.0, 0.4, 0.0))
    draft.call("slender")
    draft.say("with four fins", "with a pointed tip")
    return draft.finish("missile", "rocket", "weapon")


def _shuttle(rng: np.random.Generator) -> Model:
    """Build a space shuttle on its tank with two boosters."""
    draft = Draft(rng, "rocket", "space shuttle")
    tank = "orange" if draft.chance(0.6) else draft.colour("white")
    orbiter = "white" if draft.chance(0.7) else draft.colour(tank)
    radius, long = draft.between(0.085, 0.12), draft.between(0.85, 1.15)
    body = [(radius, 0.1), (radius, 0.75), (0.85 * radius, 0.86), (0.5 * radius, 0.95), (0.0, 1.0)]
    draft.add("tank", tank, lathe(body).moved(0, 0, -radius))
    booster = lathe([(0.06, 0.0), (0.045, 0.06), (0.045, 0.7), (0.02, 0.8), (0.0, 0.82)], 18)
    booster = booster.scaled(1.0, draft.between(0.85, 1.1), 1.0)
    draft.add("booster", "white", *(booster.moved(x, 0.0, -radius) for x in (-radius - 0.04, radius + 0.04)))
    _add_orbiter(draft, orbiter, long, draft.between(0.19, 0.26))
    draft.call("tall")
    draft.say("with two boosters", "with an orange tank" if tank == "orange" else f"with a {tank} tank")
    return draft.finish("space shuttle", "rocket", "spacecraft", "spaceship")


def _add_orbiter(draft: Draft, paint: str, long: float, reach: float) -> None:
    """Add the winged part of a shuttle, its belly on z = 0, stretched by `long`; wings as far out as `reach`."""
    draft.add(
        "orbiter",
        paint,
        lathe([(0.065, 0.08), (0.07, 0.5 * long), (0.055, 0.62 * long), (0.025, 0.7 * long), (0.0, 0.72 * long)]).moved(
            0, 0, 0.065
        ),
    )
    half = [(reach, 0.1), (reach, 0.16), (0.07, 0.45 * long)]
    wing = extrude([*half, *((-x, y) for x, y in half[::-1])], 0.035)
    draft.add("wing", paint, wing.moved(0.0, 0.0, 0.035))
    fin = extrude([(0.0, 0.08), (0.14, 0.05), (0.14, 0.12), (0.0, 0.26)], 0.035).turned("y", -90.0)
    draft.add("tail fin", paint, fin.moved(0.0, 0.0, 0.115))
    draft.add("engine", "black", *(cylinder(0.04, 0.06, 0.025, 14).moved(x, 0.04, 0.065) for x in (-0.035, 0.035)))
    draft.add("window", "black", box((0.07, 0.03, 0.03), (0.0, 0.62 * long, 0.11)))


def _lander(rng: np.random.Generator) -> Model:
    """Build a rocket that stands on three or four legs."""
    draft = Draft(rng, "rocket", "landing rocket")
    main = "silver" if draft.chance(0.3) else draft.colour()
    second = draft.colour(main)
    radius, number = draft.between(0.11, 0.14), draft.count(3, 4)
    draft.add("body", main, cylinder(radius, 0.55).moved(0.0, 0.18, 0.0))
    draft.add("nose", second, lathe([(radius, 0.72), (0.85 * radius, 0.83), (0.45 * radius, 0.95), (0.0, 1.0)]))
    draft.add("nozzle", "dark metal", cylinder(0.8 * radius, 0.12, 0.4 * radius).moved(0.0, 0.08, 0.0))
    leg = rod((0.7 * radius, 0.34, 0.0), (0.3, 0.02, 0.0), 0.022)
    draft.add("leg", second, *_around(leg, number, 20.0))
    draft.add("foot", "dark metal", *_around(cylinder(0.045, 0.03).moved(0.3, 0.0, 0.0), number, 20.0))
    draft.add("band", second, cylinder(1.03 * radius, 0.05).moved(0.0, 0.45, 0.0))
    draft.say(f"on {counted(number, 'leg')}")
    return draft.finish("rocket", "space rocket", "rocket ship", "spacecraft")


STYLES: dict[str, Builder] = {
    "toy rocket": _toy,
    "space rocket": _launcher,
    "missile": _missile,
    "space shuttle": _shuttle,
    "landing rocket": _lander,
}
