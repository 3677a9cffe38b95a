"""Distances between two sets of features: Fréchet (FID, FPD, by what the features are of) and kernel (KID)."""

from __future__ import annotations

import numpy as np

from iss_backend.errors import BadInputError


def frechet_distance(mean: np.ndarray, covariance: np.ndarray, mean_2: np.ndarray, covariance_2: np.ndarray) -> float:
    """Return |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of Gaussians with means [D] and covariances [D, D]."""
    root = _symmetric_root(covariance)
    # (C1 C2)^(1/2) has the trace of (C1^(1/2) C2 C1^(1/2))^(1/2), which is symmetric and so well behaved.
    cross = np.sqrt(np.linalg.eigvalsh(root @ covariance_2 @ root).clip(min=0.0)).sum()
    gap = float(((mean - mean_2) ** 2).sum())
    return max(0.0, gap + float(np.trace(covariance) + np.trace(covariance_2) - 2.0 * cross))


def feature_frechet_distance(features: np.ndarray, others: np.ndarray) -> float:
    """Return the Fréchet distance of Gaussians fitted to features [N, D] and [M, D].

    Raises:
        BadInputError: a set has fewer than two features, or the two have other lengths.
    """
    _check(features, others)
    first, second = (np.asarray(values, np.float64) for values in (features, others))
    covariances = (np.atleast_2d(np.cov(values, rowvar=False)) for values in (first, second))
    own, other = covariances
    return frechet_distance(first.mean(axis=0), own, second.mean(axis=0), other)


def kernel_distance(features: np.ndarray, others: np.ndarray) -> float:
    """Return KID: the unbiased squared MMD of features [N, D] and [M, D] under the kernel (x.y / D + 1)^3.

    It may be slightly negative for sets from one distribution.

    Raises:
        BadInputError: as for the Fréchet distance.
    """
    _check(features, others)
    first, second = (np.asarray(values, np.float64) for values in (features, others))
    within = sum(_mean_off_diagonal(_kernel(values, values)) for values in (first, second))
    return float(within - 2.0 * _kernel(first, second).mean())


def _kernel(features: np.ndarray, others: np.ndarray) -> np.ndarray:
    return (features @ others.T / features.shape[1] + 1.0) ** 3


def _mean_off_diagonal(matrix: np.ndarray) -> float:
    count = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (count * (count - 1)))


def _symmetric_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values.clip(min=0.0))) @ vectors.T


def _check(features: np.ndarray, others: np.ndarray) -> None:
    if min(len(features), len(others)) < 2 or features.shape[1:] != others.shape[1:]:
        raise BadInputError(
            f"Two sets of features {list(features.shape)} and {list(others.shape)} cannot be compared; "
            "give at least two of each, from one network."
        )
