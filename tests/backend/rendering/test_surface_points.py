import torch

from iss_backend.rendering import cell_logits
from iss_backend.rendering.surface_points import coloured_surface_points, surface_crossings


def test_crossings_lie_where_logits_are_zero_between_cell_centres():
    logits = torch.full((4, 4, 4), -1.0)
    logits[1, 2, 3] = 3.0  # crossed three quarters of the way to each neighbour; there is none above along z
    found = {tuple(point) for point in surface_crossings(logits).tolist()}
    x, y, z = (1.5 / 4 - 0.5, 2.5 / 4 - 0.5, 3.5 / 4 - 0.5)
    far = 0.75 / 4
    assert found == {(x - far, y, z), (x + far, y, z), (x, y - far, z), (x, y + far, z), (x, y, z - far)}


def test_points_of_a_ball_lie_on_it_all_around(analytic, ball):
    svr = analytic(ball(0.1, 0, -0.1))
    field = svr.prepare(torch.zeros(1, 1))
    logits = cell_logits(svr, field, 32, torch.device("cpu"))
    points = coloured_surface_points(svr, field, logits, 600)
    assert points.shape == (600, 6)
    offsets = points[:, :3] - torch.tensor([0.1, 0, -0.1])
    radius = offsets.norm(dim=1)
    assert radius.std() < 0.002
    assert offsets.mean(dim=0).abs().max() < 0.05 * radius.mean()
    assert torch.equal(points[:, 3:], svr.query(field, points[None, :, :3])[1][0])


def test_few_crossings_are_taken_again_and_none_give_no_points(analytic):
    svr = analytic(lambda points, radius: points[..., 0] - 9)
    field = svr.prepare(torch.zeros(1, 1))
    assert coloured_surface_points(svr, field, torch.full((3, 3, 3), -1.0), 5) is None
    one = torch.full((2, 2, 2), -1.0)
    one[0, 0, 0] = 1.0
    points = coloured_surface_points(svr, field, one, 7)
    assert points.shape == (7, 6)
    assert len(points[:, :3].unique(dim=0)) == 3
