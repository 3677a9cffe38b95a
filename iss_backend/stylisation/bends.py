"""The deformations that a field can be bent by: each tells where the straight shape is asked, or what is added to it.

They mirror those of the training shapes (`data/procedural/deform.py`), whose captions name them. A point is moved
*back* to where it was on the straight shape, so that nothing has to be inverted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from iss_backend.stylisation.bending import STEEPNESS, Bend, Bending, Bent, spread_over
from iss_backend.stylisation.distances import CELLS, cell_centres
from iss_backend.stylisation.melting import melting
from iss_backend.stylisation.tulip import tulip

SPIKE_LENGTH, SPIKE_RADIUS, SPIKE_APART, MOST_SPIKES = 0.13, 0.032, 0.085, 160


def twisted(bending: Bending) -> Bent:
    """Turn about the vertical axis, the more the higher."""
    return Bent(back=partial(twist, bending=bending))


def twist(points: Tensor, bending: Bending) -> Tensor:
    """Turn about the vertical axis, the more the higher."""
    place = points - bending.foot
    sign = 1.0 if bending.draws[0] < 0.5 else -1.0
    turn = sign * bending.amount * (1.6 + 0.8 * bending.draws[1]) * place[..., 1] / bending.height.clamp(min=0.5)
    x, y, z = place.unbind(-1)
    cos, sin = torch.cos(turn), torch.sin(turn)
    return torch.stack([cos * x - sin * z, y, cos * z + sin * x], dim=-1) + bending.foot


def grown(offset: float) -> Callable[[Bending], Bent]:
    """Return what adds a layer of a thickness, around what `softness` has rounded off."""

    def make(bending: Bending) -> Bent:
        def extra(points: Tensor) -> Tensor:
            return STEEPNESS * (offset * bending.amount - bending.distances.at(points))

        return Bent(extra=extra, replaces=True)

    return make


def spiky(bending: Bending) -> Bent:
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

    return Bent(extra=logits)


def _roots(bending: Bending) -> tuple[Tensor, Tensor]:
    """Return roots [S, 3] of spikes, spread evenly over the surface, and their directions [S, 3]."""
    cells = cell_centres(CELLS).to(bending.distances.volume.device)
    near = cells[bending.distances.volume.flatten().abs() < 0.75 / CELLS]
    roots = spread_over(near, SPIKE_APART, MOST_SPIKES, float(bending.draws[6]))
    return roots, bending.distances.outwards(roots[None])[0]


BENDS: dict[str, Bend] = {
    "spiky": Bend(spiky),
    "melting": Bend(melting, softness=0.8),
    "inflated": Bend(grown(0.045), softness=2.5),
    "rounded": Bend(grown(0.02), softness=1.6),
    "twisted": Bend(twisted),
    "tulip": Bend(tulip),
}
