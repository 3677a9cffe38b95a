"""The result of a study: a table of scores with intervals, on the terminal, as JSON and as a plot."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iss_backend.evaluation.benchmark_report import as_json
from iss_backend.evaluation.metrics.intervals import Score, mean_score
from iss_backend.evaluation.studies.plots import Panel, can_draw, draw_panels
from iss_backend.files import write_whole

DIGITS = 3


@dataclass(frozen=True)
class StudyTable:
    """What a study found.

    Attributes:
        title: what is compared.
        columns: headings by name.
        rows: scores by the row's title and the column's name; a column may be missing in a row.
        about: how it was measured: bundle, numbers of shapes, seeds, steps...
        axis: what the rows' titles are values of ("tau"), where they are numbers; a plot then draws lines.
    """

    title: str
    columns: Mapping[str, str]
    rows: Mapping[str, Mapping[str, Score]]
    about: Mapping[str, Any] = field(default_factory=dict)
    axis: str | None = None

    def lines(self) -> list[str]:
        """Return the table to read: means and half the width of their 95 % intervals."""
        width = max(len(title) for title in self.rows)
        cells = {t: [_cell(scores.get(name)) for name in self.columns] for t, scores in self.rows.items()}
        heads = list(self.columns.values())
        widths = [max(len(text) for text in column) for column in zip(heads, *cells.values(), strict=True)]
        table = {"": heads, **cells}
        rows = [(t, "  ".join(f"{c:>{w}}" for c, w in zip(row, widths, strict=True))) for t, row in table.items()]
        return [self.title, *(f"{title:{width}}  {row}" for title, row in rows)]


def _cell(score: Score | None) -> str:
    return "-" if score is None else f"{score.mean:.{DIGITS}f} ±{(score.high - score.low) / 2.0:.{DIGITS}f}"


def scores_of_columns(samples: Sequence[Mapping[str, float]], groups: Sequence[Hashable]) -> dict[str, Score]:
    """Return a score for every column of samples [N], drawn anew by their groups [N]."""
    return {name: mean_score([sample[name] for sample in samples], groups) for name in samples[0]}


def write_study(table: StudyTable, output: Path) -> list[Path]:
    """Write the table as JSON to `output`, and where matplotlib is installed its plot beside it; return the files.

    Raises:
        OutputError: the disk is full, or a file cannot be written.
    """
    contents = {"title": table.title, "about": table.about, "columns": table.columns, "rows": table.rows}
    write_whole(output, json.dumps(as_json(contents), indent=1).encode())
    if not can_draw():
        return [output]
    plot = output.with_suffix(".png")
    panels = [Panel(head, {t: row[name] for t, row in table.rows.items() if name in row})
              for name, head in table.columns.items()]  # fmt: skip
    known = [panel for panel in panels if panel.scores]  # data without procedural shapes have no score of theirs
    write_whole(plot, draw_panels(table.title, known, table.axis))
    return [output, plot]
