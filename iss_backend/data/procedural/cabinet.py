"""Cabinets with doors and drawers; the open and the glazed ones stand in ``cabinet_open``."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.cabinet_open import OPEN_STYLES
from iss_backend.data.procedural.draft import Draft, block, corner_legs, counted, unlike
from iss_backend.data.procedural.fronts import Front, add_doors, add_drawers
from iss_backend.data.procedural.model import Builder, Model


def _handle(draft: Draft, main: str) -> str:
    """Draw a paint for handles that can be seen before the main one."""
    return draft.apart(main, "black", "gold", "silver", "white")


def _wardrobe(rng: np.random.Generator) -> Model:
    """Build a tall clothes cabinet with doors, perhaps drawers below and a cornice."""
    draft = Draft(rng, "cabinet", "wardrobe")
    main = draft.paint("wood")
    width, height, depth = draft.between(0.9, 1.5), draft.between(1.8, 2.1), draft.between(0.5, 0.65)
    draft.add("body", main, block(width, height - 0.08, depth, y=0.08))
    draft.add("plinth", "black", block(width * 0.94, 0.1, depth * 0.9))
    doors, handle = draft.count(2, 3), _handle(draft, main)
    low = 0.45 if draft.chance(0.5) else 0.12
    add_doors(draft, Front(0, low, depth / 2, width, height - low - 0.04), doors, main, handle)
    if low > 0.2:
        add_drawers(draft, Front(0, 0.1, depth / 2, width, 0.32), 2, 1, main, handle)
        draft.say("with drawers at the bottom")
    if draft.chance(0.5):
        draft.add("cornice", main, block(width + 0.16, 0.1, depth + 0.12, y=height))
        draft.say("with a cornice")
    draft.call("tall")
    draft.say(f"with {counted(doors, 'door')}")
    return draft.finish("wardrobe", "closet", "armoire", "cabinet")


def _dresser(rng: np.random.Generator) -> Model:
    """Build a chest of drawers."""
    draft = Draft(rng, "cabinet", "chest of drawers")
    main = draft.paint("wood")
    width, height, depth = draft.between(0.8, 1.3), draft.between(0.8, 1.2), draft.between(0.45, 0.55)
    legs = 0.15 if draft.chance(0.5) else 0.04
    draft.add("leg", main, *corner_legs(width, depth, legs + 0.02, 0.09))
    draft.add("body", main, block(width, height, depth, y=legs))
    draft.add("top", main, block(width + 0.08, 0.06, depth + 0.1, y=legs + height))
    rows, columns = draft.count(3, 5), draft.count(1, 2)
    add_drawers(
        draft,
        Front(0, legs + 0.02, depth / 2, width, height - 0.04),
        columns,
        rows,
        main,
        _handle(draft, main),
        draft.chance(0.5),
    )
    draft.say(f"with {counted(rows * columns, 'drawer')}")
    return draft.finish("chest of drawers", "dresser", "drawer cabinet", "cabinet")


def _filing(rng: np.random.Generator) -> Model:
    """Build a narrow office cabinet with deep drawers, each with a label."""
    draft = Draft(rng, "cabinet", "filing cabinet")
    main = draft.paint("metal")
    width, rows = draft.between(0.46, 0.6), draft.count(3, 5)
    height, depth = 0.34 * rows, draft.between(0.6, 0.75)
    draft.add("body", main, block(width, height, depth))
    front = Front(0, 0.02, depth / 2, width, height - 0.04)
    add_drawers(draft, front, 1, rows, main, _handle(draft, main))
    for cell in front.cells(1, rows):
        y = cell.y + 0.72 * cell.height
        draft.add("label", unlike(main, "white", "yellow"), block(0.2, 0.06, 0.1, 0, y, depth / 2 + 0.01))
    draft.call("office")
    draft.say(f"with {counted(rows, 'drawer')}")
    return draft.finish("filing cabinet", "file cabinet", "office cabinet", "cabinet")


def _kitchen(rng: np.random.Generator) -> Model:
    """Build a kitchen base unit with a worktop, perhaps with a wall unit above it."""
    draft = Draft(rng, "cabinet", "kitchen cabinet")
    main, top = draft.paint("wood"), draft.choose("white", "black", "grey")
    width, depth, doors = draft.between(1.0, 1.6), 0.6, draft.count(2, 3)
    handle = _handle(draft, main)
    draft.add("body", main, block(width, 0.75, depth, y=0.1))
    draft.add("plinth", "black", block(width * 0.95, 0.12, depth * 0.85))
    add_doors(draft, Front(0, 0.12, depth / 2, width, 0.5), doors, main, handle)
    add_drawers(draft, Front(0, 0.63, depth / 2, width, 0.22), doors, 1, main, handle)
    draft.add("worktop", top, block(width + 0.08, 0.08, depth + 0.1, y=0.85))
    draft.say("with a worktop", f"with {counted(doors, 'door')}", f"with {counted(doors, 'drawer')}")
    if draft.chance(0.6):
        draft.add("wall", "white", block(width, 1.2, 0.06, y=0.9, z=-depth / 2 + 0.03))
        draft.add("wall unit", main, block(width, 0.6, 0.35, y=1.5, z=-depth / 2 + 0.175))
        add_doors(draft, Front(0, 1.5, -depth / 2 + 0.35, width, 0.6), doors, main, handle)
        draft.say("with a wall unit above")
    return draft.finish("kitchen cabinet", "kitchen unit", "cupboard", "cabinet")


def _locker(rng: np.random.Generator) -> Model:
    """Build a row of narrow metal lockers with vents."""
    draft = Draft(rng, "cabinet", "locker")
    main, columns = draft.paint("metal", 0.7), draft.count(1, 3)
    width, height, depth = 0.42 * columns, 1.7, 0.48
    draft.add("leg", "black", *corner_legs(width, depth, 0.14, 0.08))
    draft.add("body", main, block(width, height, depth, y=0.12))
    front = Front(0, 0.14, depth / 2, width, height - 0.04)
    add_doors(draft, front, columns, main, "silver")
    for cell in front.cells(columns, 1):
        draft.add("vent", "black", *(block(0.2, 0.05, 0.1, cell.x, y, depth / 2 + 0.025) for y in (1.35, 1.47, 1.59)))
    draft.call("tall", "metal")
    draft.say("with vents", f"with {counted(columns, 'door')}")
    return draft.finish("locker", "metal locker", "school locker", "cabinet")


def _sideboard(rng: np.random.Generator) -> Model:
    """Build a long low cabinet on legs, doors outside and drawers in the middle."""
    draft = Draft(rng, "cabinet", "sideboard")
    main = draft.paint("wood")
    width, height, depth, legs = draft.between(1.5, 2.0), draft.between(0.55, 0.7), 0.5, draft.between(0.18, 0.32)
    handle = _handle(draft, main)
    draft.add("leg", draft.choose(main, "black", "brown"), *corner_legs(width * 0.92, depth, legs + 0.02, 0.09))
    draft.add("body", main, block(width, height, depth, y=legs))
    for side in (-1, 1):
        front = Front(side * width / 3, legs + 0.02, depth / 2, width / 3, height - 0.04)
        add_doors(draft, front, 1, main, handle)
    rows = draft.count(2, 3)
    add_drawers(draft, Front(0, legs + 0.02, depth / 2, width / 3, height - 0.04), 1, rows, main, handle)
    draft.call("low", "long")
    draft.say("with two doors", f"with {counted(rows, 'drawer')}", "on four legs")
    return draft.finish("sideboard", "credenza", "buffet", "cabinet")


def _nightstand(rng: np.random.Generator) -> Model:
    """Build a small bedside cabinet with one or two drawers on legs."""
    draft = Draft(rng, "cabinet", "nightstand")
    main = draft.paint("wood")
    width, depth, legs = draft.between(0.5, 0.6), draft.between(0.4, 0.5), draft.between(0.15, 0.35)
    height, rows = draft.between(0.3, 0.5), draft.count(1, 2)
    draft.add("leg", main, *corner_legs(width, depth, legs + 0.02, 0.06))
    draft.add("body", main, block(width, height, depth, y=legs))
    draft.add("top", main, block(width + 0.08, 0.05, depth + 0.08, y=legs + height))
    add_drawers(
        draft, Front(0, legs + 0.01, depth / 2, width, height - 0.02), 1, rows, main, _handle(draft, main), True
    )
    draft.call("small")
    draft.say(f"with {counted(rows, 'drawer')}", "on four legs")
    return draft.finish("nightstand", "bedside cabinet", "bedside table", "cabinet")


def _two_tone(rng: np.random.Generator) -> Model:
    """Build a cabinet whose body has one colour and whose doors have another."""
    draft = Draft(rng, "cabinet", "two-tone cabinet")
    main = draft.paint("wood")
    second = draft.colour(main)
    width, height, depth = draft.between(0.8, 1.2), draft.between(0.9, 1.4), 0.45
    draft.add("leg", main, *corner_legs(width, depth, 0.17, 0.08))
    draft.add("body", main, block(width, height, depth, y=0.15))
    draft.add("top", main, block(width + 0.1, 0.07, depth + 0.12, y=height + 0.15))
    front = Front(0, 0.2, depth / 2, width - 0.12, height - 0.1)
    add_doors(draft, front, 2, second, _handle(draft, second))
    draft.call("two-tone")
    draft.say("with two doors", f"with {second} doors")
    return draft.finish("cabinet", "cupboard", "storage cabinet")


def _apothecary(rng: np.random.Generator) -> Model:
    """Build a cabinet of many small drawers with knobs."""
    draft = Draft(rng, "cabinet", "apothecary cabinet")
    main = draft.paint("wood", 0.35)
    columns, rows = draft.count(4, 5), draft.count(4, 6)
    width, height, depth = 0.26 * columns, 0.24 * rows, 0.4
    draft.add("body", main, block(width, height, depth, y=0.08))
    draft.add("plinth", main, block(width + 0.06, 0.1, depth + 0.04))
    draft.add("top", main, block(width + 0.1, 0.07, depth + 0.1, y=height + 0.08))
    add_drawers(draft, Front(0, 0.1, depth / 2, width, height - 0.04), columns, rows, main, _handle(draft, main), True)
    draft.say("with many small drawers", "with many knobs")
    return draft.finish("apothecary cabinet", "medicine cabinet", "card catalogue", "cabinet")


def _mirror(rng: np.random.Generator) -> Model:
    """Build a vanity: a cabinet with drawers and a tall framed mirror on it."""
    draft = Draft(rng, "cabinet", "vanity")
    main = draft.paint("wood")
    width, height, depth = draft.between(0.9, 1.2), 0.7, 0.45
    draft.add("leg", main, *corner_legs(width, depth, 0.14, 0.08))
    draft.add("body", main, block(width, height, depth, y=0.12))
    add_drawers(
        draft, Front(0, 0.14, depth / 2, width, height - 0.04), 2, draft.count(2, 3), main, _handle(draft, main)
    )
    tall, wide = draft.between(0.6, 0.9), width * draft.between(0.6, 0.8)
    draft.add("frame", main, block(wide, tall, 0.09, y=height + 0.1, z=-depth / 2 + 0.1))
    draft.add("mirror", "light blue", block(wide - 0.14, tall - 0.14, 0.09, y=height + 0.17, z=-depth / 2 + 0.12))
    draft.say("with a mirror", "with drawers")
    return draft.finish("vanity", "dressing table", "mirror dresser", "cabinet")


STYLES: dict[str, Builder] = {
    "wardrobe": _wardrobe,
    "chest of drawers": _dresser,
    "filing cabinet": _filing,
    "kitchen cabinet": _kitchen,
    "locker": _locker,
    "sideboard": _sideboard,
    "nightstand": _nightstand,
    "two-tone cabinet": _two_tone,
    "apothecary cabinet": _apothecary,
    "vanity": _mirror,
    **OPEN_STYLES,
}
