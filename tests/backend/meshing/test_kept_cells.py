"""Pictures show what meshes keep: a ball, a part near it and one far away."""

import torch
from torch.nn import functional

from iss_backend.meshing.kept_cells import grid_in_one_piece
from iss_backend.meshing.one_piece import REACH
from iss_backend.rendering.occupancy_grid import build_occupancy_grid

NEAR, FAR = 0.05, 0.05 + 2.0 * REACH  # gaps to the ball on either side


PLACES = torch.tensor([[0.1, 0.0, 0.0], [0.1 + NEAR + 0.19, 0.0, 0.0], [0.1 - FAR - 0.19, 0.0, 0.0]])
SIZES = torch.tensor([0.15, 0.04, 0.04])


def balls(points, radius):
    """Return signed distances [B, P], positive inside one of three balls along x."""
    return (SIZES + radius - (points[..., None, :] - PLACES).norm(dim=-1)).amax(dim=-1)


def test_a_far_piece_is_left_out_and_a_near_one_is_not(analytic, no_code):
    svr = analytic(balls, 0.0)
    field = svr.prepare(no_code)
    all_cells = build_occupancy_grid(svr, field, 32, torch.device("cpu"))
    kept = grid_in_one_piece(svr, field, 32, torch.device("cpu"))
    assert all_cells.contains(PLACES).all()
    assert kept.contains(PLACES).tolist() == [True, True, False]
    directions = functional.normalize(torch.randn(500, 3, generator=torch.Generator().manual_seed(0)), dim=-1)
    for place, size in zip(PLACES[:2], SIZES[:2], strict=True):
        assert kept.contains(place + 0.999 * size * directions).all()
    assert not (kept.occupied & ~all_cells.occupied).any()


def test_a_surface_that_no_centre_of_a_cell_tells_of_is_kept(analytic, ball, no_code):
    """A ball that reaches a little into cells whose centres lie outside it."""
    svr = analytic(ball(0.0, 0.0, 0.0), 0.21)
    field = svr.prepare(no_code)
    grid = grid_in_one_piece(svr, field, 16, torch.device("cpu"))
    assert torch.equal(grid.occupied, build_occupancy_grid(svr, field, 16, torch.device("cpu")).occupied)
