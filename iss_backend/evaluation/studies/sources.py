"""mIoU of held-out shapes over both kinds of data, and over each alone: one is drawn by the generator, one captured."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from iss_backend.data.packed import PackedShapes
from iss_backend.evaluation.metrics.intervals import Score, mean_score

COLUMNS = {"all": "mIoU", "meshes": "of meshes", "procedural": "of procedural shapes"}


def scores_by_source(shapes: PackedShapes, chosen: np.ndarray, ious: Tensor) -> dict[str, Score]:
    """Return the scores of `COLUMNS`, drawn anew by shapes; a kind that is not there has none.

    Args:
        shapes: the packed shapes.
        chosen: numbers [N] of those that were measured.
        ious: of each, one row for each picture of it, [R, N] in 0..1.
    """
    made = shapes.are_made(chosen)
    kinds = {"all": np.ones_like(made), "meshes": ~made, "procedural": made}
    return {
        name: mean_score(ious.numpy()[:, kept].ravel(), chosen[kept].tolist() * len(ious))
        for name, kept in kinds.items()
        if kept.any()
    }
