"""A shuffled contact sheet whose texts stand in a separate file: shapes are named by a person before they look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from iss_backend.evaluation.gallery import GalleryItem, contact_sheet
from iss_backend.evaluation.records import Record, RecordBook
from iss_backend.evaluation.text_sets import EvaluationText

SHEET_SIZE = 52
SHEET_TABLE = "thirteen"
COLUMNS = 8
SHEET_VIEWS = 2


def choose_for_sheet(
    texts: Sequence[EvaluationText], records: Sequence[Record], seed: int, count: int = SHEET_SIZE
) -> list[Record]:
    """Return up to `count` records in random order, as many of each category as can be; failures stay in.

    Args:
        texts: of the benchmark; those of the thirteen categories are taken.
        records: of one method and one seed.
        seed: of the choice and of the order.
        count: shapes on the sheet.
    """
    rng = np.random.default_rng(seed)
    category_of = {text.text: text.category for text in texts if text.source == SHEET_TABLE}
    shuffled = [records[number] for number in rng.permutation(len(records)) if records[number].text in category_of]
    seen: dict[str | None, int] = {}
    turns = []
    for record in shuffled:
        category = category_of[record.text]
        turns.append(seen.get(category, 0))
        seen[category] = turns[-1] + 1
    fair = [shuffled[number] for number in np.argsort(turns, kind="stable")[:count]]
    return [fair[number] for number in rng.permutation(len(fair))]


def draw_blind_sheet(book: RecordBook, records: Sequence[Record]) -> tuple[Image.Image, str]:
    """Return the sheet, its shapes numbered from 1, and the key: a table of number and text."""
    made = [(number, record) for number, record in enumerate(records, 1) if record.failure is None]
    items = [GalleryItem(str(number), book.pictures_of(record.key)[:SHEET_VIEWS]) for number, record in made]
    key = "".join(f"{number}\t{record.text}\n" for number, record in enumerate(records, 1))
    return contact_sheet(items, COLUMNS), "number\ttext\n" + key
