import pytest
import torch
from torch.nn import functional

from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.stylisation.fields import duplicate_decoder
from iss_backend.stylisation.tint import palette, tint_towards, tinted
from iss_backend.svr.dvr import DvrConfig, DvrModel

LOOK = RenderSettings(size=16, steps=24, grid=16)
POINTS = torch.rand(1, 300, 3, generator=torch.Generator().manual_seed(4)) - 0.5


def test_the_palette_has_every_mixture_once():
    colours = palette()
    assert colours.shape == (27, 3)
    assert len(colours.unique(dim=0)) == 27


def test_mixing_by_logits():
    colours, tint = torch.tensor([[0.5, 0.5, 0.5], [0.2, 0.8, 0.5]]), torch.tensor([0.8, 0.2, 0.5])
    torch.testing.assert_close(tinted(colours, tint, 0.0), colours)
    torch.testing.assert_close(tinted(colours, tint, 1.0), tint.expand(2, 3))
    # Half way between 0.5 and 0.8 by logits: odds of the square root of 4.
    torch.testing.assert_close(tinted(colours, tint, 0.5)[0], torch.tensor([2 / 3, 1 / 3, 0.5]))


@pytest.mark.parametrize("kind", ["triplane", "dvr"])
@pytest.mark.parametrize("part", ["texture", "shape"])
def test_the_last_layer_mixes_as_pictures_do(tiny_triplane, kind, part):
    base = tiny_triplane if kind == "triplane" else DvrModel(DvrConfig(code_size=8, hidden=16)).eval()
    model, code, tint = duplicate_decoder(base, part), torch.zeros(1, 8), torch.tensor([0.7, 0.3, 0.9])
    before = model.query(model.prepare(code), POINTS)
    model.tint(torch.logit(tint), 0.6)
    logits, colours = model.query(model.prepare(code), POINTS)
    assert torch.equal(logits, before[0])
    expected = torch.sigmoid(0.4 * torch.logit(before[1].double()) + 0.6 * torch.logit(tint))
    torch.testing.assert_close(colours.double(), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("target", [(1.0, -1.0, -1.0), (-1.0, -1.0, 1.0), (-1.0, 1.0, -1.0)])
def test_the_best_plain_colour_is_mixed_in(tiny_triplane, colour_clip, target):
    target, code = functional.normalize(torch.tensor(target), dim=0), torch.zeros(8)
    model = duplicate_decoder(tiny_triplane, "texture")
    tint_towards(model, colour_clip, code, target, 0.9, LOOK)
    views = render(model, model.prepare(code[None]), turntable_cameras(2), LOOK)
    albedo = model.query(model.prepare(code[None]), POINTS)[1].mean(dim=(0, 1))
    assert views.mask.any()
    assert albedo.argmax() == target.argmax()
    assert albedo.max() > 0.6
    assert albedo.sort().values[1] < 0.45


def test_what_agrees_best_as_it_is_stays(tiny_triplane, colour_clip):
    model = duplicate_decoder(tiny_triplane, "texture")
    views = render(model, model.prepare(torch.zeros(1, 8)), turntable_cameras(3), LOOK)
    with torch.no_grad():
        colour_clip.encode_image = lambda images: functional.one_hot(
            (torch.isclose(images, views.rgb, atol=1e-6).all()).long().expand(len(images)), 2
        ).float()
        tint_towards(model, colour_clip, torch.zeros(8), torch.tensor([0.0, 1.0]), 0.7, LOOK)
    assert all((weight == 0).all() for weight in model.differences().values())
