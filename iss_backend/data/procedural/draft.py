"""A model while its style function puts it together, and the solids that many styles share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from iss_backend.data.colour_names import BASIC_COLOURS, BASIC_OF
from iss_backend.data.procedural.model import Model, Part
from iss_backend.data.procedural.paints import colour_of, pick, pick_main
from iss_backend.data.procedural.solids import Solid, box, cylinder, ellipsoid, extrude, lathe, tube

SUPPORTS = frozenset(
    {"foot", "feet", "leg", "legs", "plinth", "plate", "post", "pole", "stand", "neck", "trunk", "stem", "wheel"}
)


def _basic(paint: str) -> str:
    """Return the basic colour of a paint."""
    return BASIC_OF[colour_of(paint)]


def unlike(paint: str, first: str, second: str) -> str:
    """Return the first of two paints, or the second where the first has the basic colour of ``paint``."""
    return second if _basic(first) == _basic(paint) else first


class Draft:
    """Parts, features and adjectives of one model, with the generator that decides about them."""

    def __init__(self, rng: np.random.Generator, category: str, style: str) -> None:
        self.rng = rng
        self._category = category
        self._style = style
        self._parts: list[Part] = []
        self._features: list[str] = []
        self._adjectives: list[str] = []

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return the parts so far."""
        return tuple(self._parts)

    def between(self, low: float, high: float) -> float:
        """Draw a number from a range."""
        return float(self.rng.uniform(low, high))

    def count(self, low: int, high: int) -> int:
        """Draw a whole number from a range, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, probability: float) -> bool:
        """Decide something that is true with a probability."""
        return bool(self.rng.random() < probability)

    def choose(self, *options: str) -> str:
        """Draw one of several words."""
        return options[int(self.rng.integers(len(options)))]

    def colour(self, *without: str) -> str:
        """Draw a basic colour that differs from those of some paints."""
        taken = {_basic(paint) for paint in without}
        return self.choose(*(name for name in BASIC_COLOURS if name not in taken))

    def apart(self, paint: str, *options: str) -> str:
        """Draw one of several paints among those that people do not call by the same colour as ``paint``."""
        return self.choose(*(name for name in options if _basic(name) != _basic(paint)))

    def paint(self, kind: str, any_colour: float = 0.5) -> str:
        """Draw the main paint: a plausible one of its kind, or with a probability any basic colour."""
        if self.chance(0.3):
            return pick_main(self.rng, kind, colourful=any_colour)
        return self.colour() if self.chance(any_colour) else pick(self.rng, kind)

    def add(self, name: str, paint: str, *solids: Solid) -> None:
        """Add solids that share a name and a paint."""
        self._parts.extend(Part(name, solid, paint) for solid in solids)

    def say(self, *features: str) -> None:
        """Note features, such as "with two doors"."""
        self._features.extend(features)

    def call(self, *adjectives: str) -> None:
        """Note adjectives, such as "tall"."""
        self._adjectives.extend(adjectives)

    def finish(self, *nouns: str) -> Model:
        """Close the draft under its nouns, the plainest first; what only carries the rest comes last of its parts."""
        parts = tuple(sorted(self._parts, key=lambda part: part.name in SUPPORTS))
        return Model(self._category, self._style, nouns, tuple(self._adjectives), tuple(self._features), parts)


NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def counted(number: int, noun: str) -> str:
    """Spell a count: ``counted(2, "door")`` is "two doors", ``counted(1, "door")`` "one door"."""
    word = NUMBERS[number] if number < len(NUMBERS) else "many"
    return f"{word} {noun}" if number == 1 else f"{word} {noun}s"


def block(
    width: float, height: float, depth: float, x: float = 0.0, y: float = 0.0, z: float = 0.0, bevel: float = 0.0
) -> Solid:
    """Build a box that stands on height ``y`` and is centred at ``x`` and ``z``."""
    return box((width, height, depth), (x, y + height / 2, z), bevel)


def disc(
    radius: float, depth: float, x: float = 0.0, y: float = 0.0, z: float = 0.0, inner: float = 1.0, sides: int = 24
) -> Solid:
    """Build a cylinder along z, centred at (x, y, z); ``inner`` scales its front radius."""
    solid = cylinder(radius, depth, radius * inner, sides).moved(0, -depth / 2, 0)
    return solid.turned("x", 90).moved(x, y, z)


def ball(radius: float, x: float = 0.0, y: float = 0.0, z: float = 0.0, squash: float = 1.0) -> Solid:
    """Build a ball around (x, y, z), its height scaled by ``squash``."""
    return ellipsoid((radius, radius * squash, radius), (x, y, z), 12, 20)


def rod(start: Sequence[float], end: Sequence[float], radius: float, sides: int = 10) -> Solid:
    """Build a straight round bar between two points."""
    return tube(np.array([start, end], float), radius, sides)


def pillar(
    radius: float, height: float, x: float = 0.0, y: float = 0.0, z: float = 0.0, top: float = 1.0, sides: int = 24
) -> Solid:
    """Build an upright cylinder or cone that stands on (x, y, z); ``top`` scales its upper radius."""
    return cylinder(radius, height, radius * top, sides).moved(x, y, z)


def cone(radius: float, height: float, x: float = 0.0, y: float = 0.0, z: float = 0.0, sides: int = 24) -> Solid:
    """Build an upright pointed cone that stands on (x, y, z)."""
    return lathe([(0.0, 0.0), (radius, 0.0), (0.0, height)], sides).moved(x, y, z)


def ring(radius: float, thickness: float, sides: int = 28) -> np.ndarray:
    """Return the points [sides + 1, 3] of a circle in the x-y plane that closes on itself (for ``tube``)."""
    angles = np.linspace(0.0, 2.0 * np.pi, sides + 1)
    return np.stack([radius * np.cos(angles), radius * np.sin(angles), np.full_like(angles, thickness)], axis=1)


def arc(radius: float, first: float, last: float, steps: int = 12) -> np.ndarray:
    """Return points [steps, 3] on an arc in the x-y plane, from one angle to another in degrees."""
    angles = np.radians(np.linspace(first, last, steps))
    return np.stack([radius * np.cos(angles), radius * np.sin(angles), np.zeros_like(angles)], axis=1)


def corner_legs(width: float, depth: float, height: float, thick: float) -> list[Solid]:
    """Build four square legs under a body of some width and depth, from y = 0 to ``height``."""
    x, z = width / 2 - thick / 2, depth / 2 - thick / 2
    return [block(thick, height, thick, a * x, 0.0, b * z) for a in (-1, 1) for b in (-1, 1)]


def plan(outline: np.ndarray, height: float, y: float = 0.0) -> Solid:
    """Raise an outline [N, 2] in x and z from ``y`` by a height."""
    return extrude(np.asarray(outline, float), height).turned("x", 90).moved(0, y + height / 2, 0)
