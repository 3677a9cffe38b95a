"""Cabinets with open shelves or glass: bookcases, display cabinets, corner and television cabinets."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, corner_legs, counted, plan, unlike
from iss_backend.data.procedural.fronts import Front, add_books, add_doors, add_drawers, shelf_case
from iss_backend.data.procedural.model import Builder, Model


def _bookcase(rng: np.random.Generator) -> Model:
    """Build open shelves with books, perhaps with doors below."""
    draft = Draft(rng, "cabinet", "bookcase")
    main = draft.paint("wood")
    width, height, depth, rows = draft.between(0.8, 1.2), draft.between(1.6, 2.0), 0.4, draft.count(3, 5)
    low = 0.55 if draft.chance(0.5) else 0.0
    front = Front(0, low, depth / 2, width, height - low)
    if low:
        rows = min(rows, 4)
        draft.add("body", main, block(width, low + 0.02, depth))
        add_doors(draft, Front(0, 0.03, depth / 2, width, low - 0.03), 2, main, "gold")
        draft.say("with two doors below")
    draft.add("shelf", main, *shelf_case(front, depth, rows, 0.07))
    draft.say(f"with {counted(rows, 'shelf').replace('shelfs', 'shelves')}")
    if draft.chance(0.75):
        add_books(draft, front, depth, rows, 0.07)
        draft.say("full of books", "with books")
    return draft.finish("bookcase", "bookshelf", "shelf", "cabinet")


def _display(rng: np.random.Generator) -> Model:
    """Build a cabinet with glass panes in framed doors above drawers."""
    draft = Draft(rng, "cabinet", "display cabinet")
    main = draft.paint("wood")
    width, height, depth, low = draft.between(0.8, 1.1), draft.between(1.5, 1.9), 0.42, 0.5
    draft.add("body", main, block(width, height, depth))
    columns = draft.count(1, 2)
    for cell in Front(0, low, depth / 2, width, height - low).cells(columns, 1):
        draft.add("frame", main, cell.panel(0.03, 0.03))
        for pane in Front(cell.x, cell.y + 0.08, cell.z, cell.width - 0.16, cell.height - 0.16).cells(1, 3):
            draft.add("glass", "light blue", pane.panel(0.055, 0.025))
    add_drawers(draft, Front(0, 0.05, depth / 2, width, low - 0.06), 2, 1, main, "gold")
    draft.add("cornice", main, block(width + 0.14, 0.1, depth + 0.12, y=height))
    draft.say("with glass doors", "with drawers below")
    draft.call("glass")
    return draft.finish("display cabinet", "china cabinet", "glass cabinet", "vitrine", "cabinet")


def _corner(rng: np.random.Generator) -> Model:
    """Build a cabinet for a corner: a pentagon from above, doors or shelves at its slanted front."""
    draft = Draft(rng, "cabinet", "corner cabinet")
    main, side, height = draft.paint("wood"), 0.5, draft.between(1.1, 1.7)
    outline = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, -0.15), (0.2, 0.3), (-0.2, 0.3), (-0.5, -0.15)]) * 2 * side
    for y, thick, scale in ((0.0, 0.08, 1.05), (0.07, height, 1.0), (height + 0.06, 0.08, 1.08)):
        draft.add("body", main, plan(outline * scale, thick, y))
    add_doors(draft, Front(0, 0.12, 0.3 * 2 * side, 0.4, height - 0.1), 1, main, draft.choose("gold", "black"))
    draft.say("with slanted sides", "with a door")
    return draft.finish("corner cabinet", "corner cupboard", "cabinet")


def _television(rng: np.random.Generator) -> Model:
    """Build a long low cabinet with an open middle, perhaps with a television on it."""
    draft = Draft(rng, "cabinet", "tv stand")
    main = draft.paint("wood")
    width, depth, low = draft.between(1.5, 1.9), 0.45, draft.between(0.06, 0.18)
    draft.add("leg", main, *corner_legs(width, depth, low + 0.03, 0.1))
    third = width / 3
    draft.add("shelf", main, *shelf_case(Front(0, low, depth / 2, third + 0.02, 0.45), depth, 2, 0.06))
    for side in (-1, 1):
        draft.add("body", main, block(third, 0.45, depth, side * third, low))
        add_drawers(
            draft,
            Front(side * third, low + 0.01, depth / 2, third, 0.43),
            1,
            draft.count(1, 2),
            main,
            unlike(main, "black", "white"),
        )
    draft.call("low", "long")
    draft.say("with an open middle", "with drawers")
    return draft.finish("tv stand", "television cabinet", "media console", "cabinet")


def _cubes(rng: np.random.Generator) -> Model:
    """Build a square rack of open boxes, some of them closed by coloured fronts."""
    draft = Draft(rng, "cabinet", "cube shelf")
    main, side, depth = draft.paint("wood"), draft.count(2, 4), 0.4
    unit = 1.2 / side
    whole = Front(0, 0, depth / 2, 1.2, 1.2)
    for cell in whole.cells(side, side):
        draft.add("shelf", main, *shelf_case(cell, depth, 1, 0.06))
    second = draft.colour(main)
    closed = rng.permutation(side * side)[: draft.count(1, side * side // 2)]
    for number in closed:
        cell = whole.cells(side, side)[int(number)]
        draft.add("box", second, block(unit - 0.1, unit - 0.1, depth - 0.04, cell.x, cell.y + 0.05, 0.0))
    draft.say("with square compartments", f"with {second} boxes")
    return draft.finish("cube shelf", "shelving unit", "storage shelf", "cabinet")


OPEN_STYLES: dict[str, Builder] = {
    "bookcase": _bookcase,
    "display cabinet": _display,
    "corner cabinet": _corner,
    "tv stand": _television,
    "cube shelf": _cubes,
}
