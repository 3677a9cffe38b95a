"""Prompts out of text and CSV files. No Blender here."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..language import tr

COLUMNS = ("prompt", "seed", "variations")
DELIMITERS = ",;\t"
LARGEST = {"seed": 2**31 - 1, "variations": 64}
LEAST = {"seed": 0, "variations": 1}
LONGEST_PROMPT = 300  # bytes in UTF-8, as Blender counts
MOST_ROWS = 10_000
CSV_NAME = re.compile(r"\.csv(\.\d+)?$", re.IGNORECASE)  # Blender numbers texts of one name: "list.csv.001"
BYTE_ORDER_MARK = "\ufeff"  # which Blender leaves in the texts that it opens


class BatchFileError(ValueError):
    """A file cannot be used at all; one sentence says why."""


@dataclass(frozen=True)
class Row:
    """One prompt of a batch.

    Attributes:
        prompt: what to make.
        seed: of its first shape; None takes the batch's.
        variations: how many shapes; None takes the batch's.
        problem: why the row cannot be used, "" where it can.
    """

    prompt: str
    seed: int | None = None
    variations: int | None = None
    problem: str = ""


def read_rows(path: Path) -> list[Row]:
    """Read a file: CSV by its name's end, else one prompt a line.

    Raises:
        BatchFileError: it is missing, no UTF-8 text, or holds no prompt.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BatchFileError(
            tr("{path} cannot be read ({reason}).", path=path, reason=error.strerror or error)
        ) from error
    except UnicodeDecodeError as error:
        raise BatchFileError(
            tr("{path} is no UTF-8 text; save it as UTF-8 (“CSV UTF-8” in a spreadsheet).", path=path)
        ) from error
    return rows_of(text, path.name)


def rows_of(text: str, name: str) -> list[Row]:
    """Return the rows of a text; CSV where the name ends so or the first line names the columns.

    In other texts each line is a prompt, commas included. Empty lines and lines that begin with # are left out.

    Raises:
        BatchFileError: there is no prompt in it, or far too many.
    """
    text = text.removeprefix(BYTE_ORDER_MARK)
    if CSV_NAME.search(name) or _delimiter(text):
        rows = _csv_rows(text)
    else:
        rows = [_row(number, {"prompt": line}) for number, line in _lines_that_count(text)]
    if not any(not row.problem for row in rows):
        why = f" {rows[0].problem}" if rows else ""
        raise BatchFileError(
            tr(
                "There is no prompt in “{name}”; write one a line, or a CSV with a column “prompt”.{why}",
                name=name,
                why=why,
            )
        )
    if len(rows) > MOST_ROWS:
        raise BatchFileError(
            tr(
                "“{name}” has {count:,} rows; split it into files of at most {most:,}.",
                name=name,
                count=len(rows),
                most=MOST_ROWS,
            )
        )
    return rows


def _lines_that_count(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are neither empty nor a comment, with their numbers."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.strip().startswith("#"):
            yield number, line


def _delimiter(text: str) -> str:
    """Return what separates the columns of a text whose first line names them, "" where it does not."""
    first = next((line for _, line in _lines_that_count(text)), "").lower()
    for delimiter in DELIMITERS:
        names = [name.strip(' "') for name in first.split(delimiter)]
        if len(names) > 1 and "prompt" in names and set(names) <= set(COLUMNS):
            return delimiter
    return ""


def _guessed_delimiter(text: str) -> str:
    """Return what separates the columns of a text without names for them: what stands before numbers at lines' ends."""

    def numbers_after(delimiter: str) -> int:
        return len(re.findall(rf'{delimiter} *"?\d+"? *{delimiter}?\s*$', text, re.MULTILINE))

    return max(DELIMITERS, key=numbers_after)


def _csv_rows(text: str) -> list[Row]:
    delimiter = _delimiter(text) or _guessed_delimiter(text)
    lines = io.StringIO(text, newline="")  # with their ends, which a quoted cell may hold
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    names, rows = list(COLUMNS), []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            lowered = [cell.lower() for cell in stripped]
            if not rows and "prompt" in lowered and set(lowered) <= set(COLUMNS):
                names = lowered
            elif any(stripped) and not stripped[0].startswith("#"):
                rows.append(_csv_row(reader.line_num, names, stripped))
    except csv.Error as error:
        rows.append(Row("", problem=tr("Line {number} is no CSV ({error}).", number=reader.line_num, error=error)))
    return rows


def _csv_row(number: int, names: list[str], cells: list[str]) -> Row:
    if any(cells[len(names) :]):
        return Row(
            cells[0],
            problem=tr(
                "Line {number} has {columns} columns, not {wanted}; put prompts with commas in quotes.",
                number=number,
                columns=len(cells),
                wanted=len(names),
            ),
        )
    return _row(number, dict(zip(names, cells, strict=False)))


def _row(number: int, cells: dict[str, str]) -> Row:
    prompt = " ".join(cells.get("prompt", "").split())
    if not prompt:
        return Row("", problem=tr("Line {number} has no prompt.", number=number))
    length = len(prompt.encode())
    if length > LONGEST_PROMPT:  # Blender would cut it off
        return Row(
            prompt,
            problem=tr(
                "Line {number} has {count} letters, where “é” counts as two; a prompt has {most} at most.",
                number=number,
                count=length,
                most=LONGEST_PROMPT,
            ),
        )
    values: dict[str, int | None] = {}
    for name in ("seed", "variations"):
        cell = cells.get(name, "")
        if cell and not (cell.isascii() and cell.isdigit() and LEAST[name] <= int(cell) <= LARGEST[name]):
            return Row(
                prompt,
                problem=tr(
                    "Line {number}: {name} is “{cell}”; "
                    "write a whole number from {least} to {most}, or leave it empty.",
                    number=number,
                    name=name,
                    cell=cell,
                    least=LEAST[name],
                    most=LARGEST[name],
                ),
            )
        values[name] = int(cell) if cell else None
    return Row(prompt, **values)
