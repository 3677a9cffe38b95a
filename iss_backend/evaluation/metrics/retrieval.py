"""R-precision: whether a judge finds the text of a shape among all texts."""

from __future__ import annotations

import numpy as np


def retrieval_ranks(similarities: np.ndarray, meant: np.ndarray) -> np.ndarray:
    """Return the rank [N] of the right text for each shape, 1 for the nearest.

    Args:
        similarities: of shapes and texts, [N, T].
        meant: which texts are right for a shape, bool [N, T], at least one each.

    Ties count against the shape: a judge that sees no difference finds nothing.
    """
    best = np.where(meant, similarities, -np.inf).max(axis=1, keepdims=True)
    return 1 + ((similarities >= best) & ~meant).sum(axis=1)


def r_precision(similarities: np.ndarray, meant: np.ndarray, within: int = 1) -> float:
    """Return the share, 0..1, of shapes whose right text is among the `within` nearest."""
    return float((retrieval_ranks(similarities, meant) <= within).mean())
