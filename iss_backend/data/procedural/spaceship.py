"""Spaceships of science fiction, flying towards +Z."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, counted
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import along_z, both, from_above, from_side, rod_z
from iss_backend.data.procedural.solids import box, ellipsoid, lathe

GLOWS = ("turquoise", "orange", "lime", "hot pink", "light blue")


def _ufo(rng: np.random.Generator) -> Model:
    """Build a flying saucer with a glass dome and lights."""
    draft = Draft(rng, "spaceship", "flying saucer")
    main = "silver" if draft.chance(0.4) else draft.colour()
    glow, number = draft.choose("yellow", "red", "lime", "turquoise"), draft.count(6, 10)
    thick, dome = draft.between(0.1, 0.15), draft.between(0.16, 0.2)
    rim = [(0.12, -thick), (0.3, -0.6 * thick), (0.49, -0.015), (0.49, 0.015), (0.3, 0.6 * thick), (0.17, thick)]
    draft.add("saucer", main, lathe(rim, 32))
    draft.add("dome", "glass", ellipsoid((dome, 0.8 * dome, dome), (0.0, 0.85 * thick, 0.0), 12, 22))
    for angle in np.arange(number) * 2.0 * np.pi / number:
        draft.add("light", glow, ball(0.035, 0.4 * np.sin(angle), 0.25 * thick, 0.4 * np.cos(angle)))
    draft.call("round", "flat", "alien")
    draft.say("with a glass dome", f"with {glow} lights")
    return draft.finish("ufo", "flying saucer", "spaceship", "alien spaceship", "spacecraft")


def _fighter(rng: np.random.Generator) -> Model:
    """Build a space fighter: pointed body, swept wings with cannons, glowing engines."""
    draft = Draft(rng, "spaceship", "space fighter")
    main = draft.colour()
    second, glow, half = draft.colour(main), draft.choose(*GLOWS), draft.between(0.36, 0.46)
    draft.add("body", main, along_z([(0.07, -0.42), (0.09, -0.15), (0.07, 0.15), (0.02, 0.5)], 8))
    wing = from_above([(0.0, -0.36), (half, -0.4), (half, -0.26), (0.0, 0.1)], 0.035)
    crossed = draft.chance(0.4)
    tilts = (18.0, -18.0) if crossed else (-8.0,)
    draft.add("wing", second, *both(*(wing.turned("z", tilt) for tilt in tilts)))
    for tilt in tilts:
        y = half * float(np.sin(np.radians(tilt)))
        draft.add("cannon", "dark metal", *both(rod_z(0.02, -0.42, 0.08, 10).moved(0.97 * half, y, 0.0)))
    draft.add("engine", "dark metal", *both(rod_z(0.06, -0.45, -0.2).moved(0.1, 0.0, 0.0)))
    draft.add("engine glow", glow, *both(rod_z(0.045, -0.47, -0.3).moved(0.1, 0.0, 0.0)))
    draft.add("cockpit", "glass", ellipsoid((0.05, 0.055, 0.12), (0.0, 0.055, 0.05)))
    draft.say("with wings", "with two engines", "with cannons", *(["with crossed wings"] if crossed else []))
    return draft.finish("spaceship", "space fighter", "starfighter", "spacecraft", "starship")


def _cruiser(rng: np.random.Generator) -> Model:
    """Build a wedge-shaped cruiser with a bridge tower."""
    draft = Draft(rng, "spaceship", "star cruiser")
    main = draft.choose("light grey", "grey") if draft.chance(0.4) else draft.colour()
    second, glow, half = (
        draft.choose("dark grey", "grey", "light grey"),
        draft.choose(*GLOWS),
        draft.between(0.24, 0.32),
    )
    draft.add("hull", main, from_above([(-half, -0.45), (half, -0.45), (0.02, 0.5), (-0.02, 0.5)], 0.06))
    draft.add(
        "upper hull",
        main,
        from_above([(-0.6 * half, -0.44), (0.6 * half, -0.44), (0.015, 0.2), (-0.015, 0.2)], 0.06).moved(
            0.0, 0.05, 0.0
        ),
    )
    draft.add("tower", second, box((0.1, 0.1, 0.08), (0.0, 0.11, -0.32)), box((0.22, 0.05, 0.07), (0.0, 0.18, -0.32)))
    draft.add("engine", "dark metal", *(rod_z(0.04, -0.49, -0.4).moved(x, 0.0, 0.0) for x in (-0.13, 0.0, 0.13)))
    draft.add("engine glow", glow, *(rod_z(0.03, -0.5, -0.42).moved(x, 0.0, 0.0) for x in (-0.13, 0.0, 0.13)))
    draft.call("big", "triangular")
    draft.say("with a tower", "with three engines", "shaped like a wedge")
    return draft.finish("spaceship", "star cruiser", "starship", "space cruiser", "spacecraft")


def _explorer(rng: np.random.Generator) -> Model:
    """Build a starship: a disc in front, a body behind and engine pods on struts."""
    draft = Draft(rng, "spaceship", "starship")
    main = draft.choose("white", "light grey") if draft.chance(0.4) else draft.colour()
    glow, radius = draft.choose("red", "turquoise", "orange"), draft.between(0.22, 0.26)
    draft.add("disc", main, ellipsoid((radius, 0.045, radius), (0.0, 0.12, 0.24), 12, 28))
    draft.add("bridge", main, ellipsoid((0.07, 0.035, 0.07), (0.0, 0.16, 0.24)))
    draft.add("body", main, along_z([(0.03, -0.35), (0.06, -0.1), (0.065, 0.15), (0.05, 0.18)]).moved(0.0, -0.06, 0.0))
    draft.add("dish", glow, rod_z(0.04, 0.1, 0.2).moved(0.0, -0.06, 0.0))
    draft.add("neck", main, from_side([(-0.06, -0.06), (0.1, -0.06), (0.2, 0.12), (0.04, 0.12)], 0.04))
    pod = rod_z(0.035, -0.5, 0.0).moved(0.2, 0.13, 0.0)
    strut = box((0.27, 0.035, 0.1), (0.0, 0.0, -0.2)).turned("z", 45.0).moved(0.1, 0.04, 0.0)
    draft.add("engine", main, *both(pod))
    draft.add("strut", main, *both(strut))
    draft.add("engine glow", glow, *both(ball(0.037, 0.2, 0.13, 0.0)))
    draft.say("with a disc in front", "with two engines")
    return draft.finish("spaceship", "starship", "spacecraft", "exploration ship")


def _freighter(rng: np.random.Generator) -> Model:
    """Build a space freighter: cockpit, containers, large engines."""
    draft = Draft(rng, "spaceship", "space freighter")
    main = draft.colour()
    second, glow, number = draft.colour(main), draft.choose(*GLOWS), draft.count(2, 3)
    draft.add("spine", "dark metal", box((0.08, 0.08, 0.8), (0.0, 0.0, -0.05)))
    draft.add("cabin", main, box((0.2, 0.17, 0.18), (0.0, 0.0, 0.38), 0.05))
    draft.add("cockpit", "glass", box((0.14, 0.06, 0.1), (0.0, 0.04, 0.44), 0.01))
    for z in np.linspace(-0.18, 0.2, number):
        draft.add("container", second, *both(box((0.13, 0.17, 0.34 / number), (0.1, 0.0, float(z)))))
    draft.add("engine", main, *both(rod_z(0.075, -0.46, -0.28).moved(0.1, 0.0, 0.0)))
    draft.add("engine glow", glow, *both(rod_z(0.055, -0.48, -0.4).moved(0.1, 0.0, 0.0)))
    draft.say(f"with {counted(2 * number, 'container')}", "with two engines")
    return draft.finish("spaceship", "space freighter", "cargo spaceship", "spacecraft")


STYLES: dict[str, Builder] = {
    "flying saucer": _ufo,
    "space fighter": _fighter,
    "star cruiser": _cruiser,
    "starship": _explorer,
    "space freighter": _freighter,
}
