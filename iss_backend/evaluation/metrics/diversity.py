"""How much the shapes of one text differ from each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from iss_backend.evaluation.metrics.surfaces import chamfer_l1


def mean_pairwise_distance(codes: np.ndarray) -> float:
    """Return the mean Euclidean distance of all pairs of codes [N, C]; 0 for fewer than two."""
    pairs = list(combinations(np.asarray(codes, np.float64), 2))
    return float(np.mean([np.linalg.norm(a - b) for a, b in pairs])) if pairs else 0.0


def mean_pairwise_chamfer(clouds: Sequence[np.ndarray]) -> float:
    """Return the mean Chamfer-L1 of all pairs of point clouds [P, 3]; 0 for fewer than two."""
    pairs = list(combinations(clouds, 2))
    return float(np.mean([chamfer_l1(a, b) for a, b in pairs])) if pairs else 0.0
