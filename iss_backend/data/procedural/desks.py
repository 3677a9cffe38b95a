"""Desks to write, draw and work at. Fronts look to +Z; lengths are roughly metres."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import corners
from iss_backend.data.procedural.solids import arc, box, extrude, tube
from iss_backend.data.procedural.tops import paint_top


def _draft(rng: np.random.Generator, style: str) -> Draft:
    return Draft(rng, "table", style)


def _drawers(
    draft: Draft, x: float, width: float, low: float, high: float, front: float, count: int, main: str
) -> None:
    """Add drawer fronts with handles on a box whose front is at z = ``front``."""
    handle, step = draft.choose("black metal", "brass", "metal"), (high - low) / count
    for number in range(count):
        y = low + step * number
        draft.add("drawers", main, block(width - 0.06, step - 0.045, 0.07, x, y + 0.022, front))
        draft.add("handles", handle, block(width * 0.3, 0.04, 0.055, x, y + step / 2 - 0.02, front + 0.05))


def desk(rng: np.random.Generator) -> Model:
    """Build a desk with a stack of drawers on one side or both."""
    draft = _draft(rng, "desk")
    main, width, depth, height = pick_main(rng, "wood"), draft.between(1.1, 1.5), draft.between(0.56, 0.7), 0.75
    draft.add("top", main, block(width, 0.055, depth, 0, height - 0.055, bevel=0.008))
    both, count = draft.chance(0.45), draft.count(2, 4)
    legs = main if draft.chance(0.5) else pick(rng, "metal")
    body = main if draft.chance(0.6) else f"{draft.choose('white', 'black', 'grey', 'brown')} wood"
    stack = draft.between(0.32, 0.4)
    for side in (-1, 1) if both else ((1,) if draft.chance(0.5) else (-1,)):
        x = side * (width / 2 - stack / 2 - 0.03)
        draft.add("cabinet", body, block(stack, height - 0.09, depth - 0.07, x, 0.04))
        _drawers(draft, x, stack, 0.05, height - 0.06, depth / 2 - 0.035, count, main)
        if not both:
            draft.add(
                "legs",
                legs,
                *(
                    block(0.06, height - 0.04, 0.06, -side * (width / 2 - 0.06), 0, z * (depth / 2 - 0.06))
                    for z in (-1, 1)
                ),
            )
    draft.add("back", body, block(width - 0.12, 0.3, 0.05, 0, height - 0.34, -depth / 2 + 0.06))
    draft.say(
        "with drawers", "with drawers on both sides" if both else f"with {('two', 'three', 'four')[count - 2]} drawers"
    )
    return draft.finish("desk", "table", "writing desk", "office desk")


def computer_desk(rng: np.random.Generator) -> Model:
    """Build a desk with a raised shelf for a screen and a board for a keyboard."""
    draft = _draft(rng, "computer_desk")
    main, width, depth, height = pick_main(rng, "wood"), draft.between(1.0, 1.4), 0.6, 0.74
    draft.add("top", main, block(width, 0.05, depth, 0, height - 0.05))
    draft.add("sides", main, *(block(0.05, height - 0.02, depth - 0.04, s * (width / 2 - 0.05)) for s in (-1, 1)))
    draft.add("back", main, block(width - 0.1, 0.36, 0.05, 0, height - 0.4, -depth / 2 + 0.06))
    draft.add(
        "keyboard tray",
        main if draft.chance(0.5) else "black plastic",
        block(width * 0.55, 0.045, 0.34, 0, height - 0.18, depth / 2 - 0.1),
    )
    levels, tall = draft.count(1, 2), draft.between(0.26, 0.34)
    for level in range(levels):
        y = height + level * tall
        draft.add("shelves", main, block(width, 0.05, 0.26, 0, y + tall - 0.05, -depth / 2 + 0.15))
        draft.add(
            "shelves",
            main,
            *(
                block(0.05, tall, 0.24, x, y - 0.01, -depth / 2 + 0.15)
                for x in (-width / 2 + 0.04, width * 0.15, width / 2 - 0.04)
            ),
        )
    draft.say("with shelves on top", "with a keyboard tray")
    return draft.finish("desk", "computer desk", "table", "desk with a hutch", "work desk")


def corner_desk(rng: np.random.Generator) -> Model:
    """Build a desk in the shape of an L."""
    draft = _draft(rng, "corner_desk")
    main, side = pick_main(rng, "wood"), 1 if draft.chance(0.5) else -1
    width, wing, depth, height = draft.between(1.4, 1.7), draft.between(1.1, 1.4), draft.between(0.5, 0.58), 0.74
    outline = np.array(
        [
            (-width / 2, 0),
            (width / 2, 0),
            (width / 2, wing),
            (width / 2 - depth, wing),
            (width / 2 - depth, depth),
            (-width / 2, depth),
        ]
    )
    back = -wing / 2
    draft.add("top", main, extrude(outline * [side, 1], 0.06).turned("x", 90).moved(0, height - 0.03, back))
    legs, thick = pick(rng, draft.choose("metal", "wood")), 0.07
    inset = [
        (-width / 2 + 0.06, 0.06),
        (-width / 2 + 0.06, depth - 0.06),
        (width / 2 - 0.06, 0.06),
        (width / 2 - 0.06, wing - 0.06),
        (width / 2 - depth + 0.06, wing - 0.06),
    ]
    draft.add("legs", legs, *(block(thick, height - 0.04, thick, side * x, 0, back + z) for x, z in inset))
    if draft.chance(0.6):
        x = side * (-width / 2 + 0.22)
        draft.add("cabinet", main, block(0.38, height - 0.1, depth - 0.08, x, 0.05, back + depth / 2))
        _drawers(draft, x, 0.38, 0.06, height - 0.06, back + depth - 0.04, 3, main)
        draft.say("with drawers")
    draft.say("shaped like an L", "with a corner")
    return draft.finish("desk", "corner desk", "L-shaped desk", "table", "office desk")


def standing_desk(rng: np.random.Generator) -> Model:
    """Build a desk on two lifting columns."""
    draft = _draft(rng, "standing_desk")
    main, metal = paint_top(draft), pick(rng, "metal")
    width, depth, height = draft.between(1.2, 1.5), draft.between(0.6, 0.72), draft.between(0.75, 1.1)
    draft.add("top", main, block(width, 0.05, depth, 0, height - 0.05, bevel=0.008))
    for side in (-1, 1):
        x = side * width * 0.34
        draft.add(
            "legs",
            metal,
            block(0.1, height * 0.55, 0.1, x, 0.03),
            block(0.07, height - 0.06, 0.07, x, 0.03),
            block(0.1, 0.055, depth * 0.92, x),
            block(0.08, 0.05, depth * 0.8, x, height - 0.095),
        )
    draft.add("beam", metal, block(width * 0.68, 0.06, 0.07, 0, height - 0.11))
    draft.call("modern", *(("tall",) if height > 0.95 else ()))
    draft.say("with two legs", "with a metal frame")
    return draft.finish("desk", "standing desk", "table", "office desk", "height-adjustable desk")


def drafting(rng: np.random.Generator) -> Model:
    """Build a drawing table with a tilted top."""
    draft = _draft(rng, "drafting")
    main, frame = pick_main(rng, "wood"), pick(rng, draft.choose("wood", "metal"))
    width, depth, tilt, height = draft.between(0.9, 1.2), draft.between(0.62, 0.76), draft.between(18, 42), 0.82
    board = [box((width, 0.05, depth), bevel=0.006), box((width, 0.06, 0.06), (0, 0.04, depth / 2 - 0.03))]
    draft.add("top", main, *(piece.turned("x", tilt).moved(0, height, 0) for piece in board))
    for side in (-1, 1):
        x = side * (width / 2 - 0.12)
        draft.add(
            "legs",
            frame,
            block(0.07, height - 0.02, 0.09, x),
            block(0.09, 0.055, depth * 0.85, x),
            rod((x, height * 0.5, 0), (x, height - 0.14, depth * 0.2), 0.027),
        )
    draft.add("stretcher", frame, block(width - 0.2, 0.08, 0.05, 0, 0.22))
    draft.say("with a tilted top", "with a slanted top")
    return draft.finish("drafting table", "table", "drawing table", "architect's desk")


def vanity(rng: np.random.Generator) -> Model:
    """Build a dressing table with a mirror and drawers."""
    draft = _draft(rng, "vanity")
    main, width, depth, height = pick_main(rng, "wood", colourful=0.6), draft.between(0.9, 1.1), 0.45, 0.74
    draft.add("top", main, block(width, 0.05, depth, 0, height - 0.05))
    draft.add("body", main, block(width - 0.04, 0.16, depth - 0.03, 0, height - 0.2))
    count = draft.count(2, 3)
    for number in range(count):
        cell = (width - 0.06) / count
        x = (number - (count - 1) / 2) * cell
        draft.add("drawers", main, block(cell - 0.05, 0.11, 0.06, x, height - 0.18, depth / 2 - 0.02))
        draft.add("knobs", "gold", ball(0.026, x, height - 0.125, depth / 2 + 0.025))
    draft.add(
        "legs",
        main,
        *(
            tube([(x, 0, z), (x, height - 0.15, z)], [0.025, 0.038])
            for x, z in corners(width / 2 - 0.06, depth / 2 - 0.06)
        ),
    )
    tall = draft.between(0.46, 0.6)
    if draft.chance(0.6):
        outline = arc(1.0, 0, 350, 30) * [0.28, tall / 2] + [0, tall / 2 + 0.04]
    else:
        outline = np.array([(-0.3, 0.04), (0.3, 0.04), (0.3, tall), (-0.3, tall)])
    middle = outline.mean(axis=0)
    draft.add(
        "mirror", "glass", extrude((outline - middle) * 0.84 + middle, 0.09).moved(0, height - 0.02, -depth / 2 + 0.06)
    )
    draft.add(
        "frame",
        "gold" if draft.chance(0.4) else main,
        extrude(outline, 0.06).moved(0, height - 0.02, -depth / 2 + 0.05),
        block(0.1, 0.12, 0.06, 0, height - 0.04, -depth / 2 + 0.05),
    )
    draft.say("with a mirror", f"with {'two' if count == 2 else 'three'} drawers")
    return draft.finish("dressing table", "vanity table", "table", "vanity", "makeup table")


DESK_STYLES: dict[str, Builder] = {
    "desk": desk,
    "computer_desk": computer_desk,
    "corner_desk": corner_desk,
    "standing_desk": standing_desk,
    "drafting": drafting,
    "vanity": vanity,
}
