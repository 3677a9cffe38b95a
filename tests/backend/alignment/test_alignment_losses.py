import pytest
import torch

from iss_backend.alignment.losses import background_loss, clip_consistency_loss, mapper_loss


@pytest.mark.parametrize(("norm", "expected"), [("squared_l2", (1 + 4 + 0 + 9) / 2), ("l1", (1 + 2 + 0 + 3) / 4)])
def test_mapper_loss_by_hand(norm, expected):
    codes, targets = torch.tensor([[1.0, 2.0], [0.0, -1.0]]), torch.tensor([[0.0, 0.0], [0.0, 2.0]])
    assert mapper_loss(codes, targets, norm).item() == pytest.approx(expected)


@pytest.mark.parametrize("norm", ["squared_l2", "l1"])
def test_mapper_loss_moves_the_mapper_and_not_the_encoder(norm):
    codes, targets = torch.randn(3, 4, requires_grad=True), torch.randn(3, 4, requires_grad=True)
    mapper_loss(codes, targets, norm).backward()
    assert codes.grad.abs().sum() > 0
    assert targets.grad is None


@pytest.mark.parametrize(("norm", "expected"), [("squared_l2", (0.25 + 0.01 + 1.0) / 4), ("l1", (0.5 + 0.1 + 1) / 12)])
def test_background_loss_by_hand(norm, expected):
    missed = torch.ones(1, 3, 2, 2)
    missed[0, :, 0, 1] = torch.tensor([0.5, 0.9, 0.0])
    assert background_loss(missed, norm).item() == pytest.approx(expected)


@pytest.mark.parametrize("norm", ["squared_l2", "l1"])
def test_background_loss_is_zero_where_everything_is_hit(norm):
    assert background_loss(torch.ones(2, 3, 4, 4), norm).item() == 0.0


def test_clip_consistency_loss_sums_one_minus_cosine_over_views():
    views = torch.tensor([[1.0, 0.0], [0.6, 0.8], [-1.0, 0.0]])
    assert clip_consistency_loss(views, torch.tensor([1.0, 0.0])).item() == pytest.approx(0.0 + 0.4 + 2.0)
    assert clip_consistency_loss(views, views).item() == pytest.approx(0.0, abs=1e-6)
