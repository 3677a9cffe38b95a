import pytest
import torch

from iss_backend.svr.triplane import PLANE_AXES, TriplaneConfig, TriplaneModel, sample_planes


def lookup(plane, first, second):
    """Interpolate plane [R, R] (rows: second coordinate) at one point of [-0.5, 0.5]^2, by hand."""
    size = plane.shape[0]
    column, row = ((c + 0.5) * size - 0.5 for c in (first, second))
    column, row = (min(max(c, 0.0), size - 1.0) for c in (column, row))
    left, top = min(int(column), size - 2), min(int(row), size - 2)
    u, v = column - left, row - top
    corners = plane[top : top + 2, left : left + 2]
    return (1 - v) * ((1 - u) * corners[0, 0] + u * corners[0, 1]) + v * ((1 - u) * corners[1, 0] + u * corners[1, 1])


def test_planes_are_looked_up_by_xy_xz_and_yz():
    assert PLANE_AXES == ((0, 1), (0, 2), (1, 2))
    planes = torch.rand(2, 3, 5, 4, 4, generator=torch.Generator().manual_seed(0))
    points = torch.rand(2, 7, 3, generator=torch.Generator().manual_seed(1)) - 0.5
    features = sample_planes(planes, points)
    assert features.shape == (2, 7, 15)
    for batch in range(2):
        for index, point in enumerate(points[batch]):
            for plane, (first, second) in enumerate(PLANE_AXES):
                for channel in range(5):
                    expected = lookup(planes[batch, plane, channel], point[first].item(), point[second].item())
                    assert features[batch, index, 5 * plane + channel].item() == pytest.approx(
                        expected.item(), abs=1e-5
                    )


def test_texel_centres_give_the_texels():
    planes = torch.arange(48.0).view(1, 3, 1, 4, 4)
    x, y, z = 0.125, -0.375, 0.375  # texels 2, 0 and 3
    expected = torch.stack([planes[0, 0, 0, 0, 2], planes[0, 1, 0, 3, 2], planes[0, 2, 0, 3, 0]]).tolist()
    assert sample_planes(planes, torch.tensor([[[x, y, z]]]))[0, 0].tolist() == pytest.approx(expected, abs=1e-5)


def test_points_outside_the_cube_get_the_border():
    planes = torch.rand(1, 3, 2, 4, 4)
    beyond, border = torch.tensor([[[3.0, 0.1, -9.0]]]), torch.tensor([[[0.5, 0.1, -0.5]]])
    assert torch.allclose(sample_planes(planes, beyond), sample_planes(planes, border), atol=1e-6)


def test_shapes_and_ranges(tiny_triplane):
    images = torch.rand(3, 3, 64, 64)
    codes = tiny_triplane.encode(images)
    field = tiny_triplane.prepare(codes)
    logits, colours = tiny_triplane.query(field, torch.rand(3, 11, 3) - 0.5)
    assert codes.shape == (3, 8) == (3, tiny_triplane.code_size)
    assert field.shape == (3, 3, 4, 8, 8)
    assert logits.shape == (3, 11) and colours.shape == (3, 11, 3)
    assert colours.min() >= 0 and colours.max() <= 1


def test_pictures_of_other_sizes_are_resized(tiny_triplane):
    flat = torch.full((1, 3, 1, 1), 0.3)
    small, large = (tiny_triplane.encode(flat.expand(-1, -1, size, size)) for size in (64, 200))
    assert torch.allclose(small, large, atol=1e-5)


def test_occupancy_is_what_query_says(tiny_triplane):
    field, points = tiny_triplane.prepare(torch.randn(2, 8)), torch.rand(2, 30, 3) - 0.5
    assert torch.equal(tiny_triplane.occupancy(field, points), tiny_triplane.query(field, points)[0])


def test_fields_of_a_batch_are_those_of_its_codes(tiny_triplane):
    codes, points = torch.randn(3, 8), torch.rand(1, 20, 3) - 0.5
    together = tiny_triplane.occupancy(tiny_triplane.prepare(codes), points.expand(3, -1, -1))
    alone = torch.cat([tiny_triplane.occupancy(tiny_triplane.prepare(code[None]), points) for code in codes])
    assert torch.allclose(together, alone, atol=1e-5)
    assert (together[0] - together[1]).abs().max() > 1e-3


def test_the_same_input_gives_the_same_field(tiny_triplane):
    code, points = torch.randn(1, 8), torch.rand(1, 20, 3) - 0.5
    first, second = (tiny_triplane.query(tiny_triplane.prepare(code), points) for _ in range(2))
    assert torch.equal(first[0], second[0]) and torch.equal(first[1], second[1])


def test_encoder_and_decoder_share_the_parameters_between_them(tiny_triplane):
    decoder = {id(p) for p in tiny_triplane.decoder_parameters()}
    encoder = {id(p) for p in tiny_triplane.encoder.parameters()}
    assert decoder.isdisjoint(encoder)
    assert len(decoder) + len(encoder) == len(list(tiny_triplane.parameters()))


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="doublings"):
        TriplaneModel(TriplaneConfig(plane_size=50))


def test_every_decoder_parameter_is_used(tiny_triplane):
    logits, colours = tiny_triplane.query(tiny_triplane.prepare(torch.randn(1, 8)), torch.rand(1, 50, 3) - 0.5)
    (logits.sum() + colours.sum()).backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in tiny_triplane.decoder_parameters())
