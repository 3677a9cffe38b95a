"""Jobs whose result is no shape but a new bundle in a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iss_backend.errors import BadInputError
from iss_backend.pipeline import TextToShape
from iss_backend.worker.listener import JobListener
from iss_backend.worker.requests import Request

LEAST_EFFORT, MOST_EFFORT = 0.001, 25.0


@dataclass(frozen=True)
class TrainSettings:
    """How much is learnt: `effort` times the usual number of steps, and the seed of every draw."""

    effort: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not LEAST_EFFORT <= self.effort <= MOST_EFFORT or self.seed < 0:
            raise BadInputError(
                f"Cannot learn with the effort {self.effort} and the seed {self.seed}; choose an effort of "
                f"{LEAST_EFFORT} to {MOST_EFFORT:.0f} and a seed of 0 or more."
            )


def train(studio: TextToShape, request: Request, listener: JobListener) -> dict[str, Any]:
    """Learn the captures in the folder "dataset", into a new bundle in the folder "bundle", called "name".

    It starts from the loaded bundle, whose files are read again: the loaded models stay as they are. Where the same
    was cancelled or interrupted before, it goes on from there.
    """
    from iss_backend.training.learn import LearnPlan, learn_bundle, with_effort
    from iss_backend.training.outputs import bundle_name

    request.allow("dataset", "bundle", "name", "settings")
    dataset, output = _folder(request, "dataset"), _folder(request, "bundle")
    name = request.value("name", str, bundle_name(output))
    settings = request.settings(TrainSettings())
    plan = with_effort(LearnPlan(name, seed=settings.seed), settings.effort)
    measured = learn_bundle(studio.folder, dataset, output, plan, listener.report)
    return {"folder": str(output), "bundle": name, "scores": measured}


def _folder(request: Request, name: str) -> Path:
    path = Path(request.value(name, str))
    if not path.is_absolute():
        raise BadInputError(f"'{request.type}' needs '{name}' as a whole path, not '{path}'.")
    return path


Lesson = Callable[[TextToShape, Request, JobListener], dict[str, Any]]
LESSONS: dict[str, Lesson] = {"train": train}
