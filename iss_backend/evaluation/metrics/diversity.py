"""How much shapes differ from each other: the point score, and mean distances of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from iss_backend.evaluation.metrics.surfaces import chamfer_l1


def point_score(probabilities: np.ndarray) -> float:
    """Return exp(mean KL(p(y|x) || p(y))) of class probabilities [N, K]: 1 for N alike, K for all classes clearly.

    The Inception score with a network of points in place of Inception; PS numbers of other networks cannot be compared.
    """
    chances = np.asarray(probabilities, np.float64)
    chances = chances / chances.sum(axis=1, keepdims=True)
    mean = np.broadcast_to(chances.mean(axis=0), chances.shape)
    told = chances > 0
    divergence = (chances[told] * np.log(chances[told] / mean[told])).sum() / len(chances)
    return float(np.exp(divergence))


def mean_pairwise_distance(codes: np.ndarray) -> float:
    """Return the mean Euclidean distance of all pairs of codes [N, C]; 0 for fewer than two."""
    pairs = list(combinations(np.asarray(codes, np.float64), 2))
    return float(np.mean([np.linalg.norm(a - b) for a, b in pairs])) if pairs else 0.0


def mean_pairwise_chamfer(clouds: Sequence[np.ndarray]) -> float:
    """Return the mean Chamfer-L1 of all pairs of point clouds [P, 3]; 0 for fewer than two."""
    pairs = list(combinations(clouds, 2))
    return float(np.mean([chamfer_l1(a, b) for a, b in pairs])) if pairs else 0.0
