import pytest
import torch

from iss_backend.alignment.known_codes import FEWEST, drawn_to_known


@pytest.fixture
def plane():
    """Known codes of five numbers of which the last three are always 1: they lie in a plane."""
    torch.manual_seed(0)
    return torch.cat([torch.randn(400, 2), torch.ones(400, 3)], dim=1)


def test_a_code_beside_the_known_ones_is_drawn_straight_towards_them(plane):
    code = torch.tensor([[0.2, -0.1, 3.0, 1.0, 1.0]])  # two above the plane, over its densest part
    settled = drawn_to_known(code, plane, 1.0)[0]
    torch.testing.assert_close(settled[2:], torch.ones(3))
    torch.testing.assert_close(settled[:2], code[0, :2], atol=0.1, rtol=0.0)
    torch.testing.assert_close(drawn_to_known(code, plane, 0.25)[0, 2], torch.tensor(2.5))


def test_known_codes_stay(plane):
    torch.testing.assert_close(drawn_to_known(plane[:20], plane, 1.0), plane[:20], atol=0.05, rtol=0.0)


def test_codes_do_not_depend_on_their_neighbours_in_the_batch(plane):
    codes = torch.randn(6, 5, generator=torch.Generator().manual_seed(1))
    alone = torch.cat([drawn_to_known(code[None], plane, 0.6) for code in codes])
    torch.testing.assert_close(drawn_to_known(codes, plane, 0.6), alone)


def test_few_known_codes_tell_nothing(plane):
    code = torch.zeros(1, 5)
    assert torch.equal(drawn_to_known(code, plane[: FEWEST - 1], 1.0), code)
    assert torch.equal(drawn_to_known(code, plane, 0.0), code)
