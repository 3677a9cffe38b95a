"""Locomotives, trams and wagons, driving towards +Z as the other vehicles do."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, pillar
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import along_z, both, from_side, rod_x, rod_z
from iss_backend.data.procedural.solids import box, loft, ring_section

HALF = 0.12  # half the width


def _add_wheels(draft: Draft, zs: tuple[float, ...], radius: float, paint: str = "dark metal") -> None:
    """Add pairs of railway wheels that stand on y = 0, and the frame above them."""
    for z in zs:
        wheel = rod_x(radius, HALF - 0.045, HALF - 0.005).moved(0.0, radius, z)
        hub = rod_x(0.5 * radius, HALF - 0.04, HALF + 0.006).moved(0.0, radius, z)
        draft.add("wheel", paint, *both(wheel))
        draft.add("hub", "silver", *both(hub))


def _add_windows(draft: Draft, zs: np.ndarray, y: float, size: float, wide: float) -> None:
    """Add windows through both sides at every z."""
    draft.add("window", "dark glass", *(box((wide, 0.075, size), (0.0, y, float(z))) for z in zs))


def _steam(rng: np.random.Generator) -> Model:
    """Build a steam locomotive: boiler, chimney, cab, cow-catcher."""
    draft = Draft(rng, "train", "steam locomotive")
    main = "black" if draft.chance(0.25) else draft.colour()
    second = draft.colour(main)
    radius = draft.between(0.095, 0.115)
    draft.add("boiler", main, rod_z(radius, -0.2, 0.42, 24).moved(0.0, 0.27, 0.0))
    draft.add("smoke box", "dark metal", rod_z(1.02 * radius, 0.32, 0.44, 24).moved(0.0, 0.27, 0.0))
    draft.add("band", "gold", *(rod_z(1.03 * radius, z, z + 0.028, 24).moved(0.0, 0.27, 0.0) for z in (-0.05, 0.15)))
    draft.add("frame", second, box((2 * HALF, 0.06, 0.92), (0.0, 0.15, -0.02)))
    draft.add("cab", main, box((2 * HALF + 0.01, 0.3, 0.24), (0.0, 0.3, -0.33)))
    _add_windows(draft, np.array([-0.33]), 0.37, 0.13, 2 * HALF + 0.02)
    draft.add("roof", second, box((2 * HALF + 0.05, 0.035, 0.32), (0.0, 0.46, -0.33), 0.01))
    wide = draft.between(1.0, 1.7)
    draft.add("chimney", "black", pillar(0.035, 0.18, 0.0, 0.34, 0.34, top=wide))
    draft.add("dome", "gold", pillar(0.05, 0.09, 0.0, 0.34, 0.08, top=0.7))
    draft.add("lamp", "light", rod_z(0.035, 0.42, 0.48).moved(0.0, 0.4, 0.0))
    draft.add("cow-catcher", second, from_side([(0.42, 0.02), (0.54, 0.02), (0.44, 0.16), (0.42, 0.16)], 0.2))
    _add_wheels(draft, (-0.32, -0.13, 0.06), draft.between(0.085, 0.095), second)
    _add_wheels(draft, (0.24, 0.38), 0.055, second)
    draft.call("old")
    draft.say("with a chimney", "with a boiler", "with a cab")
    return draft.finish("train", "steam locomotive", "steam train", "locomotive", "steam engine", "railway engine")


def _diesel(rng: np.random.Generator) -> Model:
    """Build a diesel locomotive with a narrow bonnet and stripes."""
    draft = Draft(rng, "train", "diesel locomotive")
    main = draft.colour()
    stripe = draft.colour(main)
    at, roof = draft.between(0.0, 0.28), draft.between(0.26, 0.33)
    high, low = draft.between(0.16, 0.23), draft.between(0.11, 0.16)
    for height, back, front in ((high, -0.48, at - 0.05), (low, at + 0.05, 0.48)):
        middle, length = 0.5 * (back + front), front - back
        draft.add("bonnet", main, box((0.17, height, length), (0.0, 0.14 + 0.5 * height, middle), 0.015))
        draft.add("stripe", stripe, box((0.182, 0.04, length - 0.02), (0.0, 0.2, middle)))
    draft.add("frame", "dark metal", box((2 * HALF, 0.06, 1.0), (0.0, 0.12, 0.0)))
    draft.add("cab", main, box((2 * HALF, roof, 0.2), (0.0, 0.145 + 0.5 * roof, at), 0.015))
    panes = ((0.19, 0.08, 0.212), (0.25, 0.08, 0.12))
    draft.add("windscreen", "dark glass", *(box(pane, (0.0, 0.08 + roof, at)) for pane in panes))
    draft.add("exhaust", "black", pillar(0.03, 0.06, 0.0, 0.13 + high, -0.2))
    draft.add("headlight", "light", *both(box((0.04, 0.04, 0.03), (0.055, 0.11 + low, 0.485))))
    _add_wheels(draft, (-0.38, -0.25, 0.25, 0.38), 0.06)
    draft.say(f"with a {stripe} stripe", "with a cab")
    return draft.finish("train", "diesel locomotive", "locomotive", "railway engine", "goods engine")


def _high_speed(rng: np.random.Generator) -> Model:
    """Build the streamlined head of a high-speed train."""
    draft = Draft(rng, "train", "high-speed train")
    main = "white" if draft.chance(0.4) else draft.colour()
    stripe = draft.colour(main)
    nose = draft.between(0.3, 0.4)
    rings, zs = [ring_section(0.24, 0.28, 0.19, 0.5)], [-0.5]
    for share in np.linspace(0.0, 1.0, 8):
        small = max((1.0 - share**2.2) ** 0.6, 0.12)
        rings.append(ring_section(0.24 * max(small, 0.3), 0.28 * small, 0.05 + 0.14 * small, 0.5 + 0.4 * share))
        zs.append(0.5 - nose + nose * share)
    draft.add("body", main, loft(rings, zs))
    _add_windows(draft, np.arange(-0.44, 0.45 - nose, 0.09), 0.24, 0.065, 0.252)
    draft.add("stripe", stripe, box((0.252, 0.035, 0.97 - nose), (0.0, 0.13, -0.5 * nose)))
    glass = from_side([(0.56 - nose, 0.29), (0.7 - nose, 0.24), (0.68 - nose, 0.3), (0.56 - nose, 0.335)], 0.15)
    draft.add("windscreen", "black", glass)
    _add_wheels(draft, (-0.4, -0.29, 0.02, 0.13), 0.05)
    draft.call("fast", "modern", "streamlined")
    draft.say("with a pointed nose", "with many windows")
    return draft.finish("train", "high-speed train", "bullet train", "express train", "railway")


def _tram(rng: np.random.Generator) -> Model:
    """Build a tram with a current collector."""
    draft = Draft(rng, "train", "tram")
    main = draft.colour()
    upper = draft.colour(main) if draft.chance(0.5) else "white" if main != "white" else "red"
    low, high, long = draft.between(0.1, 0.15), draft.between(0.15, 0.21), draft.between(0.82, 1.0)
    base, top = 0.065 + low, 0.075 + low + high
    draft.add("lower body", main, box((2 * HALF, low, long), (0.0, 0.075 + 0.5 * low, 0.0), 0.02))
    draft.add("upper body", upper, box((2 * HALF - 0.006, high, long - 0.02), (0.0, base + 0.5 * high, 0.0), 0.02))
    draft.add("roof", main, box((2 * HALF + 0.01, 0.035, long), (0.0, top, 0.0), 0.012))
    places = np.linspace(0.12 - 0.5 * long, 0.5 * long - 0.12, draft.count(5, 7))
    _add_windows(draft, places, base + 0.5 * high, 0.7 * float(places[1] - places[0]), 2 * HALF + 0.006)
    draft.add("windscreen", "dark glass", box((0.18, 0.5 * high, long - 0.01), (0.0, base + 0.5 * high, 0.0)))
    draft.add("headlight", "light", box((0.05, 0.05, 0.03), (0.0, base - 0.04, 0.5 * long)))
    bent = from_side([(-0.12, 0.38), (-0.08, 0.38), (0.06, 0.46), (-0.06, 0.54), (-0.1, 0.53), (0.0, 0.46)], 0.035)
    bow = rod_x(0.016, -0.1, 0.1).moved(0.0, 0.535, -0.08)
    draft.add("current collector", "dark metal", *(part.moved(0.0, top - 0.375, 0.0) for part in (bent, bow)))
    _add_wheels(draft, (-0.3, -0.18, 0.18, 0.3), 0.05)
    draft.say("with a current collector on the roof", "with many windows")
    return draft.finish("tram", "streetcar", "trolley", "train", "tramcar")


def _wagon(rng: np.random.Generator) -> Model:
    """Build a wagon for goods: open with a load, or a tank."""
    draft = Draft(rng, "train", "freight wagon")
    main = draft.colour()
    draft.add("frame", "dark metal", box((2 * HALF, 0.05, 0.94), (0.0, 0.13, 0.0)))
    if draft.chance(0.5):
        draft.add(
            "wall",
            main,
            *both(box((0.032, 0.17, 0.92), (HALF - 0.016, 0.23, 0.0))),
            *(box((2 * HALF, 0.17, 0.032), (0.0, 0.23, z)) for z in (-0.445, 0.445)),
        )
        load = draft.choose("black", "brown", "grey", "yellow")
        heap = from_side(
            [(-0.44, 0.15), (0.44, 0.15), (0.42, 0.29), (0.2, 0.36), (-0.05, 0.31), (-0.25, 0.36), (-0.42, 0.28)], 0.2
        )
        draft.add("load", load, heap)
        draft.say(f"with a {load} load", "with low walls")
    else:
        draft.add(
            "tank", main, along_z([(0.07, -0.45), (0.115, -0.42), (0.115, 0.42), (0.07, 0.45)]).moved(0.0, 0.26, 0.0)
        )
        draft.add("hatch", "dark metal", pillar(0.04, 0.06, 0.0, 0.36))
        draft.say("with a round tank")
    _add_wheels(draft, (-0.36, -0.23, 0.23, 0.36), 0.055)
    return draft.finish("freight wagon", "railway wagon", "goods wagon", "train car", "train")


STYLES: dict[str, Builder] = {
    "steam locomotive": _steam,
    "diesel locomotive": _diesel,
    "high-speed train": _high_speed,
    "tram": _tram,
    "freight wagon": _wagon,
}
