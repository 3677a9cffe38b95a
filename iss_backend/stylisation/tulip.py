"""A tulip-like shape: narrow at the waist, it rises from a cup of six pointed petals with green leaves below."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from iss_backend.stylisation.bending import STEEPNESS, Bending, Bent, angle_about
from iss_backend.stylisation.distances import CELLS

PETALS, LAYERS = 6, 2  # which overlap: three petals each
THICKNESS = 0.016
WAIST = 0.35  # how wide the shape is left below the cup
LONG_SIDE, STRETCH = 0.25, 0.2  # how far an oblong shape is pressed together, and a low one drawn up
STEM = 0.25  # of the height: what is narrow below is a stem
LEAVES, LEAF_WIDTH, LEAF_THICKNESS = 3, 0.06, 0.013
# How far out a leaf begins, how much further out it ends, and the power by which it bends: on a stem, and beneath a
# wide cup, there in shares of its half width.
STEM_LEAF, CUP_LEAF = (0.02, 0.2, 1.8), (0.35, 0.8, 0.5)
LEAF_GREEN = (0.22, 0.52, 0.2)
EARLY = 4.0  # petals and leaves are all there from a quarter of the amount on, and only then open


@dataclass(frozen=True)
class Cup:
    """Where the cup is.

    Attributes:
        low, tips: heights above the foot at which it begins, and at which the petals end.
        half: its half widths [2] along x and z.
        has_stem: there is room for leaves beneath it.
        roundness: exponent of the superellipse that it follows, 2 around round shapes to 4 around square ones.
    """

    low: float
    tips: float
    half: Tensor
    has_stem: bool
    roundness: float


def cup_of(bending: Bending) -> Cup:
    """Let the cup begin where the shape gets wide, seen from below: under a crown, a seat, a table top."""
    area = (bending.distances.volume[0, 0] < 0).sum(dim=(0, 2)).float()
    first = int((area > 0).nonzero()[0]) if bool((area > 0).any()) else 0
    wide = int((area > 0.35 * area.max()).nonzero()[0]) if bool((area > 0).any()) else 0
    height = float(bending.height)
    low = min((wide - first) / CELLS, 0.6 * height)
    half = bending.half.clamp(min=0.05)
    high = max((0.8 + 0.15 * bending.amount) * (height - low), (0.35 + 0.5 * bending.amount) * float(half.max()))
    filled = float((bending.distances.volume[0, 0] < 0).any(dim=1).float().mean() / (4.0 * (half + 0.5 / CELLS).prod()))
    squareness = min(max((filled - math.pi / 4.0) / (1.0 - math.pi / 4.0), 0.0), 1.0)
    return Cup(low, low + high, half, low > STEM * height, 2.0 + 2.0 * squareness)


@torch.no_grad()
def tulip(bending: Bending) -> Bent:
    """Narrow the shape towards its waist, and grow petals around it and leaves beneath."""
    cup = cup_of(bending)
    petals, leaves = _petals(cup, bending), _leaves(cup, bending)
    top = cup.low + 0.35 * (float(bending.height) - cup.low)  # where the shape is as wide as it was

    def back(points: Tensor) -> Tensor:
        x, y, z = (points - bending.foot).unbind(-1)
        t = ((y - 0.3 * cup.low) / max(top - 0.3 * cup.low, 1e-3)).clamp(0.0, 1.0)
        width = 1.0 + bending.amount * (1.0 - WAIST) * (torch.sin(0.5 * math.pi * t) - 1.0)
        pressed = 1.0 - bending.amount * LONG_SIDE * (1.0 - cup.half.min() / cup.half)
        tall = 1.0 + bending.amount * STRETCH * float((1.0 - 0.5 * bending.height / cup.half.max()).clamp(min=0.0))
        return torch.stack([x / (width * pressed[0]), y / tall, z / (width * pressed[1])], dim=-1) + bending.foot

    def paint(points: Tensor) -> tuple[Tensor, Tensor]:
        return points.new_tensor(LEAF_GREEN).expand(points.shape), leaves(points) > -0.5 / CELLS

    return Bent(back, lambda points: STEEPNESS * torch.maximum(petals(points), leaves(points)), paint=paint)


def _petals(cup: Cup, bending: Bending) -> Callable[[Tensor], Tensor]:
    """Return how deep points [B, P, 3] are in the petals, negative outside."""
    amount, tall, begun = bending.amount, cup.tips - cup.low, min(1.0, EARLY * bending.amount)
    half = cup.half * (1.0 - amount * LONG_SIDE * (1.0 - cup.half.min() / cup.half))
    third = 2.0 * math.pi * LAYERS / PETALS

    def depth(points: Tensor) -> Tensor:
        place = points - bending.foot
        x, y, z = place[..., 0] / half[0], place[..., 1] - 0.9 * cup.low, place[..., 2] / half[1]
        p, angle = cup.roundness, angle_about(x, z)
        radius = (x.abs().clamp(min=1e-3) ** p + z.abs().clamp(min=1e-3) ** p) ** (1.0 / p)
        unit = (place[..., 0].square() + place[..., 2].square()).clamp(min=1e-6).sqrt() / radius
        t = (y / tall).clamp(1e-3, 1.0)
        bow = 0.22 + (0.7 + 0.1 * amount) * torch.sin(0.5 * math.pi * (2.0 * t).clamp(max=1.0))
        bow = bow + (0.05 + 0.2 * amount) * ((t - 0.5).clamp(min=0.0) / 0.5).square()
        wide = 0.95 * begun * 0.5 * third * (1.0 - t**2.2)
        ends = torch.minimum(y, tall - y)
        layers = []
        for layer in range(LAYERS):
            turned = torch.remainder(angle + 0.5 * third * layer + math.pi * bending.draws[0], third) - 0.5 * third
            shell = THICKNESS * begun - (radius - bow - 0.07 * layer).abs() * unit
            layers.append(torch.minimum(torch.minimum(shell, (wide - turned.abs()) * radius * unit), ends))
        return torch.stack(layers).amax(dim=0)

    return depth


def _leaves(cup: Cup, bending: Bending) -> Callable[[Tensor], Tensor]:
    """Return how deep points [B, P, 3] are in the leaves, negative outside."""
    begun = min(1.0, EARLY * bending.amount)
    tall = (0.85 * cup.low if cup.has_stem else 0.45 * cup.tips) * begun + 1e-4
    turns = [2.0 * math.pi * (leaf / LEAVES + float(bending.draws[1])) for leaf in range(LEAVES)]
    bows = [_bow(cup, turn) for turn in turns]
    broad = max(LEAF_WIDTH, 0.3 * float(cup.half.min()))

    def depth(points: Tensor) -> Tensor:
        x, y, z = (points - bending.foot).unbind(-1)
        t = (y / tall).clamp(1e-3, 1.0)
        wide = broad * begun * (4.0 * (0.12 + 0.88 * t) * (1.0 - t)).clamp(min=1e-6).sqrt()
        ends = torch.minimum(y, tall - y)
        blades = []
        for turn, (begin, out, power) in zip(turns, bows, strict=True):
            along, across = math.cos(turn) * x + math.sin(turn) * z, math.cos(turn) * z - math.sin(turn) * x
            blade = LEAF_THICKNESS * begun - (along - begin - out * begun * t**power + 3.0 * across.square()).abs()
            blades.append(torch.minimum(torch.minimum(blade, wide - across.abs()), ends))
        return torch.stack(blades).amax(dim=0)

    return depth


def _bow(cup: Cup, turn: float) -> tuple[float, float, float]:
    """Return `STEM_LEAF`, or what `CUP_LEAF` is in a direction, so that the shape does not hide the leaf."""
    if cup.has_stem:
        return STEM_LEAF
    p, half = cup.roundness, cup.half.tolist()
    out = (abs(math.cos(turn) / half[0]) ** p + abs(math.sin(turn) / half[1]) ** p) ** (-1.0 / p)
    begin, further, power = CUP_LEAF
    return begin * out, further * out, power
