"""What chairs, benches and sofas share: legs, backs, arms and upholstery. Fronts look to +Z."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, corner_legs, disc, pillar, rod
from iss_backend.data.procedural.solids import Solid, arc, cushion, extrude, tube

LEG = 0.045  # least thickness of what stands on the floor, where the tallest models measure 1.2


@dataclass(frozen=True)
class Seat:
    """The space a seat takes: its size, and the height of its upper side."""

    width: float
    depth: float
    height: float
    thick: float

    @property
    def under(self) -> float:
        """Return the height of its lower side."""
        return self.height - self.thick

    @property
    def rear(self) -> float:
        """Return the z of its rear edge."""
        return -self.depth / 2


def four_legs(draft: Draft, seat: Seat, paint: str, *kinds: str) -> None:
    """Add four legs of one of the kinds: square, round, tapered, splayed, turned."""
    kind, thick = draft.choose(*(kinds or ("square", "round", "tapered", "splayed"))), draft.between(LEG, 0.065)
    if kind == "square":
        draft.add("legs", paint, *corner_legs(seat.width, seat.depth, seat.under + 0.01, thick))
        return
    spread = draft.between(0.04, 0.09) if kind == "splayed" else 0.0
    for x, z in corners(seat.width / 2 - thick, seat.depth / 2 - thick):
        foot, top = (x + np.sign(x) * spread, 0.0, z + np.sign(z) * spread), (x, seat.under + 0.01, z)
        radii = {"tapered": [0.4, 0.62], "splayed": [0.42, 0.55]}.get(kind, [0.5, 0.5])
        draft.add("legs", paint, tube([foot, top], np.array(radii) * thick * 1.2))


def corners(x: float, z: float) -> list[tuple[float, float]]:
    """Return the four corners (x, z) of a rectangle about the origin, given half its sides."""
    return [(a * x, b * z) for a in (-1, 1) for b in (-1, 1)]


def stretchers(draft: Draft, seat: Seat, paint: str) -> None:
    """Add bars between the legs: two along the sides and one across."""
    height, x, z = seat.under * draft.between(0.25, 0.5), seat.width / 2 - 0.03, seat.depth / 2 - 0.03
    bars = [rod((side * x, height, -z), (side * x, height, z), 0.02) for side in (-1, 1)]
    draft.add("stretchers", paint, *bars, rod((-x, height, 0), (x, height, 0), 0.02))


def star_base(draft: Draft, radius: float, height: float, metal: str, wheels: bool) -> None:
    """Add a column on five arms with castors or feet, up to a height."""
    floor = 0.07 if wheels else 0.02
    draft.add("column", metal, pillar(0.032, height - floor, 0, floor))
    for angle in np.radians(90 + 72 * np.arange(5)):
        x, z = radius * np.cos(angle), radius * np.sin(angle)
        draft.add("base", metal, tube([(0, floor + 0.05, 0), (x, floor + 0.02, z)], [0.032, 0.024]))
        draft.add("wheels" if wheels else "feet", "black plastic", ball(0.036, x, 0.036, z))
    draft.say("with five wheels" if wheels else "with a star base")


def round_base(draft: Draft, radius: float, height: float, paint: str) -> None:
    """Add a pedestal: a round foot plate and a column, up to a height."""
    draft.add("base", paint, pillar(radius, 0.035, top=draft.between(0.7, 1.0)))
    draft.add("column", paint, pillar(draft.between(0.028, 0.045), height - 0.02, 0, 0.02))
    draft.say("with a pedestal base")


def rockers(draft: Draft, seat: Seat, paint: str) -> None:
    """Add two curved runners below the legs; they reach from y = 0 to about 0.1."""
    reach = draft.between(0.38, 0.46)
    span = np.linspace(-1, 1, 13)
    for side in (-1, 1):
        path = [(side * (seat.width / 2 - 0.03), 0.025 + 0.11 * t * t, t * reach - 0.02) for t in span]
        draft.add("rockers", paint, tube(path, 0.026, 8))
    draft.say("on rockers")


def panel_back(draft: Draft, width: float, height: float, thick: float) -> list[Solid]:
    """Build a closed back."""
    return [block(width, height, thick, bevel=draft.between(0.004, 0.018))]


def spindle_back(draft: Draft, width: float, height: float, thick: float) -> list[Solid]:
    """Build upright round bars below a rail."""
    count, rail = draft.count(4, 5), draft.between(0.07, 0.12)
    places = np.linspace(-1, 1, count) * (width / 2 - 0.025)
    bars = [rod((x, 0, 0), (x, height - rail + 0.01, 0), 0.02) for x in places]
    return [block(width, rail, thick, 0, height - rail, bevel=0.01), *bars]


def ladder_back(draft: Draft, width: float, height: float, thick: float) -> list[Solid]:
    """Build two posts and level slats."""
    count, post = draft.count(2, 4), max(thick, LEG)
    step = height / count
    slats = [block(width - post, step * 0.5, 0.032, 0, step * (number + 0.42)) for number in range(count)]
    return [*_posts(width, height, post), *slats]


def slat_back(draft: Draft, width: float, height: float, thick: float) -> list[Solid]:
    """Build two posts, two rails and upright slats."""
    count, post, rail = draft.count(2, 4), max(thick, LEG), 0.07
    low = height * 0.15
    inner = width - 2 * post
    slats = [
        block(inner / count * 0.55, height - low - rail + 0.02, 0.032, inner * ((n + 0.5) / count - 0.5), low + 0.02)
        for n in range(count)
    ]
    rails = [block(width - post, rail, thick * 0.9, 0, y) for y in (low, height - rail)]
    return [*_posts(width, height, post), *rails, *slats]


def cross_back(draft: Draft, width: float, height: float, thick: float) -> list[Solid]:
    """Build two posts, a rail and two bars that cross."""
    post, x = max(thick, LEG), width / 2 - max(thick, LEG) / 2
    bars = [rod((-x, 0.05, 0), (x, height - 0.06, 0), 0.022), rod((x, 0.05, 0), (-x, height - 0.06, 0), 0.022)]
    return [*_posts(width, height, post), block(width, 0.07, thick, 0, height - 0.07), *bars]


def hoop_back(draft: Draft, width: float, height: float, thick: float) -> list[Solid]:
    """Build a bent hoop with bars inside."""
    bow = arc(1.0, 0, 180, 15) * np.array([width / 2 - 0.025, height * 0.55]) + np.array([0, height * 0.42])
    ends = np.array([[width / 2 - 0.045, 0.0]])
    path = np.concatenate([ends, bow, ends * np.array([-1, 1])])
    hoop = tube(np.column_stack([path, np.zeros(len(path))]), 0.025)
    places = np.linspace(-1, 1, draft.count(2, 4)) * width * 0.26
    tops = height * 0.42 + height * 0.55 * np.sqrt(1 - (places / (width / 2)) ** 2)
    return [hoop, *(rod((x, 0, 0), (x, top, 0), 0.019) for x, top in zip(places, tops, strict=True))]


def splat_back(draft: Draft, width: float, height: float, thick: float) -> list[Solid]:
    """Build two posts, a curved crest rail and one wide board in the middle."""
    post = max(thick, LEG)
    crest = np.concatenate(
        [arc(width / 2, 20, 160, 9) * np.array([1.12, 0.3]), [[-width / 2, -0.03], [width / 2, -0.03]]]
    )
    board = draft.between(0.3, 0.42) * width
    outline = [
        (-board / 2, 0),
        (board / 2, 0),
        (board * 0.35, height * 0.4),
        (board / 2, height),
        (-board / 2, height),
        (-board * 0.35, height * 0.4),
    ]
    top = extrude(crest, thick).moved(0, height, 0)
    return [top, *_posts(width, height, post), extrude(outline, 0.032)]


def oval_back(draft: Draft, width: float, height: float, thick: float) -> list[Solid]:
    """Build an upright oval panel on two short posts."""
    oval = arc(1.0, 0, 345, 24) * np.array([width / 2, height * 0.4]) + np.array([0, height * 0.6])
    posts = [block(LEG, height * 0.45, LEG, side * width * 0.25) for side in (-1, 1)]
    return [extrude(oval, thick), *posts]


BackMaker = Callable[[Draft, float, float, float], list[Solid]]
BACKS: dict[str, tuple[BackMaker, str]] = {
    "panel": (panel_back, "with a solid back"),
    "spindle": (spindle_back, "with a spindle back"),
    "ladder": (ladder_back, "with a ladder back"),
    "slats": (slat_back, "with a slatted back"),
    "cross": (cross_back, "with a cross back"),
    "hoop": (hoop_back, "with a rounded back"),
    "splat": (splat_back, "with a carved back"),
    "oval": (oval_back, "with an oval back"),
}


def add_back(draft: Draft, seat: Seat, paint: str, height: float, lean: float, *kinds: str) -> None:
    """Add a back of one of the kinds (keys of BACKS) behind a seat, leaning by some degrees."""
    maker, feature = BACKS[draft.choose(*(kinds or tuple(BACKS)))]
    pieces = maker(draft, seat.width * draft.between(0.9, 1.0), height + 0.02, 0.042)
    draft.add(
        "back", paint, *(lean_back(piece, lean).moved(0, seat.height - 0.02, seat.rear + 0.025) for piece in pieces)
    )
    draft.say(feature)


def lean_back(solid: Solid, degrees: float) -> Solid:
    """Return what stands on y = 0 leaned backwards, towards -z."""
    return solid.turned("x", -degrees)


def open_arms(draft: Draft, seat: Seat, paint: str, height: float, length: float = 0.9) -> None:
    """Add two armrests on posts, ``height`` above the seat."""
    for side in (-1, 1):
        x, front = side * (seat.width / 2 + 0.005), seat.rear + seat.depth * length
        draft.add(
            "armrests",
            paint,
            block(0.055, 0.04, seat.depth * length, x, seat.height + height, (seat.rear + front) / 2, 0.01),
        )
        draft.add("armrests", paint, block(0.042, height + 0.05, 0.042, x, seat.height - 0.03, front - 0.06))
    draft.say("with armrests")


def seat_pad(draft: Draft, seat: Seat, paint: str, thick: float) -> None:
    """Add a soft pad on a seat."""
    draft.add(
        "cushion",
        paint,
        cushion((seat.width * 0.94, thick * 1.6, seat.depth * 0.94), (0, seat.height + thick * 0.2, 0), 0.3),
    )
    draft.say(draft.choose("with a cushion", "with a padded seat", "with a soft seat"))


def wheel(radius: float, width: float, x: float, y: float, z: float) -> Solid:
    """Build a closed wheel that turns about the x axis."""
    return disc(radius, width, sides=22).turned("y", 90).moved(x, y, z)


def _posts(width: float, height: float, thick: float) -> list[Solid]:
    x = width / 2 - thick / 2
    return [block(thick, height, thick, side * x) for side in (-1, 1)]
