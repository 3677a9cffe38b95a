"""The deformations that a field can be bent by: each tells where the straight shape is asked, or what is added to it.

They mirror those of the training shapes (`data/procedural/deform.py`), whose captions name them. A point is moved
*back* to where it was on the straight shape, so that nothing has to be inverted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from iss_backend.stylisation.distances import CELLS, Distances, cell_centres

STEEPNESS = 60.0  # logits of a unit of distance
SPIKE_LENGTH, SPIKE_RADIUS, SPIKE_APART, MOST_SPIKES = 0.13, 0.032, 0.085, 160
PUDDLE, LONGEST_DROP = 0.04, 0.16  # thickness in the middle, length


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
    def room(self) -> Tensor:
        """By how much the shape could be widened within the cube, 1 or more."""
        return 0.96 / (self.distances.high - self.distances.low)[[0, 2]].max().clamp(0.01, 0.96)


Back = Callable[[Tensor, Bending], Tensor]  # points [B, P, 3] of the bent shape -> where they were
Extra = Callable[[Bending], Callable[[Tensor], Tensor]]  # -> points [B, P, 3] to logits [B, P] of what is added


@dataclass(frozen=True)
class Bend:
    """A deformation: points move `back`, then `extra` is added; `softness` in cells rounds corners off."""

    back: Back | None = None
    extra: Extra | None = None
    softness: float = 0.0


def _angle(x: Tensor, z: Tensor) -> Tensor:
    """Return the angle about the vertical axis; on the axis itself, one whose gradient is a number."""
    return torch.atan2(z, torch.where((x == 0) & (z == 0), 1e-6, x))


def twist(points: Tensor, bending: Bending) -> Tensor:
    """Turn about the vertical axis, the more the higher."""
    place = points - bending.foot
    sign = 1.0 if bending.draws[0] < 0.5 else -1.0
    turn = sign * bending.amount * (1.6 + 0.8 * bending.draws[1]) * place[..., 1] / bending.height.clamp(min=0.5)
    x, y, z = place.unbind(-1)
    cos, sin = torch.cos(turn), torch.sin(turn)
    return torch.stack([cos * x - sin * z, y, cos * z + sin * x], dim=-1) + bending.foot


def melt(points: Tensor, bending: Bending) -> Tensor:
    """Sag in waves, lean, and run out sideways at the bottom as far as the cube has room."""
    place, height, draws = points - bending.foot, bending.height, bending.draws
    x, y, z = place.unbind(-1)
    angle = _angle(x, z) + 2.0 * math.pi * draws[0]
    waves = 0.55 + 0.25 * torch.sin(2.0 * angle + 7.0 * x) + 0.2 * torch.sin(5.0 * angle + 16.0 * z)
    t = (y / height).clamp(1e-3, 1.0)
    back = y / (1.0 - bending.amount * (0.28 + 0.1 * draws[1]) * waves * t)
    wide = bending.amount * (bending.room - 1.0).clamp(0.0, 0.6)
    spread = 1.0 + wide * torch.exp(-t / 0.1) * (1.0 + 0.3 * torch.sin(3.0 * angle))
    lean = bending.amount * 0.1 * (draws[3:5] - 0.5) * t[..., None] ** 2
    return torch.stack([(x - lean[..., 0]) / spread, back, (z - lean[..., 1]) / spread], dim=-1) + bending.foot


def drips(bending: Bending) -> Callable[[Tensor], Tensor]:
    """Add what has run off a melting shape: drops that hang from what overhangs, and the puddle that it stands in."""
    phases = 2.0 * math.pi * bending.draws[5:8]
    half = 0.5 * (bending.distances.high - bending.distances.low)[[0, 2]]
    radii = half * bending.room.clamp(max=1.25)

    def puddle(points: Tensor) -> Tensor:
        place = points - bending.foot
        x, z = place[..., 0] / radii[0], place[..., 2] / radii[1]
        angle = _angle(x, z)
        edge = 1.0 + 0.08 * torch.sin(3.0 * angle + phases[0]) + 0.05 * torch.sin(7.0 * angle + phases[1])
        thick = PUDDLE * bending.amount * (1.0 - ((x.square() + z.square()) / edge.square()).square())
        return torch.minimum(thick - place[..., 1], place[..., 1] + 0.25 * thick)

    def drops(points: Tensor) -> Tensor:
        """Draw the sagging shape out downwards, by lengths that peak where waves along x and z meet."""
        peaks = torch.sin(42.0 * points[..., 0] + phases[1]) * torch.sin(37.0 * points[..., 2] + phases[2])
        length = LONGEST_DROP * bending.amount * peaks.clamp(min=0.0) ** 2
        up = torch.tensor([0.0, 1.0, 0.0], device=points.device)
        rows = [points + (share * length)[..., None] * up for share in (0.3, 0.65, 1.0)]
        far = bending.distances.at(melt(torch.cat(rows, dim=0), bending)).view(len(rows), *length.shape)
        return torch.minimum(-far.amin(dim=0), (points - bending.foot)[..., 1])

    return lambda points: STEEPNESS * torch.maximum(puddle(points), drops(points))


def tulip(points: Tensor, bending: Bending) -> Tensor:
    """Widen towards an open top with petals, over a narrow stem."""
    place = points - bending.foot
    t = (place[..., 1] / bending.height).clamp(0.0, 1.0)
    angle = _angle(place[..., 0], place[..., 2])
    petals = 1.0 + 0.22 * t**2 * torch.cos((3 + int(3 * bending.draws[0])) * angle)
    swell = torch.sin(math.pi * (1.25 * t - 0.15).clamp(0.0, 1.0)).clamp(min=1e-6) ** 1.2
    width = 1.0 + bending.amount * ((0.45 + 0.75 * swell + 0.35 * t**3) * petals - 1.0)
    return torch.stack([place[..., 0] / width, place[..., 1], place[..., 2] / width], dim=-1) + bending.foot


def grown(offset: float) -> Extra:
    """Return what adds a layer of a thickness, around what `softness` has rounded off."""

    def extra(bending: Bending) -> Callable[[Tensor], Tensor]:
        return lambda points: STEEPNESS * (offset * bending.amount - bending.distances.at(points))

    return extra


def spikes(bending: Bending) -> Callable[[Tensor], Tensor]:
    """Add pointed cones that stand on the surface."""
    roots, directions = _roots(bending)
    length, radius = SPIKE_LENGTH * bending.amount, SPIKE_RADIUS * min(1.0, 2.0 * bending.amount)

    def logits(points: Tensor) -> Tensor:
        """Measure each point against all cones: inside, the radius there exceeds the distance from the axis."""
        along = points @ directions.T - (roots * directions).sum(-1)
        away = points.square().sum(-1, keepdim=True) - 2.0 * points @ roots.T + roots.square().sum(-1)
        across = (away - along.square()).clamp(min=1e-8).sqrt()
        wide = radius * (1.0 - along / max(length, 1e-3)) - across
        return STEEPNESS * torch.minimum(wide, along + radius).amax(dim=-1)

    return logits


def _roots(bending: Bending) -> tuple[Tensor, Tensor]:
    """Return roots [S, 3] of spikes, spread evenly over the surface, and their directions [S, 3]."""
    cells = cell_centres(CELLS).to(bending.distances.volume.device)
    near = cells[bending.distances.volume.flatten().abs() < 0.75 / CELLS]
    chosen = [int(bending.draws[6] * len(near))]
    apart = (near - near[chosen[0]]).norm(dim=-1)
    while len(chosen) < MOST_SPIKES and float(apart.max()) > SPIKE_APART:
        chosen.append(int(apart.argmax()))
        apart = torch.minimum(apart, (near - near[chosen[-1]]).norm(dim=-1))
    roots = near[chosen]
    return roots, bending.distances.outwards(roots[None])[0]


BENDS: dict[str, Bend] = {
    "spiky": Bend(extra=spikes),
    "melting": Bend(back=melt, extra=drips),
    "inflated": Bend(extra=grown(0.045), softness=2.5),
    "rounded": Bend(extra=grown(0.02), softness=1.6),
    "twisted": Bend(back=twist),
    "tulip": Bend(back=tulip),
}
