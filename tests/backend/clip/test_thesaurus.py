import json

import pytest

from iss_backend.clip.thesaurus import THESAURUS_FILE, Thesaurus, read_thesaurus, write_thesaurus
from iss_backend.errors import BundleError

WORDS = Thesaurus(
    things={
        "chiffonier": "chest of drawers",
        "airbus": "airliner",
        "fire engine": "truck",
        "lilac": "bush",
        "bigarreau": "cherry",
        "armory": "mill",
        "chateau": "house",
    },
    qualities={"oaken": "wooden", "viridian": "green", "lilac": "purple", "pearly": "white", "ochre": "orange"},
    endings=frozenset({"phone", "table", "sword", "telephone"}),
    whole=frozenset({"vegetable", "constable"}),
    notice="of a dictionary",
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a viridian chiffonier", "a green chest of drawers"),
        ("Airbuses", "airliners"),
        ("three chiffoniers", "three chests of drawers"),
        ("two bigarreaus", "two cherries"),
        ("two armories", "two mills"),
        ("two lilacs", "two bushes"),
        ("A pearly airbus", "A white airliner"),
        ("an oaken chair", "a wooden chair"),
        ("an airbus", "an airliner"),
        ("a chair", "a chair"),
        ("an ochre airbus", "an orange airliner"),
        ("a big fire engine", "a big truck"),
        ("a lilac lamp", "a purple lamp"),  # before a noun it is a colour,
        ("a château of Épée", "a house of Epee"),  # as dictionaries write them
        ("an 'oaken' 'chiffonier'", "a 'wooden' 'chest of drawers'"),
        ("a chiffonier (antique)", "a chest of drawers (antique)"),
        ("a chiffonier - oaken. An airbus", "a chest of drawers - oaken. An airbus"),  # the next phrases are about it
        ("a fire, engine", "a fire, engine"),
        ("a lilac in a pot", "a bush in a pot"),  # at the end of the phrase the thing
        ("a pearly cellphone", "a white phone"),
        ("two greatswords on a wall", "two swords on a wall"),
        ("a radiotelephone", "a telephone"),  # the longest noun that it ends in
        ("a vegetable", "a vegetable"),  # a word of its own,
        ("two constables", "two constables"),
        ("a retable", "a retable"),  # too short before its ending,
        ("a cellphone case", "a cellphone case"),  # not what the phrase is about
        ("a table with an oaken chiffonier", "a table with an oaken chiffonier"),  # parts stay as they are told
    ],
)
def test_rare_words_are_read_as_plainer_ones(text, plain):
    assert WORDS.plain(text) == plain


def test_an_empty_thesaurus_changes_nothing():
    text = "an  odd, 2-legged Ümlaut's a Uniform"
    assert Thesaurus().plain(text) == text


def test_it_survives_being_written(tmp_path):
    write_thesaurus(tmp_path, WORDS)
    assert read_thesaurus(tmp_path) == WORDS
    assert read_thesaurus(tmp_path / "none") == Thesaurus()


@pytest.mark.parametrize("content", ["{", "[]", json.dumps({"things": {}}), json.dumps({"things": 1, "qualities": {}})])
def test_a_damaged_one_is_told(tmp_path, content):
    (tmp_path / THESAURUS_FILE).write_text(content)
    with pytest.raises(BundleError, match="copy the bundle again"):
        read_thesaurus(tmp_path)
