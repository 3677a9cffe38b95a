"""Studies on texts: other rows for the benchmark of `text_evaluation`, with the same texts and judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from iss_backend.evaluation.benchmark_summary import Judged, judge_records
from iss_backend.evaluation.judge.judges import Judges
from iss_backend.evaluation.methods import Method
from iss_backend.evaluation.metrics.intervals import Score, mean_score
from iss_backend.evaluation.records import Record
from iss_backend.evaluation.studies.table import StudyTable
from iss_backend.evaluation.text_benchmark import chosen_texts, planned
from iss_backend.evaluation.text_evaluation import TextEvaluation, open_book, run_methods
from iss_backend.pipeline import TextToShape
from iss_backend.progress import ProgressCallback

JUDGED = {"category": "category", "colour": "colour", "r_precision": "R-precision", "sound": "sound mesh"}
AGREEMENT = "final"
TOLD = {AGREEMENT: "CLIP agreement", "l_bg": "L_bg", "seconds": "CPU s"}
ExtraColumns = Callable[[Sequence[Record]], Mapping[str, Score]]


def run_text_study(
    title: str,
    studio: TextToShape,
    judges: Judges,
    methods: Mapping[str, Method],
    plan: TextEvaluation,
    bundle: Path | None,
    report: ProgressCallback,
    axis: str | None = None,
    extra: ExtraColumns | None = None,
    headings: Mapping[str, str] | None = None,
) -> StudyTable:
    """Make and judge what is missing of all methods, and return their scores.

    Args:
        title: of the table.
        studio, bundle: what is studied, and its folder.
        judges: who judge.
        methods: the rows.
        plan: texts, seeds and the folder of records, which a later run goes on with.
        report: told about every shape.
        axis: what the methods' titles are values of, where they are numbers.
        extra: further columns of a method's records, with `headings`.

    Raises:
        BadInputError: the folder holds results of other models or settings.
    """
    book = open_book(studio, judges, plan, bundle)
    run_methods(judges, methods, plan, book, report)
    texts = chosen_texts(plan.texts, plan.limit)
    rows: dict[str, Mapping[str, Score]] = {}
    for name, method in methods.items():
        keys = planned({name: method}, texts, plan.benchmark)
        judged = judge_records(book, plan.texts, judges.shape.classes, judges.clip, keys)
        rows[method.title] = _scores(judged) | dict(extra([one.record for one in judged]) if extra else {})
    known = {name: head for name, head in {**JUDGED, **TOLD, **(headings or {})}.items()
             if any(name in row for row in rows.values())}  # fmt: skip
    about = {"bundle": studio.bundle.name, "texts": len(texts), "seeds": plan.benchmark.seeds, **plan.about}
    return StudyTable(title, known, rows, about, axis)


def _scores(judged: Sequence[Judged]) -> dict[str, Score]:
    """Return what judges, and the methods themselves, say of shapes; a column that none of them has is left out."""
    values = [{**one.values, **one.record.scores, "seconds": one.record.processor_seconds} for one in judged]
    scores = {}
    for name in (*JUDGED, *TOLD):
        known = [(of[name], one.record.text) for of, one in zip(values, judged, strict=True) if _is_known(of, name)]
        if known:
            scores[name] = mean_score(*zip(*known, strict=True))
    return scores


def _is_known(values: Mapping[str, Any], name: str) -> bool:
    return values.get(name) is not None
