"""A ball, and a ball on a pole, get a cup of six pointed petals, and green leaves where there is room for them."""

import math

import pytest
import torch

from iss_backend.stylisation.bend import BentModel, BentStyle
from iss_backend.stylisation.bending import Bending
from iss_backend.stylisation.distances import distances_of
from iss_backend.stylisation.tulip import LEAF_GREEN, PETALS, cup_of

CODE = torch.zeros(1)
DRAWS = torch.rand(8, generator=torch.Generator().manual_seed(0))  # of seed 0


def tree(points, radius):
    """Depths in a ball of radius 0.2 on a pole from -0.4 to 0."""
    x, y, z = points.unbind(-1)
    ball = (x.square() + (y - 0.15).square() + z.square()).sqrt() - 0.2
    pole = torch.maximum((x.square() + z.square()).sqrt() - 0.04, (y + 0.2).abs() - 0.2)
    return -torch.minimum(ball, pole)


def bending_of(model, amount=1.0):
    return Bending(amount, DRAWS, distances_of(model, model.prepare(CODE[None]), torch.device("cpu")))


def ring(height, radius, count=360):
    angle = torch.arange(count) * (2.0 * math.pi / count)
    return torch.stack([radius * torch.cos(angle), torch.full((count,), height), radius * torch.sin(angle)], dim=1)


@pytest.fixture
def straight(analytic):
    return analytic(tree, 0.0)


def test_the_cup_begins_under_the_crown(straight, analytic, box):
    cup = cup_of(bending_of(straight))
    assert 0.3 < cup.low < 0.45  # above the foot, at -0.4
    assert cup.has_stem
    assert cup.roundness == pytest.approx(2.0, abs=0.25)
    boxed = cup_of(bending_of(analytic(box(0.3, 0.2, 0.2), 0.0)))
    assert boxed.low < 0.05
    assert not boxed.has_stem
    assert boxed.roundness == pytest.approx(4.0, abs=0.15)
    assert boxed.half.tolist() == pytest.approx([0.3, 0.2], abs=0.02)


def test_six_petals_stand_out_at_the_rim_and_end_in_points(straight):
    model = BentModel(straight, BentStyle("tulip", 1.0, 0)).eval()
    field = model.prepare(CODE[None])
    cup = cup_of(bending_of(straight))

    def around(share):
        """Return how much of the circle petals fill, outside the crown, and how many they are there."""
        height = -0.4 + 0.9 * cup.low + share * (cup.tips - cup.low)
        rings = torch.stack([ring(height, radius) for radius in torch.linspace(0.2, 0.32, 25).tolist()])
        inside = (model.occupancy(field, rings / field.scale) > 0).any(dim=0)
        return float(inside.float().mean()), int((inside & ~inside.roll(1)).sum())

    filled, count = around(0.85)
    assert count == PETALS
    assert around(0.97)[0] < 0.6 * filled  # they narrow
    assert around(1.05) == (0.0, 0)  # and end


def test_leaves_are_green_and_nothing_else_is(straight):
    model = BentModel(straight, BentStyle("tulip", 1.0, 0)).eval()
    field = model.prepare(CODE[None])
    turn = 2.0 * math.pi * float(DRAWS[1])
    points = torch.tensor(
        [[[0.14 * math.cos(turn), -0.15, 0.14 * math.sin(turn)], [0.0, 0.2, 0.19], [0.0, -0.2, 0.02]]]
    )
    colours = model.query(field, points / field.scale)[1][0]
    assert (model.occupancy(field, points / field.scale) > 0)[0, 1:].all()
    close = (colours - torch.tensor(LEAF_GREEN)).abs().amax(dim=1) < 1e-5
    assert close.tolist()[1:] == [False, False]


def test_the_waist_is_narrow_and_the_top_as_wide_as_before(analytic, box):
    straight = analytic(box(0.3, 0.3, 0.3), 0.0)
    bent = BentModel(straight, BentStyle("tulip", 1.0, 0)).eval().prepare(CODE[None]).bent
    low, high = bent.back(torch.tensor([[[0.1, -0.28, 0.0], [0.1, 0.2, 0.0]]]))[0]
    assert float(low[0]) > 0.2
    assert float(high[0]) == pytest.approx(0.1, abs=1e-4)


def test_no_amount_grows_neither_petals_nor_leaves(straight):
    bent = BentModel(straight, BentStyle("tulip", 0.0, 0)).eval().prepare(CODE[None]).bent
    assert (bent.extra(torch.rand(1, 5000, 3) - 0.5) <= 0).all()
