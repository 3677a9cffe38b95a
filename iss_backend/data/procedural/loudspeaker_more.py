"""Loudspeakers of unusual shape: horns, balls, cylinders, boomboxes, amplifiers."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, arc, ball, block, disc, pillar, rod, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import box, lathe, tube
from iss_backend.data.procedural.speaker_cones import add_cone, cone_paint


def _horn(rng: np.random.Generator) -> Model:
    """Build a horn speaker: a wide bell that faces forward, a driver behind it, a bracket."""
    draft = Draft(rng, "loudspeaker", "horn speaker")
    main, wide = draft.paint("metal", 0.7), draft.between(0.42, 0.52)
    bell = [
        (0.13, 0),
        (0.13, 0.22),
        (0.1, 0.24),
        (0.14, 0.45),
        (0.24, 0.65),
        (wide, 0.85),
        (wide, 0.9),
        (0.2, 0.68),
        (0.08, 0.5),
        (0, 0.45),
    ]
    draft.add("bell", main, lathe(bell, 28).turned("x", 90).moved(0, 0.6, -0.45))
    draft.add("driver", unlike(main, "black", "grey"), disc(0.15, 0.2, 0, 0.6, -0.45))
    draft.add("bracket", "black", block(0.1, 0.6, 0.08, z=-0.2), block(0.5, 0.06, 0.4, z=-0.2))
    draft.add("core", unlike(main, "black", "grey"), ball(0.1, 0, 0.6, 0.2))
    draft.say("with a wide horn", "on a bracket")
    return draft.finish("horn speaker", "horn loudspeaker", "loudspeaker", "public address speaker")


def _gramophone(rng: np.random.Generator) -> Model:
    """Build a gramophone: a box with a record and a big curved horn above it."""
    draft = Draft(rng, "loudspeaker", "gramophone")
    wood, main = draft.paint("wood", 0.3), draft.paint("precious", 0.4)
    side, high, size = draft.between(0.75, 0.98), draft.between(0.22, 0.4), draft.between(0.85, 1.2)
    back = 0.03 - 0.5 * side
    draft.add("box", wood, block(side, high, side), block(side + 0.1, 0.07, side + 0.1))
    draft.add("record", unlike(wood, "black", "grey"), pillar(0.42 * side, 0.06, 0, high - 0.01))
    draft.add("label", "red", pillar(0.14 * side, 0.08, 0, high - 0.01))
    path = [(0, high + 0.02, back), (0, high + 0.42, back - 0.02), (0, high + 0.64, back + 0.1)]
    draft.add("neck", main, tube(np.array(path), [0.05, 0.05, 0.07]))
    bell = lathe([(0.06, 0), (0.09, 0.15), (0.18, 0.33), (0.45, 0.55), (0.45, 0.59), (0.14, 0.36), (0, 0.3)], 16)
    draft.add("horn", main, bell.scaled(size, size, size).turned("x", 62).moved(0, high + 0.57, back + 0.02))
    draft.call("old")
    draft.say("with a big horn", "with a record")
    return draft.finish("gramophone", "phonograph", "record player", "loudspeaker")


def _cylinder(rng: np.random.Generator) -> Model:
    """Build an upright cylinder with a fabric grille and a band, as smart and portable speakers are."""
    draft = Draft(rng, "loudspeaker", "smart speaker")
    main, radius, height = draft.paint("fabric", 0.6), 0.3, draft.between(0.6, 1.1)
    trim = draft.apart(main, "black", "white", "grey")
    draft.add("body", main, pillar(radius, height, 0, 0.06))
    draft.add("base", trim, pillar(radius * 1.02, 0.09))
    draft.add("top", trim, pillar(radius * 1.02, 0.07, 0, height + 0.04))
    draft.add("light", draft.apart(trim, "blue", "green", "orange"), pillar(radius * 0.72, 0.1, 0, height + 0.04))
    draft.add("grille", trim, *(pillar(radius * 1.04, 0.03, 0, y * height + 0.06) for y in (0.25, 0.4, 0.55, 0.7)))
    draft.call("round", "wireless")
    draft.say("with a light ring")
    return draft.finish("smart speaker", "bluetooth speaker", "wireless speaker", "loudspeaker", "speaker")


def _sphere(rng: np.random.Generator) -> Model:
    """Build a ball with a cone in front, on a small foot."""
    draft = Draft(rng, "loudspeaker", "ball speaker")
    main, radius, cone = draft.paint("plastic", 0.8), 0.45, draft.between(0.2, 0.32)
    foot = draft.between(0.12, 0.4)
    y = radius + foot - 0.08
    draft.add("body", main, ball(radius, 0, y))
    draft.add("foot", unlike(main, "black", "grey"), pillar(draft.between(0.2, 0.32), foot, top=0.7))
    add_cone(draft, cone_paint(draft, main), cone, 0, y, float(np.sqrt(radius**2 - cone**2)) + 0.02)
    if draft.chance(0.3):
        draft.add("ear", main, *(ball(0.14, x * 0.34, y + 0.41, 0) for x in (-1, 1)))
        draft.say("with ears")
    draft.call("round")
    draft.say("with one cone")
    return draft.finish("ball speaker", "round speaker", "spherical loudspeaker", "loudspeaker", "speaker")


def _boombox(rng: np.random.Generator) -> Model:
    """Build a boombox: two cones, a cassette deck, a handle, perhaps an antenna."""
    draft = Draft(rng, "loudspeaker", "boombox")
    main, height = draft.paint("plastic", 0.85), draft.between(0.55, 0.68)
    draft.add("body", main, block(1.3, height, 0.36, bevel=0.04))
    paint = cone_paint(draft, main)
    for side in (-1, 1):
        add_cone(draft, paint, 0.2, side * 0.41, 0.26, 0.18)
    deck = draft.apart(main, "silver", "black", "white")
    draft.add("cassette deck", deck, block(0.34, 0.22, 0.08, 0, 0.1, 0.18))
    draft.add("window", unlike(deck, "black", "white"), block(0.22, 0.09, 0.1, 0, 0.16, 0.18))
    draft.add("tuner", unlike(main, "white", "black"), block(0.9, 0.07, 0.06, 0, height - 0.12, 0.18))
    draft.add(
        "handle",
        unlike(main, "black", "grey"),
        *(block(0.06, 0.24, 0.08, x, height - 0.03) for x in (-0.5, 0.5)),
        block(1.06, 0.07, 0.08, 0, height + 0.17),
    )
    if draft.chance(0.5):
        draft.add("antenna", "silver", rod((0.45, height, -0.12), (0.8, height + 0.5, -0.12), 0.022))
        draft.say("with an antenna")
    draft.call("portable", "retro")
    draft.say("with a handle", "with two cones", "with a cassette deck")
    return draft.finish("boombox", "ghetto blaster", "portable stereo", "radio", "loudspeaker")


def _amplifier(rng: np.random.Generator) -> Model:
    """Build a guitar amplifier: a grille, a panel with knobs above it, a handle."""
    draft = Draft(rng, "loudspeaker", "guitar amplifier")
    main, height = draft.paint("leather", 0.6), draft.between(0.85, 1.05)
    draft.add("body", main, block(1.0, height, 0.5, bevel=0.03))
    grille = draft.apart(main, "beige", "grey", "black", "brown")
    draft.add("grille", grille, block(0.88, height - 0.32, 0.06, 0, 0.06, 0.25))
    add_cone(draft, unlike(grille, "black", "grey"), 0.26, 0, 0.06 + (height - 0.32) / 2, 0.25)
    panel = unlike(main, "gold", "silver")
    draft.add("panel", panel, block(0.88, 0.15, 0.06, 0, height - 0.2, 0.25))
    draft.add("knob", "black", *(disc(0.04, 0.08, x, height - 0.125, 0.3) for x in np.linspace(-0.34, 0.34, 6)))
    bow = arc(0.2, 180, 0, 9) * [1, 0.6, 1] + [0, height - 0.01, 0]
    draft.add("handle", "black", tube(bow, 0.032))
    draft.say("with knobs", "with a handle", "with a grille")
    return draft.finish("guitar amplifier", "amplifier", "amp", "loudspeaker")


def _megaphone(rng: np.random.Generator) -> Model:
    """Build a hand-held megaphone: a cone that opens forward, a grip and a mouthpiece."""
    draft = Draft(rng, "loudspeaker", "megaphone")
    main, second = draft.paint("plastic", 0.9), draft.choose("white", "black", "red")
    second = unlike(main, second, "grey")
    wide = draft.between(0.34, 0.44)
    draft.add(
        "cone", main, lathe([(0.12, 0), (wide, 0.85), (wide, 0.88), (0.0, 0.3)], 28).turned("x", 90).moved(0, 0.5, -0.4)
    )
    draft.add(
        "rim",
        second,
        tube(
            np.array([(wide * np.cos(a), 0.5 + wide * np.sin(a), 0.47) for a in np.linspace(0, 2 * np.pi, 29)]), 0.045
        ),
    )
    draft.add("mouthpiece", second, disc(0.17, 0.22, 0, 0.5, -0.46))
    draft.add("core", second, disc(0.09, 0.4, 0, 0.5, 0.0, 0.5))
    draft.add("grip", second, box((0.12, 0.4, 0.14), (0, 0.24, -0.22)).turned("x", 0))
    draft.call("hand-held")
    draft.say("with a grip")
    return draft.finish("megaphone", "bullhorn", "loudhailer", "loudspeaker")


def _stack(rng: np.random.Generator) -> Model:
    """Build a stage tower: several wide boxes stacked on each other."""
    draft = Draft(rng, "loudspeaker", "speaker stack")
    main, boxes = draft.paint("plastic", 0.6), draft.count(3, 4)
    paint = cone_paint(draft, main)
    for number in range(boxes):
        y = 0.42 * number
        draft.add("body", main, block(0.95, 0.39, 0.5, 0, y, 0, 0.02))
        for side in (-1, 1):
            add_cone(draft, paint, 0.16, side * 0.23, y + 0.195, 0.25)
    draft.add("core", unlike(main, "black", "grey"), block(0.85, 0.42 * boxes - 0.05, 0.42))
    draft.call("tall", "big")
    draft.say("with many cones")
    return draft.finish("speaker stack", "wall of speakers", "concert speakers", "loudspeaker")


MORE_STYLES: dict[str, Builder] = {
    "horn speaker": _horn,
    "gramophone": _gramophone,
    "smart speaker": _cylinder,
    "ball speaker": _sphere,
    "boombox": _boombox,
    "guitar amplifier": _amplifier,
    "megaphone": _megaphone,
    "speaker stack": _stack,
}
