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


class Elsewhere(torch.Tensor):
    """A tensor on another device: it works with its like alone until it is brought to the processor."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if any(type(one) is torch.Tensor for one in args):
            raise RuntimeError("Expected all tensors to be on the same device")
        result = super().__torch_function__(function, types, args, kwargs)
        return result.as_subclass(torch.Tensor) if function is torch.Tensor.cpu else result


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


def test_a_clip_may_move_to_another_device(monkeypatch):
    clip = WordClip()
    here = clip.encode_text
    monkeypatch.setattr(clip, "encode_text", lambda texts: here(texts).as_subclass(Elsewhere))
    assert choose_material(clip, "golden").name == "gold"
    monkeypatch.setattr(clip, "encode_text", here)
    assert choose_material(clip, "golden").name == "gold"


def test_colours_in_their_order():
    assert colours_named("Blue, and yellow stripes on gray, blue") == ["blue", "yellow", "grey"]
    assert colours_named("made of wood") == []
