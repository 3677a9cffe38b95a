import pytest
import torch
from torch.nn import functional

from iss_backend.alignment.diversity import perturb_feature, rotate_feature


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def features():
    return functional.normalize(torch.randn(6, 32, generator=seeded(9)), dim=-1)


def test_tau_one_changes_nothing(features):
    torch.testing.assert_close(perturb_feature(features, 1.0, seeded()), features)


def test_tau_zero_is_the_noise_alone(features):
    noise = perturb_feature(features, 0.0, seeded())
    torch.testing.assert_close(noise, perturb_feature(-features, 0.0, seeded()))
    torch.testing.assert_close(noise, functional.normalize(torch.randn(6, 32, generator=seeded()), dim=-1))


@pytest.mark.parametrize("tau", [0.0, 0.3, 0.5, 0.9])
def test_a_perturbed_feature_is_the_mix_at_unit_length(features, tau):
    noise = functional.normalize(torch.randn(6, 32, generator=seeded(1)), dim=-1)
    mixed = perturb_feature(features, tau, seeded(1))
    torch.testing.assert_close(mixed.norm(dim=-1), torch.ones(6))
    torch.testing.assert_close(mixed, functional.normalize(tau * features + (1 - tau) * noise, dim=-1))


def test_the_generator_alone_decides_the_noise(features):
    first = perturb_feature(features, 0.5, seeded(4))
    torch.manual_seed(123)
    assert torch.equal(first, perturb_feature(features, 0.5, seeded(4)))
    assert not torch.equal(first, perturb_feature(features, 0.5, seeded(5)))


@pytest.mark.parametrize("cosine", [-1.0, 0.0, 0.6, 0.99, 1.0])
def test_a_rotation_has_exactly_the_cosine_asked_for(features, cosine):
    turned = rotate_feature(features, torch.full((6, 1), cosine), seeded())
    torch.testing.assert_close((turned * features).sum(-1), torch.full((6,), cosine), atol=1e-6, rtol=0)
    torch.testing.assert_close(turned.norm(dim=-1), torch.ones(6))


def test_rotations_take_one_cosine_a_feature_and_random_directions(features):
    cosines = torch.linspace(0.2, 0.9, 6)[:, None]
    turned, other = rotate_feature(features, cosines, seeded(1)), rotate_feature(features, cosines, seeded(2))
    torch.testing.assert_close((turned * features).sum(-1, keepdim=True), cosines)
    assert (turned * other).sum(-1).max() < 0.95
