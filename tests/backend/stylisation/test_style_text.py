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
        ("a glass", "golden", "a golden glass"),
        ("a wine glass", "golden", "a golden wine glass"),
        ("an orange", "mossy", "a mossy orange"),
        ("an iron", "golden", "a golden iron"),
        ("Glass", "golden", "golden Glass"),
        ("a grey stone", "covered in moss", "a stone covered in moss"),
        ("a wine glass, half full", "golden", "a golden wine glass, half full"),
        ("a street light with a black pole", "golden", "a golden street light with a pole"),
        ("a glass of red wine", "golden", "a golden glass of wine"),
        ("a bar of silver", "golden", "a golden bar"),
        ("a table made of dark glass and steel", "golden", "a golden table"),
        ("a car in red and white with a roof", "golden", "a golden car with a roof"),
        ("an orange and white car", "golden", "a golden car"),
        ("a black, orange car and a stone", "icy", "an icy car and a stone"),
        ("a red", "golden", "golden"),
        ("between a red car and a boat", "snowy", "snowy between a car and a boat"),
    ],
)
def test_a_style_takes_its_place_in_the_text(base, style, text):
    assert styled_text(base, style) == text
