import pytest
import torch
from torch.nn import functional

from iss_backend.data.materials import SOLID_MATERIALS
from iss_backend.stylisation.bends import BENDS
from iss_backend.stylisation.style_choice import choose_bend, choose_material, colours_named


class WordClip:
    """A CLIP whose text feature counts words: texts of the same words agree, others by the words they share."""

    def __init__(self):
        self.columns = {}

    def encode_text(self, texts):
        counts = torch.zeros(len(texts), 4096)
        for row, text in zip(counts, texts, strict=True):
            for word in text.split():
                row[self.columns.setdefault(word, len(self.columns))] += 1.0
        return functional.normalize(counts, dim=-1)


@pytest.fixture(scope="module")
def clip():
    return WordClip()


@pytest.mark.parametrize(
    ("style", "name"),
    [
        ("golden", "gold"),
        ("made of wood", "wood"),
        ("covered in moss", "moss"),
        ("made of rusty metal", "rust"),
        ("with zebra stripes", "zebra"),
        ("snowy", "snow"),
        ("made of molten lava", "lava"),
        ("with blue and yellow polka dots", "polka dots"),
        ("striped", "stripes"),
    ],
)
def test_words_of_a_material_choose_it(clip, style, name):
    assert choose_material(clip, style).name == name


@pytest.mark.parametrize(
    ("style", "name"),
    [
        ("spiky", "spiky"),
        ("covered in spikes", "spiky"),
        ("melting", "melting"),
        ("rounded", "rounded"),
        ("inflated", "inflated"),
        ("like a balloon", "inflated"),
        ("tulip-like", "tulip"),
        ("twisted", "twisted"),
    ],
)
def test_words_of_a_deformation_choose_it(clip, style, name):
    assert choose_bend(clip, style) == name


@pytest.mark.parametrize("style", ["golden", "made of wood", "red", "covered in moss"])
def test_materials_bend_nothing_unless_something_must_be(clip, style):
    assert choose_bend(clip, style) is None
    assert choose_bend(clip, style, at_any_price=True) in BENDS


@pytest.mark.parametrize("style", ["spiky", "dark blue", "red", "very beautiful"])
def test_other_words_choose_none_unless_one_must_be(clip, style):
    assert choose_material(clip, style) is None
    assert choose_material(clip, style, at_any_price=True) in SOLID_MATERIALS.values()


def test_colours_in_their_order():
    assert colours_named("Blue, and yellow stripes on gray, blue") == ["blue", "yellow", "grey"]
    assert colours_named("made of wood") == []
