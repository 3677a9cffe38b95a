"""Where the shape codes of training shapes come from: the shape encoder of the SVR training, or else E_S."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.data.packed import PackedShapes
from iss_backend.svr.base import SVRModel
from iss_backend.svr.checkpoints import SHAPE_ENCODER_FILE
from iss_backend.training.pictures import input_pictures
from iss_backend.training.shape_encoder import OrthographicShapes, ShapeEncoder
from iss_backend.weights import load_into, read_weights

CodesOf = Callable[[np.ndarray, Tensor], Tensor]  # shape numbers [B] and palettes [B, K, 3] -> codes [B, C]


def whole_shape_codes(run: Path, svr: SVRModel, shapes: PackedShapes) -> CodesOf | None:
    """Return the function that encodes whole shapes, or None where the run trained E_S and D together."""
    path = run / SHAPE_ENCODER_FILE
    if not path.is_file():
        return None
    encoder = ShapeEncoder(svr.code_size, shapes.grid)
    load_into(encoder, read_weights(path), path)
    encoder.eval().requires_grad_(False)
    pictures = OrthographicShapes(shapes)
    return lambda numbers, palettes: svr.as_code(encoder(pictures.layers(numbers, palettes)))


def picture_codes(svr: SVRModel, shapes: PackedShapes, rng: np.random.Generator) -> CodesOf:
    """Return the function that encodes one random picture of each shape with E_S."""

    def codes_of(numbers: np.ndarray, palettes: Tensor) -> Tensor:
        """Return the codes of shapes under palettes."""
        return svr.encode(input_pictures(shapes, numbers, palettes, rng, svr.image_size))

    return codes_of


@torch.no_grad()
def codes_in_own_colours(shapes: PackedShapes, chosen: np.ndarray, codes_of: CodesOf, rounds: int) -> Tensor:
    """Return the codes [N, C] of chosen shapes in their own colours, averaged over `rounds` calls."""
    parts = []
    for start in range(0, len(chosen), 128):
        part = chosen[start : start + 128]
        palettes = torch.from_numpy(shapes.palettes[part])
        parts.append(torch.stack([codes_of(part, palettes) for _ in range(rounds)]).mean(dim=0))
    return torch.cat(parts)
