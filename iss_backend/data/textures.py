"""Procedural solid textures: colours at surface points of the cube.

A texture is a function of points [P, 3] in the cube, unit normals [P, 3], albedo [P, 3] in 0..1 and a `Grain`; it
returns RGB [P, 3], which may leave 0..1. Patterns are coarse, so that a picture of 64 pixels and a shape's field can
hold them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from iss_backend.data.noise import cells, fractal_noise, value_noise


@dataclass(frozen=True)
class Grain:
    """What tells two pieces of one material apart.

    Attributes:
        offset: place of the piece in the noise, [3].
        scale: size of the pattern, about 1 (larger is finer).
        paints: two colours in 0..1 for the patterns that have no colours of their own, [2, 3].
    """

    offset: Tensor
    scale: float
    paints: Tensor


Texture = Callable[[Tensor, Tensor, Tensor, Grain], Tensor]
# Colours surface points [P, 3] of the cube, given their unit normals [P, 3] and their albedo [P, 3] in 0..1.
Paint = Callable[[Tensor, Tensor, Tensor], Tensor]


def rgb(code: str) -> Tensor:
    """Return the colour [3] in 0..1 of a hexadecimal code."""
    return torch.tensor(list(bytes.fromhex(code))) / 255.0


def mix(low: Tensor, high: Tensor, share: Tensor) -> Tensor:
    """Blend two colours [3] or [P, 3] by a share [P] in 0..1."""
    return low + (high - low) * share[:, None]


def ramp(value: Tensor, low: float, high: float) -> Tensor:
    """Return a smooth step from 0 at `low` to 1 at `high`."""
    share = ((value - low) / (high - low)).clamp(0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def gradient(value: Tensor, *codes: str) -> Tensor:
    """Read colours off a row of evenly spaced ones: [P, 3] for values [P], 0 the first and 1 the last."""
    colours = torch.stack([rgb(code) for code in codes])
    place = value.clamp(0.0, 1.0) * (len(codes) - 1)
    below = place.long().clamp(max=len(codes) - 2)
    return mix(colours[below], colours[below + 1], place - below)


def placed(points: Tensor, grain: Grain, frequency: float) -> Tensor:
    """Return the points [P, 3] in units of a pattern that repeats `frequency` times in the cube."""
    return points * (frequency * grain.scale) + grain.offset


def flat(points: Tensor, normals: Tensor) -> tuple[Tensor, Tensor]:
    """Return coordinates [P] along and up the surface, taken from the two axes that it faces least."""
    facing = normals.abs()
    lies = facing[:, 1] > facing[:, [0, 2]].amax(dim=1)
    x, y, z = points.unbind(-1)
    along = torch.where((facing[:, 0] > facing[:, 2]) & ~lies, z, x)
    return along, torch.where(lies, z, y)


def flat_placed(points: Tensor, normals: Tensor, grain: Grain, frequency: float) -> tuple[Tensor, Tensor]:
    """Return the same in units of a pattern that repeats `frequency` times in the cube."""
    along, up = flat(points, normals)
    return along * frequency * grain.scale + grain.offset[0], up * frequency * grain.scale + grain.offset[1]


def slanted(points: Tensor) -> Tensor:
    """Return the height [P] along a slanted axis, so that stripes across it show on faces of every direction."""
    return points @ torch.tensor([0.52, 0.74, 0.43])


def wave(phase: Tensor) -> Tensor:
    """Return a wave in -1..1 with the period 1."""
    return torch.sin(2.0 * math.pi * phase)


def metal(*codes: str) -> Texture:
    """Return a polished metal that mirrors sky, horizon and ground, from dark to bright tints."""

    def paint(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
        """Paint by where the surface looks."""
        mirrored = 0.75 * normals[:, 1] + 0.25 * wave(0.6 * normals[:, 0] - 0.4 * normals[:, 2] + grain.offset[0])
        streaks = 0.3 * (value_noise(placed(points, grain, 4.0)) - 0.5)
        return gradient(0.5 + 0.5 * mirrored + streaks, *codes)

    return paint


def wood(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint year rings about a leaning axis, and fibres along it."""
    place = placed(points, grain, 2.0)
    across = points[:, [0, 2]] + 0.1 * points[:, 1:2] + 0.35 * (grain.offset[:2] / 32.0 - 0.5)
    rings = across.norm(dim=1) * 9.0 * grain.scale + 1.2 * value_noise(place)
    fibres = value_noise(placed(points, grain, 24.0) * torch.tensor([1.0, 0.12, 1.0]))
    return gradient(0.65 * (0.5 + 0.5 * wave(rings)) + 0.35 * fibres, "d2a067", "a96f38", "75461f")


def marble(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint dark veins into white stone."""
    place = placed(points, grain, 3.0)
    veins = wave(0.35 * slanted(place) + 1.6 * fractal_noise(place, 4)).abs()
    return gradient(veins**0.5, "5c6068", "c4c6ca", "f2f1ee", "f7f6f4")


def stone(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint blotched grey rock with seams."""
    place = placed(points, grain, 5.0)
    near, second, number = cells(place)
    blotches = 0.6 * fractal_noise(place * 2.0) + 0.4 * number
    return gradient(blotches, "5f5d59", "8f8c86", "b3b0a8") * (0.55 + 0.45 * ramp(second - near, 0.0, 0.12))[:, None]


def brick(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint courses of red bricks with pale mortar."""
    along, up = flat(points, normals)
    course = up * 11.0 * grain.scale + grain.offset[1]
    place = along * 5.5 * grain.scale + 0.5 * course.floor().remainder(2.0)
    joint = (place.remainder(1.0) < 0.07) | (course.remainder(1.0) < 0.14)
    tint = value_noise(torch.stack([place.floor() * 3.7, course.floor() * 5.1, grain.offset[0].expand_as(up)], 1))
    return torch.where(joint[:, None], rgb("cfc8bd"), gradient(tint, "9c2416", "b8301f", "cc4630"))


def moss(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Grow green tufts over most of the surface, above all on top."""
    place = placed(points, grain, 5.0)
    grown = ramp(fractal_noise(place) + 0.25 * normals[:, 1], 0.28, 0.42)
    return mix(0.7 * albedo, gradient(value_noise(place * 5.0), "2f4a17", "4f7a22", "84a83a"), grown)


def rust(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Eat orange and brown patches into grey iron."""
    place = placed(points, grain, 5.0)
    patches = ramp(fractal_noise(place, 4), 0.36, 0.5)
    return mix(rgb("6f7072"), gradient(value_noise(place * 3.0), "5a2a12", "9a4a1a", "c46a2a"), patches)


def zebra(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint wavy black and white stripes."""
    stripes = wave(7.0 * grain.scale * slanted(points) + 1.2 * value_noise(placed(points, grain, 4.0)))
    return gradient(0.5 + 4.0 * stripes, "101010", "f6f4f0")


def tiger(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint ragged black stripes on orange."""
    stripes = wave(7.0 * grain.scale * slanted(points) + 1.8 * fractal_noise(placed(points, grain, 5.0)))
    return mix(rgb("ea8a24"), rgb("15100c"), ramp(stripes, 0.25, 0.45))


def leopard(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint dark rosettes with brown hearts on yellowish fur."""
    near, _, _ = cells(placed(points, grain, 8.0))
    ring = ramp(near, 0.2, 0.28) * (1.0 - ramp(near, 0.42, 0.5))
    fur = mix(rgb("a8692c"), rgb("e2b266"), ramp(near, 0.22, 0.3))
    return mix(fur, rgb("2a190d"), ring)


def giraffe(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint large brown patches parted by cream lines."""
    near, second, number = cells(placed(points, grain, 5.0))
    return mix(rgb("f0dcae"), gradient(number, "7a4218", "b06a28"), ramp(second - near, 0.08, 0.16))


def cow(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint large black patches on white."""
    return gradient(0.5 + 12.0 * (value_noise(placed(points, grain, 3.6)) - 0.52), "f5f3ef", "141312")


def lava(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint a black crust with glowing cracks."""
    place = placed(points, grain, 4.5)
    near, second, _ = cells(place + 0.6 * value_noise(place * 2.0)[:, None])
    return gradient((second - near) * 2.2, "fff09a", "ffa01e", "e23a08", "4a120a", "1c1210", "1a1211")
