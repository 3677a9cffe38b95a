"""What tables share: painted tops, legs of several kinds, shelves."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, corner_legs, rod
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import corners
from iss_backend.data.procedural.solids import Solid, arc, extrude, tube


def paint_top(draft: Draft) -> str:
    """Draw the paint of a table top: wood most often, in its own or any colour."""
    return pick_main(draft.rng, "wood", "wood", "wood", "plastic", "stone", "metal", "glass", colourful=0.45)


def paint_legs(draft: Draft, main: str) -> str:
    """Draw the paint of a table's legs: that of its top, wood or metal."""
    return main if draft.chance(0.5) else pick(draft.rng, draft.choose("wood", "metal"))


def oval_top(half_width: float, half_depth: float, thick: float, height: float) -> Solid:
    """Build an oval board whose upper side is at ``height``."""
    outline = arc(1.0, 0, 350, 36) * [half_width, half_depth]
    return extrude(outline, thick).turned("x", 90).moved(0, height - thick / 2, 0)


def table_legs(draft: Draft, width: float, depth: float, height: float, paint: str) -> None:
    """Add legs of one of several kinds below a top of ``height``, and say how many."""
    kind, thick = (
        draft.choose("square", "round", "splayed", "tapered", "hairpin", "frame"),
        max(width, depth, height) / 22,
    )
    x, z, top = width / 2 - thick, depth / 2 - thick, height - 0.03
    if kind == "square":
        draft.add("legs", paint, *corner_legs(width - 0.02, depth - 0.02, top, thick * draft.between(1.0, 1.5)))
    elif kind == "frame":
        for side in (-1, 1):
            a = side * (width / 2 - thick * 1.5)
            bars = [block(thick, top, thick, a, 0, b) for b in (-z, z)]
            draft.add("legs", paint, *bars, *(block(thick, thick, 2 * z, a, y) for y in (0, top - thick)))
        draft.say("with two frames as legs")
        return
    else:
        spread = thick * 1.4 if kind in ("splayed", "hairpin") else 0.0
        radii = {"tapered": [0.42, 0.75], "hairpin": [0.42, 0.42], "splayed": [0.45, 0.6]}.get(kind, [0.6, 0.6])
        inset = 0.86 if kind == "splayed" else 1.0
        for a, b in corners(x * inset, z * inset):
            foot = (a + np.sign(a) * spread * 0.5, 0, b + np.sign(b) * spread * 0.5)
            draft.add("legs", paint, tube([foot, (a, top, b)], np.array(radii) * thick))
            if kind == "hairpin":
                draft.add("legs", paint, rod(foot, (a - np.sign(a) * 2.4 * thick, top, b), 0.42 * thick))
    draft.say("with four legs")


def shelf(draft: Draft, width: float, depth: float, y: float, paint: str) -> None:
    """Add a board between the legs at a height."""
    draft.add("shelf", paint, block(width, 0.04, depth, 0, y))
    draft.say(draft.choose("with a shelf", "with a shelf below"))
