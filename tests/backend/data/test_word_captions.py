import json
import re

import numpy as np
import pytest

from iss_backend.data.material_captions import material_caption, material_phrases
from iss_backend.data.materials import SOLID_MATERIALS, draw_piece
from iss_backend.data.shape_words import Part, ShapeWords, read_words
from iss_backend.data.word_captions import described_caption, in_other_colours, nouns_of, part_phrase
from iss_backend.errors import BadInputError

CHAIR = {
    "category": "chair",
    "nouns": ["chair", "office chair", "metal chair"],
    "adjectives": ["tall", "wooden"],
    "features": ["with armrests", "with five wheels", "with orange doors"],
    "parts": [["base", "black", None], ["seat", "red", "fabric"], ["leg", "brown", "wood"], ["seam", "white", None]],
}
WORDS = ShapeWords.from_json(CHAIR)
MEASURED = [("red", 0.7), ("brown", 0.2), ("black", 0.1)]


@pytest.fixture(autouse=True)
def no_typos(monkeypatch):
    """Slips of the finger would make words that nobody meant."""
    monkeypatch.setattr("iss_backend.data.captions.TYPO_SHARE", 0.0)


def drawn(own=True, colours=MEASURED, count=1500, words=WORDS):
    rng = np.random.default_rng(5)
    return [described_caption(words, colours, own, rng) for _ in range(count)]


def test_form_features_parts_and_materials_are_told():
    texts = set(drawn(count=6000))
    expected = {"a tall chair", "a chair with armrests", "a red chair with wooden legs", "a red chair with brown legs",
                "a chair made of fabric", "a red fabric chair", "a tall red chair", "an office chair"}  # fmt: skip
    assert expected <= texts
    assert any(re.search("with armrests and five wheels|with five wheels and armrests", text) for text in texts)
    assert not any(re.search(r"seam|\{|\}|  ", text.lower()) for text in texts)


def test_the_main_part_is_the_one_whose_colour_is_seen_most():
    texts = " ".join(drawn()).lower()
    assert not re.search(r"black (metal )?(office )?chair", texts)
    assert re.search("with a black base|with an ebony base", texts)


def test_a_recoloured_shape_tells_measured_colours_alone():
    texts = [text.lower() for text in drawn(own=False, colours=[("blue", 0.8), ("green", 0.2)])]
    said = " ".join(texts)
    assert not re.search("red|brown|black|orange|wood|fabric|metal|crimson", said.replace("coloured", ""))
    assert {"a blue chair", "a tall blue chair", "a chair with armrests", "a blue and green chair"} <= set(texts)


def test_what_stays_true_in_other_colours():
    left = in_other_colours(WORDS)
    assert left.nouns == ("chair", "office chair")
    assert left.adjectives == ("tall",)
    assert left.features == ("with armrests", "with five wheels")
    assert left.parts == ()
    glass = ShapeWords("glass", ("glass", "wine glass", "paper cup"))
    assert in_other_colours(glass).nouns == ("glass", "wine glass")


def test_an_adjective_is_not_said_twice():
    words = ShapeWords("chair", ("office chair",), ("office",))
    assert not any("office office" in text.lower() for text in drawn(words=words))


def test_synonyms_of_the_category_are_added_once():
    assert nouns_of(WORDS) == ["chair", "office chair", "metal chair", "seat"]
    assert nouns_of(ShapeWords("mug", ("mug", "cup"))) == ["mug", "cup"]


@pytest.mark.parametrize(
    ("part", "phrases"),
    [(Part("legs", "black"), {"black legs", "jet black legs", "ebony legs"}),
     (Part("knob", "gold", "gold"), {"gold knobs", "golden knobs"}),
     (Part("back", "teal", "glass"), {"a teal back", "a glass back", "a teal glass back", "a dark turquoise back",
                                      "a dark turquoise glass back"})],
)  # fmt: skip
def test_parts_have_their_article_and_number(part, phrases):
    rng = np.random.default_rng(0)
    assert {part_phrase(part, rng) for _ in range(200)} == phrases


def test_articles_fit_vowels_in_every_caption():
    words = ShapeWords("car", ("automobile", "car"), ("open", "old"), (), (Part("body", "orange"),))
    texts = " ".join(drawn(words=words, colours=[("orange", 1.0)])).lower()
    assert re.search(r"\ban (old|open) ", texts) and re.search(r"\ban orange ", texts)
    assert not re.search(r"\ba [aeo]", texts)


def test_words_survive_writing_and_damage_is_named(tmp_path):
    path = tmp_path / "captions.json"
    path.write_text(json.dumps({"procedural/chair_seed1": {**CHAIR, "style": "office"}}))
    read = read_words(path)["procedural/chair_seed1"]
    assert read == WORDS == ShapeWords.from_json(read.to_json())
    assert read_words(None) == {}
    for stored in ('{"a/b": {"category": "chair"}}', '{"a/b": {"category": "x", "nouns": []}}', "[1]", "{",
                   '{"a/b": {"category": "x", "nouns": "chair"}}'):  # fmt: skip
        path.write_text(stored)
        with pytest.raises(BadInputError, match=r"write them again|at least one"):
            read_words(path)


def painted(name, count=1500):
    rng = np.random.default_rng(1)
    return [material_caption(["chair"], draw_piece(SOLID_MATERIALS[name], rng), rng) for _ in range(count)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("gold", "a golden chair|a chair made of gold|a chair covered in gold|golden|made of gold"),
     ("wood", "a wooden chair|a chair made of wood|an oak chair"),
     ("moss", "a mossy chair|a chair covered in moss|covered in moss|an overgrown chair"),
     ("zebra", "a zebra striped chair|a chair with zebra stripes|zebra stripes"),
     ("snow", "a snowy chair|a chair covered in snow|a chair with snow on top"),
     ("ice", "an icy chair|a chair made of ice")],
)  # fmt: skip
def test_materials_are_told_in_many_ways(name, expected):
    assert set(expected.split("|")) <= set(painted(name))


def test_both_paints_of_a_pattern_are_told_in_their_parts():
    rng = np.random.default_rng(2)
    piece = draw_piece(SOLID_MATERIALS["polka dots"], np.random.default_rng(0))
    texts = {material_caption(["chair"], piece, rng) for _ in range(800)}
    base, dots = piece.colours
    assert any(re.search(rf"{base} chair with {dots} (polka )?dots", text) for text in texts)
    assert not any(re.search(rf"{dots} chair with {base}", text) for text in texts)
    assert any(re.search(rf"{base} and {dots} polka dot", text) for text in texts)


def test_phrases_of_a_material_are_complete():
    phrases = set(material_phrases(SOLID_MATERIALS["snow"], "owl"))
    expected = {"a snowy owl", "snowy", "a owl covered in fresh snow", "covered in snow", "a owl with snow on top"}
    assert expected <= phrases  # the corpus mends the articles
    assert not any("made of" in phrase for phrase in phrases)
