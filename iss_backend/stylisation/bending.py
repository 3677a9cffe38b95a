"""What deformations of a field are given, and what they return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from iss_backend.stylisation.distances import CELLS, Distances

STEEPNESS = 60.0  # logits of a unit of distance


@dataclass(frozen=True)
class Bending:
    """What a deformation is given: `amount` 0..1, random numbers [8] in 0..1, and distances from the straight shape."""

    amount: float
    draws: Tensor
    distances: Distances

    @property
    def foot(self) -> Tensor:
        """The middle [3] of the shape's lower side."""
        middle = (self.distances.low + self.distances.high) / 2.0
        return torch.stack([middle[0], self.distances.low[1], middle[2]])

    @property
    def height(self) -> Tensor:
        """The shape's height."""
        return (self.distances.high - self.distances.low)[1].clamp(min=1.0 / CELLS)

    @property
    def half(self) -> Tensor:
        """Half the shape's extent [2] along x and z."""
        return 0.5 * (self.distances.high - self.distances.low)[[0, 2]]


Move = Callable[[Tensor], Tensor]


def _stay(points: Tensor) -> Tensor:
    return points


@dataclass(frozen=True)
class Bent:
    """A bent field, told by where the straight one is asked.

    Attributes:
        back: points [B, P, 3] of the bent shape -> where they were on the straight one.
        extra: points -> logits [B, P] of what is added; None adds nothing.
        replaces: `extra` is all of the shape, and `back` tells where its colours are.
        paint: points -> colours [B, P, 3] in 0..1 and whether they replace the shape's own, bool [B, P].
    """

    back: Move = _stay
    extra: Move | None = None
    replaces: bool = False
    paint: Callable[[Tensor], tuple[Tensor, Tensor]] | None = None


@dataclass(frozen=True)
class Bend:
    """A deformation; `softness` in cells rounds the shape's corners off before."""

    make: Callable[[Bending], Bent]
    softness: float = 0.0


def angle_about(x: Tensor, z: Tensor) -> Tensor:
    """Return the angle about the vertical axis; on the axis itself, one whose gradient is a number."""
    return torch.atan2(z, torch.where((x == 0) & (z == 0), 1e-6, x))


def spread_over(points: Tensor, apart: float, most: int, start: float) -> Tensor:
    """Return points [S, 3] out of [N, 3], each the furthest from those before it, until all others are near.

    Args:
        points: to choose from; none gives none.
        apart: distance within which a point is near a chosen one.
        most: of the chosen.
        start: which is the first, a share 0..1 of their number.
    """
    if not len(points):
        return points
    chosen = [min(int(start * len(points)), len(points) - 1)]
    away = (points - points[chosen[0]]).norm(dim=-1)
    while len(chosen) < most and float(away.max()) > apart:
        chosen.append(int(away.argmax()))
        away = torch.minimum(away, (points - points[chosen[-1]]).norm(dim=-1))
    return points[chosen]
