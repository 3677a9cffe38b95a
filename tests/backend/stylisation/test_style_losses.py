import math

import pytest
import torch

from iss_backend.stylisation.losses import cube_points, shape_prior_loss


def logit(p):
    return math.log(p / (1 - p))


def test_the_loss_of_known_probabilities():
    now = torch.tensor([logit(0.9), logit(0.5), logit(0.2)], dtype=torch.float64)
    before = torch.tensor([logit(0.6), logit(0.5), logit(0.8)], dtype=torch.float64)
    assert shape_prior_loss(now, before).item() == pytest.approx((0.3 + 0.0 + 0.6) / 3)


def test_the_loss_of_known_logits():
    now, before = torch.tensor([[1.0, -2.0]]), torch.tensor([[-1.0, -2.5]])
    assert shape_prior_loss(now, before, "logit").item() == pytest.approx(1.25)


@pytest.mark.parametrize("measure", ["probability", "logit"])
def test_the_gradient_agrees_with_finite_differences(measure):
    generator = torch.Generator().manual_seed(0)
    now, before = (torch.randn(20, generator=generator, dtype=torch.float64) for _ in range(2))
    now.requires_grad_(True)
    assert torch.autograd.gradcheck(lambda x: shape_prior_loss(x, before, measure), now)


def test_no_gradient_reaches_the_initial_shape():
    now, before = torch.randn(5, requires_grad=True), torch.randn(5, requires_grad=True)
    shape_prior_loss(now, before).backward()
    assert now.grad.abs().sum() > 0
    assert before.grad is None


def test_query_points_fill_the_whole_cube():
    points = cube_points(20_000, torch.Generator().manual_seed(1))
    assert points.shape == (20_000, 3)
    assert -0.5 <= points.min() < -0.49
    assert 0.49 < points.max() <= 0.5
    octants = ((points > 0).long() @ torch.tensor([4, 2, 1])).bincount(minlength=8)
    assert octants.min() > 2300
