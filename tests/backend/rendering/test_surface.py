import math

import pytest
import torch

from iss_backend.rendering import OccupancyGrid, build_occupancy_grid, orbit_cameras
from iss_backend.rendering.ray_samples import intersect_box
from iss_backend.rendering.surface import GRAZING, attach_surface_gradient, first_hits

DISTANCE = 1.7
DENSE = OccupancyGrid(torch.ones(1, 1, 1, dtype=torch.bool))


def front_rays(size, distance=DISTANCE, dtype=torch.float32):
    zero = torch.zeros(1, dtype=dtype)
    cameras = orbit_cameras(zero, zero, distance)
    rays = cameras.rays(size)[0]
    return cameras.centres.expand_as(rays), rays


def sphere_depth(rays, radius, distance=DISTANCE):
    """Solve |t w - c|^2 = r^2 for the smaller t; NaN where there is none."""
    square = (rays * rays).sum(-1)
    half = distance * torch.ones_like(square)
    return (half - (half**2 - square * (distance**2 - radius**2)).sqrt()) / square


@pytest.mark.parametrize("sparse", [False, True])
def test_depth_of_a_sphere_is_exact(analytic, ball, no_code, sparse):
    svr = analytic(ball(0, 0, 0))
    origins, rays = front_rays(32)
    grid = build_occupancy_grid(svr, no_code, 40, torch.device("cpu")) if sparse else DENSE
    hits = first_hits(svr, no_code, grid, origins, rays, 64, 6)
    truth = sphere_depth(rays, 0.3)
    assert (hits.depth - truth[hits.index]).abs().max() < 1e-4
    missed = truth.isfinite().nonzero().squeeze(-1)
    missed = missed[~torch.isin(missed, hits.index)]
    # Only rays whose chord through the sphere is shorter than a step may be missed.
    nearest = DISTANCE * (1 - (rays[:, 2].abs() / rays.norm(dim=-1)) ** 2).sqrt()
    assert ((0.09 - nearest[missed] ** 2).sqrt() * 2 < 0.03).all()
    assert hits.index.tolist() == sorted(hits.index.tolist())


def test_the_nearer_of_two_spheres_is_hit(analytic, no_code):
    def two(p, radius):
        return torch.stack([0.1 - (p - p.new_tensor([0, 0, z])).norm(dim=-1) for z in (-0.3, 0.2)]).amax(0) + 0 * radius

    for azimuth, depth in ((0.0, 1.7 - 0.3), (math.pi, 1.7 - 0.4)):
        cameras = orbit_cameras(torch.tensor([azimuth]), torch.zeros(1))
        hits = first_hits(analytic(two), no_code, DENSE, cameras.centres, cameras.rays(1)[0], 64, 8)
        assert hits.depth.item() == pytest.approx(depth, abs=1e-4)


def test_cameras_inside_the_cube(analytic, ball, no_code):
    svr = analytic(ball(0, 0, 0), radius=0.2)
    grid = build_occupancy_grid(svr, no_code, 40, torch.device("cpu"))
    for some in (DENSE, grid):
        assert first_hits(svr, no_code, some, *front_rays(1, 0.45), 64, 8).depth.item() == pytest.approx(0.25, abs=1e-4)
        assert len(first_hits(svr, no_code, some, *front_rays(1, 0.1), 64, 8).index) == 0, "camera in the shape"
        away = torch.tensor([[0.0, 0.0, 1.0]])
        assert len(first_hits(svr, no_code, some, torch.tensor([[0.0, 0.0, 0.3]]), away, 64, 8).index) == 0


def test_the_cube_cuts_shapes_that_reach_through_its_faces(analytic, box, no_code):
    svr = analytic(box(0.7, 0.2, 0.7))
    origins, rays = front_rays(1)
    for grid in (DENSE, build_occupancy_grid(svr, no_code, 20, torch.device("cpu"))):
        hits = first_hits(svr, no_code, grid, origins, rays, 48, 8)
        surface = attach_surface_gradient(svr, no_code, origins, rays, hits.depth)
        assert surface.depth.item() == pytest.approx(1.2, abs=2e-3)
        assert surface.normals.tolist() == [[0.0, 0.0, 1.0]]
        surface.depth.sum().backward()
        assert svr.radius.grad == 0.0


def test_normals_of_a_sphere_are_radial(analytic, ball, no_code):
    svr = analytic(ball(0.1, 0.0, 0.0))
    origins, rays = front_rays(16)
    hits = first_hits(svr, no_code, DENSE, origins, rays, 64, 8)
    surface = attach_surface_gradient(svr, no_code, origins[hits.index], rays[hits.index], hits.depth)
    radial = (surface.points.detach() - torch.tensor([0.1, 0.0, 0.0])) / 0.3
    assert (surface.normals - radial).abs().max() < 1e-3
    assert not surface.normals.requires_grad


def test_implicit_gradient_against_formula_and_finite_differences(analytic, ball):
    code = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    origins, rays = front_rays(12, dtype=torch.float64)
    svr = analytic(ball(0, 0, 0))

    def depths():
        hits = first_hits(svr, svr.prepare(code), DENSE, origins, rays, 64, 60)
        surface = attach_surface_gradient(svr, svr.prepare(code), origins[hits.index], rays[hits.index], hits.depth)
        return hits.index, surface.depth

    index, depth = depths()
    jacobian = torch.stack([torch.autograd.grad(d, svr.radius, retain_graph=True)[0] for d in depth])
    assert torch.allclose(jacobian, 0.3 / (depth * (rays[index] ** 2).sum(-1) - DISTANCE), rtol=1e-6)
    assert torch.autograd.grad(depth.sum(), code)[0].item() == pytest.approx(jacobian.sum().item())
    with torch.no_grad():
        svr.radius += 1e-6
        above = depths()[1]
        svr.radius -= 2e-6
        below = depths()[1]
    assert torch.allclose((above - below) / 2e-6, jacobian, rtol=1e-5)


@pytest.mark.parametrize(("slope", "kept"), [(1e-5, GRAZING), (-1e-5, -GRAZING), (-0.5, -0.5), (0.25, 0.25)])
def test_grazing_slopes_are_clamped_with_their_sign(analytic, slope, kept):
    svr = analytic(lambda p, radius: slope * p[..., 2] + p[..., 0] + radius, radius=0.0, steepness=1.0)
    ray = torch.tensor([[0.0, 0.0, 1.0]], dtype=torch.float64)
    field, start = torch.zeros(1, 1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    surface = attach_surface_gradient(svr, field, torch.zeros_like(ray), ray, start)
    surface.depth.sum().backward()
    assert surface.depth.item() == 0.0
    assert svr.radius.grad.item() == pytest.approx(-1.0 / kept)


def test_roots_are_found_where_the_field_is_curved(analytic, no_code):
    svr = analytic(lambda p, radius: torch.tanh(40 * (0.3 - p.norm(dim=-1))) + 0 * radius, steepness=12.0)
    origins, rays = front_rays(24)
    hits = first_hits(svr, no_code, DENSE, origins, rays, 48, 6)
    assert (hits.depth - sphere_depth(rays, 0.3)[hits.index]).abs().max() < 1e-4


def test_intersect_box_by_hand():
    low, high = torch.tensor([-0.5, -0.25, -0.5]), torch.tensor([0.5, 0.25, 0.5])
    origins = torch.tensor([[0.0, 0.0, 2.0], [0.0, 0.3, 2.0], [0.0, 0.0, 0.0], [-2.0, -0.5, 0.0]])
    rays = torch.tensor([[0.0, 0.0, -2.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [2.0, 0.3, 0.0]])
    enter, leave = intersect_box(origins, rays, low, high)
    assert (enter[0].item(), leave[0].item()) == pytest.approx((0.75, 1.25))
    assert enter[1] >= leave[1]
    assert (enter[2].item(), leave[2].item()) == pytest.approx((0.0, 0.25))
    assert (enter[3].item(), leave[3].item()) == pytest.approx((2.5 / 3, 1.25))
