"""The cameras from which a shape looks most like a picture."""

import math

import pytest
import torch

from iss_backend.images import find_object
from iss_backend.outline.camera_search import likely_poses, shape_cells
from iss_backend.svr.camera_network import AZIMUTHS, CameraGuess

LONG = [0.4, 0.1, 0.2]  # half sides
KNOWS_NOTHING = CameraGuess(torch.full((1, AZIMUTHS), -math.log(AZIMUTHS)), torch.tensor([0.3]))


def turn_between(first, second):
    return abs(math.atan2(math.sin(first - second), math.cos(first - second)))


def test_cells_of_a_box_fill_it(boxes):
    cells = shape_cells(boxes, torch.tensor(LONG))
    assert len(cells.centres) == 32 * 8 * 16  # of 40 cells a side
    assert cells.colours[cells.centres[:, 0] > 0].unique(dim=0).tolist() == [[1, 0, 0]]


@pytest.mark.parametrize("azimuth", [0.5, -2.1])
def test_outline_and_colours_tell_the_side(boxes, picture_of, azimuth):
    """Seen by its outline alone, a box looks the same from the opposite side; which end is red decides."""
    picture, cells = picture_of(LONG, azimuth, 0.4), shape_cells(boxes, torch.tensor(LONG))
    poses = likely_poses(cells, picture, KNOWS_NOTHING, framed=True, count=3)
    assert turn_between(poses.azimuth[0].item(), azimuth) < math.pi / AZIMUTHS + 0.02
    assert poses.elevation[0].item() == pytest.approx(0.4, abs=0.1)
    assert poses.zoom.tolist() == [1, 1, 1]
    assert turn_between(*poses.azimuth[:2].tolist()) > 0.4


def test_what_the_network_knows_counts_where_outlines_are_alike(boxes, picture_of):
    tower = [0.15, 0.4, 0.15]  # four sides alike
    picture, cells = picture_of(tower, 0.0, 0.2), shape_cells(boxes, torch.tensor(tower))
    cells.colours.fill_(0.5)
    known = torch.full((1, AZIMUTHS), -9.0)
    known[0, 18] = 0.0  # from -X
    first = likely_poses(cells, picture, CameraGuess(known, torch.tensor([0.2])), framed=True, count=1)
    assert first.azimuth.tolist() == pytest.approx([1.5 * math.pi])


def test_boxes_around_outlines_are_fitted_where_nothing_is_framed(boxes, picture_of):
    """A picture cut out to 60 % of its side shows a small box larger than the camera does."""
    small = [0.2, 0.05, 0.1]
    picture = picture_of(small, 0.5, 0.4)
    cut_out = find_object(torch.cat([picture.image, picture.mask[None].float()])).centred(96)
    poses = likely_poses(shape_cells(boxes, torch.tensor(small)), cut_out, KNOWS_NOTHING, framed=False, count=1)
    columns = [mask.any(dim=0).sum().item() for mask in (cut_out.mask, picture.mask)]
    assert poses.zoom.item() == pytest.approx(columns[0] / columns[1], rel=0.08)
    assert turn_between(poses.azimuth[0].item(), 0.5) < 0.15


def test_an_empty_shape_is_seen_from_nowhere(boxes, picture_of):
    cells = shape_cells(boxes, torch.zeros(3))
    assert len(likely_poses(cells, picture_of(LONG, 0.0, 0.2), KNOWS_NOTHING, framed=True, count=2)) == 0
