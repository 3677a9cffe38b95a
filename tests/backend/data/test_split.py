import pytest
from hypothesis import given
from hypothesis import strategies as st

from iss_backend.data.split import HELD_OUT_PERCENT, name_stem, split_of


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Tree_Snow_2", "tree"),
        ("loungeSofaCorner", "lounge sofa corner"),
        ("house_first_age_level3", "house"),
        ("Wall-Broken.003", "wall"),
        ("chairA_01", "chair"),
        ("A_2", "a"),  # nothing but variant words: they stay
        ("007", ""),
    ],
)
def test_stems(name, stem):
    assert name_stem(name) == stem


@given(st.sampled_from(["tree", "car", "house", "sofa", "rock", "pineTree"]), st.integers(0, 99))
def test_variants_are_on_the_same_side(name, number):
    side = split_of(name)
    for variant in (f"{name}_{number}", f"{name}_Snow", f"{name}-red-{number}", f"{name.upper()}", f"small_{name}_b"):
        if name_stem(variant) == name_stem(name):
            assert split_of(variant) == side
    assert split_of(f"{name}_{number}") == split_of(f"{name}Snow{number}") == side


def test_the_share_held_out_is_as_stated_and_never_changes():
    letters = "bcdfghjklmnprstvwz"
    names = [f"{a}o{b}a{c}" for a in letters for b in letters for c in letters]
    held_out = sum(split_of(name) == "test" for name in names) / len(names)
    assert held_out == pytest.approx(HELD_OUT_PERCENT / 100, abs=0.015)
    assert [split_of(name) for name in ("tree", "sofa", "door", "bread")] == ["train", "train", "test", "test"]


def test_names_of_numbers_alone_are_split_one_by_one():
    held_out = sum(split_of(f"{a}_{b}_{a * b}") == "test" for a in range(40) for b in range(40)) / 1600
    assert held_out == pytest.approx(HELD_OUT_PERCENT / 100, abs=0.025)
