"""The second half of the solid textures: coverings, sweets, cloths and printed patterns."""

from __future__ import annotations

import torch
from torch import Tensor

from iss_backend.data.noise import cells, fractal_noise, value_noise
from iss_backend.data.textures import Grain, flat, flat_placed, gradient, mix, placed, ramp, rgb, slanted, wave

RAINBOW = ("e81e25", "f5871f", "f7e01e", "2fae3f", "2563d8", "7b2fa8", "d8268f")


def snow(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Lay white snow on what looks up; the rest stays as it is."""
    ragged = 0.3 * (value_noise(placed(points, grain, 8.0)) - 0.5)
    return mix(albedo, rgb("f7fafd"), ramp(normals[:, 1] + ragged, 0.3, 0.5))


def ice(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint pale blue ice with white cracks."""
    place = placed(points, grain, 3.5)
    near, second, _ = cells(place)
    blue = gradient(0.7 * fractal_noise(place) + 0.3 * normals[:, 1].abs(), "8ccbe8", "b5e2f4", "e2f5fb")
    return mix(rgb("fbfeff"), blue, ramp(second - near, 0.0, 0.1))


def candy(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint slanted red and white stripes."""
    return gradient(0.5 + 5.0 * wave(5.0 * grain.scale * slanted(points) + grain.offset[0]), "e0182d", "fbf6f4")


def chocolate(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint glossy dark brown."""
    gloss = 0.45 + 0.4 * normals[:, 1] + 0.3 * (value_noise(placed(points, grain, 4.0)) - 0.5)
    return gradient(gloss, "2c150b", "4f2914", "6b3a1e", "8a5430")


def rainbow(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint bands in the rainbow's order, red on top."""
    height = 0.5 - (0.9 * points[:, 1] + 0.35 * points[:, 0])
    return gradient(1.15 * (height - 0.5) + 0.5 + 0.02 * wave(grain.offset[0] + points[:, 2]), *RAINBOW)


def polka_dots(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint round dots of the second paint on the first."""
    along, up = flat_placed(points, normals, grain, 6.5)
    along = along + 0.5 * up.floor().remainder(2.0)
    radius = torch.hypot(along.remainder(1.0) - 0.5, up.remainder(1.0) - 0.5)
    return mix(grain.paints[1], grain.paints[0], ramp(radius, 0.28, 0.36))


def checkered(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint a chessboard in both paints."""
    along, up = flat_placed(points, normals, grain, 6.0)
    return mix(grain.paints[0], grain.paints[1], (along.floor() + up.floor()).remainder(2.0))


def striped(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint straight stripes in both paints."""
    share = 0.5 + 5.0 * wave(6.0 * grain.scale * slanted(points) + grain.offset[0])
    return mix(grain.paints[0], grain.paints[1], share.clamp(0.0, 1.0))


def tartan(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Weave broad bands and thin lines of the second paint into the first."""
    bands = torch.zeros(len(points))
    for part in flat(points, normals):
        place = (5.0 * grain.scale * part + grain.offset[2]).remainder(1.0)
        bands += 0.4 * (place < 0.45) + 0.2 * ((place > 0.68) & (place < 0.78))
    return mix(grain.paints[0], grain.paints[1], bands)


def camouflage(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint blotches of green, brown, sand and black."""
    colours = torch.stack([rgb(code) for code in ("2b2f22", "4f5d2f", "7a6a43", "a89a6c")])
    noise = fractal_noise(placed(points, grain, 5.0), 2)
    return colours[torch.bucketize(noise, torch.tensor([0.38, 0.5, 0.62]))]


def crystal(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint bright facets in pale blue, white and violet."""
    near, second, number = cells(placed(points, grain, 4.0))
    sparkle = (number + 0.35 * wave(normals @ torch.tensor([0.7, 0.9, 0.5]) + grain.offset[0])).remainder(1.0)
    facets = gradient(sparkle, "7fd4ee", "e8fbff", "b9a8f2", "f4f0ff")
    return mix(rgb("ffffff"), facets, ramp(second - near, 0.0, 0.06))


def grass(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Cover everything in upright green blades."""
    blades = value_noise(placed(points, grain, 26.0) * torch.tensor([1.0, 0.25, 1.0]))
    return gradient(blades, "1f5a14", "3f9424", "8ed04a")


def cracked(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint dried mud with dark cracks."""
    place = placed(points, grain, 5.0)
    near, second, number = cells(place)
    return mix(rgb("2e2018"), gradient(number, "a98a68", "c6a880"), ramp(second - near, 0.03, 0.12))


def neon(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Draw glowing pink and cyan lines on near-black."""
    along, up = flat_placed(points, normals, grain, 4.5)
    distances = [(part.remainder(1.0) - 0.5).abs() for part in (along, up)]
    pink, cyan = (1.0 - ramp(distance, 0.05, 0.22) for distance in distances)
    return rgb("0c0a1c") + pink[:, None] * rgb("ff28b4") + cyan[:, None] * rgb("18e8ff")


def galaxy(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint violet clouds on a night sky with white stars."""
    sky = gradient(fractal_noise(placed(points, grain, 3.5)) * 1.5 - 0.3, "090a24", "2a1a5e", "7a2f9a", "d070c0")
    near, _, _ = cells(placed(points, grain, 9.0))
    return mix(rgb("ffffff"), sky, ramp(near, 0.14, 0.24))


def leather(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint creased brown hide."""
    place = placed(points, grain, 14.0)
    near, second, _ = cells(place)
    hide = gradient(fractal_noise(place * 0.25) * 0.8 + 0.2 * normals[:, 1], "4a2412", "6f3a1e", "8f5430")
    return hide * (0.6 + 0.4 * ramp(second - near, 0.0, 0.15))[:, None]


def denim(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint worn blue twill."""
    along, up = flat(points, normals)
    twill = 0.25 * wave(22.0 * (along + up))
    return gradient(0.5 + twill + 0.8 * (fractal_noise(placed(points, grain, 4.0)) - 0.5), "24406f", "3f6299", "7f9cc4")


def flowers(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Scatter bright blossoms with yellow hearts over leaves."""
    place = placed(points, grain, 7.0)
    near, _, number = cells(place)
    leaves = gradient(value_noise(place * 3.0), "2c6a26", "5aa03c")
    blossom = mix(rgb("ffd83a"), gradient(number, "ff5fa8", "ffffff", "e8404a", "b06ae0"), ramp(near, 0.12, 0.18))
    return mix(blossom, leaves, ramp(near, 0.4, 0.48))


def fire(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Let flames lick upwards: yellow below, red and dark above."""
    licks = fractal_noise(placed(points, grain, 6.0) * torch.tensor([1.0, 0.45, 1.0]))
    return gradient(0.75 * (points[:, 1] + 0.5) + 1.3 * (licks - 0.4), "fff6a0", "ffc02a", "ff6a10", "c81e08", "3a0c08")


def cheese(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint yellow cheese with darker holes of all sizes."""
    near, _, number = cells(placed(points, grain, 5.0))
    return mix(rgb("c8861a"), rgb("f9cf4a"), ramp(near - 0.25 * number, 0.14, 0.2))


def slime(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Pour glowing green slime over the top; it runs down in drops."""
    runs = value_noise(placed(points, grain, 9.0) * torch.tensor([1.0, 0.1, 1.0]))
    poured = ramp(runs + 0.5 * normals[:, 1] + 0.5 * points[:, 1], 0.28, 0.38)
    return mix(0.8 * albedo, gradient(0.5 + 0.5 * normals[:, 1], "3fae12", "7ee02a", "c4ff6a"), poured)


def water(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint blue waves with light ripples."""
    place = placed(points, grain, 5.0)
    ripples = wave(0.8 * place[:, 1] + 1.5 * fractal_noise(place))
    return gradient(0.4 + 0.4 * ripples, "1258a8", "2f86d0", "7cc4ee", "e4f6ff")


def clay(points: Tensor, normals: Tensor, albedo: Tensor, grain: Grain) -> Tensor:
    """Paint matt reddish-brown pottery."""
    return gradient(fractal_noise(placed(points, grain, 6.0)), "a8532f", "c26a42", "d08458")
