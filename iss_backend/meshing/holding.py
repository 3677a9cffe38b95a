"""The level at which a shape hangs together.

Where a decoder is unsure of thin legs, its field runs along them below the level of the surface: they come out as
crumbs far from what they carry, too far for a bridge (see `one_piece`), and would be lost. A lower level makes the
shape a little thicker and keeps them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from iss_backend.meshing.one_piece import in_one_piece
from iss_backend.meshing.sampling import sample_field
from iss_backend.meshing.settings import MeshSettings
from iss_backend.svr.base import FieldState, SVRModel

LOWER_THRESHOLDS = (0.35, 0.2, 0.1)  # occupancy probabilities that are tried, one after the other
MOST_LOST = 0.02  # share of the inside that may be given up for one piece without a second look
LEAST_GAIN = 0.5  # a lower level has to leave no more than this share of what was lost


def sample_in_one_piece(svr: SVRModel, field: FieldState, settings: MeshSettings) -> NDArray[np.float32]:
    """Return samples [R, R, R] of a field, positive inside, whose inside is one piece.

    They are those of `settings.threshold`, or of a lower one where that gives up far less of the shape.

    Raises:
        BundleError: the decoder answers with something that is no number.
    """
    best, lost = _joined(svr, field, settings)
    for threshold in LOWER_THRESHOLDS:
        if lost <= MOST_LOST:
            break
        if threshold < settings.threshold:
            values, still_lost = _joined(svr, field, replace(settings, threshold=threshold))
            if still_lost <= LEAST_GAIN * lost:
                best, lost = values, still_lost
    return best


def _joined(svr: SVRModel, field: FieldState, settings: MeshSettings) -> tuple[NDArray[np.float32], float]:
    """Return samples in one piece, and the share of the inside that they give up."""
    values = sample_field(svr, field, settings).values
    whole = in_one_piece(values)
    inside = values > 0
    return whole, float((inside & (whole <= 0)).sum() / max(1, inside.sum()))
