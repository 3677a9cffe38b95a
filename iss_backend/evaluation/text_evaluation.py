"""The whole evaluation of a bundle on texts: run, judge, compare, draw the blind sheet."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from iss_backend import __version__
from iss_backend.bundle import DEFAULT_BUNDLE, MANIFEST
from iss_backend.data.packed import PackedShapes
from iss_backend.evaluation.benchmark_report import as_json
from iss_backend.evaluation.benchmark_summary import judge_records, summarise
from iss_backend.evaluation.blind_sheet import choose_for_sheet, draw_blind_sheet
from iss_backend.evaluation.judge.judges import Judges
from iss_backend.evaluation.methods import DEFAULT, Method, build_methods
from iss_backend.evaluation.picture_features import OUR_NETWORK, PictureNetwork, clip_network
from iss_backend.evaluation.records import RecordBook
from iss_backend.evaluation.set_distances import Reference, build_reference, distances_to
from iss_backend.evaluation.text_benchmark import BenchmarkSettings, chosen_texts, planned, run_benchmark
from iss_backend.evaluation.text_sets import EvaluationText
from iss_backend.files import write_whole
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.progress import ProgressCallback
from iss_backend.weights import sha256_of

NEAREST_FILE = "training_shapes.safetensors"


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
    """

    texts: Sequence[EvaluationText]
    limit: int | None
    methods: Sequence[str]
    benchmark: BenchmarkSettings
    folder: Path
    data: Sequence[Path] = ()
    network: tuple[PictureNetwork, str] | None = None
    generate: GenerateSettings | None = None


def evaluate_texts(
    studio: TextToShape, judges: Judges, plan: TextEvaluation, bundle: Path | None, report: ProgressCallback
) -> tuple[dict[str, Any], dict[str, str]]:
    """Run what is missing; return the results by method and the methods' titles.

    Raises:
        BadInputError: the folder holds results of other models or settings; the data cannot be used.
    """
    seal = sha256_of((bundle or DEFAULT_BUNDLE) / MANIFEST)[:12]
    texts = chosen_texts(plan.texts, plan.limit)
    book = RecordBook(plan.folder, _about(studio, judges, plan, seal))
    methods = build_methods(studio, plan.folder / NEAREST_FILE, report, plan.generate)
    methods = {name: methods[name] for name in plan.methods}
    run_benchmark(studio, judges, methods, texts, plan.benchmark, book, report)
    reference = _reference(judges, plan)
    results = {name: _result(book, judges, plan, texts, {name: methods[name]}, reference) for name in methods}
    return results, {name: method.title for name, method in methods.items()}


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
