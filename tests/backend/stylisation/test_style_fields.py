import pytest
import torch

from iss_backend.errors import BadInputError
from iss_backend.meshing import MeshSettings, extract_mesh
from iss_backend.stylisation.fields import duplicate_decoder, kind_of, restore_style
from iss_backend.svr.dvr import DvrConfig, DvrModel

POINTS = torch.rand(1, 500, 3, generator=torch.Generator().manual_seed(4)) - 0.5


def tiny_dvr(out=4):
    torch.manual_seed(1)
    return DvrModel(DvrConfig(code_size=8, hidden=16, out=out)).eval()


@pytest.fixture(params=["triplane", "dvr"])
def base(request, tiny_triplane):
    return tiny_triplane if request.param == "triplane" else tiny_dvr()


def stir(model, size=0.1):
    """Change the duplicate by noise."""
    generator = torch.Generator().manual_seed(9)
    with torch.no_grad():
        for weight in model.decoder_parameters():
            weight += size * torch.randn(weight.shape, generator=generator)


@pytest.fixture
def codes():
    return torch.randn(1, 8, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("part", ["texture", "shape"])
def test_a_fresh_duplicate_equals_the_base(base, codes, part):
    model = duplicate_decoder(base, part)
    expected, found = base.query(base.prepare(codes), POINTS), model.query(model.prepare(codes), POINTS)
    torch.testing.assert_close(found[0], expected[0])
    torch.testing.assert_close(found[1], expected[1])
    assert torch.equal(model.encode(torch.ones(1, 3, 32, 32)), base.encode(torch.ones(1, 3, 32, 32)))


def test_a_texture_leaves_every_bit_of_the_occupancy(base, codes):
    model = duplicate_decoder(base, "texture")
    stir(model)
    before, after = base.prepare(codes), model.prepare(codes)
    assert torch.equal(model.occupancy(after, POINTS), base.occupancy(before, POINTS))
    assert torch.equal(model.query(after, POINTS)[0], base.occupancy(before, POINTS))
    assert not torch.allclose(model.query(after, POINTS)[1], base.query(before, POINTS)[1], atol=1e-3)


def test_a_texture_gives_the_very_same_mesh(tiny_triplane, codes):
    model = duplicate_decoder(tiny_triplane, "texture")
    stir(model)
    settings = MeshSettings(resolution=20)
    before = extract_mesh(tiny_triplane, tiny_triplane.prepare(codes), settings)
    after = extract_mesh(model, model.prepare(codes), settings)
    assert before.vertices.tobytes() == after.vertices.tobytes()
    assert before.faces.tobytes() == after.faces.tobytes()
    assert before.colours.tobytes() != after.colours.tobytes()


def test_a_shape_style_changes_both(base, codes):
    model = duplicate_decoder(base, "shape")
    stir(model)
    field = model.prepare(codes)
    logits, colours = model.query(field, POINTS)
    assert torch.equal(logits, model.occupancy(field, POINTS))
    expected = base.query(base.prepare(codes), POINTS)
    assert not torch.allclose(logits, expected[0], atol=1e-3)
    assert not torch.allclose(colours, expected[1], atol=1e-3)


@pytest.mark.parametrize("part", ["texture", "shape"])
def test_gradients_reach_the_duplicate_alone(base, codes, part):
    base.requires_grad_(False)
    model = duplicate_decoder(base, part)
    logits, colours = model.query(model.prepare(codes), POINTS)
    (logits.sum() + colours.sum()).backward()
    assert all(weight.grad is not None for weight in model.decoder_parameters())
    assert all(weight.grad is None for weight in base.parameters())


@pytest.mark.parametrize("part", ["texture", "shape"])
def test_differences_bring_a_style_back(base, codes, part):
    model = duplicate_decoder(base, part)
    stir(model, 0.01)
    kept = model.differences()
    assert all(weight.dtype == torch.float16 for weight in kept.values())
    assert kind_of(kept) == part
    back = restore_style(base, kept)
    assert not any(weight.requires_grad for weight in back.decoder_parameters())
    expected, found = model.query(model.prepare(codes), POINTS), back.query(back.prepare(codes), POINTS)
    torch.testing.assert_close(found[0], expected[0], atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(found[1], expected[1], atol=1e-3, rtol=1e-3)


def test_half_a_style_lies_in_the_middle(tiny_triplane):
    model = duplicate_decoder(tiny_triplane, "shape")
    stir(model)
    whole, half = (restore_style(tiny_triplane, model.differences(), amount) for amount in (1.0, 0.5))
    for name, weight in half.tuned.named_parameters():
        start = duplicate_decoder(tiny_triplane, "shape").tuned.get_parameter(name)
        torch.testing.assert_close(weight, (start + whole.tuned.get_parameter(name)) / 2.0)


def test_no_weights_are_no_style(tiny_triplane):
    assert restore_style(tiny_triplane, {}) is tiny_triplane


def test_weights_of_another_decoder_are_refused(tiny_triplane):
    kept = duplicate_decoder(tiny_triplane, "texture").differences()
    for wrong in (
        duplicate_decoder(tiny_dvr(), "texture").differences(),
        dict(list(kept.items())[:-1]),
        {name: weight.flatten()[:1] for name, weight in kept.items()},
    ):
        with pytest.raises(BadInputError, match="does not fit"):
            restore_style(tiny_triplane, wrong)
    for wrong in ({"a": torch.ones(1)}, {"a.b": torch.ones(1)}, {**kept, "shape.x": torch.ones(1)}):
        with pytest.raises(BadInputError, match="no style"):
            restore_style(tiny_triplane, wrong)


def test_models_that_cannot_be_stylised(analytic, ball):
    with pytest.raises(BadInputError, match="AnalyticSVR cannot be stylised"):
        duplicate_decoder(analytic(ball(0, 0, 0)), "texture")
    with pytest.raises(BadInputError, match="predicts no colours"):
        duplicate_decoder(tiny_dvr(out=1), "texture")
