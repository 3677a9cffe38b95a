"""The level at which a shape hangs together.

Where a decoder is unsure of thin legs, its field runs along them below the level of the surface: they come out as
crumbs far from what they carry, too far for a bridge (see `one_piece`), and would be lost. A lower level makes the
shape a little thicker and keeps them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from iss_backend.meshing.one_piece import SPECK, in_one_piece, labelled_pieces
from iss_backend.meshing.sampling import sample_field
from iss_backend.meshing.settings import MeshSettings
from iss_backend.svr.base import FieldState, SVRModel

LOWER_THRESHOLDS = (0.35, 0.2, 0.1)  # occupancy probabilities that are tried, one after the other
MOST_LOST = 0.02  # share of the inside, or of the extent, that may be given up for one piece without a second look
MOST_STILL_LOST = 0.5  # of what the best level so far loses: the most that a lower one may lose to be taken


def sample_in_one_piece(svr: SVRModel, field: FieldState, settings: MeshSettings) -> NDArray[np.float32]:
    """Return samples [R, R, R] of a field, positive inside, whose inside is one piece.

    They are those of `settings.threshold`, or of a lower one where that gives up far less of the shape.

    Raises:
        BundleError: the decoder answers with something that is no number.
    """
    best, lost = _in_one_piece(svr, field, settings)
    for threshold in LOWER_THRESHOLDS:
        if lost <= MOST_LOST:
            break
        if threshold < settings.threshold:
            values, still_lost = _in_one_piece(svr, field, replace(settings, threshold=threshold))
            if still_lost <= MOST_STILL_LOST * lost:
                best, lost = values, still_lost
    return best


def _in_one_piece(svr: SVRModel, field: FieldState, settings: MeshSettings) -> tuple[NDArray[np.float32], float]:
    """Return samples in one piece, and what they give up: see `_lost_share`."""
    values = sample_field(svr, field, settings).values
    whole = in_one_piece(values)
    return whole, 0.0 if whole is values else _lost_share(values > 0, whole > 0)


def _lost_share(inside: NDArray[np.bool_], kept: NDArray[np.bool_]) -> float:
    """Return what is lost of the volume, or of the extent along an axis, whichever share is the largest.

    Args:
        inside: [R, R, R] cells; specks among them have no extent.
        kept: [R, R, R] cells that are left, and bridges.
    """
    labels, sizes = labelled_pieces(inside)
    counted = (sizes >= SPECK * sizes.max())[labels]
    extents = [1.0 - _extent(kept, axis) / _extent(counted, axis) for axis in range(3)]
    return max(float((inside & ~kept).sum() / inside.sum()), *extents)


def _extent(cells: NDArray[np.bool_], axis: int) -> int:
    """Return over how many layers of an axis cells reach."""
    layers = np.flatnonzero(cells.any(axis=tuple(other for other in range(3) if other != axis)))
    return int(layers[-1] - layers[0]) + 1
