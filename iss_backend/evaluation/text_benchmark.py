"""Running the benchmark: every text by every method, judged as it comes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from iss_backend.errors import BadInputError
from iss_backend.evaluation.judge.judges import Judges
from iss_backend.evaluation.methods import Method
from iss_backend.evaluation.metrics.colours import mesh_colours
from iss_backend.evaluation.metrics.health import mesh_health
from iss_backend.evaluation.records import Record, RecordBook
from iss_backend.evaluation.text_sets import EvaluationText
from iss_backend.meshing import MeshSettings
from iss_backend.progress import ProgressCallback, ProgressMeter

ORDER_SEED = 20  # of the order in which texts are taken, so that the first N of them are a fair sample
DIGITS = 4


@dataclass(frozen=True)
class BenchmarkSettings:
    """How many seeds, counted from `first_seed`; the resolution of the meshes, and views and pixels of the pictures."""

    seeds: int = 3
    first_seed: int = 0
    resolution: int = MeshSettings().resolution
    views: int = 4
    picture_size: int = 96


def chosen_texts(texts: Sequence[EvaluationText], limit: int | None) -> list[EvaluationText]:
    """Return the texts in a random order that never changes, the first `limit` of them if there is one."""
    order = np.random.default_rng(ORDER_SEED).permutation(len(texts))
    return [texts[number] for number in order[:limit]]


def run_benchmark(
    judges: Judges,
    methods: Mapping[str, Method],
    texts: Sequence[EvaluationText],
    settings: BenchmarkSettings,
    book: RecordBook,
    report: ProgressCallback,
) -> None:
    """Make and judge what the book does not hold yet; a method without randomness runs with the first seed alone."""
    tasks = planned(methods, texts, settings)
    meter = ProgressMeter("benchmark", len(tasks), report, sum(task in book for task in tasks))
    for number, key in enumerate(tasks):
        if key not in book:
            book.add(*judge_text(judges, methods[key[0]], key, settings))
            meter.step(number + 1)


def planned(
    methods: Mapping[str, Method], texts: Sequence[EvaluationText], settings: BenchmarkSettings
) -> list[tuple[str, str, int]]:
    """Return (method, text, seed) of all shapes to make: every text once before any has its second seed."""
    seeds = range(settings.first_seed, settings.first_seed + settings.seeds)
    return [
        (name, text.text, seed)
        for seed in seeds
        for text in texts
        for name, method in methods.items()
        if method.random or seed == settings.first_seed
    ]


def judge_text(
    judges: Judges, method: Method, key: tuple[str, str, int], settings: BenchmarkSettings
) -> tuple[Record, Tensor | None]:
    """Make one shape; return what the judges say of it, and its pictures [V, 3, S, S] (None where nothing came)."""
    name, text, seed = key
    begin, processor = time.perf_counter(), time.process_time()
    seconds = spent = 0.0
    try:
        made = method.make(text, seed)
        seconds, spent = time.perf_counter() - begin, time.process_time() - processor
        mesh = made.studio.mesh(made.shape, MeshSettings(resolution=settings.resolution))
    except BadInputError as error:
        return Record(name, text, seed, round(seconds, 3), round(spent, 3), failure=str(error)), None
    points = judges.shape.points_of(mesh, np.random.default_rng(seed))[None]
    probabilities = judges.shape.probabilities(points)[0]
    record = Record(
        name,
        text,
        seed,
        round(seconds, 3),
        round(spent, 3),
        said=judges.shape.classes[int(probabilities.argmax())],
        probabilities=_rounded(probabilities),
        scores=made.shape.scores,
        colours=tuple((colour, round(share, DIGITS)) for colour, share in mesh_colours(mesh)),
        health=mesh_health(mesh),
        point_feature=_rounded(judges.shape.features(points)[0]),
        code=_rounded(made.shape.code),
    )
    return record, made.studio.pictures(made.shape, settings.views, settings.picture_size)


def _rounded(values: Tensor) -> tuple[float, ...]:
    return tuple(round(value, DIGITS) for value in values.to(torch.float64).tolist())
