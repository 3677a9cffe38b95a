"""Coloured clouds of known shapes as D shows them: what the point tower will be asked about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.alignment.guess import LOOK_GRID
from iss_backend.bundle import Bundle
from iss_backend.clip.point_tower import POINTS
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.rendering import cell_logits
from iss_backend.rendering.surface_points import coloured_surface_points
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.weights import read_weights, write_weights


@dataclass(frozen=True)
class DecodedClouds:
    """Clouds of N shapes in their own colours.

    Attributes:
        points: float32 [N, P, 6], positions in the cube and sRGB in 0..1.
        shapes: the shapes' numbers, int64 [N].
    """

    points: Tensor
    shapes: np.ndarray


@torch.no_grad()
def decode_clouds(
    bundle: Bundle, known: KnownShapes, chosen: np.ndarray, file: Path, report: ProgressCallback
) -> DecodedClouds:
    """Return the surfaces of D for the bundle's codes of chosen shapes, kept in `file` for a resumed training.

    A code that shows nothing is left out.

    Raises:
        BadInputError: all of them show nothing.
        BundleError: the file is damaged.
    """
    if not file.is_file():
        clouds = []
        for number in with_progress("clouds", chosen, report):
            field = bundle.svr.prepare(known.codes(np.array([number])))
            logits = cell_logits(bundle.svr, field, LOOK_GRID, bundle.device)
            clouds.append(coloured_surface_points(bundle.svr, field, logits, POINTS))
        seen = [row for row, cloud in enumerate(clouds) if cloud is not None]
        if not seen:
            raise BadInputError("D shows none of the chosen shapes; choose more of them, or another bundle.")
        kept = {"points": torch.stack([clouds[row] for row in seen]), "shapes": torch.from_numpy(chosen[seen])}
        write_weights(file, kept)
    arrays = read_weights(file)
    return DecodedClouds(arrays["points"], arrays["shapes"].numpy())
