import itertools

import pytest
import torch

from iss_backend.rendering.cell_bounds import highest_in_cells


def centres(count):
    ticks = (torch.arange(count) + 0.5) / count - 0.5
    return torch.stack(torch.meshgrid(ticks, ticks, ticks, indexing="ij"), dim=-1)


def test_an_even_slope_is_bounded_by_its_corners_exactly():
    slope = torch.tensor([3.0, -50.0, 0.5])
    corners = torch.tensor(list(itertools.product((-0.5, 0.5), repeat=3))) / 12
    expected = (centres(12) @ slope) + (corners @ slope).max()
    torch.testing.assert_close(highest_in_cells(centres(6) @ slope), expected, atol=1e-4, rtol=0)


def test_the_bound_of_a_crease_half_way_between_centres_is_its_height():
    """A crease of slopes 7 and -7 at x = 0, between the centres at -0.0625 and 0.0625, reaches 2 there."""
    logits = 2.0 - 7.0 * centres(8)[..., 0].abs()
    highest = highest_in_cells(logits)
    torch.testing.assert_close(highest[7:9], torch.full((2, 16, 16), 2.0))


def test_a_thin_part_raises_the_bound_of_its_own_cells_only():
    """A rod of radius 0.01 between the centres is inside nowhere that is looked at."""
    x, _, z = centres(8).unbind(dim=-1)
    logits = 100.0 * (0.01 - torch.hypot(x, z))
    assert logits.max() < 0
    marked = highest_in_cells(logits) > 0
    assert marked[7:9, :, 7:9].all()
    assert not marked[:4].any() and not marked[12:].any()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_axes_keep_their_places(axis):
    logits = torch.full((6, 6, 6), -1.0)
    place = [2, 2, 2]
    place[axis] = 4
    logits[tuple(place)] = 1.0
    first = torch.zeros_like(highest_in_cells(logits), dtype=torch.bool)
    first[tuple(slice(2 * at, 2 * at + 2) for at in place)] = True
    assert (highest_in_cells(logits)[first] > 1.0).all()
    assert highest_in_cells(logits).argmax() in first.flatten().nonzero()
