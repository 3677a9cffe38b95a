"""Fish: plain ones, flat tropical ones, sharks and puffers. They look along +Z."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, unlike
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import both, from_above, from_side
from iss_backend.data.procedural.solids import Solid, loft, ring_section

FIN = 0.06  # thickness of fins, in lengths of a fish


def _body(length: float, height: float, width: float, fullest: float = 0.35) -> Solid:
    """Build a body along Z, tail first, tallest ``fullest`` of the way from the nose to the tail."""
    along = np.linspace(0.0, 1.0, 12)
    rise = np.sin(np.pi * along ** (np.log(0.5) / np.log(1.0 - fullest))) ** 0.8
    shares = np.maximum(rise, 0.14 * (1.0 - along) + 0.02)
    rings = [ring_section(width * share, height * share, sides=16) for share in shares]
    return loft(rings, length * (along - 0.5))


def _tail(size: float, depth: float, length: float) -> Solid:
    """Build an upright forked tail fin behind a body of some length."""
    z = -length / 2
    outline = [(z + 0.1, 0.05), (z + 0.1, -0.05), (z - depth, -size), (z - 0.6 * depth, 0.0), (z - depth, size)]
    return from_side(outline[::-1], FIN)


def _face(draft: Draft, paint: str, length: float, height: float, width: float) -> None:
    """Add two eyes near the nose."""
    at = (0.36 * width, 0.12 * height, 0.3 * length)
    draft.add("eye", unlike(paint, "black", "white"), *both(ball(0.07, *at)))


def _fish(rng: np.random.Generator, style: str, tall: tuple[float, float], wide: tuple[float, float]) -> Model:
    """Build a fish with fins, striped or with a second colour, from ranges of its height and width."""
    draft = Draft(rng, "fish", style)
    paint = draft.choose("orange", "blue", "yellow", "red", "light blue", "grey", "green", "purple", "pink")
    fins = draft.apart(paint, "white", "yellow", "black", "blue", "orange") if draft.chance(0.5) else paint
    length, height, width = 1.0, draft.between(*tall), draft.between(*wide)
    draft.add("body", paint, _body(length, height, width))
    draft.add("tail", fins, _tail(draft.between(0.2, 0.34), draft.between(0.22, 0.36), length))
    top = [(0.15, 0.4 * height), (-0.3, 0.25 * height), (-0.28, 0.5 * height + 0.08), (0.0, 0.5 * height + 0.14)]
    draft.add("fin", fins, from_side(top, FIN))
    draft.add("fin", fins, from_side([(z, -0.9 * y) for z, y in top][::-1], FIN))
    side = from_above([(0.0, 0.2), (0.3, 0.0), (0.3, -0.08), (0.0, 0.02)], FIN).turned("z", -25)
    draft.add("fin", fins, *both(side.moved(0.3 * width, -0.1 * height, 0.05)))
    if draft.chance(0.4):
        stripe = draft.apart(paint, "white", "black", "yellow", "blue")
        for z in (-0.12, 0.12):
            share = 1.06 if z > 0 else 0.9
            rings = [ring_section(width * share, height * share, sides=16)] * 2
            draft.add("stripe", stripe, loft(rings, [z - 0.04, z + 0.04]))
        draft.call("striped")
        draft.say(f"with {stripe} stripes")
    _face(draft, paint, length, height, width)
    draft.say("with fins", "with a tail")
    names = {"tropical fish": ("tropical fish", "aquarium fish"), "plain fish": ("goldfish", "trout")}
    return draft.finish("fish", *names[style], "sea fish")


def _plain(rng: np.random.Generator) -> Model:
    """Build a slender fish."""
    return _fish(rng, "plain fish", (0.32, 0.46), (0.2, 0.28))


def _tropical(rng: np.random.Generator) -> Model:
    """Build a tall flat fish."""
    return _fish(rng, "tropical fish", (0.55, 0.8), (0.16, 0.24))


def _shark(rng: np.random.Generator) -> Model:
    """Build a shark: long, with a pointed fin on its back and wide ones at its sides."""
    draft = Draft(rng, "fish", "shark")
    paint = draft.choose("grey", "blue", "dark grey", "light blue", "green")
    height, width = draft.between(0.26, 0.34), draft.between(0.24, 0.32)
    draft.add("body", paint, _body(1.4, height, width, 0.4))
    draft.add("tail", paint, _tail(draft.between(0.22, 0.3), 0.26, 1.4))
    back = [(0.2, 0.4 * height), (-0.15, 0.4 * height), (-0.18, 0.5 * height + draft.between(0.16, 0.26))]
    draft.add("fin", paint, from_side(back[::-1], FIN))
    side = from_above([(0.0, 0.12), (0.45, -0.12), (0.42, -0.22), (0.0, -0.08)], FIN).turned("z", -15)
    draft.add("fin", paint, *both(side.moved(0.3 * width, -0.2 * height, 0.12)))
    draft.add(
        "belly", unlike(paint, "white", "light grey"), _body(1.2, 0.6 * height, 0.8 * width).moved(0, -0.06, 0.02)
    )
    _face(draft, paint, 1.4, height, width)
    draft.say("with fins", "with a white belly")
    return draft.finish("shark", "fish", "big fish", "dolphin")


def _puffer(rng: np.random.Generator) -> Model:
    """Build a round fish with small fins."""
    draft = Draft(rng, "fish", "pufferfish")
    paint, radius = draft.colour("black", "white"), draft.between(0.34, 0.42)
    draft.add("body", paint, ball(radius, 0, 0, 0, draft.between(0.85, 1.0)))
    draft.add("tail", paint, _tail(0.18, 0.26, 1.5 * radius))
    side = from_above([(0.0, 0.1), (0.24, 0.04), (0.24, -0.12), (0.0, -0.06)], FIN)
    draft.add("fin", paint, *both(side.moved(0.92 * radius, 0, 0)))
    draft.add("mouth", unlike(paint, "white", "pink"), ball(0.1, 0, -0.05, radius * 0.95))
    draft.add("eye", unlike(paint, "black", "white"), *both(ball(0.08, 0.55 * radius, 0.3 * radius, 0.76 * radius)))
    draft.call("round")
    return draft.finish("pufferfish", "fish", "blowfish")


FISH: dict[str, Builder] = {
    "plain fish": _plain,
    "tropical fish": _tropical,
    "shark": _shark,
    "pufferfish": _puffer,
}
