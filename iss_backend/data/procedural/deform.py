"""Models bent out of their usual form, with words for it: "a spiky chair", "a melting house".

Deformations move the vertices of finely subdivided parts, so that parts stay closed. Heights are measured from the
lowest point, widths from the vertical axis through the middle of the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from iss_backend.data.procedural.model import Model, Part
from iss_backend.data.procedural.solids import Solid, cylinder

DEFORMED = "deformed"  # the category of such models
LONGEST_EDGE = 0.12  # of the model's largest side: how finely parts are divided before they are moved
MOST_FACES = 6000  # of one part
SPIKES, SPIKE_LENGTH, SPIKE_RADIUS = 46, 0.17, 0.042  # lengths in largest sides

Points = NDArray[np.float64]
Move = Callable[[Points, np.random.Generator], Points]


@dataclass(frozen=True)
class Deformation:
    """How the points of a model move, and what it is called for it: words before the noun, and behind it."""

    words: tuple[str, ...]
    endings: tuple[str, ...]
    apply: Callable[[tuple[Part, ...], np.random.Generator], tuple[Part, ...]]


def deformed(model: Model, name: str, rng: np.random.Generator) -> Model:
    """Return a model under a deformation, a key of `DEFORMATIONS`; each of its nouns tells it.

    Its category becomes "deformed": such models are no fair examples of what they were.
    """
    change = DEFORMATIONS[name]
    low, high = model.bounds
    size = float((high - low).max())
    middle = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    parts = tuple(replace(part, solid=_unit_solid(part.solid, middle, size)) for part in model.parts)
    plainest = model.nouns[0]
    nouns = [f"{word} {noun}" for noun in model.nouns[:2] for word in change.words]
    nouns += [f"{plainest} {ending}" for ending in change.endings]
    called = tuple(dict.fromkeys(nouns))
    return Model(DEFORMED, f"{name} {model.category}", called, (), model.features, change.apply(parts, rng))


def _unit_solid(solid: Solid, middle: Points, size: float) -> Solid:
    """Return a solid in units of the model's largest side, finely divided."""
    placed = Solid((solid.vertices - middle) / size, solid.faces)
    while len(placed.faces) * 4 <= MOST_FACES and _longest_edge(placed) > LONGEST_EDGE:
        placed = subdivided(placed)
    return placed


def _longest_edge(solid: Solid) -> float:
    corners = solid.vertices[solid.faces]
    return float(np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max())


def subdivided(solid: Solid) -> Solid:
    """Return the same surface with each triangle divided into four."""
    a, b, c = solid.faces.T
    edges = np.sort(np.concatenate([[a, b], [b, c], [c, a]], axis=1).T, axis=1)
    middles, number = np.unique(edges, axis=0, return_inverse=True)
    ab, bc, ca = number.reshape(3, -1) + len(solid.vertices)
    quarters = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
    faces = np.concatenate([np.stack(corners, axis=1) for corners in quarters])
    return Solid(np.concatenate([solid.vertices, solid.vertices[middles].mean(axis=1)]), faces.astype(np.int32))


def _moving(move: Move) -> Callable[[tuple[Part, ...], np.random.Generator], tuple[Part, ...]]:
    """Return a deformation that moves all points of a model together."""

    def apply(parts: tuple[Part, ...], rng: np.random.Generator) -> tuple[Part, ...]:
        counts = [len(part.solid.vertices) for part in parts]
        moved = move(np.concatenate([part.solid.vertices for part in parts]), rng)
        pieces = np.split(moved, np.cumsum(counts)[:-1])
        return tuple(replace(p, solid=Solid(v, p.solid.faces)) for p, v in zip(parts, pieces, strict=True))

    return apply


def _twist(points: Points, rng: np.random.Generator) -> Points:
    """Turn about the vertical axis, the more the higher."""
    turn = rng.choice([-1.0, 1.0]) * rng.uniform(1.4, 2.4) * points[:, 1]
    cos, sin = np.cos(turn), np.sin(turn)
    x, z = points[:, 0], points[:, 2]
    return np.stack([cos * x + sin * z, points[:, 1], cos * z - sin * x], axis=1)


def _azimuths(points: Points) -> Points:
    """Return the angles [N] of points about the vertical axis.

    Of columns that do not lie in a row in memory numpy's arctan2 may differ in the last bit from call to call.
    """
    x, _, z = np.ascontiguousarray(points.T)
    return np.arctan2(z, x)


def _melt(points: Points, rng: np.random.Generator) -> Points:
    """Sag in waves and run out sideways at the bottom."""
    height = points[:, 1].max()
    t = points[:, 1] / max(height, 1e-9)
    angle = _azimuths(points) + rng.uniform(0, 2 * np.pi)
    spread = 1.0 + rng.uniform(0.7, 1.1) * np.exp(-t / 0.09) * (1.0 + 0.3 * np.sin(3 * angle))
    droop = rng.uniform(0.22, 0.34) * height * t * (0.6 + 0.4 * np.sin(2 * angle + 7 * points[:, 0]))
    lean = rng.uniform(-0.12, 0.12, 2)[:, None] * t**2
    x, z = points[:, 0] * spread + lean[0], points[:, 2] * spread + lean[1]
    return np.stack([x, points[:, 1] - droop, z], axis=1)


def _tulip(points: Points, rng: np.random.Generator) -> Points:
    """Widen towards an open top with petals, over a narrow stem."""
    height = points[:, 1].max()
    t = points[:, 1] / max(height, 1e-9)
    angle = _azimuths(points)
    petals = 1.0 + 0.22 * t**2 * np.cos(rng.integers(3, 6) * angle)
    width = (0.45 + 0.75 * np.sin(np.pi * np.clip(1.25 * t - 0.15, 0, 1)) ** 1.2 + 0.35 * t**3) * petals
    return np.stack([points[:, 0] * width, points[:, 1], points[:, 2] * width], axis=1)


def _melting(parts: tuple[Part, ...], rng: np.random.Generator) -> tuple[Part, ...]:
    """Melt a model and let it stand in a puddle of its main part's paint."""
    melted = _moving(_melt)(parts, rng)
    points = np.concatenate([part.solid.vertices for part in melted])
    reach = 0.62 * np.abs(points[points[:, 1] < 0.1][:, [0, 2]]).max()
    puddle = cylinder(reach + 0.1, 0.045, reach + 0.03, 28).scaled(1.0, 1.0, rng.uniform(0.75, 1.0))
    return (*melted, Part("puddle", puddle, parts[0].paint))


def _softened(rounds: int, puff: float) -> Callable[[tuple[Part, ...], np.random.Generator], tuple[Part, ...]]:
    """Return a deformation that rounds the corners of each part off; `puff` blows it up, in largest sides."""

    def apply(parts: tuple[Part, ...], rng: np.random.Generator) -> tuple[Part, ...]:
        return tuple(replace(part, solid=soft(part.solid, rounds, puff * rng.uniform(0.8, 1.2))) for part in parts)

    return apply


def soft(solid: Solid, rounds: int, puff: float) -> Solid:
    """Average the vertices of a solid with their neighbours, stretch it to what it was, and blow it up."""
    neighbours = np.concatenate([solid.faces[:, [0, 1]], solid.faces[:, [1, 2]], solid.faces[:, [2, 0]]])
    count = np.bincount(neighbours[:, 0], minlength=len(solid.vertices))[:, None]
    points = solid.vertices
    for _ in range(rounds):
        total = np.stack([np.bincount(neighbours[:, 0], points[neighbours[:, 1], i], len(points)) for i in range(3)], 1)
        points = 0.5 * points + 0.5 * total / np.maximum(count, 1)
    low, high, now_low, now_high = *_span(solid.vertices), *_span(points)
    points = low + (points - now_low) * (high - low) / np.maximum(now_high - now_low, 1e-6)
    middle, half = (low + high) / 2, (high - low) / 2
    return Solid(middle + (points - middle) * (1.0 + puff / np.maximum(half, 0.5 * puff)), solid.faces)


def _span(points: Points) -> tuple[Points, Points]:
    return points.min(axis=0), points.max(axis=0)


def _spiky(parts: tuple[Part, ...], rng: np.random.Generator) -> tuple[Part, ...]:
    """Set pointed cones on the outer surface of a model, each in the paint of the part that it stands on."""
    corners = np.concatenate([part.solid.vertices[part.solid.faces] for part in parts])
    owner = np.repeat(np.arange(len(parts)), [len(part.solid.faces) for part in parts])
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(across, axis=1)
    outwards = np.einsum("ij,ij->i", across, corners.mean(axis=1) - [0.0, 0.35, 0.0]) > -0.2 * area
    weight = area * outwards
    chosen = rng.choice(len(corners), SPIKES, p=weight / weight.sum())
    spikes = []
    for face in chosen:
        place = rng.dirichlet(np.ones(3)) @ corners[face]
        tip = _cone_along(place, across[face] / area[face], SPIKE_LENGTH * rng.uniform(0.75, 1.25))
        spikes.append(Part("spike", tip, parts[owner[face]].paint))
    return (*parts, *spikes)


def _cone_along(base: Points, direction: Points, length: float) -> Solid:
    """Return a pointed cone whose base lies a little below `base` and whose tip lies along a unit direction."""
    upright = cylinder(SPIKE_RADIUS, length + SPIKE_RADIUS, 0.0, 8).moved(0.0, -SPIKE_RADIUS, 0.0)
    helper = np.eye(3)[np.abs(direction).argmin()]
    side = np.cross(direction, helper)
    side /= np.linalg.norm(side)
    turn = np.stack([side, direction, np.cross(side, direction)], axis=0)
    return Solid(upright.vertices @ turn + base, upright.faces)


DEFORMATIONS: dict[str, Deformation] = {
    "spiky": Deformation(("spiky", "thorny", "spiked"), ("covered in spikes", "with spikes"), _spiky),
    "melting": Deformation(("melting", "melted"), ("that is melting", "in a puddle"), _melting),
    "inflated": Deformation(("inflated", "puffy", "inflatable"), ("like a balloon",), _softened(5, 0.035)),
    "rounded": Deformation(("rounded", "soft", "smooth"), ("with rounded edges",), _softened(9, 0.008)),
    "twisted": Deformation(("twisted", "spiral"), ("that is twisted",), _moving(_twist)),
    "tulip": Deformation(("tulip-like", "tulip-shaped"), ("shaped like a tulip",), _moving(_tulip)),
}
