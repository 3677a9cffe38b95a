"""Plainer words for those that a compact CLIP was never shown: "a viridian chiffonier" is a green chest of drawers.

Not in the paper, whose CLIP has read the whole web. A text tower of some millions of weights learns a few thousand
words well; what else a dictionary knows to be a kind of them is looked up before the text is encoded.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from iss_backend.errors import BundleError
from iss_backend.files import write_whole

THESAURUS_FILE = "thesaurus.json"
LONGEST_TERM = 3  # words of an entry
SHORTEST_PART = 3  # letters of what stands before the noun of a compound
WORD = re.compile(r"(\b[^\W\d_]+(?:['-]+[^\W\d_]+)*)")
HISSING = ("s", "x", "z", "sh", "ch")  # what the plural puts an e behind
PAUSE = re.compile(r"[.;:!?()]|\s-")  # a comma is none: it parts qualities too
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
        """Return a text with plainer terms in its first noun phrase, which says what is wanted, and without accents.

        An empty thesaurus, as of a CLIP that has read everything, changes nothing.
        """
        if not (self.things or self.qualities or self.endings):
            return text
        text = _without_accents(text)
        parts = WORD.split(text)  # words, at odd places, and what stands between them
        place = 1
        while not _is_over(parts, place):
            place += self._replace(parts, place)
        return _with_fitting_articles("".join(parts), text)

    def _replace(self, parts: list[str], place: int) -> int:
        """Put the longest entry that begins at a place in plainer words; return how far behind it the next word is."""
        for last in range(min(place + 2 * (LONGEST_TERM - 1), len(parts) - 2), place - 1, -2):
            term = "".join(parts[place : last + 1]).lower()
            plainer = self._plainer(term, is_head=_is_over(parts, last + 2))
            if plainer is not None:
                parts[place : last + 1] = [plainer, *[""] * (last - place)]
                return last + 2 - place
        return 2

    def _plainer(self, term: str, is_head: bool) -> str | None:
        """Return what stands for a term that is the head of a noun phrase, or stands before it."""
        entries = self.things if is_head else self.qualities
        found = _looked_up(entries, term) or _looked_up(entries, term.replace("-", " "))  # "goggle-box": a goggle box
        return found or (self._ending(term) if is_head and " " not in term else None)

    def _ending(self, term: str) -> str | None:
        """Return the longest noun that a compound ends in, in the plural where it is."""
        if not self.whole.isdisjoint([term, *_singulars(term)]):
            return None
        starts = range(SHORTEST_PART, len(term) - SHORTEST_PART)
        ends = (term[start:] for start in starts)
        return next((end for end in ends if not self.endings.isdisjoint([end, *_singulars(end)])), None)


def _without_accents(text: str) -> str:
    """Return a text as English dictionaries write it: "a chateau"."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def _is_over(parts: list[str], place: int) -> bool:
    """Tell whether the first noun phrase ends before the word at a place."""
    if place >= len(parts) or parts[place].lower() in ENDS:
        return True
    return place > 1 and PAUSE.search(parts[place - 1]) is not None


def _looked_up(entries: Mapping[str, str], term: str) -> str | None:
    """Return what stands for a term, in the plural where it is."""
    return entries.get(term) or _plural(entries, term)


def _plural(entries: Mapping[str, str], term: str) -> str | None:
    """Return the plainer term of a regular plural, in the plural."""
    singular = next((one for one in _singulars(term) if one in entries), None)
    return None if singular is None else _in_plural(entries[singular])


def _singulars(term: str) -> list[str]:
    """Return what a term may be the regular plural of: "cutlasses" of "cutlasse" or "cutlass"."""
    found = [term.removesuffix("s")] if term.endswith("s") else []
    if term.endswith("es") and term.removesuffix("es").endswith(HISSING):
        found.append(term.removesuffix("es"))
    return [*found, term.removesuffix("ies") + "y"] if term.endswith("ies") else found


def _in_plural(term: str) -> str:
    """Return the regular plural of a term, of what stands before "of"; one that ends like a plural stays."""
    noun, of, rest = term.partition(" of ")
    if noun.endswith("s"):
        return term
    if re.search("[^aeiou]y$", noun):
        noun = noun[:-1] + "ie"
    return noun + ("es" if noun.endswith(HISSING) else "s") + of + rest


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
