import numpy as np
import pytest
from scipy import ndimage

from iss_backend.data.thin_parts import WIDEST_ROD, rods, sturdy


def cells(*boxes, size=20):
    """Return cells that are filled in boxes of slices."""
    grid = np.zeros((size,) * 3, bool)
    for box in boxes:
        grid[box] = True
    return grid


def extents(grid):
    return [int(np.ptp(axis)) + 1 for axis in np.nonzero(grid)]


@pytest.mark.parametrize("width", [1, 2])
def test_a_rod_becomes_three_cells_wide(width):
    leg = cells(np.s_[12 : 12 + width, 4:16, 5 : 5 + width])
    grown = sturdy(leg)
    assert (grown & leg).sum() == leg.sum()
    across = grown[:, 8]  # away from its ends
    assert [int(np.ptp(axis)) + 1 for axis in np.nonzero(across)] == [3, 3]
    assert extents(grown)[1] <= extents(leg)[1] + 2


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_plate_of_one_cell_becomes_two_cells_thick(axis):
    box = [np.s_[3:15]] * 3
    box[axis] = np.s_[5:6]
    grown = sturdy(cells(tuple(box)))
    assert extents(grown)[axis] == 2
    assert (np.take(grown, 5, axis) & np.take(grown, 4, axis)).sum() >= 12 * 12


@pytest.mark.parametrize("box", [np.s_[4:12, 5:8, 3:13], np.s_[4:12, 5:7, 3:13], np.s_[2:7, 2:7, 2:7]])
def test_what_is_wide_enough_stays(box):
    assert (sturdy(cells(box)) == cells(box)).all()


def test_a_table_on_wires_stays_one_piece_and_keeps_its_top():
    top = np.s_[3:17, 12:15, 3:17]
    legs = [np.s_[x, 2:12, z] for x in (4, 15) for z in (4, 15)]
    table = cells(top, *legs)
    grown = sturdy(table)
    assert ndimage.label(grown)[1] == 1
    assert (grown[top] == table[top]).all() and not grown[:, 15:].any()
    assert grown[:, 7].sum() == 4 * 6  # a cross of five cells, and the corner that a square of two has more


def test_roughness_stays_as_it_is():
    wall, bump, ridge = np.s_[2:18, 2:8, 2:18], np.s_[5:7, 8, 5:7], np.s_[3:15, 8, 12]
    rough = cells(wall, bump, ridge)
    assert (sturdy(rough) == rough).all()
    assert not rods(rough).any()


def test_mirrored_shapes_stay_mirrored():
    drawn = np.random.default_rng(0).random((16, 16, 16)) < 0.05
    drawn = ndimage.binary_dilation(drawn, np.ones((1, 2, 2)))
    assert (sturdy(drawn[::-1])[::-1] == sturdy(drawn)).all()
    assert sturdy(drawn).sum() > drawn.sum()


def test_nothing_leaves_the_grid():
    assert sturdy(cells(np.s_[0, :, 0], np.s_[19, :, 19])).shape == (20, 20, 20)
    assert not sturdy(cells()).any()


@pytest.mark.parametrize(("width", "is_found"), [(1, True), (WIDEST_ROD, True), (WIDEST_ROD + 1, False)])
def test_rods_up_to_a_width_are_rods(width, is_found):
    leg = cells(np.s_[4 : 4 + width, 2:18, 4 : 4 + width])
    assert (rods(leg) == (leg if is_found else cells())).all()


def test_plates_are_no_rods():
    assert not rods(cells(np.s_[2:18, 3, 2:18], np.s_[2:18, 8:10, 2:18])).any()


@pytest.mark.parametrize("x", [9, 10, 16])
def test_parts_in_the_middle_grow_too(x):
    plate = sturdy(cells(np.s_[x, 3:17, 3:17]))
    assert extents(plate)[0] == 2
    leg = sturdy(cells(np.s_[9:11, 3:17, 5:7]))  # on both sides of the plane x = 0
    assert [int(np.ptp(axis)) + 1 for axis in np.nonzero(leg[:, 8])] == [4, 3]
