"""The texts of the benchmark, with what a shape of each has to be. Nobody trains or tunes on them.

Each file in texts/ is a table with tab stops: text, category (a class of the judge; "-" where none fits), colours
(basic names, separated by spaces), and for unusual words the plain text of the set that means the same.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from iss_backend.data.colour_names import BASIC_COLOURS
from iss_backend.errors import BadInputError
from iss_backend.texts import clean_text

TEXTS = Path(__file__).parent / "texts"
NO_CATEGORY = "-"
COLUMNS = ["text", "category", "colours", "means"]


@dataclass(frozen=True)
class EvaluationText:
    """One text of the benchmark.

    Attributes:
        text: what is generated.
        category: the class of the judge that is right, or None where the judge has none.
        colours: basic colours that have to be the largest or second largest of the mesh.
        means: the plain text that says the same, or None.
        source: the table's name: "thirteen", "unseen_words"...
    """

    text: str
    category: str | None
    colours: tuple[str, ...]
    means: str | None
    source: str


def load_texts(folder: Path = TEXTS) -> tuple[EvaluationText, ...]:
    """Read all tables of a folder, in the order of their names.

    Raises:
        BadInputError: there is none, one cannot be read, or a line is damaged, uses an unknown colour, repeats a text,
            or refers to one that is not there.
    """
    texts = [text for path in sorted(folder.glob("*.tsv")) for text in _read_table(path)]
    if not texts:
        raise BadInputError(f"{folder} holds no table of texts (.tsv); give the folder of the benchmark's texts.")
    names = [text.text for text in texts]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated:
        raise BadInputError(f"The text '{repeated}' stands twice in {folder}; remove one of them.")
    lost = next((text.means for text in texts if text.means and text.means not in names), None)
    if lost:
        raise BadInputError(f"'{lost}' is what another text of {folder} means, but it is not there; add it.")
    return tuple(texts)


def _read_table(path: Path) -> list[EvaluationText]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # spreadsheets begin it with a mark
    except (OSError, ValueError) as error:
        raise BadInputError(f"{path} cannot be read ({error}); give a table with tab stops in UTF-8.") from error
    reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if reader.fieldnames != COLUMNS:
        raise BadInputError(f"{path} has the columns {reader.fieldnames}; they have to be {COLUMNS}.")
    return [_read_row(row, f"{path}, line {reader.line_num}", path.stem) for row in reader]


def _read_row(row: dict[str, str], where: str, source: str) -> EvaluationText:
    if None in row or None in row.values() or not row["category"]:
        raise BadInputError(f"{where} does not have {len(COLUMNS)} fields; separate them by tab stops.")
    colours = tuple(row["colours"].split())
    unknown = next((colour for colour in colours if colour not in BASIC_COLOURS), None)
    if unknown:
        raise BadInputError(f"{where} asks for the colour '{unknown}'; use some of {', '.join(BASIC_COLOURS)}.")
    category = None if row["category"] == NO_CATEGORY else row["category"]
    means = clean_text(row["means"]) if row["means"] else None
    return EvaluationText(clean_text(row["text"]), category, colours, means, source)
