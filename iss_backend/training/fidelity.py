"""How much a shape counts, by how well D shows it.

D shows some shapes of a category truly and tears the thin legs of others apart. A prior that learned from both alike
draws both alike; one that learned more from the first draws more of what can be shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor

from iss_backend.alignment.guess import LOOK_GRID, loose_share
from iss_backend.data.carving import cell_centres
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.rendering import cell_logits
from iss_backend.svr.base import SVRModel

LEAST = 0.1  # weight of a shape that D shows worst: words for it should not be forgotten
SOFTNESS = 0.1  # of the step at the middle of a category


@torch.no_grad()
def fidelities(
    svr: SVRModel, shapes: PackedShapes, chosen: np.ndarray, codes: Tensor, report: ProgressCallback
) -> np.ndarray:
    """Return how truly D shows the chosen shapes [N]: the IoU with sturdy cells, 32^3 of them, less what hangs loose.

    Args:
        svr: whose D it is.
        shapes: as they are.
        chosen: numbers [N] of shapes.
        codes: theirs, [N, C].
        report: told about every shape.
    """
    points, scores = cell_centres(LOOK_GRID)[None], []
    for number, code in with_progress("fidelity", list(zip(chosen, codes, strict=True)), report):
        shown = cell_logits(svr, svr.prepare(code[None]), LOOK_GRID, code.device) > 0
        truth = shapes.sturdy_at(np.array([number]), points).view(shown.shape) > 0.5
        iou = float((shown & truth).sum()) / max(1, int((shown | truth).sum()))
        scores.append(iou - loose_share(shown))
    return np.array(scores)


def fidelity_weights(scores: np.ndarray, categories: Sequence[str]) -> np.ndarray:
    """Return weights [N] in `LEAST`..1 of shapes, rising over their rank r within their category.

    It is ``LEAST + (1 - LEAST) sigmoid((r - 1/2) / SOFTNESS)`` with r in 0..1, so that every category keeps about half
    of its shapes, however hard it is to show.

    Args:
        scores: fidelities [N].
        categories: of each shape.
    """
    named = np.array(categories)
    weights = np.empty(len(scores))
    for category in set(categories):
        members = named == category
        rank = (rankdata(scores[members]) - 0.5) / members.sum()
        weights[members] = LEAST + (1.0 - LEAST) / (1.0 + np.exp((0.5 - rank) / SOFTNESS))
    return weights
