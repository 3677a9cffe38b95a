"""The round membranes of loudspeakers."""

from __future__ import annotations

from iss_backend.data.procedural.draft import Draft, disc, unlike
from iss_backend.data.procedural.solids import ellipsoid


def cone_paint(draft: Draft, main: str) -> str:
    """Draw the paint of the cones, one that differs from the body's."""
    return draft.apart(main, "black", "black", "black", "grey", "white", "yellow")


def add_cone(draft: Draft, paint: str, radius: float, x: float, y: float, z: float) -> None:
    """Add a cone that faces +Z on the plane ``z``: a rim that stands out, the membrane and a dome in its middle."""
    draft.add("rim", paint, disc(radius, 0.4 * radius, x, y, z))
    inside = unlike(paint, "dark grey", "black")
    draft.add("membrane", inside, disc(0.78 * radius, 0.46 * radius, x, y, z))
    draft.add("dome", paint, ellipsoid((0.36 * radius, 0.36 * radius, 0.2 * radius), (x, y, z + 0.23 * radius), 8, 16))
