"""Hulls and sails: bow towards +Z, keel on y = 0, symmetric about x = 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iss_backend.data.procedural.placing import THIN, from_side
from iss_backend.data.procedural.solids import Solid, loft


@dataclass(frozen=True)
class Hull:
    """Measures of a hull.

    Attributes:
        length, beam, depth: outside; the deck lies on y = depth amidships.
        bow: share of the length over which the hull narrows to the bow.
        stern: width of the stern as a share of the beam.
        sheer: how far the deck rises towards the bow, and half as far towards the stern.
        fullness: 1 is an elliptic section, less is boxier.
    """

    length: float
    beam: float
    depth: float
    bow: float = 0.45
    stern: float = 0.75
    sheer: float = 0.05
    fullness: float = 0.7

    def half_width(self, share: float) -> float:
        """Return half the width of the deck at a share of the length, 0 at the stern and 1 at the bow."""
        middle = 1.0 - self.bow
        if share < middle:
            return 0.5 * self.beam * (self.stern + (1.0 - self.stern) * np.sin(0.5 * np.pi * share / middle))
        return 0.5 * self.beam * max(1.0 - ((share - middle) / self.bow) ** 2, 0.06)

    def deck(self, share: float) -> float:
        """Return the height of the deck at a share of the length."""
        return self.depth + self.sheer * (max(2.0 * share - 1.0, 0.0) ** 2 + 0.5 * max(1.0 - 2.0 * share, 0.0) ** 2)

    def section(self, share: float, inset: float = 0.0, floor: float = 0.0) -> NDArray[np.float64]:
        """Return points [11, 2] of (x, y) from one gunwale under the keel to the other, `inset` further inside."""
        turn = np.linspace(0.0, np.pi, 11)
        across, down = np.cos(turn), np.sin(turn)
        half = max(self.half_width(share) - inset, 0.3 * self.half_width(share))
        keel = 0.55 * self.depth * max(2.0 * share - 1.0, 0.0) ** 3 + floor
        top = self.deck(share)
        x = half * np.sign(across) * np.abs(across) ** self.fullness
        return np.stack([x, top - max(top - keel, 0.006) * down**self.fullness], axis=1)


_SHARES = (0.0, 0.05, 0.15, 0.3, 0.45, 0.58, 0.7, 0.8, 0.88, 0.95, 1.0)


def decked(hull: Hull) -> Solid:
    """Return a hull that is closed by its deck."""
    return loft([hull.section(share) for share in _SHARES], [(share - 0.5) * hull.length for share in _SHARES])


def hollow(hull: Hull, wall: float = THIN, floor: float = 0.05) -> Solid:
    """Return an open hull with walls and a bottom of the given thicknesses, closed at bow and stern."""
    rings = []
    for share in _SHARES:
        inside = 0.98 * hull.deck(share) if share in (0.0, 1.0) else floor
        rings.append(np.concatenate([hull.section(share), hull.section(share, wall, inside)[::-1]]))
    return loft(rings, [(share - 0.5) * hull.length for share in _SHARES])


def double_ended(hull: Hull, wall: float = THIN, floor: float = 0.05) -> Solid:
    """Return an open hull that is pointed at both ends, like a canoe; `hull.bow` below 0.5 leaves a straight middle."""
    shares = (*(1.0 - np.array(_SHARES[:4:-1])), 0.5, *_SHARES[5:])
    rings = []
    for share in shares:
        bow = max(share, 1.0 - share)
        inside = 0.98 * hull.deck(bow) if bow == 1.0 else floor
        rings.append(np.concatenate([hull.section(bow), hull.section(bow, wall, inside)[::-1]]))
    return loft(rings, [(share - 0.5) * hull.length for share in shares])


def triangle_sail(foot: tuple[float, float], head: float, low: float) -> Solid:
    """Return a sail in the plane x = 0 from z = foot[0] (at the mast) to foot[1], from y = `low` to `head`."""
    mast, clew = foot
    belly = 0.5 * (mast + clew) + 0.12 * (clew - mast)
    outline = [(mast, low), (clew, low), (belly, 0.5 * (low + head)), (mast, head)]
    return from_side(outline if clew < mast else outline[::-1], THIN)


def square_sail(width: float, low: float, high: float, z: float) -> Solid:
    """Return a sail across the ship that the wind bellies forward."""
    rings = []
    for share in np.linspace(0.0, 1.0, 7):
        y, half = low + share * (high - low), 0.5 * width * (1.0 - 0.12 * share)
        belly = 0.22 * (high - low) * np.sin(np.pi * share)
        rings.append(([-half, belly], [half, belly], [half, belly + THIN], [-half, belly + THIN], y))
    sections = [np.array(ring[:4]) for ring in rings]
    # Lofted along y: the sections lie in (x, z) and are turned upright.
    upright = loft([np.column_stack([s[:, 0], -s[:, 1]]) for s in sections], [float(ring[4]) for ring in rings])
    return upright.turned("x", -90.0).moved(0.0, 0.0, z)
