"""Checking what people type before work begins."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from iss_backend.errors import BadInputError

# Soft hyphens and joiners within a word; those between pictures part them instead.
WITHIN_WORDS = re.compile("[\u00ad\u200c\u2060\ufeff]|(?<=\\w)\u200d+(?=\\w)")
# Signs that keyboards and word processors put in the places of those that dictionaries write.
PLAIN_SIGNS = str.maketrans("\u00b4\u2018\u2019\u2010\u2011\u2012\u2013", "'''----")
LONGEST_TEXT = 1000  # characters; a CLIP reads some 30 to 77 tokens


def clean_text(text: str) -> str:
    """Return a text with plain letters and spaces, and no control characters or halves of characters.

    Letters of full width, ligatures and the like become plain ones, curly apostrophes and other hyphens ' and -.

    Raises:
        BadInputError: nothing readable is left, the text is far too long, or it has no Latin letter (the bundled
            CLIP learned English).
    """
    text = unicodedata.normalize("NFKC", WITHIN_WORDS.sub("", text.translate(PLAIN_SIGNS)))
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in text)
    cleaned = re.sub(r"\s+", " ", visible).strip()
    if not cleaned:
        raise BadInputError("The text is empty; describe a thing, such as 'a red armchair'.")
    if len(cleaned) > LONGEST_TEXT:
        raise BadInputError(f"The text has {len(cleaned)} characters, the limit is {LONGEST_TEXT}; shorten it.")
    if not re.search(r"[A-Za-z]", cleaned):
        raise BadInputError(f"'{cleaned[:40]}' has no Latin letter; the model knows English, please describe it so.")
    return cleaned


def read_texts(path: Path) -> list[str]:
    """Return the cleaned texts of a file, one a line; empty lines do not count.

    Raises:
        BadInputError: the file cannot be read, holds no text, or one of its texts cannot be used.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()  # Windows marks files so
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} cannot be read as text ({error}); give a file with one text a line.") from error
    texts = [_clean_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not texts:
        raise BadInputError(f"{path} holds no text; write one text a line.")
    return texts


def _clean_line(path: Path, number: int, line: str) -> str:
    try:
        return clean_text(line)
    except BadInputError as error:
        raise BadInputError(f"Line {number} of {path} cannot be used: {error}") from error
