import pytest
import torch
from torch.nn import functional

from iss_backend.alignment.prior import CodePrior, Near, PriorConfig, flow_matching_loss, sample_codes

CENTRES = torch.tensor([[1.5, -1.0], [-1.5, 1.0]])
FEATURES = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def trained():
    """A prior that has seen two clusters of codes, one for each of two features."""
    torch.manual_seed(0)
    prior = CodePrior(PriorConfig(feature_size=3, code_size=2, hidden=32, blocks=2))
    optimiser, generator = torch.optim.Adam(prior.parameters(), 5e-3), seeded(1)
    for _ in range(300):
        which = torch.randint(2, (64,), generator=generator)
        codes = CENTRES[which] + 0.15 * torch.randn(64, 2, generator=generator)
        optimiser.zero_grad()
        flow_matching_loss(prior, codes, FEATURES[which], generator).backward()
        optimiser.step()
    return prior.eval()


@pytest.mark.parametrize("which", [0, 1])
def test_samples_land_in_the_cluster_of_their_condition(trained, which):
    codes = sample_codes(trained, FEATURES[which].expand(200, -1), seeded(), steps=16, guidance=1.0)
    to_own = (codes - CENTRES[which]).norm(dim=-1)
    assert (to_own < (codes - CENTRES[1 - which]).norm(dim=-1)).float().mean() > 0.99
    torch.testing.assert_close(codes.mean(0), CENTRES[which], atol=0.2, rtol=0)
    assert 0.05 < codes.std(dim=0).mean() < 0.4  # the cluster, neither a point nor a cloud


def test_without_a_condition_both_clusters_are_drawn(trained):
    codes = sample_codes(trained, trained.without_condition(200), seeded(), guidance=1.0)
    share = (codes[:, 0] > 0).float().mean()
    assert 0.25 < share < 0.75
    assert (codes.abs()[:, 0] > 0.7).float().mean() > 0.8


class Field(torch.nn.Module):
    """A velocity that is the first two entries of the feature plus the time; `free` stands for no feature."""

    config = PriorConfig(feature_size=3, code_size=2)

    def __init__(self, free=None):
        super().__init__()
        self.free = free

    def forward(self, noisy, time, features):
        return features[:, :2] + time[:, None]

    def without_condition(self, count):
        assert self.free is not None, "guidance 1 needs no unconditional pass"
        return self.free.expand(count, -1)


def test_guidance_one_follows_the_conditional_field_alone():
    codes = sample_codes(Field(), FEATURES, seeded(), steps=3, guidance=1.0)
    # Heun's method is exact for a velocity linear in time: the integral of t over 0..1 is a half.
    torch.testing.assert_close(codes, torch.randn(2, 2, generator=seeded()) + FEATURES[:, :2] + 0.5)


@pytest.mark.parametrize("guidance", [0.0, 2.0, 5.0])
def test_guidance_goes_beyond_the_conditional_field_by_hand(guidance):
    free = torch.tensor([0.2, 0.4, 0.0])
    codes = sample_codes(Field(free), FEATURES, seeded(), steps=2, guidance=guidance)
    moved = free[:2] + guidance * (FEATURES[:, :2] - free[:2]) + 0.5
    torch.testing.assert_close(codes, torch.randn(2, 2, generator=seeded()) + moved)


def test_the_generator_alone_decides_a_sample(trained):
    first = sample_codes(trained, FEATURES, seeded(5))
    torch.manual_seed(99)
    assert torch.equal(first, sample_codes(trained, FEATURES, seeded(5)))
    assert not torch.equal(first, sample_codes(trained, FEATURES, seeded(6)))


def test_the_loss_by_hand_of_a_prior_that_says_zero():
    prior = CodePrior(PriorConfig(feature_size=3, code_size=2, hidden=8, blocks=1))
    torch.nn.init.zeros_(prior.code_out.weight)
    torch.nn.init.zeros_(prior.code_out.bias)
    codes = torch.tensor([[1.0, 2.0], [3.0, -4.0]])
    noise = torch.randn(2, 2, generator=seeded(8))
    loss = flow_matching_loss(prior, codes, FEATURES, seeded(8))
    torch.testing.assert_close(loss, (codes - noise).square().mean())


@pytest.mark.parametrize(("drop", "reached"), [(0.0, False), (1.0, True)])
def test_the_stand_in_for_no_feature_learns_from_dropped_conditions(drop, reached):
    torch.manual_seed(0)
    prior = CodePrior(PriorConfig(feature_size=3, code_size=2, hidden=8, blocks=1))
    torch.nn.init.normal_(prior.blocks[0].narrow.weight)
    features = functional.normalize(torch.randn(16, 3), dim=-1)
    flow_matching_loss(prior, torch.randn(16, 2), features, seeded(), drop).backward()
    assert bool(prior.no_feature.grad.abs().sum() > 0) is reached


def test_samples_near_a_code_keep_their_share_of_it(trained):
    features = FEATURES[:1].expand(100, -1)  # the condition of the other cluster
    spread = []
    for keep in (0.0, 0.5, 0.9, 1.0):
        codes = sample_codes(trained, features, seeded(), steps=8, guidance=1.0, near=Near(CENTRES[1], keep))
        spread.append((codes - CENTRES[1]).norm(dim=-1).mean().item())
    assert spread == sorted(spread, reverse=True)
    assert spread[0] == pytest.approx((CENTRES[0] - CENTRES[1]).norm().item(), abs=0.3)
    assert spread[3] == 0.0
