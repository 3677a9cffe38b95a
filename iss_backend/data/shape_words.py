"""What is known about a shape in words, beyond its name: as generators of shapes write it into captions.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iss_backend.errors import BadInputError


@dataclass(frozen=True)
class Part:
    """A named part of a shape, the word for its own colour, and the word for its material, if it has one."""

    name: str
    colour: str
    material: str | None = None


@dataclass(frozen=True)
class ShapeWords:
    """What a shape may be called.

    Attributes:
        category: the category it is trained in.
        nouns: names, the plainest one first.
        adjectives: of its form, never of its colours.
        features: what comes after the noun ("with armrests").
        parts: the main part first.
    """

    category: str
    nouns: tuple[str, ...]
    adjectives: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    @staticmethod
    def from_json(stored: dict[str, Any]) -> ShapeWords:
        """Read what `to_json` or a generator wrote; raises BadInputError where fields are missing or empty."""
        try:
            words = ShapeWords(
                category=str(stored["category"]),
                nouns=_strings(stored["nouns"]),
                adjectives=_strings(stored.get("adjectives", ())),
                features=_strings(stored.get("features", ())),
                parts=tuple(Part(*part) for part in stored.get("parts", ())),
            )
        except (KeyError, TypeError) as error:
            raise BadInputError(f"The words {stored} of a shape cannot be read ({error}); write them again.") from error
        if not words.nouns:
            raise BadInputError(f"The words {stored} of a shape hold no noun; give at least one.")
        return words

    def to_json(self) -> dict[str, Any]:
        """Return the same as lists and strings."""
        return {
            "category": self.category,
            "nouns": list(self.nouns),
            "adjectives": list(self.adjectives),
            "features": list(self.features),
            "parts": [[part.name, part.colour, part.material] for part in self.parts],
        }


def _strings(values: Any) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError(f"a list is wanted, not the text {values!r}")
    return tuple(str(value) for value in values)


def read_words(path: Path | None) -> dict[str, ShapeWords]:
    """Read "group/name" -> words from a captions.json; empty without a file.

    Raises:
        BadInputError: the file cannot be read, or words are missing in it.
    """
    if path is None:
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {name: ShapeWords.from_json(words) for name, words in stored.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise BadInputError(f"The words in {path} cannot be read ({error}); write them again.") from error
