import re
from collections import Counter

import numpy as np
import pytest

from iss_backend.data.captions import caption, name_words, noun_choices, plural, with_right_article
from iss_backend.data.colour_names import BASIC_COLOURS
from iss_backend.data.vocabulary import CATEGORY_NOUNS, all_nouns, find_thing, thing_nouns


@pytest.mark.parametrize(
    ("name", "words"),
    [("WatchTower_SecondAge_Level1", "watch tower second age level"), ("bottle-ketchup", "bottle ketchup"),
     ("TVCabinet_01", "tv cabinet"), ("sofa_03_1k", "sofa k"), ("BoatWSail", "boat w sail")],
)  # fmt: skip
def test_names_are_split_into_words(name, words):
    assert name_words(name) == tuple(words.split())


# (pack, name, category, some nouns it must have): among them things of categories that say nothing.
KNOWN = [
    ("kenney_furniture", "loungeSofaCorner", "sofa", "corner sofa, sofa, couch"),
    ("quaternius_real_time_strategy", "WatchTower_SecondAge_Level1", "house_building", "watchtower, tower"),
    ("kaykit_furniture", "chair_A_wood_decorated", "chair", "chair, wooden chair"),
    ("market_kenney", "bottle-ketchup", "food", "ketchup bottle, ketchup"),
    ("q_morenature_2016", "TreeNoLeavesBig", "tree", "dead tree, tree, big dead tree"),
    ("quaternius_crops", "Pumpkin_Crop", "crop", "pumpkin"),
    ("quaternius_crops", "Pumpkin_Harvested", "crop", "plant"),
    ("quaternius_crops", "Apple_3", "food", "fruit tree, tree"),
    ("kaykit_city_builder", "car_sedan", "car", "car, sedan, automobile"),
    ("quaternius_cute_fish", "Koi", "fish_sea", "fish, koi"),
    ("quaternius_cute_fish", "Swordfish", "sword_blade", "swordfish, fish"),
    ("q_powerups_2016", "SmallDiamond", "item_icon", "gem, small diamond"),
    ("kaykit_dungeon", "banner_patternA_blue", "decor", "banner, flag"),
    ("kaykit_city_builder", "firehydrant", "street_prop", "fire hydrant"),
    ("kaykit_halloween", "coffin_decorated", "container", "coffin"),
    ("q_buildings_pack_2017", "Hospital", "house_building", "hospital"),
    ("quaternius_medieval_weapons", "Bow_Wooden2", "weapon_other", "bow, wooden bow"),
    ("kaykit_adventurers", "Mage", "character", "wizard, person"),
    ("quaternius_nature", "CommonTree_Dead_Snow_2", "tree", "tree, dead tree, snowy tree"),
    ("quaternius_modular_sci_fi_guns", "P90", "gun", "submachine gun"),
    ("quaternius_spaceships", "Pancake", "spaceship", "spaceship"),
    ("kaykit_halloween", "pumpkin_orange_jackolantern", "lamp", "jack-o'-lantern"),
]


@pytest.mark.parametrize(("pack", "name", "category", "nouns"), KNOWN)
def test_names_tell_what_a_mesh_shows(pack, name, category, nouns):
    assert set(nouns.split(", ")) <= set(noun_choices(pack, name, category))


def test_the_category_answers_for_a_name_that_says_nothing():
    assert noun_choices("", "xyzzy_07", "spaceship")[0] == "spaceship"
    assert noun_choices("", "xyzzy_07", "garden_gnome") == ["garden gnome"]


def test_a_recoloured_mesh_is_not_called_golden_or_snowy():
    for pack, name in [("quaternius_rpg_items", "Sword_big_Golden"), ("quaternius_nature", "Willow_Snow_2")]:
        described = " ".join(noun_choices(pack, name, "tree"))
        assert re.search("golden|snowy", described)
        assert not re.search("gold|snow", " ".join(noun_choices(pack, name, "tree", recoloured=True)))


def test_nouns_are_clean_and_name_no_colour():
    nouns = all_nouns()
    assert all(re.fullmatch(r"[a-z][a-z'\- ]*[a-z]", noun) for noun in nouns)
    fruit = {"orange"}
    assert not [noun for noun in nouns if set(noun.split()) & set(BASIC_COLOURS) and noun not in fruit]


def test_the_table_is_complete():
    assert len(thing_nouns()) > 900
    paper = "airplane bench cabinet car chair display lamp loudspeaker rifle sofa table telephone watercraft"
    for name in paper.split():
        assert CATEGORY_NOUNS[name][0] == name and len(CATEGORY_NOUNS[name]) >= 4


def test_the_longest_entry_wins_then_the_first():
    assert find_thing(("red", "ice", "cream", "truck")) == (1, 4)
    assert find_thing(("tree", "rock")) == (0, 1)
    assert find_thing(("building", "house")) == (1, 2)
    assert find_thing(("xyzzy",)) is None


def drawn(nouns, colours, count=4000):
    rng = np.random.default_rng(7)
    return [caption(nouns, colours, rng) for _ in range(count)]


def test_a_quarter_of_captions_state_no_colour():
    texts = [text.lower() for text in drawn(["car"], [("red", 1.0)])]
    plain = sum(not re.search("red|crimson|scarlet|ruby|vermil", text) for text in texts) / len(texts)
    assert 0.22 < plain < 0.29
    assert {"a red car", "red car", "a car that is red", "a car in red", "a 3d model of a red car"} <= set(texts)


def test_a_small_colour_is_not_stated():
    texts = " ".join(drawn(["car"], [("red", 0.3), ("blue", 0.15), ("green", 0.15)], 500)).lower()
    assert not re.search("red|blue|green", texts)
    texts = " ".join(drawn(["car"], [("yellow", 0.85), ("blue", 0.15)], 500)).lower()
    assert "yellow" in texts and "blue" not in texts


def test_two_colours_are_stated_in_the_order_of_their_shares():
    texts = drawn(["car"], [("red", 0.6), ("white", 0.4)])
    assert "a red and white car" in texts and "a car in red and white" in texts
    assert not [text for text in texts if re.search("white and red", text)]


def test_the_plainest_noun_is_the_commonest_and_all_occur():
    counts = Counter(text.split()[-1].lower().rstrip(".s") for text in drawn(["car", "auto", "van"], []))
    assert counts.most_common(1)[0][0] == "car" and min(counts["auto"], counts["van"]) > 400


def test_both_spellings_of_grey_occur():
    texts = " ".join(drawn(["rock"], [("grey", 1.0)], 500))
    assert texts.count("gray") > 50 < texts.count("grey")


def test_the_same_seed_gives_the_same_caption():
    assert drawn(["sofa", "couch"], [("dark blue", 0.7)], 20) == drawn(["sofa", "couch"], [("dark blue", 0.7)], 20)


@pytest.mark.parametrize(
    ("text", "right"),
    [("a orange", "an orange"), ("a university", "a university"), ("a urn", "an urn"), ("a red owl", "a red owl"),
     ("a one-eyed a usual axe", "a one-eyed a usual axe"), ("a axe, a umbrella", "an axe, an umbrella")],
)  # fmt: skip
def test_articles_fit_the_vowel(text, right):
    assert with_right_article(text) == right


@pytest.mark.parametrize(
    ("noun", "several"),
    [("car", "cars"), ("bus", "buses"), ("box", "boxes"), ("berry", "berries"), ("knife", "knives"),
     ("bottle of wine", "bottles of wine"), ("woman in a dress", "women in a dress"), ("sheep", "sheep"),
     ("stairs", "stairs"), ("toy", "toys"), ("bookshelf", "bookshelves")],
)  # fmt: skip
def test_plurals(noun, several):
    assert plural(noun) == several
