"""Whole jobs: starting cold in a fresh process, generating, stylising, meshing and writing."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from iss_backend.batch import generate_many
from iss_backend.errors import Cancelled
from iss_backend.evaluation.benchmark.clock import Timing, measure
from iss_backend.meshing import MeshSettings
from iss_backend.meshing.export import ENCODERS
from iss_backend.pipeline import OUR_STAGE2, GenerateSettings, StyliseSettings, TextToShape
from iss_backend.shape import Shape
from iss_backend.worker.capacity import most_at_once

TEXTS = ("a red armchair", "a wooden table", "a blue sports car", "a small airplane")
FIRST_MESH = MeshSettings(resolution=48, coarse_resolution=24)  # as the worker's previews
COLD_PROGRAM = """
import json, sys, time
began = time.perf_counter(); marks = {}
def mark(name):
    marks[name] = [time.perf_counter() - began, time.process_time()]
mark("process")
import iss_backend
mark("import iss_backend")
import torch
mark("import torch")
from pathlib import Path
from iss_backend.meshing import MeshSettings
from iss_backend.pipeline import GenerateSettings, TextToShape
mark("import pipeline")
torch.set_num_threads(int(sys.argv[3]))
studio = TextToShape.open(Path(sys.argv[1]) if sys.argv[1] else None, sys.argv[2])
mark("bundle load")
class Enough(Exception):
    pass
def first(shape):
    studio.mesh(shape, MeshSettings(resolution=48, coarse_resolution=24))
    raise Enough
try:
    studio.generate("a red armchair", GenerateSettings(), preview=first)
except Enough:
    mark("first mesh")
print(json.dumps(marks))
"""


def cold_start(bundle: Path | None, device: torch.device) -> dict[str, Timing]:
    """Return how long each phase from a fresh process to the first mesh takes, and "cold to first mesh" in all."""
    command = [sys.executable, "-c", COLD_PROGRAM, str(bundle or ""), str(device), str(torch.get_num_threads())]
    root = Path(__file__).parents[3]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    marks = json.loads(answer.stdout.splitlines()[-1])
    names, phases = list(marks), {}
    for before, name in itertools.pairwise(names):
        wall, cpu = (late - early for early, late in zip(marks[before], marks[name], strict=True))
        phases[name] = Timing(wall, cpu, 1)
    phases["cold to first mesh"] = Timing(*marks[names[-1]], 1)
    return phases


def warm_phases(studio: TextToShape, repeats: int) -> dict[str, Timing]:
    """Return how long the phases of a generation take with everything loaded, and all of it, mesh included."""
    guess_only = GenerateSettings(stage2=replace(OUR_STAGE2, steps=0))
    short: dict[str, Callable[[str], Any]] = {
        "text encode": lambda text: studio.bundle.clip.encode_text([text]),
        "first mesh": lambda text: first_mesh(studio, text),
        "first guess and its score": lambda text: studio.generate(text, guess_only),
    }
    found = {
        f"{phase}, '{text}'": measure(partial(action, text), repeats, studio.device)
        for phase, action in short.items()
        for text in TEXTS
    }
    for text in TEXTS:
        whole = measure(lambda some=text: studio.mesh(studio.generate(some)), 1, studio.device, warm_up=False)
        found[f"generate, default, to a 128^3 mesh, '{text}'"] = whole
    return found


def first_mesh(studio: TextToShape, text: str) -> None:
    """Generate a text up to the mesh of the first shape that is shown."""

    def show(shape: Shape) -> None:
        studio.mesh(shape, FIRST_MESH)
        raise Cancelled("The first mesh is all that is timed.")

    with suppress(Cancelled):
        studio.generate(text, preview=show)


def mesh_phases(studio: TextToShape, resolutions: tuple[int, ...], repeats: int) -> dict[str, Timing]:
    """Return how long meshing at each resolution takes, and writing the last mesh in each format."""
    shape = studio.generate(TEXTS[0], GenerateSettings(stage2=replace(OUR_STAGE2, steps=0)))
    found: dict[str, Timing] = {}
    for resolution in resolutions:
        settings = MeshSettings(resolution=resolution)
        found[f"mesh {resolution}^3"] = measure(lambda some=settings: studio.mesh(shape, some), repeats, studio.device)
    mesh = studio.mesh(shape, MeshSettings(resolution=128))
    for suffix, encode in ENCODERS.items():
        found[f"export {suffix} of 128^3"] = measure(lambda make=encode: make(mesh, {}), repeats, studio.device)
    return found


def throughput(studio: TextToShape, count: int, steps: int) -> dict[str, Any]:
    """Return shapes per minute, with `steps` of stage 2 and a mesh at 128^3: one by one, and as a batch.

    The batch's time includes the start of its processes, which a longer batch would feel less. Processor time is that
    of all processes.
    """
    settings = GenerateSettings(stage2=replace(OUR_STAGE2, steps=steps))
    texts = [TEXTS[number % len(TEXTS)] for number in range(count)]

    def one_by_one() -> None:
        for text in texts:
            studio.mesh(studio.generate(text, settings))

    def batch() -> None:
        for shape in generate_many(studio, texts, [settings] * count):
            studio.mesh(shape)

    alone = measure(one_by_one, 1, studio.device, warm_up=False)
    before = _cpu_of_children()
    together = measure(batch, 1, studio.device, warm_up=False)
    spent = together.cpu_s + _cpu_of_children() - before
    return {
        "texts": count,
        "stage2_steps": steps,
        "processes": min(most_at_once(studio), count),
        "shapes_per_minute": 60.0 * count / alone.wall_s,
        "cpu_s_per_shape": alone.cpu_s / count,
        "shapes_per_minute_batch": 60.0 * count / together.wall_s,
        "gain_batch": alone.wall_s / together.wall_s,
        "cpu_s_per_shape_batch": spent / count,
    }


def _cpu_of_children() -> float:
    """Return the processor seconds of processes that this one has started and that have ended (Windows: 0)."""
    times = os.times()
    return times.children_user + times.children_system


def stylise_timing(studio: TextToShape, steps: int) -> Timing:
    """Return the timing of a stylisation of `steps` steps, its scores included."""
    shape = studio.generate(TEXTS[0], GenerateSettings(stage2=replace(OUR_STAGE2, steps=0)))
    settings = StyliseSettings(steps=steps)
    return measure(lambda: studio.stylise(shape, "golden", settings), 1, studio.device, warm_up=False)
