"""Solids laid along the axes that vehicles and tools use, and mirrored pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from iss_backend.data.procedural.solids import Solid, cylinder, extrude, lathe

Outline = Sequence[tuple[float, float]]

# Nothing may be thinner than 1/40 of the largest extent: the training grid has 64 cells per side.
THIN = 0.03


def from_side(outline: Outline, width: float) -> Solid:
    """Extrude a side view, points of (z, y), to `width` along X, centred."""
    return extrude(np.asarray(outline, dtype=np.float64), width).turned("y", -90.0)


def from_above(outline: Outline, thickness: float) -> Solid:
    """Extrude a plan view, points of (x, z), to `thickness` along Y, centred."""
    return extrude(np.asarray(outline, dtype=np.float64), thickness).turned("x", 90.0)


def along_z(profile: Outline, sides: int = 24) -> Solid:
    """Turn a profile of (radius, z), back to front, about the Z axis."""
    return lathe(np.asarray(profile, dtype=np.float64), sides=sides).turned("x", 90.0)


def along_x(profile: Outline, sides: int = 20) -> Solid:
    """Turn a profile of (radius, x), from low to high x, about the X axis."""
    return lathe(np.asarray(profile, dtype=np.float64), sides=sides).turned("z", -90.0)


def rod_z(radius: float, back: float, front: float, sides: int = 20) -> Solid:
    """Return a round bar along Z from `back` to `front`."""
    return cylinder(radius, front - back, sides=sides).turned("x", 90.0).moved(0.0, 0.0, back)


def rod_x(radius: float, low: float, high: float, sides: int = 20) -> Solid:
    """Return a round bar along X from `low` to `high`."""
    return cylinder(radius, high - low, sides=sides).turned("z", -90.0).moved(low, 0.0, 0.0)


def tilted_up(solid: Solid, slope: float) -> Solid:
    """Raise every vertex by `slope` times its distance from the plane x = 0."""
    lifted = solid.vertices.copy()
    lifted[:, 1] += slope * np.abs(lifted[:, 0])
    return Solid(lifted, solid.faces)


def both(*solids: Solid) -> tuple[Solid, ...]:
    """Return solids of the side x > 0 and their mirror images in the plane x = 0."""
    return (*solids, *(solid.mirrored("x") for solid in solids))
