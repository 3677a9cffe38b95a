"""The benchmark's results as JSON and as a table to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from iss_backend.evaluation.metrics.intervals import Score

COLUMNS = {"category": "category", "colour": "colour", "r_precision": "R-prec.", "sound": "sound"}
DISTANCES = {"fid": "FID", "kid": "KID", "fpd": "FPD"}


def as_json(value: Any) -> Any:
    """Return nested results with scores as dictionaries, numbers rounded."""
    if isinstance(value, Score):
        return as_json(asdict(value))
    if isinstance(value, Mapping):
        return {key: as_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    return round(value, 5) if isinstance(value, float) else value


def table_lines(titles: Mapping[str, str], results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the table of all methods: percentages with half the width of their intervals, and distances."""
    distances = [name for name in DISTANCES if any(name in (r.get("distances") or {}) for r in results.values())]
    heads = [*COLUMNS.values(), *(DISTANCES[name] for name in distances), "diversity", "s", "CPU s"]
    width = max(len(title) for title in titles.values())
    lines = [f"{'':{width}} " + " ".join(f"{head:>11}" for head in heads)]
    for name, result in results.items():
        cells = [_percent(result["scores"].get(column)) for column in COLUMNS]
        cells += [_number((result.get("distances") or {}).get(distance)) for distance in distances]
        cells += [_number(result["diversity"]), _number(result["median_seconds"])]
        cells.append(_number(result["median_processor_seconds"]))
        lines.append(f"{titles[name]:{width}} " + " ".join(f"{cell:>11}" for cell in cells))
    return lines


def detail_lines(result: Mapping[str, Any]) -> list[str]:
    """Return what one method scores by table of texts and by category, and what unusual words cost it."""
    lines = [_row(f"  {source}", scores) for source, scores in result["by_table"].items()]
    worst = sorted(result["by_category"].items(), key=lambda item: item[1])
    if worst:
        lines.append("  category right, from the worst: " + ", ".join(f"{n} {100 * s:.0f}" for n, s in worst))
    for source, scores in result["unusual_words"].items():
        lines.append(_row(f"  {source} against plain words, in points", scores, ("category", "colour")))
    return lines


def _row(title: str, scores: Mapping[str, Score], columns: Sequence[str] = tuple(COLUMNS)) -> str:
    known = [f"{COLUMNS[name]} {_percent(scores[name])}" for name in columns if name in scores]
    return f"{title}: " + ", ".join(known)


def _percent(score: Score | None) -> str:
    return "-" if score is None else f"{100 * score.mean:.1f} ±{50 * (score.high - score.low):.1f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
