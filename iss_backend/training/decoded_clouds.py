"""Coloured clouds of known shapes as D shows them: what the point tower will be asked about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from iss_backend.bundle import Bundle
from iss_backend.clip.point_tower import POINTS
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.rendering import cell_logits
from iss_backend.rendering.surface_points import coloured_surface_points
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.weights import write_weights

GRID = 48  # cells a side, between whose centres surfaces are found


@dataclass(frozen=True)
class DecodedClouds:
    """Clouds `points` [N, P, 6] of the shapes with the numbers `shapes` [N], in their own colours."""

    points: Tensor
    shapes: np.ndarray


@torch.no_grad()
def decode_clouds(
    bundle: Bundle, known: KnownShapes, chosen: np.ndarray, file: Path, report: ProgressCallback
) -> DecodedClouds:
    """Return the surfaces of D for the bundle's codes of chosen shapes, kept in `file` for a resumed training.

    A code that shows nothing is left out.
    """
    if not file.is_file():
        clouds = []
        for number in with_progress("clouds", chosen, report):
            field = bundle.svr.prepare(known.codes(np.array([number])))
            logits = cell_logits(bundle.svr, field, GRID, bundle.device)
            clouds.append(coloured_surface_points(bundle.svr, field, logits, POINTS))
        seen = [row for row, cloud in enumerate(clouds) if cloud is not None]
        kept = {"points": torch.stack([clouds[row] for row in seen]), "shapes": torch.from_numpy(chosen[seen])}
        write_weights(file, kept)
    arrays = load_file(file)
    return DecodedClouds(arrays["points"].float(), arrays["shapes"].numpy())
