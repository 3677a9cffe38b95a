import pytest
import torch

from iss_backend.rendering import OccupancyGrid, build_occupancy_grid, random_cameras
from iss_backend.rendering.occupancy_grid import EMPTY_LOGIT
from iss_backend.rendering.queries import CHUNK, occupancy_in_chunks, query_points

CPU = torch.device("cpu")


def plate(thickness, height):
    return lambda p, radius: thickness / 2 - (p[..., 1] - height).abs() + 0 * radius


def rod(thickness, x, z):
    centre = torch.tensor([x, z])
    return lambda p, radius: thickness / 2 - (p[..., [0, 2]] - centre).norm(dim=-1) + 0 * radius


@pytest.mark.parametrize("steepness", [1.0, 30.0, 1000.0])
@pytest.mark.parametrize(
    "shape", [plate(0.004, 0.0), plate(0.004, 0.0119), rod(0.01, 0.0, 0.0), rod(0.01, 0.012, -0.3)]
)
def test_no_occupied_point_is_hidden(analytic, no_code, shape, steepness):
    svr = analytic(shape, steepness=steepness)
    grid = build_occupancy_grid(svr, no_code, 40, CPU)
    points = torch.rand(200_000, 3, generator=torch.Generator().manual_seed(0)) - 0.5
    inside = svr.occupancy(no_code, points[None])[0] > 0
    assert inside.sum() > 5
    assert grid.contains(points[inside]).all()
    assert grid.occupied.float().mean() < 0.35


def test_cells_are_indexed_x_y_z(analytic, ball, no_code):
    grid = build_occupancy_grid(analytic(ball(0.3, -0.2, 0.1), radius=0.05), no_code, 20, CPU)
    middle = (grid.bounds()[0] + grid.bounds()[1]) / 2
    assert torch.allclose(middle, torch.tensor([0.3, -0.2, 0.1]), atol=1.01 / 40)
    assert grid.occupied[32, 12, 24] and not grid.occupied[24, 12, 32]


def test_contains_and_bounds_by_hand():
    occupied = torch.zeros(4, 4, 4, dtype=torch.bool)
    occupied[1, 2, 3] = True
    grid = OccupancyGrid(occupied)
    points = torch.tensor([[-0.2, 0.1, 0.4], [0.1, -0.2, 0.4], [-0.2, 0.1, 0.51], [-0.2, 0.1, 0.5]])
    assert grid.contains(points).tolist() == [True, False, False, False]
    assert grid.bounds().tolist() == [[-0.25, 0.0, 0.25], [0.0, 0.25, 0.5]]


@pytest.mark.parametrize(("level", "share"), [(-2.0, 0.0), (2.0, 1.0)])
def test_constant_fields_are_empty_or_full(analytic, no_code, level, share):
    svr = analytic(lambda p, radius: level + 0 * p[..., 0])
    assert build_occupancy_grid(svr, no_code, 8, CPU).occupied.float().mean() == share


def test_empty_cells_get_the_empty_logit(analytic, ball, no_code):
    svr = analytic(ball(0, 0, 0))
    grid = build_occupancy_grid(svr, no_code, 16, CPU)
    origins, rays = torch.tensor([[0.0, 0.1, 0.0], [0.0, 0.0, 1.0]]), torch.tensor([[0.8, 0.6, 0.0], [0.0, 0.0, -2.0]])
    logits = grid.occupancy(svr, no_code, origins, rays, torch.tensor([[0.0, 0.5], [0.0, 0.45]]))
    inside = [pytest.approx(logit, abs=1e-4) for logit in (6.0, 6.0)]
    assert logits.tolist() == [[inside[0], EMPTY_LOGIT], [EMPTY_LOGIT, inside[1]]]


def test_chunks_are_the_whole(analytic, ball, no_code):
    svr = analytic(ball(0, 0, 0))
    points = torch.rand(2 * CHUNK + 5, 3)
    assert torch.equal(occupancy_in_chunks(svr, no_code, points), svr.occupancy(no_code, points[None])[0])
    assert occupancy_in_chunks(svr, no_code, points[:0]).shape == (0,)


def test_no_points_have_no_values_but_keep_their_gradient(tiny_triplane):
    logits, colours = query_points(tiny_triplane, tiny_triplane.prepare(torch.zeros(1, 8)), torch.zeros(0, 3))
    assert logits.shape == (0,) and colours.shape == (0, 3)
    (logits.sum() + colours.sum()).backward()
    assert tiny_triplane.colour_head.bias.grad.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("resolution", "size", "distance"), [(10, 16, 1.7), (24, 33, 1.3), (5, 64, 2.5)])
def test_no_ray_meets_an_occupied_cell_out_of_reach(resolution, size, distance):
    generator = torch.Generator().manual_seed(resolution)
    grid = OccupancyGrid(torch.rand(resolution, resolution, resolution, generator=generator) > 0.97)
    cameras = random_cameras(3, generator, distance)
    near, far = grid.reach(cameras, size)
    depth = torch.linspace(0.3, 3.5, 400)
    points = cameras.centres[:, None, None] + cameras.rays(size)[:, :, None] * depth[:, None]
    met = grid.contains(points).flatten(0, 1)
    within = (depth >= near[:, None]) & (depth <= far[:, None])
    assert met.any() and within[met].all()
    assert (within.sum() < 0.75 * within.numel()).item()


def test_reach_of_an_empty_grid_and_of_a_camera_too_near():
    empty = OccupancyGrid(torch.zeros(4, 4, 4, dtype=torch.bool))
    cameras = random_cameras(2, torch.Generator().manual_seed(0))
    near, far = empty.reach(cameras, 8)
    assert len(near) == 2 * 8 * 8 and (near > far).all()
    full = OccupancyGrid(torch.ones(4, 4, 4, dtype=torch.bool))
    assert full.reach(random_cameras(1, torch.Generator(), 0.6), 8) is None
