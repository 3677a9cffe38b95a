"""Loudspeakers: home, studio and stage ones; portable and odd ones stand in ``loudspeaker_more``."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, corner_legs, counted, disc, pillar, rod, unlike
from iss_backend.data.procedural.loudspeaker_more import MORE_STYLES
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.speaker_cones import add_cone, cone_paint


def _tower(rng: np.random.Generator) -> Model:
    """Build a tall floor-standing speaker with several cones above each other."""
    draft = Draft(rng, "loudspeaker", "tower speaker")
    main = draft.paint("wood", 0.6)
    width, height, depth, cones = draft.between(0.36, 0.46), draft.between(1.15, 1.5), 0.42, draft.count(2, 4)
    draft.add("body", main, block(width, height, depth, y=0.05, bevel=0.02))
    draft.add("plinth", unlike(main, "black", "grey"), block(width + 0.1, 0.07, depth + 0.1))
    paint, radius = cone_paint(draft, main), min(0.4 * width, (height - 0.1) / (2.15 * cones))
    for number in range(cones):
        size = radius if number < cones - 1 else 0.65 * radius
        add_cone(draft, paint, size, 0.0, height - 0.05 - radius * (2.15 * (cones - 1 - number) + 0.8), depth / 2)
    draft.call("tall")
    draft.say(f"with {counted(cones, 'cone')}", "floor-standing")
    return draft.finish("loudspeaker", "tower speaker", "floor speaker", "speaker")


def _bookshelf(rng: np.random.Generator) -> Model:
    """Build a small box with a big cone and a tweeter."""
    draft = Draft(rng, "loudspeaker", "bookshelf speaker")
    main = draft.paint("wood", 0.6)
    width, height, depth = draft.between(0.5, 0.6), draft.between(0.8, 0.95), draft.between(0.45, 0.6)
    draft.add("body", main, block(width, height, depth, bevel=0.02))
    paint = cone_paint(draft, main)
    add_cone(draft, paint, 0.42 * width, 0, 0.3 * height, depth / 2)
    add_cone(draft, paint, 0.22 * width, 0, 0.78 * height, depth / 2)
    draft.call("small")
    draft.say("with two cones", "with a tweeter")
    return draft.finish("speaker", "bookshelf speaker", "loudspeaker", "stereo speaker")


def _subwoofer(rng: np.random.Generator) -> Model:
    """Build a cube with one huge cone on short feet."""
    draft = Draft(rng, "loudspeaker", "subwoofer")
    main, side = draft.paint("plastic", 0.6), draft.between(0.9, 1.0)
    draft.add("foot", unlike(main, "black", "grey"), *corner_legs(side * 0.9, side * 0.9, 0.1, 0.14))
    draft.add("body", main, block(1.0, side, side, y=0.08, bevel=0.04))
    add_cone(draft, cone_paint(draft, main), 0.42 * side, 0, 0.08 + side / 2, side / 2)
    draft.call("cubic", "big")
    draft.say("with one big cone", "on four feet")
    return draft.finish("subwoofer", "bass speaker", "woofer", "loudspeaker", "speaker")


def _soundbar(rng: np.random.Generator) -> Model:
    """Build a long low bar with a row of cones."""
    draft = Draft(rng, "loudspeaker", "sound bar")
    main, cones = draft.paint("plastic", 0.6), draft.count(4, 6)
    height, depth = draft.between(0.2, 0.26), draft.between(0.18, 0.24)
    draft.add("body", main, block(1.5, height, depth, y=0.03, bevel=0.03))
    draft.add("foot", unlike(main, "black", "grey"), block(0.16, 0.05, depth, -0.55), block(0.16, 0.05, depth, 0.55))
    paint = cone_paint(draft, main)
    for x in np.linspace(-0.6, 0.6, cones):
        add_cone(draft, paint, 0.4 * height, float(x), 0.03 + height / 2, depth / 2)
    draft.call("long", "low")
    draft.say(f"with a row of {counted(cones, 'cone')}")
    return draft.finish("sound bar", "soundbar", "loudspeaker", "speaker")


def _studio(rng: np.random.Generator) -> Model:
    """Build a studio monitor: rounded box with a coloured cone, a tweeter and a slot."""
    draft = Draft(rng, "loudspeaker", "studio monitor")
    main, width, height, depth = draft.paint("plastic", 0.5), 0.6, draft.between(0.85, 1.0), 0.6
    draft.add("body", main, block(width, height, depth, bevel=0.08))
    vivid = draft.apart(main, "yellow", "red", "orange", "white", "blue")
    add_cone(draft, vivid, 0.24, 0, 0.4 * height, depth / 2)
    add_cone(draft, unlike(main, "black", "grey"), 0.13, 0, 0.8 * height, depth / 2)
    draft.add("slot", unlike(main, "black", "white"), block(0.34, 0.05, 0.08, 0, 0.06, depth / 2))
    draft.say(f"with a {vivid} cone", "with a tweeter")
    return draft.finish("studio monitor", "monitor speaker", "loudspeaker", "speaker")


def _stage(rng: np.random.Generator) -> Model:
    """Build a stage speaker on a tripod."""
    draft = Draft(rng, "loudspeaker", "stage speaker")
    main, height = draft.paint("plastic", 0.6), draft.between(0.7, 0.9)
    for angle in (90, 210, 330):
        x, z = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        draft.add("leg", "black", rod((0.4 * x, 0.03, 0.4 * z), (0, 0.42, 0), 0.034))
    draft.add("pole", "black", pillar(0.042, 0.75, 0, 0.25))
    draft.add("body", main, block(0.52, height, 0.45, y=0.95, bevel=0.04))
    paint = cone_paint(draft, main)
    add_cone(draft, paint, 0.21, 0, 1.23, 0.225)
    draft.add("horn", paint, block(0.36, 0.18, 0.06, 0, 0.95 + height - 0.26, 0.225))
    draft.say("on a tripod")
    draft.call("tall")
    return draft.finish("pa speaker", "stage speaker", "concert speaker", "loudspeaker", "speaker")


def _on_stand(rng: np.random.Generator) -> Model:
    """Build a box speaker on a pillar with a foot."""
    draft = Draft(rng, "loudspeaker", "speaker on a stand")
    main, up = draft.paint("wood", 0.6), draft.between(0.5, 0.8)
    stand = draft.apart(main, "black", "silver", "white")
    draft.add("foot", stand, block(0.5, 0.06, 0.5))
    draft.add("pillar", stand, block(0.12, up, 0.12, y=0.03))
    draft.add("body", main, block(0.42, 0.68, 0.42, y=up, bevel=0.02))
    paint = cone_paint(draft, main)
    add_cone(draft, paint, 0.17, 0, up + 0.22, 0.21)
    add_cone(draft, paint, 0.1, 0, up + 0.53, 0.21)
    draft.call("tall")
    draft.say("on a stand", "with two cones")
    return draft.finish("speaker", "loudspeaker on a stand", "loudspeaker", "hifi speaker")


def _pair(rng: np.random.Generator) -> Model:
    """Build two equal speakers beside each other, perhaps with a stereo between them."""
    draft = Draft(rng, "loudspeaker", "stereo system")
    main = draft.paint("wood", 0.6)
    height, gap = draft.between(0.75, 0.95), 0.52
    paint = cone_paint(draft, main)
    for side in (-1, 1):
        draft.add("body", main, block(0.44, height, 0.42, side * gap))
        add_cone(draft, paint, 0.18, side * gap, 0.27 * height, 0.21)
        add_cone(draft, paint, 0.1, side * gap, 0.77 * height, 0.21)
    deck = draft.apart(main, "black", "silver", "white")
    draft.add("deck", deck, block(0.66, 0.3, 0.42), block(0.62, 0.2, 0.4, y=0.29))
    draft.add(
        "dial", unlike(deck, "white", "black"), disc(0.07, 0.08, -0.16, 0.16, 0.22), disc(0.07, 0.08, 0.16, 0.16, 0.22)
    )
    draft.add("panel", unlike(deck, "blue", "grey"), block(0.4, 0.09, 0.06, 0, 0.35, 0.2))
    draft.say("with two speakers", "with four cones")
    return draft.finish("stereo", "stereo system", "hifi system", "pair of loudspeakers", "loudspeaker")


STYLES: dict[str, Builder] = {
    "tower speaker": _tower,
    "bookshelf speaker": _bookshelf,
    "subwoofer": _subwoofer,
    "sound bar": _soundbar,
    "studio monitor": _studio,
    "stage speaker": _stage,
    "speaker on a stand": _on_stand,
    "stereo system": _pair,
    **MORE_STYLES,
}
