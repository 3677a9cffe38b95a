"""A WordNet of a dozen meanings: what its words become beside captions of chairs and boats."""

import zlib
from types import SimpleNamespace

import pytest
import torch

from iss_backend.data.colour_names import SHADES, colour_words
from iss_backend.data.procedural.deform import DEFORMED
from iss_backend.data.shape_words import ShapeWords
from iss_backend.training.recipes_clip import told_nouns
from iss_backend.training.thesaurus import _clear_nouns, build_thesaurus
from iss_backend.training.wordnet import WordNet

NOUNS = """  1 a line of the licence
00000001 06 n 01 furniture 0 000 | things in a room
00000002 06 n 01 chair 0 001 @ 00000001 n 0000 | a seat for one
00000003 06 n 02 fauteuil 0 Louis_chair 0 001 @ 00000002 n 0000 | an upholstered armed chair
00000004 06 n 02 boat 0 skiff 1 000 | a small vessel
00000005 06 n 01 punt 0 001 @ 00000004 n 0000 | an open boat
00000006 05 n 01 punt 0 001 @ 00000002 n 0000 | a meaning far from the first
00000007 13 n 01 boat 0 000 | a dish for sauce
00000008 13 n 01 gravyholder 0 001 @ 00000007 n 0000 | belongs to the rarer boat
00000009 07 n 01 blue 0 000 | the colour
00000010 07 n 01 cerulean 0 001 @ 00000009 n 0000 | a light shade of blue
00000024 18 n 01 white 0 000 | a person
00000025 07 n 01 white 1 000 | the colour
00000026 07 n 01 alabaster 0 001 @ 00000025 n 0000 | a very light white
00000027 07 n 02 sand 1 grit 0 000 | courage
00000028 27 n 01 sand 0 000 | grains
00000011 27 n 01 wood 0 000 | of trees
00000012 20 n 01 teakwood 0 001 @ 00000011 n 0000 | wood of the teak
00000013 27 n 01 viridian 0 000 | a bluish green pigment
00000014 06 n 01 settle 0 001 @ 00000002 n 0000 | a long chair
00000015 06 n 01 throne 0 000 | the seat of a king; also a bad joke
00000016 06 n 01 gizmo 0 000 | something whose name is forgotten
00000022 06 n 01 push-boat 0 001 @ 00000004 n 0000 | a boat that is pushed
00000023 06 n 01 sand_bar 0 000 | a shoal
00000018 06 n 01 doodad 0 001 @ 00000016 n 0000 | a small gizmo
00000019 06 n 01 window_seat 0 001 @ 00000002 n 0000 | a chair below a window
00000020 06 n 01 dash 0 001 @ 00000002 n 0000 | a rare name of chairs
00000021 04 n 01 dash 0 000 | a short run
00000017 04 n 01 chair 0 000 | the position of a professor, which is no thing
"""
ADJECTIVES = """00000101 00 s 02 oaken 0 woody 0 000 | consisting of or made of wood of the oak tree
00000102 00 s 01 lurid 0 000 | horrible; "of a red colour"
00000103 00 s 01 pearly 0 000 | of a white the color of pearls
"""
SENSES = {
    "noun": "chair n 2 0 2 9 00000017 00000002|fauteuil n 1 1 @ 1 0 00000003|boat n 2 0 2 5 00000004 00000007"
    "|skiff n 1 0 1 0 00000004|punt n 2 0 2 0 00000006 00000005|gravyholder n 1 0 1 0 00000008|blue n 1 0 1 3 00000009"
    "|cerulean n 1 1 @ 1 0 00000010|white n 2 0 2 7 00000024 00000025|alabaster n 1 1 @ 1 0 00000026"
    "|sand n 2 0 2 3 00000028 00000027|grit n 1 0 1 0 00000027"
    "|wood n 1 0 1 5 00000011|teakwood n 1 0 1 0 00000012|settle n 1 0 1 0 00000014"
    "|viridian n 1 0 1 0 00000013|throne n 1 0 1 0 00000015|gizmo n 1 0 1 0 00000016"
    "|doodad n 1 0 1 0 00000018|push-boat n 1 0 1 0 00000022|sand_bar n 1 0 1 0 00000023"
    "|window_seat n 1 0 1 0 00000019|dash n 2 0 2 0 00000020 00000021",
    "verb": "settle v 1 0 1 7 00000200|dash v 1 0 1 7 00000201",
    "adj": "oaken a 1 0 1 0 00000101",
    "adv": "",
}


CAPTIONS = ["a chair", "a red boat with oars", "a black lamp"] * 5 + ["a lamp black boat"] * 15
ALIKE = {"throne": 0.5, "throne: the seat of a king": 0.7}  # cosines with "chair"


def embed(texts):
    """Put every text on an axis of its own, but for those of `ALIKE`, which lean to that of "chair"."""
    features = torch.zeros(len(texts), 512)
    for row, text in zip(features, texts, strict=True):
        row[zlib.crc32(text.encode()) % 511 + 1] = 1.0
        if text in ALIKE or text == "chair":
            row[:] = row * (1.0 - ALIKE.get(text, 1.0) ** 2) ** 0.5
            row[0] = ALIKE.get(text, 1.0)
    return features


@pytest.fixture
def wordnet(tmp_path):
    (tmp_path / "data.noun").write_text(NOUNS, encoding="latin-1")
    (tmp_path / "data.adj").write_text(ADJECTIVES, encoding="latin-1")
    for kind, lines in SENSES.items():
        (tmp_path / f"index.{kind}").write_text(lines.replace("|", "\n"), encoding="latin-1")
    return WordNet(tmp_path)


def test_things_become_what_they_are_a_kind_of(wordnet):
    things = build_thesaurus(wordnet, CAPTIONS, (), embed).things
    assert things["fauteuil"] == "chair"
    assert things["punt"] in ("boat", "chair")
    assert "gravyholder" not in things  # a boat of sauce is not what "boat" says first
    assert things["settle"] == "chair"  # a verb before it is a noun, but as a noun nothing else
    assert "dash" not in things  # a verb before it is a noun of several meanings


def test_what_shapes_are_called_counts_beside_the_vocabulary(wordnet):
    captions = [*CAPTIONS, *["a gizmo", "a snow boat"] * 5]
    assert "doodad" not in build_thesaurus(wordnet, captions, (), embed).things
    thesaurus = build_thesaurus(wordnet, captions, ("gizmo", "snow boat"), embed)
    assert thesaurus.things["doodad"] == "gizmo"
    assert "gizmo" in thesaurus.endings


def test_the_shapes_of_the_generator_say_what_they_are_called_unless_they_are_deformed():
    def entry(category, *nouns):
        return SimpleNamespace(category=category, words=ShapeWords(category, nouns) if nouns else None)

    entries = [entry("hat", "hat", "top hat"), entry("cake", "cake"), entry(DEFORMED, "melting pot"), entry("tree")]
    assert told_nouns(SimpleNamespace(entries=entries)) == {"hat", "top hat", "cake"}


def test_compounds_that_no_dictionary_has_are_no_targets(wordnet):
    asked = []
    captions = [*CAPTIONS, *["a gizmo", "a snow boat"] * 5]
    build_thesaurus(wordnet, captions, ("gizmo", "snow boat"), lambda texts: asked.extend(texts) or embed(texts))
    assert "gizmo" in asked and "snow boat" not in asked


def test_what_shapes_are_called_keeps_its_name_however_wordnet_spells_it(wordnet):
    named = ("push boat",)
    assert build_thesaurus(wordnet, CAPTIONS, (), embed).things["push boat"] == "boat"
    assert "push boat" not in build_thesaurus(wordnet, CAPTIONS, named, embed).things


def test_a_compound_with_a_vague_last_word_is_never_guessed(wordnet, monkeypatch):
    monkeypatch.setitem(ALIKE, "sand bar", 0.9)
    monkeypatch.setitem(ALIKE, "sand bar: a shoal", 0.9)
    assert "sand bar" not in build_thesaurus(wordnet, [*CAPTIONS, "a bar"], (), embed).things


def test_a_compound_is_no_seat_but_what_it_is_a_kind_of_however_it_is_spelled(wordnet):
    captions = [*CAPTIONS, "a soft seat"]
    thesaurus = build_thesaurus(wordnet, captions, (), embed)
    for spelling in ("window seat", "window-seat", "windowseat"):
        assert thesaurus.plain(f"a red {spelling} of oak") == "a red chair of oak"
    assert "window seat" not in build_thesaurus(wordnet, captions, ("window seat",), embed).things


def test_a_word_that_is_no_kind_of_them_becomes_the_most_alike(wordnet):
    # Both features of the word, added, have a cosine of 1.2 / (1.2^2 + 0.75 + 0.51)^0.5 = 0.73 with "chair".
    things = build_thesaurus(wordnet, CAPTIONS, (), embed).things
    assert things["throne"] == "chair"
    assert "gizmo" not in things


def test_nouns_that_captions_seldom_hold_or_mostly_beside_the_point_stand_for_nothing(wordnet):
    assert "skiff" not in build_thesaurus(wordnet, CAPTIONS[:9], (), embed).things  # three boats
    assert _clear_nouns({"chair", "lamp", "boat"}, CAPTIONS) == {"chair", "boat"}  # "lamp" is a black, 5 of 20 times


def test_compounds_end_in_clear_nouns_unless_they_are_words(wordnet):
    thesaurus = build_thesaurus(wordnet, [*CAPTIONS, "a red sillychair"], (), embed)
    assert thesaurus.endings == {"chair", "boat"}
    assert {"sillychair", "armchair", "rowboat"} <= thesaurus.whole  # told by these captions, and by the vocabulary
    assert not {"chair", "paddleboat"} & thesaurus.whole
    assert thesaurus.plain("a garden paddleboat") == "a garden boat"


def test_colours_and_materials_are_told_apart_from_things(wordnet):
    thesaurus = build_thesaurus(wordnet, [], (), embed)
    assert thesaurus.qualities["cerulean"] == "blue"
    assert thesaurus.qualities["alabaster"] == "white"  # whose first meaning is a person
    assert "grit" not in thesaurus.qualities  # nobody who says "sand" means that
    assert thesaurus.qualities["teakwood"] == "wooden"
    assert thesaurus.qualities["viridian"] == "green"
    assert thesaurus.qualities["oaken"] == "wooden"
    assert thesaurus.qualities["pearly"] == "white"
    assert "lurid" not in thesaurus.qualities
    assert not {"cerulean", "viridian"} & set(thesaurus.things)


def test_words_that_captions_show_stay(wordnet):
    assert "skiff" in build_thesaurus(wordnet, CAPTIONS, (), embed).things
    assert "skiff" not in build_thesaurus(wordnet, [*CAPTIONS, "a red skiff with oars"], (), embed).things


def test_rare_words_for_colours_become_plain_ones(wordnet):
    qualities = build_thesaurus(wordnet, ["a chair"], (), embed).qualities
    assert qualities["crimson"] == "red"
    assert qualities["navy"] == "dark blue"
    assert (qualities["obsidian"], qualities["slate"]) == ("black", "dark grey")  # stones
    assert qualities["aqua"] == qualities["turquoise"] == "light blue"  # a shade that pictures seldom show
    assert not {"red", "light blue", "cream", "gold"} & set(qualities)  # plain already, or a thing, or a material


def test_colours_of_the_survey_are_named_by_their_nearest_shade(wordnet):
    pytest.importorskip("matplotlib")
    qualities = build_thesaurus(wordnet, ["a chair"], (), embed).qualities
    assert qualities["british racing green"] == "dark green"  # 05480d
    assert qualities["burnt orange"] == "orange"  # c04e01
    assert "boat" not in qualities


def test_without_wordnet_only_colours_are_replaced(tmp_path):
    thesaurus = build_thesaurus(WordNet(tmp_path / "none"), ["a chair"], (), embed)
    assert not thesaurus.things
    assert set(thesaurus.qualities.values()) <= {colour_words(shade)[0] for shade in SHADES}
    assert "melon" not in thesaurus.qualities


def test_a_word_before_one_noun_alone_stands_for_both_where_wordnet_knows_it_for_its_kind(wordnet):
    captions = [*CAPTIONS, *["a red settle chair", "a punt of two"] * 3, *["a gizmo chair"] * 9]
    things = build_thesaurus(wordnet, captions, (), embed).things
    assert things["settle"] == "settle chair"
    assert "punt" not in things  # captions are about it
    assert "gizmo" not in things  # is no chair
    mixed = [*captions, "a settle", "a settle boat"]  # three of five
    assert "settle" not in build_thesaurus(wordnet, mixed, (), embed).things
