"""Plots of scores with their intervals; matplotlib is optional."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from iss_backend.evaluation.metrics.intervals import Score

COLOUR = "#3b6ea5"
PANEL_WIDTH, ROW_HEIGHT, LINE_HEIGHT = 3.0, 0.34, 2.4  # inches
LABEL_WIDTH = 0.075  # inches a letter


@dataclass(frozen=True)
class Panel:
    """One measure: its heading, and its scores by row."""

    heading: str
    scores: Mapping[str, Score]


def can_draw() -> bool:
    """Tell whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw_panels(title: str, panels: Sequence[Panel], axis: str | None = None) -> bytes:
    """Return a PNG with a panel for each measure: bars by row, or lines over an axis whose values the rows are."""
    from matplotlib.figure import Figure  # optional, and slow to import

    rows = list(dict.fromkeys(name for panel in panels for name in panel.scores))
    letters = 0 if axis else max(len(name) for name in rows)
    height = LINE_HEIGHT if axis else ROW_HEIGHT * len(rows)
    size = (PANEL_WIDTH * len(panels) + LABEL_WIDTH * letters, height + 1.1)
    figure = Figure(size, dpi=110, layout="constrained")
    figure.suptitle(title, fontsize=10)
    for part, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        part.set_title(panel.heading, fontsize=9)
        part.tick_params(labelsize=8)
        part.spines[["top", "right"]].set_visible(False)
        if axis:
            _draw_line(part, panel, axis)
        else:
            _draw_bars(part, panel, rows)
    for part in () if axis else figure.axes[1:]:
        part.tick_params(labelleft=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _draw_bars(part: Any, panel: Panel, rows: Sequence[str]) -> None:
    known = [(place, panel.scores[name]) for place, name in enumerate(rows) if name in panel.scores]
    places, scores = zip(*known, strict=True)
    part.barh(places, [score.mean for score in scores], xerr=_whiskers(scores), color=COLOUR, height=0.65, capsize=2)
    if not any(score.high for score in scores):
        part.set_xlim(0.0, 1.0)
    part.set_yticks(range(len(rows)), rows)
    part.set_ylim(len(rows) - 0.5, -0.5)


def _draw_line(part: Any, panel: Panel, axis: str) -> None:
    scores = list(panel.scores.values())
    values = [float(name) for name in panel.scores]
    part.errorbar(values, [score.mean for score in scores], yerr=_whiskers(scores), color=COLOUR, marker="o", capsize=2)
    part.set_xlabel(axis, fontsize=9)


def _whiskers(scores: Sequence[Score]) -> list[list[float]]:
    """Return the distances from the means down and up to the bounds of their intervals."""
    down = [max(0.0, score.mean - score.low) for score in scores]
    return [down, [max(0.0, score.high - score.mean) for score in scores]]
