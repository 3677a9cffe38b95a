import pytest

from iss_backend.stylisation.style_text import styled_text


@pytest.mark.parametrize(
    ("base", "style", "text"),
    [
        ("a red car", "golden", "a golden car"),
        ("a wooden chair with a red cushion", "blue", "a blue chair with a cushion"),
        ("an orange boat", "blue", "a blue boat"),
        ("a red house", "icy", "an icy house"),
        ("a red car", "covered in moss", "a car covered in moss"),
        ("chair", "made of marble", "chair made of marble"),
        ("the Old House", "candy", "the candy Old House"),
        ("", "golden", "golden"),
        ("red", "golden", "golden"),
        ("between a red car and a boat", "snowy", "snowy between a car and a boat"),
    ],
)
def test_a_style_takes_its_place_in_the_text(base, style, text):
    assert styled_text(base, style) == text
