"""Parts of long guns of length about one: butt at x = -0.5, barrel along +X on y = 0, side faces across Z."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ring, rod
from iss_backend.data.procedural.placing import Outline, along_x, rod_x
from iss_backend.data.procedural.solids import Solid, box, cylinder, extrude, tube

WOODS = ("walnut wood", "oak wood", "cherry wood", "dark wood")


def flat(outline: Outline, width: float) -> Solid:
    """Extrude a side view, points of (x, y), to `width` across Z."""
    return extrude(outline, width)


def slab(low: float, high: float, bottom: float, top: float, width: float) -> Solid:
    """Return a box from x = `low` to `high` and y = `bottom` to `top`."""
    return box((high - low, top - bottom, width), (0.5 * (low + high), 0.5 * (bottom + top), 0.0), 0.006)


def wooden(draft: Draft) -> str:
    """Draw the paint of a wooden stock, or of one in any colour."""
    return draft.colour() if draft.chance(0.3) else draft.choose(*WOODS)


def metallic(draft: Draft) -> str:
    """Draw the paint of barrel and receiver."""
    return draft.choose("black metal", "dark metal", "steel")


def tactical(draft: Draft) -> str:
    """Draw the paint of a modern weapon."""
    return draft.colour() if draft.chance(0.45) else draft.choose("black", "dark grey", "olive", "beige", "dark green")


def classic_stock(draft: Draft, paint: str, reach: float, drop: float = 0.07) -> None:
    """Add a shoulder stock and the fore-end up to x = `reach` in one piece."""
    outline = [
        (-0.5, -drop - 0.055), (-0.48, -drop - 0.06), (-0.2, -0.045), (-0.1, -0.05), (reach, -0.04), (reach, 0.0),
        (-0.14, 0.0), (-0.2, -0.005), (-0.5, 0.05 - drop),
    ]  # fmt: skip
    draft.add("stock", paint, flat(outline, 0.05))
    draft.add("butt plate", "black", slab(-0.515, -0.49, -drop - 0.055, 0.05 - drop, 0.045))


def add_stock(draft: Draft, kind: str, paint: str, receiver: float) -> None:
    """Add a stock behind a receiver that begins at x = `receiver`: "solid", "skeleton" or "tube"."""
    if kind == "solid":
        draft.add(
            "stock",
            paint,
            flat([(-0.5, -0.1), (receiver + 0.02, -0.025), (receiver + 0.02, 0.03), (-0.5, 0.025)], 0.045),
        )
        return
    draft.add("stock", paint, slab(-0.5, -0.465, -0.1, 0.03, 0.045))
    draft.add("stock tube", "black metal", rod_x(0.02, -0.49, receiver + 0.02).moved(0.0, 0.01, 0.0))
    if kind == "skeleton":
        draft.add("stock bar", paint, rod((-0.48, -0.09, 0.0), (receiver + 0.02, -0.03, 0.0), 0.017))


def add_grip(draft: Draft, x: float, paint: str, guard: bool = True) -> None:
    """Add a pistol grip at x, with the trigger guard in front of it."""
    outline = [(x - 0.05, -0.13), (x - 0.005, -0.14), (x + 0.03, -0.02), (x - 0.02, -0.02)]
    draft.add("grip", paint, flat(outline, 0.04))
    if guard:
        add_trigger_guard(draft, x + 0.055)


def add_trigger_guard(draft: Draft, x: float) -> None:
    """Add the hoop around the trigger."""
    hoop = tube(ring(0.035, 0.0, 18), 0.013, 8).moved(x, -0.05, 0.0)
    draft.add("trigger guard", "black metal", hoop)


def magazine(x: float, length: float, bend: float) -> Solid:
    """Return a magazine below x whose lower end is bent forward by `bend`."""
    steps = np.linspace(0.0, 1.0, 6)
    back = [(x - 0.03 + bend * t * t, -0.02 - length * t) for t in steps]
    front = [(x + 0.03 + bend * t * t, -0.02 - length * t + 0.15 * bend * t) for t in steps]
    return flat([*back, *front[::-1]], 0.035)


def add_barrel(draft: Draft, low: float, high: float, radius: float, paint: str, y: float = 0.0) -> None:
    """Add a barrel with a dark mouth."""
    draft.add("barrel", paint, rod_x(radius, low, high, 16).moved(0.0, y, 0.0))
    draft.add("muzzle", "black", rod_x(0.6 * radius, high - 0.05, high + 0.004, 12).moved(0.0, y, 0.0))


def add_scope(draft: Draft, x: float, length: float, y: float = 0.075) -> None:
    """Add a telescopic sight on two mounts."""
    half = 0.5 * length
    body = along_x(
        [
            (0.026, -half),
            (0.026, -0.6 * half),
            (0.017, -0.45 * half),
            (0.017, 0.4 * half),
            (0.03, 0.65 * half),
            (0.03, half),
        ],
        16,
    )
    draft.add("scope", "black", body.moved(x, y, 0.0))
    lens = rod_x(0.022, half - 0.02, half + 0.004, 14)
    draft.add("scope lens", "glass", lens.moved(x, y, 0.0), lens.mirrored("x").moved(x, y, 0.0))
    draft.add(
        "scope mount",
        "black metal",
        *(box((0.03, y, 0.03), (x + at, 0.5 * y, 0.0)) for at in (-0.3 * half, 0.3 * half)),
    )
    draft.say("with a scope")


def add_bipod(draft: Draft, x: float, length: float, y: float = 0.0) -> None:
    """Add two spread legs below the barrel."""
    legs = [rod((x, y, 0.0), (x + 0.02, y - length, side * 0.5 * length), 0.015, 8) for side in (-1.0, 1.0)]
    draft.add("bipod", "black metal", *legs)
    draft.say("with a bipod")


def add_iron_sights(draft: Draft, rear: float, front: float, top: float) -> None:
    """Add a rear and a front sight that rise from y = `top`."""
    draft.add("sight", "black", *(box((0.032, 0.04, 0.032), (x, top + 0.012, 0.0)) for x in (rear, front)))


def add_drum(draft: Draft, x: float, radius: float, paint: str) -> None:
    """Add a drum magazine below x."""
    disc = cylinder(radius, 0.06, sides=24).moved(0.0, -0.03, 0.0).turned("x", 90.0)
    draft.add("drum magazine", paint, disc.moved(x, -0.03 - radius, 0.0))
    draft.say("with a drum magazine")
