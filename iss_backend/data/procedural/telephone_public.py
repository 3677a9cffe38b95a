"""Telephones on walls and in the street."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, disc, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.phone_parts import add_keys, curl, handset, joined_at, rotary_dial


def _wall(rng: np.random.Generator) -> Model:
    """Build a wall telephone: a flat box with a dial or keys, the handset hanging on top, a long cord."""
    draft = Draft(rng, "telephone", "wall phone")
    main, height = draft.paint("plastic", 0.8), draft.between(0.85, 1.0)
    draft.add("body", main, block(0.55, height, 0.22, bevel=0.03))
    if draft.chance(0.5):
        ring = draft.apart(main, "white", "black", "silver")
        joined_at(draft, rotary_dial(draft, ring, unlike(ring, "black", "white"), 0.2), 0, (0, 0.3, 0.12))
        draft.say("with a dial")
    else:
        add_keys(draft, unlike(main, "white", "black"), (0.0, 0.1, 0.11), 0.44, 0.45, 4)
        draft.say("with keys")
    draft.add(
        "handset",
        main if draft.chance(0.5) else draft.apart(main, "black", "white"),
        handset(0.72, 0.06).turned("x", 90).moved(0, height - 0.13, 0.33),
    )
    draft.add("hook", main, block(0.2, 0.12, 0.26, 0, height - 0.2, 0.2))
    draft.add("cord", "black", curl((-0.36, height - 0.15, 0.2), (-0.12, 0.02, 0.06), 0.25))
    draft.say("with a cord", "with a handset")
    return draft.finish("wall phone", "wall telephone", "kitchen phone", "telephone")


def _payphone(rng: np.random.Generator) -> Model:
    """Build a pay phone: a metal box with keys and a coin slot, the handset hanging at its left, on a post."""
    draft = Draft(rng, "telephone", "payphone")
    main = draft.paint("metal", 0.7)
    up = 0.85 if draft.chance(0.5) else 0.0
    if up:
        draft.add("post", "grey", block(0.16, up + 0.02, 0.16), block(0.5, 0.06, 0.4))
        draft.say("on a post")
    draft.add("body", main, block(0.7, 0.85, 0.28, 0, up, 0, 0.03))
    dark = unlike(main, "black", "white")
    draft.add("plate", unlike(main, "silver", "black"), block(0.4, 0.7, 0.05, 0.1, up + 0.08, 0.14))
    add_keys(draft, unlike(unlike(main, "silver", "black"), "black", "white"), (0.1, up + 0.22, 0.165), 0.34, 0.34, 4)
    draft.add("coin slot", dark, block(0.16, 0.05, 0.08, 0.18, up + 0.67, 0.14))
    draft.add("coin return", dark, block(0.14, 0.08, 0.08, 0.18, up + 0.1, 0.15))
    draft.add("handset", dark, handset(0.58, 0.05).turned("x", 90).turned("z", 90).moved(-0.24, up + 0.45, 0.32))
    draft.add("hook", dark, block(0.1, 0.12, 0.2, -0.24, up + 0.4, 0.22))
    draft.add("cord", dark, curl((-0.24, up + 0.16, 0.2), (0.0, up + 0.04, 0.16), 0.08))
    draft.say("with a coin slot", "with keys", "with a handset")
    return draft.finish("payphone", "pay phone", "public telephone", "telephone")


def _booth(rng: np.random.Generator) -> Model:
    """Build a telephone box: a tall cabin with panes, a sign and a domed roof."""
    draft = Draft(rng, "telephone", "phone booth")
    main = "red" if draft.chance(0.5) else draft.colour("black")
    pane = unlike(main, "light blue", "white")
    width, height = 0.72, draft.between(1.5, 1.7)
    draft.add("base", main, block(width + 0.06, 0.1, width + 0.06))
    draft.add("glass", pane, block(width - 0.08, height, width - 0.08, 0, 0.05))
    posts = [block(0.1, height, 0.1, x * 0.31, 0.05, z * 0.31) for x in (-1, 1) for z in (-1, 1)]
    bars = [block(width, 0.055, width, 0, y, 0) for y in np.linspace(0.35, height - 0.1, 6)]
    slats = [block(0.05, height, width, 0, 0.05), block(width, height, 0.05, 0, 0.05)]
    draft.add("frame", main, *posts, *bars, *slats, block(width, 0.3, width, 0, 0.05))
    draft.add("sign", unlike(main, "white", "black"), block(0.52, 0.11, width + 0.08, 0, height + 0.08))
    draft.add(
        "head",
        main,
        block(width + 0.02, 0.26, width + 0.02, 0, height),
        block(0.6, 0.1, 0.6, 0, height + 0.24),
        block(0.4, 0.08, 0.4, 0, height + 0.32),
    )
    draft.call("tall", "british")
    draft.say("with glass panes", "with a door")
    return draft.finish("phone booth", "telephone box", "phone box", "telephone booth", "telephone")


def _antique_wall(rng: np.random.Generator) -> Model:
    """Build the oldest telephone: a wooden wall box with two bells, a mouthpiece, an earpiece and a crank."""
    draft = Draft(rng, "telephone", "crank phone")
    main = draft.paint("wood", 0.35)
    metal = unlike(main, "black", "gold")
    width, high = draft.between(0.44, 0.6), draft.between(0.98, 1.3)
    boards = (block(width + 0.12, 0.08, 0.4, 0, high - 0.02), block(width + 0.12, 0.08, 0.5, 0, 0.3, 0.06))
    draft.add("body", main, block(width, high, 0.3), *boards)
    bell = unlike(main, "gold", "silver")
    draft.add("bell", bell, *(disc(0.1, 0.12, x, high - 0.15, 0.18, 0.5) for x in (-0.12, 0.12)))
    draft.add("mouthpiece", metal, disc(0.06, 0.4, 0, 0.66, 0.3, 2.2))
    draft.add("earpiece", metal, disc(0.08, 0.3, 0, 0, 0, 1.4).turned("x", 90).moved(-0.5 * width - 0.11, 0.6, 0.05))
    draft.add("hook", bell, block(0.2, 0.05, 0.06, -0.5 * width - 0.05, 0.74, 0.05))
    side = 0.5 * width
    crank = (block(0.18, 0.06, 0.06, side + 0.05, 0.66), block(0.05, 0.2, 0.06, side + 0.14, 0.5))
    draft.add("crank", bell, *crank)
    draft.call("antique", "old", "wooden" if "wood" in main else "vintage")
    draft.say("with two bells", "with a crank", "with an earpiece")
    return draft.finish("antique wall telephone", "crank phone", "old telephone", "telephone")


PUBLIC_STYLES: dict[str, Builder] = {
    "wall phone": _wall,
    "payphone": _payphone,
    "phone booth": _booth,
    "crank phone": _antique_wall,
}
