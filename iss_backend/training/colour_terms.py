"""Names that people give to colours, each in the plain words that captions say most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from iss_backend.data.colour_names import SHADES, colour_words, shade_of
from iss_backend.data.vocabulary import MATERIALS
from iss_backend.training.wordnet import WordNet, is_plain

SURVEY = "xkcd:"
# Colour words of captions that are things before anything else: "a sand castle", "an ice cream cone".
THINGS = frozenset(("rose", "plum", "sand", "cream"))
# Shades that training pictures show too seldom: asked with their own names, first guesses had any colour.
_SELDOM = {"turquoise": "light blue", "teal": "blue", "lime": "light green", "olive": "dark green"}
# Stones and the like that are said for their colour, which neither the survey nor WordNet knows of.
_STONES = {
    "black": "onyx obsidian",
    "blue": "cobalt lapis",
    "green": "malachite peridot",
    "orange": "carnelian",
    "yellow": "citrine mustard",
    "grey": "pewter",
    "dark grey": "slate graphite anthracite",
    "white": "opal milky",
    "light blue": "periwinkle",
    "light green": "pistachio",
}
_COLOUR_SUBJECT = "07"
_COARSE = re.compile(r"\b(poo|poop|puke|shit|barf|snot|vomit|diarrhea|piss|pee|booger)\b")


def plain_colours(wordnet: WordNet, senses: Mapping[str, list[str]], shown: set[str]) -> dict[str, str]:
    """Return the plain words of colour terms.

    Captions say "red" a hundred times as often as "crimson", so that a compact CLIP knows the one far better. Other
    terms are those of the survey in which 222,500 people named the colours that they saw (xkcd, 2010; public domain),
    as matplotlib holds it (none where matplotlib is not installed), and stones.

    Args:
        wordnet: tells which words mean no colour ("melon"); where it is not installed, unshown ones are left out.
        senses: its nouns, with the offsets of their meanings; none where it is not installed.
        shown: words of captions; what consists of them alone is left as it is.
    """
    stones = {word: shade for shade, words in _STONES.items() for word in words.split()}
    return stones | dict(_of_survey(wordnet, senses, shown)) | dict(_of_captions())


def _of_captions() -> Iterator[tuple[str, str]]:
    said = {word for spoken, substance in MATERIALS.values() for word in (substance, *spoken)} | THINGS
    for shade in SHADES:
        plain = _plain_word(shade)
        yield from ((word, plain) for word in colour_words(shade) if word != plain and word not in said)


def _of_survey(wordnet: WordNet, senses: Mapping[str, list[str]], shown: set[str]) -> Iterator[tuple[str, str]]:
    for name, code in _survey().items():
        words = name.split()
        new = is_plain(name) and not _COARSE.search(name) and not shown.issuperset(words)
        if new and (words[-1] in shown or (senses and _is_colour(wordnet, senses.get(words[-1], [])))):
            shade = SHADES[int(shade_of(np.array([list(bytes.fromhex(code[1:]))], np.uint8))[0])]
            yield name, _plain_word(shade)


def _plain_word(shade: str) -> str:
    return _SELDOM.get(shade, colour_words(shade)[0])


def _is_colour(wordnet: WordNet, offsets: list[str]) -> bool:
    """Tell whether a word is a colour or a pigment in one of its meanings, or no noun at all."""
    synsets = [wordnet.nouns[offset] for offset in offsets]
    return not synsets or any(each.subject == _COLOUR_SUBJECT or "pigment" in each.gloss for each in synsets)


def _survey() -> dict[str, str]:
    try:
        from matplotlib.colors import XKCD_COLORS  # an extra of the evaluations, not needed to train
    except ImportError:
        return {}
    return {name.removeprefix(SURVEY): code for name, code in XKCD_COLORS.items()}
