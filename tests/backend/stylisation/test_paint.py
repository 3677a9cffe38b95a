import pytest
import torch

from iss_backend.data.materials import SOLID_MATERIALS
from iss_backend.data.textures import Grain
from iss_backend.errors import BadInputError
from iss_backend.meshing import MeshSettings, extract_mesh
from iss_backend.stylisation.fields import kind_of, restore_style
from iss_backend.stylisation.paint import Layer, PaintedModel, between_paints, layers_of

POINTS = torch.rand(1, 500, 3, generator=torch.Generator().manual_seed(4)) - 0.5
GRAIN = Grain(torch.tensor([3.0, 11.5, 29.25]), 1.125, torch.tensor([[0.9, 0.1, 0.1], [0.1, 0.2, 0.8]]))


def on_ball(count, radius):
    directions = torch.randn(1, count, 3, generator=torch.Generator().manual_seed(1))
    return radius * torch.nn.functional.normalize(directions, dim=-1)


def test_a_layer_survives_as_a_tensor():
    layer = Layer("polka dots", GRAIN, 0.75)
    back = Layer.from_tensor("polka dots", layer.to_tensor())
    assert (back.material, back.share, back.grain.scale) == ("polka dots", 0.75, 1.125)
    assert torch.equal(back.grain.offset, GRAIN.offset)
    assert torch.equal(back.grain.paints, GRAIN.paints)


@pytest.mark.parametrize(("name", "size"), [("unobtainium", 11), ("gold", 10)])
def test_paints_that_are_not_known(name, size):
    with pytest.raises(BadInputError, match="stylise the shape anew"):
        Layer.from_tensor(name, torch.ones(size))


def test_paint_leaves_every_bit_of_the_geometry(tiny_triplane):
    model, code = PaintedModel(tiny_triplane, [Layer("zebra", GRAIN)]), torch.zeros(1, 8)
    field, before = model.prepare(code), tiny_triplane.prepare(code)
    assert torch.equal(model.query(field, POINTS)[0], tiny_triplane.query(before, POINTS)[0])
    assert torch.equal(model.occupancy(field, POINTS), tiny_triplane.occupancy(before, POINTS))
    settings = MeshSettings(resolution=20)
    meshes = [extract_mesh(one, one.prepare(code), settings) for one in (tiny_triplane, model)]
    assert meshes[0].vertices.tobytes() == meshes[1].vertices.tobytes()
    assert meshes[0].faces.tobytes() == meshes[1].faces.tobytes()
    assert meshes[0].colours.tobytes() != meshes[1].colours.tobytes()


def test_colours_are_the_texture_at_the_point_with_the_normal_of_the_field(analytic, ball):
    """On a ball about the origin the outward normal is the direction of the point."""
    points = on_ball(400, 0.3)
    model = PaintedModel(analytic(ball(0, 0, 0)), [Layer("snow", GRAIN)])
    colours = model.query(torch.zeros(1, 1), points)[1][0]
    normals = torch.nn.functional.normalize(points[0], dim=-1)
    expected = SOLID_MATERIALS["snow"].texture(points[0], normals, 0.5 + 0.8 * points[0], GRAIN).clamp(0, 1)
    torch.testing.assert_close(colours, expected, atol=0.02, rtol=0)
    on_top, below = normals[:, 1] > 0.8, normals[:, 1] < 0.0
    assert (colours[on_top] > 0.9).all()
    torch.testing.assert_close(colours[below], 0.5 + 0.8 * points[0][below])  # no snow there: what was below


def test_coats_lie_on_each_other_by_their_shares(analytic, ball):
    base, points, field = analytic(ball(0, 0, 0)), on_ball(100, 0.3), torch.zeros(1, 1)
    candy, gold = Layer("candy", GRAIN), Layer("gold", GRAIN, 0.25)
    alone = [PaintedModel(base, [Layer(one.material, GRAIN)]).query(field, points)[1] for one in (candy, gold)]
    both = PaintedModel(base, [candy, gold]).query(field, points)[1]
    torch.testing.assert_close(both, 0.75 * alone[0] + 0.25 * alone[1])


def test_a_stored_paint_comes_back(tiny_triplane):
    model = PaintedModel(tiny_triplane, [Layer("marble", GRAIN), Layer("polka dots", GRAIN, 0.5)])
    kept = model.differences()
    assert list(kept) == ["paint.0.marble", "paint.1.polka dots"]
    assert kind_of(kept) == "paint"
    back = restore_style(tiny_triplane, kept)
    field = model.prepare(torch.zeros(1, 8))
    assert torch.equal(back.query(field, POINTS)[1], model.query(field, POINTS)[1])


def test_many_coats_keep_their_order():
    layers = [Layer(name, GRAIN) for name in list(SOLID_MATERIALS)[:12]]
    kept = dict(sorted(_stored(layers).items()))
    assert [layer.material for layer in layers_of(kept)] == [one.material for one in layers]


def _stored(layers):
    return {f"paint.{number}.{layer.material}": layer.to_tensor() for number, layer in enumerate(layers)}


def test_half_way_between_two_paints():
    first, second = _stored([Layer("gold", GRAIN)]), _stored([Layer("ice", GRAIN)])
    assert between_paints(first, second, 0.0).keys() == first.keys()
    assert [(one.material, one.share) for one in layers_of(between_paints(first, second, 0.5))] == [
        ("gold", 0.5),
        ("ice", 0.5),
    ]
    assert layers_of(between_paints(first, second, 1.0))[0].material == "ice"
