"""From what a person chose to the jobs that the worker is sent; the one place that knows the jobs' parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..language import tr
from .job import Job

if TYPE_CHECKING:
    import numpy as np

OUR_RATE = 4e-6  # the shipped bundle's own learning rate; the panel shows multiples of it


@dataclass(frozen=True)
class GenerateRequest:
    """One generation.

    Attributes:
        text: what to make, in English.
        seed: of every random draw, 0 or more.
        steps: of stage 2; 0 shows the first guess only.
        detail: mesh cells a side of the cube.
        views: pictures in each step.
        rate: learning rate, as a multiple of the bundle's own.
        start: how the first guess is made: "prior", "gap" or "mapper".
        tau_1, tau_2: shares of the feature in its mix with noise, at the start and in the target; 1 is no noise.
    """

    text: str
    seed: int = 0
    steps: int = 20
    detail: int = 128
    views: int = 8
    rate: float = 1.0
    start: str = "prior"
    tau_1: float = 1.0
    tau_2: float = 1.0


def generate_job(request: GenerateRequest) -> Job:
    """Return the job that turns a text into a shape."""
    settings = {
        "seed": request.seed,
        "steps": request.steps,
        "views": request.views,
        "start": request.start,
        "tau_1": request.tau_1,
        "tau_2": request.tau_2,
    }
    if request.rate != 1.0:
        settings["learning_rate"] = OUR_RATE * request.rate
    params = {"text": request.text, "settings": settings, "resolution": request.detail}
    return Job("generate", params, title=request.text)


def mesh_job(shape: np.ndarray, detail: int, title: str = "") -> Job:
    """Return the job that meshes a kept shape (its bytes, uint8 [n]) at another detail."""
    return Job("mesh", {"resolution": detail}, {"shape": shape}, title=title)


def train_job(dataset: str, bundle: str, name: str, effort: float) -> Job:
    """Return the job that learns captures (a folder) into a new bundle (a folder) with a name."""
    params = {"dataset": dataset, "bundle": bundle, "name": name, "settings": {"effort": effort}}
    return Job("train", params, title=tr("Learning {name}", name=name))
