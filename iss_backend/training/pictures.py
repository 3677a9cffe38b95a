"""Pictures of packed shapes as trainings see them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.data.packed import Lighting, PackedShapes, random_lighting
from iss_backend.data.recolour import KEEP_SHARE, recolour
from iss_backend.data.textures import Paint


def random_palettes(
    shapes: PackedShapes, chosen: np.ndarray, rng: np.random.Generator, keep: float = KEEP_SHARE
) -> Tensor:
    """Return a palette [B, K, 3] in 0..1 for each chosen shape: its own with the probability `keep`, else another."""
    variants = [recolour(shapes.palettes[i], shapes.shares[i], rng, keep) for i in chosen]
    return torch.from_numpy(np.stack(variants).astype(np.float32))


def draw_looks(
    shapes: PackedShapes, chosen: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, Tensor, Lighting]:
    """Return a view [B] of each chosen shape, from about eye level, unit directions [B, 3] to its camera, and light."""
    views = shapes.draw_input_views(chosen, rng)
    towards = functional.normalize(shapes.camera_centres(chosen, views), dim=-1)
    return views, towards, random_lighting(towards, torch.Generator().manual_seed(int(rng.integers(2**63))))


def lit_layers(
    shapes: PackedShapes,
    chosen: np.ndarray,
    palettes: Tensor,
    rng: np.random.Generator,
    size: int,
    paints: Sequence[Paint | None] = (),
) -> tuple[Tensor, Tensor]:
    """Return one picture per shape, from about eye level and lit at random; `paints` as `PackedShapes.pictures` says.

    Returns:
        Premultiplied RGB [B, 3, size, size] and coverage [B, 1, size, size], in 0..1.
    """
    views, _, light = draw_looks(shapes, chosen, rng)
    return shapes.pictures(chosen, views, palettes, light, size, paints)


def input_pictures(
    shapes: PackedShapes, chosen: np.ndarray, palettes: Tensor, rng: np.random.Generator, size: int
) -> Tensor:
    """Return the same on white, [B, 3, size, size] in 0..1."""
    colour, coverage = lit_layers(shapes, chosen, palettes, rng, size)
    return colour + (1.0 - coverage)
