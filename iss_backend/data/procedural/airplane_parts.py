"""Parts of aeroplanes of length one: nose at z = 0.5, tail at z = -0.5, fuselage axis at y = 0."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, rod
from iss_backend.data.procedural.placing import THIN, along_z, both, from_above, from_side, rod_x, rod_z, tilted_up
from iss_backend.data.procedural.solids import Solid, box, cylinder, ellipsoid

Place = tuple[float, float, float]


def fuselage(radius: float, nose: float, bluntness: float, tail: float = 0.3) -> Solid:
    """Return a body of revolution; `nose` is the share that narrows, `bluntness` 1 is a cone and 2 an ellipse."""
    front = [
        (radius * max((1.0 - t**bluntness) ** (1.0 / bluntness), 0.06), 0.5 - nose + nose * t)
        for t in np.linspace(0.0, 1.0, 9)
    ]
    back = [(tail * radius, -0.5), (0.5 * (1.0 + tail) * radius, -0.36), (0.95 * radius, -0.2), (radius, -0.1)]
    return along_z([*back, *front])


def half_wing(span: float, root: float, tip: float, sweep: float, thickness: float = THIN) -> Solid:
    """Return the right half of a wing: chords `root` and `tip`, leading edge swept back by `sweep` at the tip."""
    half, lead = 0.5 * span, 0.5 * root - sweep
    return from_above([(0.0, -0.5 * root), (half, lead - tip), (half, lead), (0.0, 0.5 * root)], thickness)


def fin(height: float, chord: float, sweep: float, thickness: float = THIN) -> Solid:
    """Return an upright fin on y = 0 whose root ends at z = 0 at the back."""
    top = chord - sweep
    return from_side([(0.0, 0.0), (chord, 0.0), (top, height), (top - 0.55 * chord, height)], thickness)


def add_tail(
    draft: Draft, kind: str, radius: float, span: float, paint: str, height: float = 0.17, thickness: float = THIN
) -> None:
    """Add fins and tailplane; `kind` is "low", "t", "v", "twin" (at the tips) or "jet" (beside the engines)."""
    plane = half_wing(span, 0.14, 0.09, 0.07, thickness)
    if kind == "v":
        draft.add("tail", paint, *both(tilted_up(plane, 0.8).moved(0.0, 0.2 * radius, -0.43)))
        return
    if kind in ("twin", "jet"):
        offset = 0.46 * span if kind == "twin" else 0.9 * radius
        draft.add("fin", paint, *both(fin(height, 0.16, 0.09).moved(offset, -0.01, -0.52)))
        draft.add("tailplane", paint, *both(plane.moved(0.0, 0.0, -0.43)))
        return
    base = 0.2 * radius
    draft.add("fin", paint, fin(base + height, 0.19, 0.12, thickness).moved(0.0, 0.0, -0.5))
    draft.add("tailplane", paint, *both(plane.moved(0.0, base + (height if kind == "t" else 0.0), -0.44)))


def add_propeller(draft: Draft, place: Place, radius: float, blades: int, paint: str, mirror: bool = False) -> None:
    """Add a spinner and blades that turn about Z at `place`, and their mirror image if wanted."""
    blade = box((0.05, radius, 0.03), (0.0, 0.5 * radius, 0.0))
    turned = [blade.turned("z", 360.0 * number / blades + 20.0).moved(*place) for number in range(blades)]
    hub = ellipsoid((0.032, 0.032, 0.05), place, 8, 12)
    draft.add("propeller", paint, *(both(*turned) if mirror else turned))
    draft.add("spinner", "silver", *(both(hub) if mirror else (hub,)))


def add_pods(draft: Draft, place: Place, radius: float, length: float, paint: str) -> None:
    """Add a jet engine at `place`, with a dark mouth and nozzle, and its mirror image."""
    body = along_z([(0.7 * radius, -0.5 * length), (radius, 0.0), (radius, 0.5 * length)], 16).moved(*place)
    mouth = rod_z(0.75 * radius, 0.3 * length, 0.5 * length + 0.008, 16).moved(*place)
    nozzle = rod_z(0.5 * radius, -0.5 * length - 0.02, 0.0, 16).moved(*place)
    draft.add("engine", paint, *both(body))
    draft.add("engine mouth", "black", *both(mouth, nozzle))


def add_gear(draft: Draft, radius: float, track: float, zs: tuple[float, float], drop: float) -> None:
    """Add two main wheels at z = zs[0] and a nose or tail wheel at zs[1] on struts, `drop` below the axis."""
    for x, z in ((track, zs[0]), (-track, zs[0]), (0.0, zs[1])):
        draft.add("strut", "silver", rod((0.5 * x, -0.2 * radius, z), (x, -drop, z), 0.016))
        draft.add("wheel", "black", rod_x(0.038, x - 0.017, x + 0.017, 16).moved(0.0, -drop, z))


def add_floats(draft: Draft, track: float, drop: float, paint: str) -> None:
    """Add two long floats on struts below the fuselage."""
    hull = along_z([(0.015, -0.32), (0.038, -0.15), (0.045, 0.2), (0.035, 0.32), (0.01, 0.38)], 14)
    draft.add("float", paint, *both(hull.moved(track, -drop, 0.02)))
    draft.add("strut", "silver", *both(*(rod((0.02, 0.0, z), (track, -drop, z), 0.016) for z in (-0.05, 0.17))))


def canopy(radius: float, place: float, length: float) -> Solid:
    """Return the bubble over a cockpit at z = `place`."""
    return ellipsoid((0.66 * radius, 0.75 * radius, 0.5 * length), (0.0, 0.62 * radius, place), 10, 16)


def add_airliner_glass(draft: Draft, radius: float, front: float) -> None:
    """Add the cockpit glass near the nose and a row of cabin windows on each side."""
    draft.add("cockpit glass", "glass", box((1.3 * radius, 0.5 * radius, 0.06), (0.0, 0.5 * radius, front)))
    panes = [box((2.03 * radius, 0.03, 0.03), (0.0, 0.2 * radius, z)) for z in np.arange(-0.22, front - 0.06, 0.055)]
    draft.add("window", "glass", *panes)


def wing_struts(x: float, low: float, high: float, z: float) -> tuple[Solid, ...]:
    """Return two struts between upper and lower wing on each side, at distance x from the middle."""
    return both(*(cylinder(0.016, high - low, sides=8).moved(x, low, z + shift) for shift in (-0.05, 0.05)))
