import math

import numpy as np
import pytest
import torch

from iss_backend.clip.view_network import PIXELS, ViewNetwork, ViewNetworkConfig, normalise_points, view_pictures
from iss_backend.training.cloud_variants import turned


def nearness_of(points):
    """The nearness [B, 6, S, S] of points."""
    return view_pictures(points)[:, :, 0]


@pytest.mark.parametrize("colours", [False, True])
def test_the_order_place_and_size_of_points_do_not_matter(colours):
    """Also where points are equally near: their places are rounded, so that many share a pixel and a depth."""
    torch.manual_seed(0)
    network, points = ViewNetwork(ViewNetworkConfig(3, 8, 16, colours)).eval(), torch.rand(2, 300, 6)
    points[..., :3] = (points[..., :3] * 8).round() / 8
    features = network.features(points)
    assert features.shape == (2, 16)
    assert network(points).shape == (2, 3)
    shuffled = points[:, torch.randperm(300)]
    assert torch.equal(network.features(shuffled), features)
    places = points[..., :3] * 0.25 + torch.tensor([1.0, -2.0, 0.5])
    elsewhere = torch.cat([places, points[..., 3:]], dim=-1)
    assert torch.allclose(network.features(elsewhere), features, atol=1e-4)


def test_points_are_put_into_the_unit_box():
    points = normalise_points(torch.tensor([[[1.0, 1, 1], [5, 2, 3]]]))
    assert points[0].tolist() == [[-1, -0.25, -0.5], [1, 0.25, 0.5]]
    assert normalise_points(torch.ones(1, 2, 3)).abs().max() == 0


def test_a_point_is_seen_from_six_sides_where_it_should_be():
    """Right, low, nearer to the front: seen from +z it is right and below, from above it is right of the middle."""
    pictures = nearness_of(torch.tensor([[[0.5, -1.0, 0.25]]]))[0]
    places = [[axis.float().mean().item() for axis in view.nonzero(as_tuple=True)] for view in pictures]
    low = PIXELS - 1.5  # the mean of the last two rows: the point fills three, of which the last is cut off
    expected = [(low, 29), (low, 15), (low, 10), (low, 24), (24, 29), (15, 29)]
    assert places == [pytest.approx(place, abs=0.51) for place in expected]
    seen = pictures.amax(dim=(1, 2)).tolist()
    assert seen == pytest.approx([0.2 + 0.4 * (1 + depth) for depth in (0.25, 0.5, -0.25, -0.5, -1.0, 1.0)])


def test_what_is_nearer_hides_what_lies_behind():
    front, _, back, *_ = nearness_of(torch.tensor([[[0.0, 0.0, 1.0], [0.0, 0.0, -0.5]]]))[0]
    assert set(front.unique().tolist()) == {0.0, 1.0}
    assert back.max().item() == pytest.approx(0.8)


def test_a_quarter_turn_only_changes_which_side_is_first():
    points = normalise_points(torch.randn(1, 200, 3, generator=torch.Generator().manual_seed(0)))
    before, after = nearness_of(points)[0, :4], nearness_of(turned(points, torch.tensor([math.pi / 2])))[0, :4]
    differences = [[(one - other).abs().mean().item() for one in before] for other in after]
    assert sorted(int(np.argmin(row)) for row in differences) == [0, 1, 2, 3]
    assert max(min(row) for row in differences) < 0.02 < 0.1 < np.median(differences)


def test_the_nearest_point_shows_its_colour_with_the_pixels_around_it():
    points, colours = torch.tensor([[[0.0, 0, 1], [0, 0, -0.5]]]), torch.tensor([[[1.0, 0.5, 0], [0, 0.5, 0.75]]])
    front, _, back, *_ = view_pictures(points, colours)[0]
    for view, colour in ((front, [0.5, 0.0, -0.5]), (back, [-0.5, 0.0, 0.25])):
        assert view[1].sum() == 9
        assert view[2:, view[1] > 0].unique(dim=1).squeeze().tolist() == colour
        assert view[:, view[1] == 0].abs().max() == 0
    assert torch.equal(view_pictures(points, colours)[:, :, :2], view_pictures(points))


def test_every_point_of_a_row_keeps_its_own_colour():
    """Points side by side, one a pixel, each nearer than its left neighbour, which it covers."""
    points = torch.zeros(1, PIXELS, 3)
    points[0, :, 0] = torch.linspace(-1, 1, PIXELS)
    points[0, :, 2] = torch.linspace(0, 1, PIXELS)
    colours = torch.arange(PIXELS)[None, :, None].expand(-1, -1, 3) / PIXELS
    front = view_pictures(points, colours)[0, 0]
    row = front[2, front[1].any(dim=1)][1]
    assert torch.equal(row, colours[0, torch.arange(PIXELS).add(1).clamp(max=PIXELS - 1), 0] - 0.5)


def test_colours_matter_only_to_a_network_that_sees_them():
    torch.manual_seed(0)
    blind, seeing = (ViewNetwork(ViewNetworkConfig(3, 8, 16, colours)).eval() for colours in (False, True))
    points = torch.rand(2, 50, 6)
    other = torch.cat([points[..., :3], 1.0 - points[..., 3:]], dim=-1)
    assert torch.equal(blind(points), blind(other))
    assert not torch.equal(seeing(points), seeing(other))
