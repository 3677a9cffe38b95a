import math
from dataclasses import replace

import pytest
import torch

from iss_backend.blending import between_codes, blend_shapes
from iss_backend.data.textures import Grain
from iss_backend.errors import BadInputError
from iss_backend.shape import Shape
from iss_backend.stylisation.bend import BentStyle
from iss_backend.stylisation.paint import Layer, layers_of

FIRST = Shape("a car", torch.tensor([3.0, 0.0, 0.0]), 0, "tiny", {}, {})
SECOND = Shape("a boat", torch.tensor([0.0, 5.0, 0.0]), 1, "tiny", {}, {})


def test_the_ends_are_the_shapes():
    torch.testing.assert_close(blend_shapes(FIRST, SECOND, 0.0).code, FIRST.code)
    torch.testing.assert_close(blend_shapes(FIRST, SECOND, 1.0).code, SECOND.code)


def test_a_third_of_the_way_along_the_arc():
    code = between_codes(FIRST.code, SECOND.code, 1 / 3)
    expected = (3.0 + 2 / 3) * torch.tensor([math.cos(math.pi / 6), math.sin(math.pi / 6), 0.0])
    torch.testing.assert_close(code, expected)


@pytest.mark.parametrize("factor", [1.0, 2.0, -2.0, 0.0])
def test_codes_on_one_line_are_joined_by_it(factor):
    code = between_codes(FIRST.code, factor * FIRST.code, 0.25)
    torch.testing.assert_close(code, FIRST.code * (0.75 + 0.25 * factor))


def test_a_blend_says_what_it_is():
    blend = blend_shapes(FIRST, SECOND, 0.25)
    assert blend.text == "between a car and a boat"
    assert (blend.bundle, blend.weights, blend.scores) == ("tiny", {}, {})
    assert blend.settings["amount"] == 0.25
    assert Shape.from_bytes(blend.to_bytes()).text == blend.text


def test_styles_are_blended_too():
    one, two = ({"texture.a": value * torch.ones(2).half()} for value in (1.0, 3.0))
    first, second = replace(FIRST, weights=one, settings={"base": {"text": "a car"}}), replace(SECOND, weights={})
    assert blend_shapes(first, second, 0.25).weights["texture.a"].tolist() == [0.75, 0.75]
    styled = replace(second, weights=two, settings={"base": {"text": "a boat"}})
    blend = blend_shapes(first, styled, 0.25)
    assert blend.weights["texture.a"].tolist() == [1.5, 1.5]
    assert blend.weights["texture.a"].dtype == torch.float16
    assert blend.without_style().weights == {}


def test_the_ends_have_the_very_styles_of_the_shapes():
    melted, spiky, other = (
        replace(FIRST, weights=BentStyle(name, 1.0, seed).weights(), settings={"base": {"text": "a car"}})
        for name, seed in (("melting", 0), ("spiky", 1), ("spiky", 2))
    )
    for first, second in ((melted, SECOND), (SECOND, melted), (melted, spiky), (spiky, other)):
        for amount, end in ((0.0, first), (1.0, second)):
            assert same_weights(blend_shapes(first, second, amount), end)


def same_weights(first, second):
    names = first.weights.keys()
    return names == second.weights.keys() and all(torch.equal(first.weights[n], second.weights[n]) for n in names)


def test_what_has_nothing_in_between():
    with pytest.raises(BadInputError, match="or versions of one"):
        blend_shapes(replace(FIRST, decoder="one"), replace(SECOND, decoder="another"), 0.5)
    with pytest.raises(BadInputError, match="different bundles, 'tiny' and 'other'"):
        blend_shapes(FIRST, replace(SECOND, bundle="other"), 0.5)
    base = {"base": {"text": "x"}}
    texture = replace(FIRST, weights={"texture.a": torch.ones(1)}, settings=base)
    shape = replace(SECOND, weights={"shape.a": torch.ones(1)}, settings=base)
    with pytest.raises(BadInputError, match="cannot be blended"):
        blend_shapes(texture, shape, 0.5)


def gold(share=1.0, scale=1.0):
    grain = Grain(torch.tensor([1.0, 2.0, 3.0]), scale, torch.zeros(2, 3))
    return {"paint.0.gold": Layer("gold", grain, share).to_tensor()}


def test_paints_fade_into_each_other_and_equal_ones_slide():
    base = {"base": {"text": "x"}}
    first = replace(FIRST, weights=gold(scale=1.0), settings=base)
    slid = blend_shapes(first, replace(SECOND, weights=gold(scale=1.2), settings=base), 0.5)
    assert [round(layer.grain.scale, 6) for layer in layers_of(slid.weights)] == [1.1]
    assert layers_of(slid.weights)[0].share == 1.0
    faded = layers_of(blend_shapes(first, SECOND, 0.25).weights)
    assert [(layer.material, layer.share, layer.grain.scale) for layer in faded] == [("gold", 0.75, 1.0)]
    assert blend_shapes(first, SECOND, 1.0).weights == {}
    snow = replace(SECOND, weights={"paint.0.snow": gold()["paint.0.gold"]}, settings=base)
    mixed = layers_of(blend_shapes(first, snow, 0.25).weights)
    assert [(layer.material, layer.share) for layer in mixed] == [("gold", 0.75), ("snow", 0.25)]
    texture = replace(SECOND, weights={"texture.a": torch.ones(1)}, settings=base)
    with pytest.raises(BadInputError, match="'paint', the other of the kind 'texture'"):
        blend_shapes(first, texture, 0.5)


@pytest.mark.parametrize("amount", [-0.1, 1.1, float("nan")])
def test_amounts_outside_the_way(amount):
    with pytest.raises(BadInputError, match="amount of a blend"):
        blend_shapes(FIRST, SECOND, amount)
