"""Captions for training: nouns from the names of meshes, colours from their palettes, many ways of saying both."""

import re
from collections.abc import Sequence

import numpy as np

from iss_backend.data.colour_names import BASIC_COLOURS, colour_words
from iss_backend.data.vocabulary import (
    ADJECTIVES,
    CATEGORY_NOUNS,
    COLOUR_ADJECTIVES,
    COLOURED_MATERIALS,
    MATERIALS,
    find_thing,
    thing_nouns,
)

ALONE_SHARE, SECOND_SHARE = 0.35, 0.2  # least shares of a colour stated alone, and of a second one
PLAIN_SHARE, TYPO_SHARE, PLURAL_SHARE = 0.25, 0.02, 0.04

# Words of names that say nothing of what is shown.
_EMPTY_TEXT = (
    "first second age level leve lvl transformed mat props details item food ingredient animated smooth poses visual "
    "resource pickup collectible low poly basic simple single decorated without of and x worn painted k "
    "patterna patternb patternc bathroom handed mounted wall modular straight individual"
)
_EMPTY_WORDS = frozenset(_EMPTY_TEXT.split())
# Names that do not say what they show: (pattern of "pack/name", words to read instead).
_ALIASES = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"crops/(Apple|Orange)_(\d|Harvested)", "fruit tree"),
        (r"crops/(Beet|Carrot|Pumpkin|Tomato|Watermelon)_(\d|Harvested)", "crop plant"),
        (r"crops/BushBerries_1", "crop plant"),
        (r"quaternius_modular_sci_fi/Details_Arrow|platformer\w*/Arrow", "arrow sign"),
        (r"guns/P90|/SMG_", "smg"),
        (r"/ak47|/AR_\d", "rifle"),
        (r"/Couch_L$", "lounge sofa corner"),
        (r"women/SciFi", "sci fi"),
        (r"/\d?Story\w*", "story"),
        (r"/Medieval_house", "house"),
        (r"sci-fi-crate", "crate"),
        (r"cyberpunk/Pickup_Tank", "canister"),
        (r"cyberpunk/Collectible_Board", "circuit board"),
        (r"cyberpunk/Light_Square", "lamp"),
        (r"(platformer|ultimate_space)\w*/Enemy", "monster"),
        (r"graveyard/trunk", "wood log"),
        (r"women/(Casual|Formal|Suit|Medieval)", "woman"),
        (r"/flat\d*$", "building"),
        (r"/delivery-flat", "truck"),
        (r"/Goal_Flag", "flag"),
        (r"modular_sci_fi/Details_Plate", "board"),
    )
)


def name_words(name: str) -> tuple[str, ...]:
    """Split a mesh name into lower-case words: 'WatchTower_SecondAge_Level1' -> watch, tower, second, age, level."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(word for word in re.split(r"[^a-z]+", spaced.lower()) if word)


def plain_nouns(pack: str, name: str, category: str) -> tuple[str, ...]:
    """Return the nouns alone for a mesh, the plainest one first: without form, colour and material."""
    words = _told_words(pack, name)
    span = find_thing(words)
    if span is None:
        return CATEGORY_NOUNS.get(category, (category.replace("_", " "),))
    return thing_nouns()[words[slice(*span)]]


def noun_choices(pack: str, name: str, category: str, recoloured: bool = False) -> list[str]:
    """Return nouns (with what the name says of form and material) for a mesh, the plainest one first.

    ``recoloured`` leaves out words that say a colour too, such as "golden" and "snowy".
    """
    words = _told_words(pack, name)
    span = find_thing(words)
    nouns = plain_nouns(pack, name, category)
    others = words if span is None else words[: span[0]] + words[span[1] :]
    described = [
        f"{adjective} {noun}"
        for adjective in _adjectives(others, recoloured)
        for noun in nouns[:2]
        if adjective not in noun.split()
    ]
    return list(dict.fromkeys([*nouns, *described]))


def _told_words(pack: str, name: str) -> tuple[str, ...]:
    where = f"{pack}/{name}"
    told = next((words for pattern, words in _ALIASES if pattern.search(where)), name)
    words = name_words(told)
    if find_thing(words) and len(words) == len(told.split()):
        return words
    kept = tuple(w for w in words if len(w) > 1 and w not in _EMPTY_WORDS and w not in BASIC_COLOURS)
    return kept if find_thing(kept) else words


def _adjectives(words: Sequence[str], recoloured: bool) -> list[str]:
    found: list[str] = []
    for word in words:
        found += ADJECTIVES.get(word, ())
        if not recoloured:
            found += COLOUR_ADJECTIVES.get(word, ())
        if word in MATERIALS and not (recoloured and word in COLOURED_MATERIALS):
            found += MATERIALS[word][0]
    return found


# {a} stands for the article of what follows, {c} for colour words, {n} for the noun.
_COLOURED = (
    ("{a} {c} {n}", 8), ("{c} {n}", 6), ("{a} {n} that is {c}", 1), ("{a} {n} in {c}", 1), ("{a} {n}, {c}", 0.7),
    ("the {c} {n}", 0.7), ("{n} {c}", 0.5), ("{a} {c} coloured {n}", 0.5), ("{a} {n} painted {c}", 0.5),
    ("a 3d model of {a} {c} {n}", 1), ("a picture of {a} {c} {n}", 0.7), ("a render of {a} {c} {n}", 0.7),
    ("{a} low poly {c} {n}", 0.5), ("make me {a} {c} {n}", 0.4), ("i want {a} {c} {n}", 0.4), ("one {c} {n}", 0.3),
    ("my {c} {n}", 0.3), ("{a} {c} {n} on a white background", 0.3), ("a photo of {a} {c} {n}", 0.5),
)  # fmt: skip
_PLAIN = (
    ("{a} {n}", 8), ("{n}", 6), ("the {n}", 0.7), ("a 3d model of {a} {n}", 1), ("a picture of {a} {n}", 0.7),
    ("a render of {a} {n}", 0.7), ("{a} low poly {n}", 0.5), ("make me {a} {n}", 0.4), ("i want {a} {n}", 0.4),
    ("this is {a} {n}", 0.4), ("a photo of {a} {n}", 0.5), ("{a} single {n}", 0.2),
)  # fmt: skip
# Colours that are said after the noun ({c} and {d} in falling share), or of which only one is certain.
_TWO_COLOURED = (
    ("{a} {c} and {d} {n}", 5), ("{c} and {d} {n}", 4), ("{a} {n} in {c} and {d}", 1.5), ("{a} {c} {n} with {d}", 1),
    ("{a} {c} {n} with {d} parts", 1), ("a 3d model of {a} {c} and {d} {n}", 0.7), ("{a} {n}, {c} and {d}", 0.5),
)  # fmt: skip


def caption(nouns: Sequence[str], colours: Sequence[tuple[str, float]], rng: np.random.Generator) -> str:
    """Draw a caption.

    Args:
        nouns: what the mesh may be called, the plainest first, as from ``noun_choices``.
        colours: names (basic or shades) and shares of its colours, largest first, as from ``palette_colours``.
        rng: source of all choices.

    """
    noun = draw_noun(nouns, rng)
    stated = [] if rng.random() < PLAIN_SHARE else stated_colours(colours, rng)
    form = draw_form(stated, rng)
    if rng.random() < PLURAL_SHARE and form in ("{c} {n}", "{n}", "{c} and {d} {n}"):
        noun = plural(noun)
    return finished(form, noun, stated, rng)


def draw_noun(nouns: Sequence[str], rng: np.random.Generator) -> str:
    """Draw one of the names of a thing, most often the first one."""
    return nouns[0] if rng.random() < 0.4 else nouns[rng.integers(len(nouns))]


def draw_form(stated: Sequence[str], rng: np.random.Generator) -> str:
    """Draw a way of saying a noun {n} with no, one or two colours {c} and {d}."""
    return weighted((_PLAIN, _COLOURED, _TWO_COLOURED)[len(stated)], rng)


def weighted(choices: Sequence[tuple[str, float]], rng: np.random.Generator) -> str:
    """Draw one of the texts by its weight."""
    weights = np.array([weight for _, weight in choices])
    return choices[rng.choice(len(choices), p=weights / weights.sum())][0]


def finished(form: str, noun: str, colours: Sequence[str], rng: np.random.Generator) -> str:
    """Fill a form's {a}, {n} and colours {c}, {d} (names of `colour_names`), and roughen the text a little."""
    spoken = dict(zip("cd", (spoken_colour(name, rng) for name in colours), strict=False))
    text = form.format(a="{a}", n=noun, **spoken)
    return _roughened(_with_articles(text, is_plural(noun)), rng)


def stated_colours(colours: Sequence[tuple[str, float]], rng: np.random.Generator) -> list[str]:
    """Return none, one or two of the colours of a thing, those that a person would name."""
    if not colours:
        return []
    first, second = colours[0], colours[1] if len(colours) > 1 else ("", 0.0)
    if second[1] >= SECOND_SHARE and (first[1] < ALONE_SHARE or rng.random() < 0.5):
        return [first[0], second[0]]
    return [first[0]] if first[1] >= ALONE_SHARE else []


def spoken_colour(name: str, rng: np.random.Generator) -> str:
    """Draw a word for a colour or shade, in either spelling of grey."""
    words = colour_words(name)
    word = words[0] if rng.random() < 0.7 else words[rng.integers(len(words))]
    return word.replace("grey", "gray") if rng.random() < 0.5 else word


def _with_articles(text: str, is_plural: bool) -> str:
    """Fill {a}: nothing before a plural noun."""
    if is_plural:
        return re.sub(r"\s*\{a\} ", " ", text).strip()
    return with_right_article(text.replace("{a}", "a"))


def with_right_article(text: str) -> str:
    """Turn every "a" before a vowel sound into "an"."""
    return re.sub(r"\ba(?= (?:[ai]|e(?!u)|o(?!ne\b)|u(?!ni|se|su|ri|ti)))", "an", text)


def is_plural(noun: str) -> bool:
    """Tell whether a noun, perhaps with what follows it ("of", "with"), is a plural."""
    last = re.split(r" (?:of|with|in|on) ", noun)[0].split()[-1]
    if last in ("feet", "teeth", "men", "women", "people"):
        return True
    return last.endswith("s") and not last.endswith(("ss", "us", "is", "as"))


def plural(noun: str) -> str:
    """Return the plural of a noun, with its irregular forms; a plural or a mass noun stays as it is."""
    irregular = {"man": "men", "woman": "women", "mouse": "mice", "knife": "knives", "shelf": "shelves",
                 "leaf": "leaves", "foot": "feet",
                 "loaf": "loaves", "wolf": "wolves", "person": "people", "cactus": "cacti"}  # fmt: skip
    same = ("sheep", "deer", "fish", "bread", "rice", "corn", "furniture", "grass", "spacecraft", "aircraft", "hay")
    head, separator, rest = re.match(r"(.+?)( (?:of|with|in|on) |$)(.*)", noun).groups()
    begin, last = head[: -len(head.split()[-1])], head.split()[-1]
    if last.endswith(same) or is_plural(noun):
        return noun
    ending = next((end for end in irregular if last.endswith(end)), None)
    if ending and not last.endswith("human"):
        last = last.removesuffix(ending) + irregular[ending]
    elif last.endswith(("s", "x", "ch", "sh", "z")):
        last += "es"
    else:
        last = last[:-1] + "ies" if re.search(r"[^aeiou]y$", last) else last + "s"
    return begin + last + separator + rest


def _roughened(text: str, rng: np.random.Generator) -> str:
    """Add what people do to texts: capitals, a full stop, now and then a slip of the finger."""
    kind = rng.random()
    if kind < 0.08:
        text = text.capitalize()
    elif kind < 0.10:
        text = text.upper()
    elif kind < 0.14:
        text = text.capitalize() + "."
    return _with_typo(text, rng) if rng.random() < TYPO_SHARE else text


def _with_typo(text: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(1, max(2, len(text) - 1)))
    if rng.random() < 0.5:
        return text[:place] + text[place + 1 :]
    return text[: place - 1] + text[place : place + 1] + text[place - 1] + text[place + 1 :]
