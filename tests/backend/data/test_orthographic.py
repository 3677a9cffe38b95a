import numpy as np

from iss_backend.data.orthographic import FAR, orthographic_views
from iss_backend.data.packing import BACKGROUND


def test_a_box_off_centre_is_seen_at_its_depth_from_each_side():
    occupied = np.zeros((8, 8, 8), bool)
    occupied[1:3, 2:5, 4:8] = True
    points = (np.argwhere(occupied) + 0.5) / 8 - 0.5
    colours = np.full(len(points), 7, np.uint8)
    colour, depth = orthographic_views(occupied, points, colours)
    expected = {0: 1, 1: 8 - 3, 2: 2, 3: 8 - 5, 4: 4, 5: 0}  # cells from the low and the high end of x, y, z
    for view, first in expected.items():
        hit = depth[view] != FAR
        assert set(depth[view][hit]) == {first}
        assert np.array_equal(colour[view] != BACKGROUND, hit)
        assert set(colour[view][hit]) == {7}
    assert (depth[0] != FAR).sum() == 3 * 4
    assert (depth[2] != FAR).sum() == 2 * 4
    assert (depth[4] != FAR).sum() == 2 * 3


def test_each_side_shows_its_own_colour():
    occupied = np.ones((4, 4, 4), bool)
    points = np.array([[-0.49, 0.0, 0.0], [0.49, 0.0, 0.0]])
    colour, _ = orthographic_views(occupied, points, np.array([3, 9], np.uint8))
    assert colour[0, 2, 2] == 3
    assert colour[1, 2, 2] == 9
