"""Mobile telephones; those with a cord stand in ``telephone_desk``, public ones in ``telephone_public``."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, disc, pillar, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.phone_parts import add_keys, joined_at
from iss_backend.data.procedural.telephone_desk import DESK_STYLES
from iss_backend.data.procedural.telephone_public import PUBLIC_STYLES


def _glass(draft: Draft, main: str) -> str:
    """Draw the paint of a screen."""
    return draft.apart(main, "black", "black", "light blue", "blue", "grey")


def _smartphone(rng: np.random.Generator) -> Model:
    """Build a flat phone that is nearly all screen, with cameras behind."""
    draft = Draft(rng, "telephone", "smartphone")
    main, width, height = draft.paint("plastic", 0.7), draft.between(0.48, 0.54), 1.0
    draft.add("body", main, block(width, height, 0.08, bevel=0.025))
    screen = _glass(draft, main)
    draft.add("screen", screen, block(width - 0.08, height - 0.16, 0.06, 0, 0.08, 0.022))
    if draft.chance(0.6):
        draft.add("button", unlike(main, "black", "white"), disc(0.035, 0.06, 0, 0.042, 0.02))
        draft.say("with a button")
    if draft.chance(0.5):
        tiles = [(x, y) for x in (-0.09, 0.0, 0.09) for y in (0.55, 0.66, 0.77)]
        for x, y in tiles:
            draft.add(
                "icon",
                draft.apart(screen, "red", "green", "yellow", "blue", "white"),
                block(0.06, 0.07, 0.07, x * 1.4, y, 0.024),
            )
        draft.say("with icons on the screen")
    draft.add("camera", unlike(main, "black", "grey"), block(0.16, 0.16, 0.06, -0.12, height - 0.24, -0.035))
    draft.call("flat", "modern")
    draft.say("with a touch screen")
    return draft.finish("smartphone", "mobile phone", "cell phone", "phone", "telephone")


def _brick(rng: np.random.Generator) -> Model:
    """Build an old mobile phone: thick body, small screen, keys, stub of an antenna."""
    draft = Draft(rng, "telephone", "brick phone")
    main, width, depth = draft.paint("plastic", 0.7), draft.between(0.36, 0.42), draft.between(0.2, 0.32)
    draft.add("body", main, block(width, 1.0, depth, bevel=0.04))
    draft.add(
        "screen",
        draft.apart(main, "light green", "light blue", "grey"),
        block(width - 0.1, 0.2, 0.06, 0, 0.62, depth / 2),
    )
    add_keys(draft, unlike(main, "black", "white"), (0.0, 0.1, depth / 2), width - 0.06, 0.46, 4)
    draft.add("speaker", unlike(main, "black", "white"), block(0.16, 0.04, 0.06, 0, 0.89, depth / 2))
    draft.add(
        "antenna", unlike(main, "black", "grey"), pillar(0.045, draft.between(0.25, 0.45), width / 2 - 0.08, 0.98)
    )
    draft.call("old", "thick")
    draft.say("with an antenna", "with keys")
    return draft.finish("brick phone", "old mobile phone", "cell phone", "mobile phone", "telephone")


def _flip(rng: np.random.Generator) -> Model:
    """Build an open flip phone: keys below, a screen on the half that leans back."""
    draft = Draft(rng, "telephone", "flip phone")
    main, lean, width = draft.paint("plastic", 0.85), draft.between(40, 65), 0.46
    low, up = Draft(rng, "telephone", ""), Draft(rng, "telephone", "")
    low.add("body", main, block(width, 0.62, 0.09, bevel=0.03))
    add_keys(low, unlike(main, "black", "white"), (0.0, 0.05, 0.045), width - 0.06, 0.5, 4)
    up.add("lid", main, block(width, 0.62, 0.09, bevel=0.03))
    up.add("screen", _glass(draft, main), block(width - 0.1, 0.44, 0.07, 0, 0.12, 0.03))
    joined_at(draft, low, -75, (0, 0.08, 0.56))
    joined_at(draft, up, -lean + 35, (0, 0.23, 0.0))
    draft.add("hinge", unlike(main, "grey", "black"), disc(0.065, width, 0, 0, 0).turned("y", 90).moved(0, 0.22, 0))
    draft.call("open", "folding")
    draft.say("with keys", "with a screen")
    return draft.finish("flip phone", "folding phone", "clamshell phone", "mobile phone", "telephone")


def _slider(rng: np.random.Generator) -> Model:
    """Build a slide phone: the screen half pushed up over the half with the keys."""
    draft = Draft(rng, "telephone", "slider phone")
    main, width, shift = draft.paint("plastic", 0.8), draft.between(0.44, 0.58), draft.between(0.3, 0.46)
    second = draft.apart(main, "black", "white", "grey")
    draft.add("lower half", second, block(width, 0.72, 0.09, bevel=0.02))
    add_keys(draft, unlike(second, "white", "black"), (0.0, 0.04, 0.045), width - 0.06, shift - 0.06, 4)
    draft.add("upper half", main, block(width, 0.68, 0.09, 0, shift, 0.085, 0.02))
    draft.add("screen", _glass(draft, main), block(width - 0.1, 0.42, 0.07, 0, shift + 0.18, 0.11))
    draft.add("button", unlike(main, "black", "white"), block(0.3, 0.06, 0.07, 0, shift + 0.06, 0.11))
    draft.say("with keys", "with a sliding screen")
    return draft.finish("slider phone", "slide phone", "mobile phone", "cell phone", "telephone")


def _candybar(rng: np.random.Generator) -> Model:
    """Build a small plain mobile phone with a screen above keys."""
    draft = Draft(rng, "telephone", "keypad phone")
    main, width = draft.paint("plastic", 0.8), draft.between(0.44, 0.5)
    draft.add("body", main, block(width, 1.0, 0.13, bevel=0.05))
    draft.add(
        "screen",
        draft.apart(main, "light green", "light blue", "grey", "black"),
        block(width - 0.12, 0.3, 0.07, 0, 0.58, 0.055),
    )
    add_keys(draft, unlike(main, "white", "black"), (0.0, 0.06, 0.065), width - 0.06, 0.46, 4)
    draft.say("with keys", "with a small screen")
    return draft.finish("mobile phone", "keypad phone", "cell phone", "phone", "telephone")


def _cordless(rng: np.random.Generator) -> Model:
    """Build a cordless phone that stands in its charging base."""
    draft = Draft(rng, "telephone", "cordless phone")
    main, hand = draft.paint("plastic", 0.7), Draft(rng, "telephone", "")
    base = draft.apart(main, "black", "white", "grey")
    hand.add("handset", main, block(0.3, 0.95, 0.16, bevel=0.04))
    hand.add("screen", draft.apart(main, "light green", "light blue", "grey"), block(0.2, 0.18, 0.06, 0, 0.62, 0.08))
    add_keys(hand, unlike(main, "black", "white"), (0.0, 0.18, 0.08), 0.26, 0.38, 4)
    joined_at(draft, hand, -12, (0, 0.12, 0.03))
    draft.add("base", base, block(0.52, 0.16, 0.56, bevel=0.03), block(0.44, 0.34, 0.16, 0, 0.05, -0.16, 0.03))
    if draft.chance(0.5):
        draft.add("antenna", "black", pillar(0.035, 0.4, 0.1, 1.0, -0.17))
        draft.say("with an antenna")
    draft.say("in its base", "with keys")
    return draft.finish("cordless phone", "cordless telephone", "home phone", "phone", "telephone")


STYLES: dict[str, Builder] = {
    "smartphone": _smartphone,
    "brick phone": _brick,
    "flip phone": _flip,
    "slider phone": _slider,
    "keypad phone": _candybar,
    "cordless phone": _cordless,
    **DESK_STYLES,
    **PUBLIC_STYLES,
}
