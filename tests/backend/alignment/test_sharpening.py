import math

import pytest
import torch

from iss_backend.alignment.sharpening import SharpeningSettings, binary_entropy, sharpened
from iss_backend.errors import BadInputError

FAST = SharpeningSettings(grid=12, cells=300, points=200)


class Undecided(torch.nn.Module):
    """A ball of radius 0.3 about which D is sure; around it a shell whose logits are the code's first number."""

    can_be_sharpened = True

    def prepare(self, codes):
        return codes

    def occupancy(self, field, points):
        distance = points.norm(dim=-1)
        unsure = field[:, :1].expand_as(distance)
        return torch.where(distance < 0.3, 8.0, torch.where(distance < 0.45, unsure, -8.0))


def moved(first=-0.25, seed=0, **changes):
    code = torch.tensor([first, 0.5])
    settings = SharpeningSettings(**{"grid": 12, "cells": 300, "points": 200, **changes})
    return sharpened(Undecided(), code, settings, torch.Generator().manual_seed(seed))


def test_the_entropy_of_known_chances():
    logits = torch.tensor([0.0, math.log(3.0), -math.log(3.0), 60.0, -60.0])
    quarter = -0.25 * math.log(0.25) - 0.75 * math.log(0.75)
    assert binary_entropy(logits).tolist() == pytest.approx([math.log(2.0), quarter, quarter, 0.0, 0.0], abs=1e-6)


def test_the_gradient_of_the_entropy():
    logits = torch.linspace(-4, 4, 9, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(binary_entropy, logits)


@pytest.mark.parametrize(("shift", "direction"), [(0.0, -1), (0.5, 1)])
def test_what_is_undecided_is_decided_by_the_shift(shift, direction):
    code = moved(shift=shift)
    assert direction * (code[0] + 0.25) > 0.1
    assert code[1] == 0.5  # nothing depends on it


def test_a_heavy_anchor_holds_the_code():
    assert abs(moved(anchor_weight=100.0)[0] + 0.25) < 0.3 * abs(moved()[0] + 0.25)


def test_no_steps_leave_the_code_and_a_seed_gives_one_code():
    assert moved(steps=0).tolist() == [-0.25, 0.5]
    assert torch.equal(moved(seed=3), moved(seed=3))


def test_a_model_becomes_surer_and_its_weights_stay(tiny_triplane):
    before = {name: value.clone() for name, value in tiny_triplane.state_dict().items()}
    code = torch.randn(8, generator=torch.Generator().manual_seed(2))
    sharp = sharpened(tiny_triplane, code, FAST, torch.Generator().manual_seed(0))
    points = torch.rand(1, 4000, 3, generator=torch.Generator().manual_seed(1)) - 0.5

    def doubt(code):
        with torch.no_grad():
            logits = tiny_triplane.occupancy(tiny_triplane.prepare(code[None]), points)
        return binary_entropy(logits + FAST.shift).mean()

    assert doubt(sharp) < doubt(code)
    assert not sharp.requires_grad
    assert all(torch.equal(value, before[name]) for name, value in tiny_triplane.state_dict().items())


def test_other_models_keep_their_codes(monkeypatch):
    monkeypatch.setattr(Undecided, "can_be_sharpened", False)
    assert moved().tolist() == [-0.25, 0.5]


def test_impossible_settings_are_refused():
    with pytest.raises(BadInputError, match="choose positive numbers"):
        SharpeningSettings(points=0)
    with pytest.raises(BadInputError, match="anchored by -1"):
        SharpeningSettings(anchor_weight=-1.0)
