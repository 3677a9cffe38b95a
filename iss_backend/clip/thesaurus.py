"""Plainer words for those that a compact CLIP was never shown: "a viridian chiffonier" is a green chest of drawers.

Not in the paper, whose CLIP has read the whole web. A text tower of some millions of weights learns a few thousand
words well; what else a dictionary knows to be a kind of them is looked up before the text is encoded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from iss_backend.errors import BundleError
from iss_backend.files import write_whole

THESAURUS_FILE = "thesaurus.json"
LONGEST_TERM = 3  # words of an entry
SHORTEST_PART = 3  # letters of what stands before the noun of a compound
# What ends a noun phrase: the word before it is its head, as the last word of a text is.
_ENDS_TEXT = """
with without and or on in at of for from to by under over near that which who is has made covered full like
"""
ENDS = frozenset(_ENDS_TEXT.split())


@dataclass(frozen=True)
class Thesaurus:
    """Terms and their plainer ones.

    Attributes:
        things: for the head of a noun phrase.
        qualities: for what stands before it: colours and materials.
        endings: nouns that say what a compound is ("streetlamp" is a lamp), where no dictionary has the word.
        whole: words that end like one and are none ("vegetable" is no table).
        notice: the licence of the dictionary that they come from; it has to go with every copy.
    """

    things: Mapping[str, str] = field(default_factory=dict)
    qualities: Mapping[str, str] = field(default_factory=dict)
    endings: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    notice: str = ""

    def plain(self, text: str) -> str:
        """Return a text with plainer terms in its first noun phrase, which says what is wanted."""
        words = re.findall(r"[A-Za-z'-]+|[^A-Za-z'-]+", text)
        places = [number for number, word in enumerate(words) if word[0].isalpha()]
        begin = 0
        while begin < len(places) and words[places[begin]].lower() not in ENDS:
            begin += self._replace(words, places[begin : begin + LONGEST_TERM + 1])
        return _with_fitting_articles("".join(words), text)

    def _replace(self, words: list[str], places: list[int]) -> int:
        """Put the longest entry at the first of some places in plainer words; return how many of them it took."""
        for length in range(min(LONGEST_TERM, len(places)), 0, -1):
            term = " ".join(words[place] for place in places[:length]).lower()
            following = words[places[length]].lower() if len(places) > length else ""
            plainer = self._plainer(term, is_head=not following or following in ENDS)
            if plainer is not None:
                words[places[0] : places[length - 1] + 1] = [plainer, *[""] * (places[length - 1] - places[0])]
                return length
        return 1

    def _plainer(self, term: str, is_head: bool) -> str | None:
        """Return what stands for a term that is the head of a noun phrase, or stands before it."""
        entries = self.things if is_head else self.qualities
        found = _looked_up(entries, term) or _looked_up(entries, term.replace("-", " "))  # "goggle-box": a goggle box
        return found or (self._ending(term) if is_head and " " not in term else None)

    def _ending(self, term: str) -> str | None:
        """Return the longest noun that a compound ends in, in the plural where it is."""
        singular = term.removesuffix("s")
        if term in self.whole or singular in self.whole:
            return None
        starts = range(SHORTEST_PART, len(term) - SHORTEST_PART)
        ends = (term[start:] for start in starts)
        return next((end for end in ends if end in self.endings or end.removesuffix("s") in self.endings), None)


def _looked_up(entries: Mapping[str, str], term: str) -> str | None:
    """Return what stands for a term, in the plural where it is."""
    return entries.get(term) or _plural(entries, term)


def _plural(entries: Mapping[str, str], term: str) -> str | None:
    """Return the plainer term of a regular plural, in the plural."""
    plainer = entries.get(term.removesuffix("s")) if term.endswith("s") else None
    if plainer is None or plainer.endswith("s"):
        return plainer
    return f"{plainer}es" if plainer.endswith(("sh", "ch", "x")) else f"{plainer}s"


def _with_fitting_articles(text: str, before: str) -> str:
    """Return a text whose "a" and "an" fit the words behind them, where anything was replaced."""
    if text == before:
        return text
    text = re.sub(r"\b([Aa])n (?=[^aeiouAEIOU])", r"\1 ", text)
    return re.sub(r"\b([Aa]) (?=[aeioAEIO])", r"\1n ", text)


def read_thesaurus(folder: Path) -> Thesaurus:
    """Read the thesaurus of a CLIP's folder; an empty one where there is none.

    Raises:
        BundleError: the file is damaged.
    """
    path = folder / THESAURUS_FILE
    if not path.is_file():
        return Thesaurus()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        parts = [{str(term): str(plain) for term, plain in stored[name].items()} for name in ("things", "qualities")]
        sets = [frozenset(map(str, stored.get(name, ()))) for name in ("endings", "whole")]
        notice = str(stored.get("notice", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(f"{path} cannot be read ({error}): copy the bundle again.") from error
    return Thesaurus(*parts, *sets, notice)


def write_thesaurus(folder: Path, thesaurus: Thesaurus) -> None:
    """Write a thesaurus into a CLIP's folder."""
    stored = {
        "notice": thesaurus.notice,
        "things": dict(thesaurus.things),
        "qualities": dict(thesaurus.qualities),
        "endings": sorted(thesaurus.endings),
        "whole": sorted(thesaurus.whole),
    }
    write_whole(folder / THESAURUS_FILE, json.dumps(stored, indent=0, sort_keys=True).encode())
