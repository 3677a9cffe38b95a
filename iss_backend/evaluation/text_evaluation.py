"""The whole evaluation of a bundle on texts: run, judge, compare, draw the blind sheet."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from iss_backend import __version__
from iss_backend.data.packed import PackedShapes
from iss_backend.evaluation.benchmark_report import as_json
from iss_backend.evaluation.benchmark_summary import judge_records, summarise
from iss_backend.evaluation.blind_sheet import choose_for_sheet, draw_blind_sheet
from iss_backend.evaluation.judge.judges import Judges
from iss_backend.evaluation.methods import DEFAULT, NEAREST_FILE, Method, build_methods, bundle_seal
from iss_backend.evaluation.picture_features import OUR_NETWORK, PictureNetwork, clip_network
from iss_backend.evaluation.records import RecordBook
from iss_backend.evaluation.set_distances import Reference, build_reference, distances_to
from iss_backend.evaluation.text_benchmark import BenchmarkSettings, chosen_texts, planned, run_benchmark
from iss_backend.evaluation.text_sets import EvaluationText
from iss_backend.files import write_whole
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.progress import ProgressCallback


@dataclass(frozen=True)
class TextEvaluation:
    """What is evaluated, and where it is kept.

    Attributes:
        texts: of the whole benchmark.
        limit: number of them to generate; None takes all.
        methods: names of the rows.
        benchmark: seeds and resolution.
        folder: of records and pictures; a run that was stopped goes on there.
        data: packed folders whose held-out side FID, KID and FPD compare with; none leaves these out.
        network: of FID and KID, and its name; None takes the judging CLIP's image tower.
        generate: settings of the default row; its other rows follow.
        about: what else the results depend on; a folder of results begun with other values is refused.
    """

    texts: Sequence[EvaluationText]
    limit: int | None
    methods: Sequence[str]
    benchmark: BenchmarkSettings
    folder: Path
    data: Sequence[Path] = ()
    network: tuple[PictureNetwork, str] | None = None
    generate: GenerateSettings | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


def evaluate_texts(
    studio: TextToShape,
    judges: Judges,
    plan: TextEvaluation,
    bundle: Path | None,
    report: ProgressCallback,
    methods: Mapping[str, Method] | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Run what is missing; return the results by method and the methods' titles.

    Args:
        studio: the bundle that is evaluated.
        judges: who judge.
        plan: what is evaluated.
        bundle: its folder; None is the shipped one.
        report: told about every shape.
        methods: from which the plan chooses; those of `build_methods` where they are not given.

    Raises:
        BadInputError: the folder holds results of other models or settings; the data cannot be used.
    """
    book = open_book(studio, judges, plan, bundle)
    reference = _reference(judges, plan)  # before hours of work: the data may be none
    known = methods or build_methods(studio, plan.folder / NEAREST_FILE, report, plan.generate)
    rows = {name: known[name] for name in plan.methods}
    run_methods(judges, rows, plan, book, report)
    texts = chosen_texts(plan.texts, plan.limit)
    results = {name: _result(book, judges, plan, texts, {name: rows[name]}, reference) for name in rows}
    return results, {name: method.title for name, method in rows.items()}


def open_book(studio: TextToShape, judges: Judges, plan: TextEvaluation, bundle: Path | None) -> RecordBook:
    """Return the records of a plan, those of an earlier run included.

    Raises:
        BadInputError: the folder holds results of other models or settings.
    """
    return RecordBook(plan.folder, _about(studio, judges, plan, bundle_seal(bundle)))


def run_methods(
    judges: Judges, methods: Mapping[str, Method], plan: TextEvaluation, book: RecordBook, report: ProgressCallback
) -> None:
    """Make and judge what the book does not hold yet of all methods.

    Raises:
        BadInputError: what it holds of one of them was made with other steps or files.
    """
    book.keep_rows({name: method.made_with for name, method in methods.items() if method.made_with})
    run_benchmark(judges, methods, chosen_texts(plan.texts, plan.limit), plan.benchmark, book, report)


def _about(studio: TextToShape, judges: Judges, plan: TextEvaluation, seal: str) -> dict[str, Any]:
    generate = json.loads(json.dumps(asdict(plan.generate or GenerateSettings())))
    return {
        "version": __version__,
        "bundle": studio.bundle.name,
        "manifest": seal,
        "judges": judges.mark,
        "resolution": plan.benchmark.resolution,
        "pictures": [plan.benchmark.views, plan.benchmark.picture_size],
        "settings": {name: value for name, value in generate.items() if name != "seed"},
        **plan.about,
    }


def _reference(judges: Judges, plan: TextEvaluation) -> Reference | None:
    if not plan.data:
        return None
    network, name = plan.network or (clip_network(judges.clip), OUR_NETWORK)
    return build_reference(PackedShapes(*plan.data), judges, network, name, plan.benchmark)


def _result(
    book: RecordBook,
    judges: Judges,
    plan: TextEvaluation,
    texts: Sequence[EvaluationText],
    method: dict[str, Method],
    reference: Reference | None,
) -> dict[str, Any]:
    """Return the scores of one method over its planned shapes."""
    keys = planned(method, texts, plan.benchmark)
    judged = judge_records(book, plan.texts, judges.shape.classes, judges.clip, keys)
    result = summarise(judged)
    if reference is not None:
        result["distances"] = distances_to(reference, book, [one.record for one in judged])
    return result


def write_results(output: Path, plan: TextEvaluation, judges: Judges, results: dict[str, Any], seed: int) -> list[Path]:
    """Write the results as JSON to `output`, and the blind sheet with its key beside it; return the files.

    Raises:
        OutputError: the disk is full, or a file cannot be written.
    """
    about = json.loads((plan.folder / "about.json").read_text(encoding="utf-8"))
    judge = {"classes": judges.shape.classes, **judges.shape.notes}
    contents = {"about": about, "seeds": plan.benchmark.seeds, "judge": judge, "methods": results}
    write_whole(output, json.dumps(as_json(contents), indent=1).encode())
    book, first = RecordBook(plan.folder, about), plan.benchmark.first_seed
    records = [record for record in book.records.values() if (record.method, record.seed) == (DEFAULT, first)]
    chosen = choose_for_sheet(plan.texts, records, seed)
    if not any(record.failure is None for record in chosen):
        return [output]
    sheet, key = draw_blind_sheet(book, chosen)
    picture, answers = output.with_name(f"{output.stem}_blind.png"), output.with_name(f"{output.stem}_blind_key.tsv")
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    write_whole(picture, buffer.getvalue())
    write_whole(answers, key.encode())
    return [output, picture, answers]
