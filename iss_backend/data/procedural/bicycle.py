"""Bicycles and their kin, riding towards +Z and standing on y = 0."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, disc, ring, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.solids import Solid, box, tube

BAR = 0.02  # radius of the frame's tubes


def _tyre(radius: float, z: float, x: float = 0.0, thick: float = 0.022) -> Solid:
    """Return the ring of a wheel that stands on y = 0."""
    return tube(ring(radius - thick, 0.0), thick, 8).turned("y", 90.0).moved(x, radius, z)


def _add_wheel(draft: Draft, radius: float, z: float, x: float = 0.0) -> None:
    """Add tyre, hub and spokes of a wheel."""
    draft.add("wheel", "rubber", _tyre(radius, z, x))
    spokes = []
    for angle in np.radians((0.0, 60.0, 120.0)):
        reach = (radius - 0.02) * np.array([0.0, np.sin(angle), np.cos(angle)])
        centre = np.array([x, radius, z])
        spokes.append(rod(centre - reach, centre + reach, 0.016, 8))
    draft.add("spoke", "silver", *spokes, disc(0.03, 0.05).turned("y", 90.0).moved(x, radius, z))


def _add_saddle(draft: Draft, y: float, z: float) -> None:
    """Add a saddle on its post."""
    draft.add("saddle post", "silver", rod((0.0, y - 0.14, z + 0.03), (0.0, y, z), 0.017))
    draft.add("saddle", draft.choose("black", "brown"), box((0.09, 0.035, 0.15), (0.0, y, z), 0.012))


def _add_handlebar(draft: Draft, y: float, z: float, dropped: bool) -> None:
    """Add a handlebar across X, straight or with its ends bent down."""
    bar = [(-0.17, y, z - 0.05), (-0.13, y, z), (0.13, y, z), (0.17, y, z - 0.05)]
    if dropped:
        bar = [
            (-0.13, y - 0.09, z),
            (-0.13, y - 0.03, z + 0.07),
            (-0.12, y, z),
            (0.12, y, z),
            (0.13, y - 0.03, z + 0.07),
            (0.13, y - 0.09, z),
        ]
    draft.add("handlebar", "black", tube(np.array(bar), 0.017, 8))


def _add_frame(draft: Draft, paint: str, radius: float, base: float, low: bool) -> tuple[float, float]:
    """Add frame, fork, cranks; return the heights of saddle and handlebar."""
    seat, head, crank = 1.95 * radius, 2.0 * radius, (0.0, 0.9 * radius, -0.05)
    post, front = (0.0, seat, -0.16), (0.0, head, 0.5 * base - 0.09)
    middle = (0.0, 0.5 * (seat + crank[1]) if low else seat - 0.02, -0.11 if low else -0.16)
    hub, fork = (0.0, radius, -0.5 * base), (0.0, radius, 0.5 * base)
    bars = [(post, crank), (front, crank), (middle, front), (crank, hub), (post, hub), (front, fork)]
    draft.add("frame", paint, *(rod(start, end, BAR) for start, end in bars))
    draft.add("fork", paint, rod((0.0, head + 0.07, 0.5 * base - 0.115), front, BAR))
    draft.add("chain wheel", "dark metal", disc(0.06, 0.04).turned("y", 90.0).moved(*crank))
    draft.add(
        "crank",
        "black",
        rod((0.05, crank[1], -0.05), (0.05, crank[1] - 0.09, 0.0), 0.015),
        rod((-0.05, crank[1], -0.05), (-0.05, crank[1] + 0.09, -0.1), 0.015),
        box((0.08, 0.026, 0.06), (0.08, crank[1] - 0.09, 0.0)),
        box((0.08, 0.026, 0.06), (-0.08, crank[1] + 0.09, -0.1)),
    )
    return seat + 0.08, head + 0.08


def _two_wheeler(rng: np.random.Generator, style: str, low: bool, dropped: bool) -> Draft:
    """Start a bicycle with two equal wheels."""
    draft = Draft(rng, "bicycle", style)
    radius, base = draft.between(0.19, 0.22), draft.between(0.58, 0.64)
    _add_wheel(draft, radius, -0.5 * base)
    _add_wheel(draft, radius, 0.5 * base)
    seat, bar = _add_frame(draft, draft.colour(), radius, base, low)
    _add_saddle(draft, seat, -0.19)
    _add_handlebar(draft, bar, 0.5 * base - 0.12, dropped)
    draft.say("with two wheels", "with a handlebar", "with a saddle")
    return draft


def _road(rng: np.random.Generator) -> Model:
    """Build a racing bicycle with a dropped handlebar."""
    draft = _two_wheeler(rng, "road bike", False, True)
    draft.call("fast")
    return draft.finish("bicycle", "road bike", "racing bike", "bike", "cycle")


def _city(rng: np.random.Generator) -> Model:
    """Build a city bicycle with a low frame, perhaps a basket."""
    draft = _two_wheeler(rng, "city bike", True, False)
    if draft.chance(0.6):
        draft.add("basket", "wicker", box((0.2, 0.13, 0.14), (0.0, 0.42, 0.32)))
        draft.say("with a basket")
    draft.add(
        "carrier", "black", box((0.08, 0.03, 0.2), (0.0, 0.42, -0.33)), rod((0.0, 0.41, -0.4), (0.0, 0.2, -0.31), 0.015)
    )
    return draft.finish("bicycle", "city bike", "bike", "cycle", "push bike")


def _tricycle(rng: np.random.Generator) -> Model:
    """Build a child's tricycle."""
    draft = Draft(rng, "bicycle", "tricycle")
    main, front, rear = draft.colour(), draft.between(0.2, 0.24), draft.between(0.12, 0.14)
    _add_wheel(draft, front, 0.28)
    for x in (-0.2, 0.2):
        _add_wheel(draft, rear, -0.28, x)
    bar = (0.0, 2.0 * front + 0.16, 0.14)
    draft.add(
        "frame",
        main,
        rod((0.0, front, 0.28), bar, 0.025),
        rod((0.0, 2.0 * front + 0.04, 0.18), (0.0, rear, -0.28), 0.028),
        rod((-0.2, rear, -0.28), (0.2, rear, -0.28), 0.022),
    )
    draft.add("saddle", draft.choose("black", "brown", "red"), box((0.15, 0.05, 0.18), (0.0, 0.36, -0.12), 0.015))
    draft.add("saddle post", "silver", rod((0.0, 0.2, -0.12), (0.0, 0.36, -0.12), 0.02))
    draft.add("pedal", "black", box((0.26, 0.03, 0.05), (0.0, front, 0.28)))
    _add_handlebar(draft, bar[1], bar[2], False)
    draft.call("small")
    draft.say("with three wheels", "with a handlebar")
    return draft.finish("tricycle", "trike", "bicycle", "children's tricycle")


def _penny_farthing(rng: np.random.Generator) -> Model:
    """Build an old high wheeler."""
    draft = Draft(rng, "bicycle", "penny-farthing")
    main, big, small = draft.colour(), draft.between(0.35, 0.4), draft.between(0.12, 0.15)
    _add_wheel(draft, big, 0.1)
    _add_wheel(draft, small, -0.42)
    head = 2.0 * big + 0.05
    spine = [
        (0.0, big, 0.1),
        (0.0, head, 0.06),
        (0.0, head - 0.04, -0.08),
        (0.0, 1.5 * big, -0.26),
        (0.0, small, -0.42),
    ]
    draft.add("frame", main, tube(np.array(spine), BAR, 8))
    draft.add("saddle", "brown", box((0.09, 0.04, 0.15), (0.0, head + 0.02, -0.06), 0.012))
    draft.add("pedal", "black", box((0.2, 0.03, 0.05), (0.0, big, 0.1)))
    _add_handlebar(draft, head + 0.04, 0.07, False)
    draft.call("old", "antique")
    draft.say("with a big front wheel", "with a small rear wheel")
    return draft.finish("penny-farthing", "high wheeler", "old bicycle", "bicycle", "bike")


STYLES: dict[str, Builder] = {
    "road bike": _road,
    "city bike": _city,
    "tricycle": _tricycle,
    "penny-farthing": _penny_farthing,
}
