"""Styles on IM-Net, SS3D and GET3D, tiny and random, each with an inside and an outside."""

import pytest
import torch
from torch.nn import functional

from iss_backend.errors import BadInputError
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.stylisation import StyliseSettings, stylise_shape_and_texture, stylise_texture
from iss_backend.stylisation.fields import duplicate_decoder, restore_style
from iss_backend.svr import build_svr, dvr_resnet

POINTS = torch.rand(1, 500, 3, generator=torch.Generator().manual_seed(4)) - 0.5
LOOK = RenderSettings(size=16, steps=24, grid=16)
SIZES = {
    "imnet": {"code_size": 8, "width": 8, "image_width": 2},
    "ss3d": {"width": 8, "layers": 2},
    "get3d": {"code_half": 8, "mapping_layers": 2, "hidden": 16, "geometry_copies": 3, "texture_copies": 2},
}
LAST = {"imnet": ("generator.linear_7", 0), "ss3d": ("decoder.net.3", 3)}
PARTS = pytest.mark.parametrize("part", ["texture", "shape"])


@pytest.fixture(params=list(SIZES))
def base(request, monkeypatch):
    """A model whose last layer is shifted until two fifths of the cube are inside."""
    monkeypatch.setattr(dvr_resnet, "WIDTHS", (4, 4, 8, 8))
    torch.manual_seed(1)
    model = build_svr(request.param, SIZES[request.param]).eval()
    if request.param in LAST:
        name, row = LAST[request.param]
        layer, scale = model.get_submodule(name), 10.0 if request.param == "imnet" else 1.0
        with torch.no_grad():
            layer.weight[row] *= 0.1 if request.param == "imnet" else 20.0
            logits = model.occupancy(model.prepare(code_of(model)), POINTS)
            layer.bias[row] -= logits.quantile(0.6) / scale
    return model


def code_of(model):
    generator = torch.Generator().manual_seed(2)
    return model.as_code(torch.randn(1, model.code_size, generator=generator))


def stir(model, size=0.05):
    generator = torch.Generator().manual_seed(9)
    with torch.no_grad():
        for weight in model.decoder_parameters():
            weight += size * torch.randn(weight.shape, generator=generator)


@PARTS
def test_a_fresh_duplicate_equals_the_base(base, part):
    model, codes = duplicate_decoder(base, part), code_of(base)
    expected, found = base.query(base.prepare(codes), POINTS), model.query(model.prepare(codes), POINTS)
    assert 0.2 < (expected[0] > 0).float().mean() < 0.8 or base.code_size == 16
    torch.testing.assert_close(found[0], expected[0])
    torch.testing.assert_close(found[1], expected[1])


def test_a_texture_leaves_every_bit_of_the_occupancy(base):
    model, codes = duplicate_decoder(base, "texture"), code_of(base)
    stir(model)
    before, after = base.prepare(codes), model.prepare(codes)
    assert torch.equal(model.occupancy(after, POINTS), base.occupancy(before, POINTS))
    assert torch.equal(model.query(after, POINTS)[0], base.occupancy(before, POINTS))
    assert not torch.allclose(model.query(after, POINTS)[1], base.query(before, POINTS)[1], atol=1e-3)


def test_a_shape_style_changes_both(base):
    model, codes = duplicate_decoder(base, "shape"), code_of(base)
    stir(model)
    field = model.prepare(codes)
    logits, colours = model.query(field, POINTS)
    assert torch.equal(logits, model.occupancy(field, POINTS))
    before = base.query(base.prepare(codes), POINTS)
    assert not torch.allclose(logits, before[0], atol=1e-3)
    assert not torch.allclose(colours, before[1], atol=1e-3)


@PARTS
def test_gradients_reach_the_duplicate_alone(base, part):
    base.requires_grad_(False)
    model = duplicate_decoder(base, part)
    logits, colours = model.query(model.prepare(code_of(base)), POINTS)
    (logits.sum() + colours.sum()).backward()
    assert all(weight.grad is not None for weight in model.decoder_parameters())
    assert all(weight.grad is None for weight in base.parameters())


@PARTS
def test_differences_bring_a_style_back(base, part):
    model, codes = duplicate_decoder(base, part), code_of(base)
    stir(model, 0.01)
    back = restore_style(base, model.differences())
    assert not any(weight.requires_grad for weight in back.parameters() if weight not in set(base.parameters()))
    expected, found = model.query(model.prepare(codes), POINTS), back.query(back.prepare(codes), POINTS)
    torch.testing.assert_close(found[0], expected[0], atol=5e-3, rtol=1e-3)
    torch.testing.assert_close(found[1], expected[1], atol=5e-3, rtol=1e-3)


@PARTS
def test_a_tint_mixes_by_logits_and_leaves_the_form(base, part):
    model, codes, tint = duplicate_decoder(base, part), code_of(base), torch.tensor([0.7, 0.3, 0.9])
    before = model.query(model.prepare(codes), POINTS)
    model.tint(torch.logit(tint), 0.6)
    logits, colours = model.query(model.prepare(codes), POINTS)
    assert torch.equal(logits, before[0])
    expected = torch.sigmoid(0.4 * torch.logit(before[1].double()) + 0.6 * torch.logit(tint))
    torch.testing.assert_close(colours.double(), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("target", [(1.0, -1.0, -1.0), (-1.0, -1.0, 1.0)])
@pytest.mark.parametrize("stylise", [stylise_texture, stylise_shape_and_texture])
def test_colours_move_towards_the_target(base, colour_clip, stylise, target):
    base.requires_grad_(False)
    target, code = functional.normalize(torch.tensor(target), dim=0), code_of(base)[0]
    rate = {"ss3d": 1e-2, "imnet": 0.02, "get3d": 0.1}[type(base).__name__.lower()[:-5]]
    mode = "texture" if stylise is stylise_texture else "shape_texture"
    settings = StyliseSettings(mode=mode, steps=10, views=2, learning_rate=rate, render=LOOK, prior_points=256)
    model = duplicate_decoder(base, "texture" if mode == "texture" else "shape")
    before = mean_colour(base, code)
    steps = list(stylise(model, colour_clip, code, target, settings, torch.Generator().manual_seed(0)))
    change = (mean_colour(model, code) - before).detach()
    assert len(steps) == 10
    assert functional.cosine_similarity(change, target, dim=0) > 0.6
    assert change.norm() > 0.02


def mean_colour(model, code):
    views = render(model, model.prepare(code[None]), turntable_cameras(3), LOOK)
    return views.rgb.permute(0, 2, 3, 1)[views.mask].mean(dim=0)


def test_an_im_net_without_colours_says_so():
    with pytest.raises(BadInputError, match="IM-Net has no colours that a text could change"):
        duplicate_decoder(build_svr("imnet", {**SIZES["imnet"], "colour": False}), "texture")
