"""Coloured variants of a shape: another palette for the same geometry.

A purple sofa can only be decoded if the shape space ever held one, so both the SVR model and the CLIP are trained on
recoloured variants (with the colour words of the new palette).
"""

from __future__ import annotations

import numpy as np

LUMA = np.array([0.299, 0.587, 0.114])
SAME_PAINT = 0.25  # entries of this chroma distance to the largest one belong to the same painted part
KEEP_SHARE = 0.4  # how often a palette stays as it is
ROTATE_SHARE = 1 / 3  # how often one that changes is rotated in hue; else its main part is repainted


def recolour(palette: np.ndarray, share: np.ndarray, rng: np.random.Generator, keep: float = KEEP_SHARE) -> np.ndarray:
    """Return a variant of a palette.

    Args:
        palette: sRGB in 0..1, [K, 3].
        share: how much of the shape each entry covers, [K].
        rng: source of the variant.
        keep: probability that the palette stays as it is.
    """
    if rng.random() < keep:
        return palette
    if rng.random() < ROTATE_SHARE:
        return rotate_hue(palette, rng.uniform(0.0, 1.0))
    return paint_main_part(palette, share, random_paint(rng))


def random_paint(rng: np.random.Generator) -> np.ndarray:
    """Draw a paint [3] in 0..1 of which people would say one colour word: vivid, dark, pale, brown or neutral."""
    kind = rng.random()
    if kind < 0.30:
        return np.full(3, rng.choice([rng.uniform(0.03, 0.15), rng.uniform(0.4, 0.6), rng.uniform(0.88, 1.0)]))
    if kind < 0.40:
        return np.array([rng.uniform(0.3, 0.55), rng.uniform(0.15, 0.28), 0.08])
    hue, saturation, value = rng.random(), rng.uniform(0.6, 1.0), rng.uniform(0.45, 1.0)
    return hsv_to_rgb(np.array([hue, saturation, value]))


def paint_main_part(palette: np.ndarray, share: np.ndarray, paint: np.ndarray) -> np.ndarray:
    """Give the largest entry, and those that are shades of it, the colour `paint`; light and dark are kept."""
    main = int(share.argmax())
    similar = np.linalg.norm(_chroma(palette) - _chroma(palette[main : main + 1]), axis=1) < SAME_PAINT
    luma = palette @ LUMA
    relative = np.clip((luma + 0.1) / (luma[main] + 0.1), 0.5, 1.6) ** 0.7
    return np.where(similar[:, None], np.clip(paint * relative[:, None], 0.0, 1.0), palette)


def rotate_hue(palette: np.ndarray, turn: float) -> np.ndarray:
    """Turn the hue of all entries by `turn` (1 is a full circle) about the grey axis."""
    angle = 2.0 * np.pi * turn
    axis = np.full(3, 1.0 / np.sqrt(3.0))
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    rotation = np.eye(3) * np.cos(angle) + np.sin(angle) * cross + (1 - np.cos(angle)) * np.outer(axis, axis)
    return np.clip(palette @ rotation.T, 0.0, 1.0)


def hsv_to_rgb(hsv: np.ndarray) -> np.ndarray:
    """Convert one colour [3] from hue, saturation, value to red, green, blue, all in 0..1."""
    offsets = np.array([5.0, 3.0, 1.0])
    sector = (offsets + hsv[0] * 6.0) % 6.0
    return hsv[2] * (1.0 - hsv[1] * np.clip(np.minimum(sector, 4.0 - sector), 0.0, 1.0))


def _chroma(palette: np.ndarray) -> np.ndarray:
    """Remove brightness: colour minus its luma, [K, 3]."""
    return palette - (palette @ LUMA)[:, None]
