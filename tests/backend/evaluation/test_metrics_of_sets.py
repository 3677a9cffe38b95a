import numpy as np
import pytest

from iss_backend.errors import BadInputError
from iss_backend.evaluation.metrics.distributions import (
    feature_frechet_distance,
    frechet_distance,
    kernel_distance,
)
from iss_backend.evaluation.metrics.diversity import mean_pairwise_chamfer, mean_pairwise_distance
from iss_backend.evaluation.metrics.intervals import bootstrap_interval
from iss_backend.evaluation.metrics.retrieval import r_precision, retrieval_ranks


def test_frechet_distance_of_diagonal_gaussians_in_closed_form():
    mean, covariance = np.array([1.0, 2.0]), np.diag([4.0, 9.0])
    # |m|^2 = (1, 2) -> 5; per axis (sigma - sigma')^2: (2 - 1)^2 + (3 - 5)^2
    assert frechet_distance(mean, covariance, np.zeros(2), np.diag([1.0, 25.0])) == pytest.approx(5 + 1 + 4)
    assert frechet_distance(mean, covariance, mean, covariance) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_of_correlated_gaussians_against_a_matrix_root():
    rng = np.random.default_rng(0)
    first, second = (factor @ factor.T for factor in rng.normal(size=(2, 5, 5)))
    values = np.linalg.eigvals(first @ second)  # their roots add up to the trace of (C1 C2)^(1/2)
    expected = np.trace(first + second) - 2 * np.sqrt(values.real).sum()
    assert frechet_distance(np.zeros(5), first, np.zeros(5), second) == pytest.approx(expected)


def test_identical_and_shifted_features():
    features = np.random.default_rng(1).normal(size=(50, 4))
    assert feature_frechet_distance(features, features) == pytest.approx(0, abs=1e-9)
    assert feature_frechet_distance(features, features + 3) == pytest.approx(36)
    assert feature_frechet_distance(features[:1].repeat(2, 0), features[:1].repeat(3, 0)) == pytest.approx(0)


def test_kernel_distance_by_hand():
    first, second = np.array([[1.0], [2.0]]), np.array([[0.0], [3.0]])
    # k(x, y) = (xy + 1)^3: within 27 and 1; across (1 + 64 + 1 + 343) / 4
    assert kernel_distance(first, second) == pytest.approx(27 + 1 - 2 * 409 / 4)


def test_kernel_distance_is_zero_on_average_for_one_distribution_and_large_for_two():
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(2, 1000, 3))
    assert abs(kernel_distance(first, second)) < 0.02
    assert kernel_distance(first, second + 1) > 1


def test_sets_that_cannot_be_compared_are_named():
    with pytest.raises(BadInputError, match=r"\[1, 3\] and \[5, 3\]"):
        feature_frechet_distance(np.zeros((1, 3)), np.zeros((5, 3)))
    with pytest.raises(BadInputError, match="from one network"):
        kernel_distance(np.zeros((5, 3)), np.zeros((5, 4)))


def test_ranks_by_hand():
    similarities = np.array([[0.9, 0.5, 0.1], [0.3, 0.2, 0.4], [0.5, 0.5, 0.5]])
    meant = np.eye(3, dtype=bool)
    assert retrieval_ranks(similarities, meant).tolist() == [1, 3, 3]  # a judge that sees no difference is last
    meant[1, 0] = True
    assert retrieval_ranks(similarities, meant).tolist() == [1, 2, 3]
    assert r_precision(similarities, meant) == pytest.approx(1 / 3)
    assert r_precision(similarities, meant, within=2) == pytest.approx(2 / 3)


def test_diversity_by_hand():
    assert mean_pairwise_distance(np.array([[0, 0], [3, 4], [0, 0]])) == pytest.approx(10 / 3)
    assert mean_pairwise_distance(np.zeros((1, 2))) == 0
    clouds = [np.zeros((2, 3)), np.full((2, 3), 1.0)]
    assert mean_pairwise_chamfer(clouds) == pytest.approx(3**0.5)


def test_intervals_draw_whole_texts():
    rng = np.random.default_rng(3)
    values, groups = np.repeat([0.0, 1.0], [300, 300]), np.repeat(np.arange(6), 100)
    low, high = bootstrap_interval(values, groups, rng)
    assert low < 0.2  # as for 6 trials, not as for 600
    assert high > 0.8
    low, high = bootstrap_interval(values, np.arange(600), rng)
    assert (low, high) == pytest.approx((0.46, 0.54), abs=0.01)
    assert bootstrap_interval(np.ones(5), np.arange(5), rng) == (1.0, 1.0)
