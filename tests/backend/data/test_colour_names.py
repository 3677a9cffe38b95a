import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iss_backend.data.colour_names import (
    BASIC_COLOURS,
    BASIC_OF,
    SHADES,
    colour_words,
    name_of,
    palette_colours,
    sample_colour,
    shade_of,
    to_lab,
)
from iss_backend.errors import BadInputError

# Colours of brands, flags, paints and things, with what people call them.
WELL_KNOWN = {
    "red": "f40009 da291c cf142b ef3340 e60012 b3001b",  # a soft drink, three flags, a console, a postbox
    "orange": "ff6200 ff7900 f36f21 fb8b24 f77f00 ee7722",  # a bank, a telephone company, carrots, safety vests
    "yellow": "fbd914 ffda00 ffcd00 ffe600 fff200 f7e017",  # furniture house, post, flags, taxi, sticky notes
    "green": "006341 009b3a 00843d 169b62 4b8b3b 78be20",  # a racing car, flags, leaves, a traffic light
    "blue": "0057b7 003399 1877f2 012169 00308f 5dade2",  # flags, a network, denim, a clear sky
    "purple": "6f2da8 5b2c83 7d3c98 512888 9b30ff 6a1b9a",  # grapes, chocolate wrapping, amethyst
    "pink": "f9c6d0 ff66b2 fcbacb f78da7 ef5b9c ffa5c0",  # flamingos, bubble gum, blossoms
    "brown": "7b3f00 5e3a1c 8a5a36 a67b5b 492c1a 9f7045",  # chocolate, bark, coffee, earth
    "black": "000000 0b0b0b 111111 17181a 1b1b1b 050608",
    "white": "ffffff fefefe f7f7f5 fafafa f2f2f2 fdfdf8",
    "grey": "8e8e93 7d7f7d 999999 6e6e6e a8a9ad 848482",  # concrete, steel, aluminium
}


def rgb(code):
    return np.array([list(bytes.fromhex(part)) for part in code.split()], np.uint8)


@pytest.mark.parametrize("name", BASIC_COLOURS)
def test_well_known_colours_have_the_names_people_give_them(name):
    assert [BASIC_COLOURS[number] for number in name_of(rgb(WELL_KNOWN[name]))] == [name] * 6


@pytest.mark.parametrize(
    ("code", "shade"),
    [("000080", "dark blue"), ("800000", "dark red"), ("87ceeb", "light blue"), ("008080", "teal"),
     ("f0d9b5", "beige"), ("ffd700", "gold"), ("006400", "dark green"), ("d2b48c", "light brown"),
     ("40e0d0", "turquoise"), ("808000", "olive"), ("404040", "dark grey"), ("ff00ff", "hot pink")],
)  # fmt: skip
def test_shades_have_finer_names(code, shade):
    assert SHADES[shade_of(rgb(code))[0]] == shade


def test_lab_of_white_black_and_red_is_that_of_the_standard():
    lab = to_lab(rgb("ffffff 000000 ff0000"))
    np.testing.assert_allclose(lab, [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]], atol=0.02)


def test_shares_of_one_name_are_added_and_sorted():
    palette = rgb("ff0000 d32f2f 0000ff 87ceeb ffffff")
    weights = np.array([1.0, 2.0, 1.5, 2.5, 0.0])
    assert palette_colours(palette, weights) == [("blue", pytest.approx(4 / 7)), ("red", pytest.approx(3 / 7))]
    assert palette_colours(palette, weights, shades=True)[0] == ("light blue", pytest.approx(4 / 7))


def test_a_palette_without_weight_is_refused():
    with pytest.raises(BadInputError, match=r"2 colours .* 0\.0"):
        palette_colours(rgb("ff0000 00ff00"), np.zeros(2))


@given(st.sampled_from(SHADES), st.integers(0, 2**32))
def test_drawn_colours_name_back(name, seed):
    drawn = sample_colour(name, np.random.default_rng(seed))
    assert drawn.shape == (3,) and drawn.dtype == np.uint8
    if name in BASIC_COLOURS:
        assert BASIC_COLOURS[name_of(drawn[None])[0]] == name
    else:
        assert SHADES[shade_of(drawn[None])[0]] == name


def test_every_basic_colour_is_a_shade_of_itself_and_its_first_word():
    assert {BASIC_OF[name] for name in SHADES} == set(BASIC_COLOURS)
    assert all(BASIC_OF[name] == name and colour_words(name)[0] == name for name in BASIC_COLOURS)


def test_no_word_means_two_colours():
    words = [word for shade in SHADES for word in colour_words(shade)]
    assert len(words) == len(set(words))


def test_an_unknown_name_is_refused():
    with pytest.raises(BadInputError, match="'octarine'"):
        sample_colour("octarine", np.random.default_rng(0))
