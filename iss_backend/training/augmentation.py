"""Variants of whole shapes for the SVR training: mirrored left to right, and squeezed along the axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Augmentation:
    """One variant a shape: every point p of it moves to p * factors.

    Attributes:
        factors: float32 [B, 3]; the sign of x is -1 where the shape is mirrored, the sizes are at most 1.
    """

    factors: Tensor

    @property
    def mirrored(self) -> Tensor:
        """Return which shapes are mirrored, bool [B]."""
        return self.factors[:, 0] < 0

    def moved(self, points: Tensor) -> Tensor:
        """Move points [B, P, 3] of the shapes to where their variants have them."""
        return points * self.factors[:, None]

    def moved_back(self, points: Tensor) -> Tensor:
        """Undo `moved`."""
        return points / self.factors[:, None]

    def layers(self, layers: Tensor) -> Tensor:
        """Return the orthographic layers [B, 6, 4, G, G] (see `OrthographicShapes`) of the variants."""
        return _squeeze(_mirror(layers, self.mirrored), self.factors.abs())

    def pictures(self, pictures: Tensor) -> Tensor:
        """Return what mirrored cameras see of mirrored shapes [B, 3, S, S]; squeezing cannot be seen from pictures."""
        return torch.where(self.mirrored[:, None, None, None], pictures.flip(-1), pictures)


def draw_augmentation(
    batch: int, rng: np.random.Generator, mirror: float = 0.5, squeeze: float = 0.0, smallest: float = 0.7
) -> Augmentation:
    """Draw variants.

    Args:
        batch: number of shapes B.
        rng: source of the variants.
        mirror: probability that a shape is mirrored.
        squeeze: probability that a shape is squeezed, by a factor of its own for each axis.
        smallest: the least factor.
    """
    factors = rng.uniform(smallest, 1.0, (batch, 3))
    factors = np.where(rng.random((batch, 1)) < squeeze, factors, 1.0)
    factors[:, 0] *= np.where(rng.random(batch) < mirror, -1.0, 1.0)
    return Augmentation(torch.from_numpy(factors.astype(np.float32)))


def _mirror(layers: Tensor, mirrored: Tensor) -> Tensor:
    """Swap the pictures along x, and turn over the first axis of the others, which is x."""
    other = torch.cat([layers[:, :2].flip(1), layers[:, 2:].flip(-2)], dim=1)
    return torch.where(mirrored[:, None, None, None, None], other, layers)


def _squeeze(layers: Tensor, factors: Tensor) -> Tensor:
    """Resample the pictures and scale their nearness about the middle of the cube."""
    squeezed = (factors < 1.0).any(dim=1)
    if not squeezed.any():
        return layers
    chosen, factor = layers[squeezed], factors[squeezed]
    parts = []
    for axis in range(3):
        across = [other for other in range(3) if other != axis]
        views = chosen[:, 2 * axis : 2 * axis + 2].flatten(1, 2)
        view = _resample(views, factor[:, across]).unflatten(1, (2, -1))
        hit = view[:, :, 3:] > 0
        nearness = 0.5 + factor[:, axis, None, None, None, None] * (view[:, :, 3:] - 0.5)
        parts.append(torch.cat([view[:, :, :3], torch.where(hit, nearness, 0.0)], dim=2))
    result = layers.clone()
    result[squeezed] = torch.cat(parts, dim=1)
    return result


def _resample(pictures: Tensor, factors: Tensor) -> Tensor:
    """Squeeze pictures [B, C, G, G] by factors [B, 2] of their rows and columns; black comes in from outside."""
    theta = torch.zeros(len(pictures), 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = 1.0 / factors[:, 1], 1.0 / factors[:, 0]
    grid = functional.affine_grid(theta, list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, mode="nearest", align_corners=False)
