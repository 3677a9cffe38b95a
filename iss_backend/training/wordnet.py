"""WordNet's database files, as far as they are needed: what a word can mean, and what each meaning is a kind of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

WORDNET_FOLDER = Path("/usr/share/wordnet")  # of Debian's package wordnet-base
NOTICE = """\
This is derived from WordNet 3.0, under this licence: This software and database is being provided to you, the \
LICENSEE, by Princeton University under the following license. By obtaining, using and/or copying this software \
and database, you agree that you have read, understood, and will comply with these terms and conditions: \
Permission to use, copy, modify and distribute this software and database and its documentation for any purpose \
and without fee or royalty is hereby granted, provided that you agree to comply with the following copyright \
notice and statements, including the disclaimer, and that the same appear on ALL copies of the software, database \
and documentation, including modifications that you make for internal use or for distribution. WordNet 3.0 \
Copyright 2006 by Princeton University. All rights reserved. THIS SOFTWARE AND DATABASE IS PROVIDED "AS IS" AND \
PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES, EXPRESS OR IMPLIED. BY WAY OF EXAMPLE, BUT NOT \
LIMITATION, PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES OF MERCHANTABILITY OR FITNESS FOR ANY \
PARTICULAR PURPOSE OR THAT THE USE OF THE LICENSED SOFTWARE, DATABASE OR DOCUMENTATION WILL NOT INFRINGE ANY THIRD \
PARTY PATENTS, COPYRIGHTS, TRADEMARKS OR OTHER RIGHTS. The name of Princeton University or Princeton may not be \
used in advertising or publicity pertaining to distribution of the software and/or database. Title to copyright in \
this software, database and any associated documentation shall at all times remain with Princeton University and \
LICENSEE agrees to preserve same."""
_PLAIN_TERM = re.compile(r"[a-z][a-z'-]+( [a-z'-]+){0,2}")


def is_plain(term: str) -> bool:
    """Tell whether a term is at most three words in small letters: no proper name, no formula."""
    return _PLAIN_TERM.fullmatch(term) is not None


@dataclass(frozen=True)
class Synset:
    """One meaning: the number of its file of subjects, its words, the offsets of its hypernyms, and its gloss."""

    subject: str
    words: tuple[str, ...]
    hypernyms: tuple[str, ...]
    gloss: str


@dataclass(frozen=True)
class WordNet:
    """The database in a folder; empty where WordNet is not installed."""

    folder: Path = WORDNET_FOLDER

    @cached_property
    def nouns(self) -> dict[str, Synset]:
        """Return the meanings of nouns by offset."""
        return dict(map(_parse_synset, _lines(self.folder / "data.noun")))

    @cached_property
    def adjectives(self) -> dict[str, Synset]:
        """Return the meanings of adjectives by offset."""
        return dict(map(_parse_synset, _lines(self.folder / "data.adj")))

    def senses(self, kind: str) -> dict[str, list[str]]:
        """Return the offsets of the meanings of every plain word of a kind ("noun", "adj"...), the commonest first."""
        return {word: offsets for word, offsets, _ in self._index(kind) if is_plain(word)}

    def commonness(self, kind: str) -> dict[str, int]:
        """Return how many senses of each word of a kind occur in WordNet's tagged texts."""
        return {word: tagged for word, _, tagged in self._index(kind)}

    def _index(self, kind: str) -> Iterator[tuple[str, list[str], int]]:
        return map(_parse_index, _lines(self.folder / f"index.{kind}"))


def _parse_synset(line: str) -> tuple[str, Synset]:
    head, _, gloss = line.partition(" | ")
    fields = head.split()
    count = 4 + 2 * int(fields[3], 16)
    words = tuple(word.replace("_", " ") for word in fields[4:count:2])
    pointers = [fields[start : start + 4] for start in range(count + 1, count + 1 + 4 * int(fields[count]), 4)]
    return fields[0], Synset(fields[1], words, tuple(p[1] for p in pointers if p[0] in ("@", "@i")), gloss.strip())


def _parse_index(line: str) -> tuple[str, list[str], int]:
    fields = line.split()
    senses = int(fields[2])
    return fields[0].replace("_", " "), fields[-senses:], int(fields[-senses - 1])


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        return []
    return [line for line in path.read_text(encoding="latin-1").splitlines() if not line.startswith("  ")]
