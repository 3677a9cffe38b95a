"""The benchmark as a whole: what is timed, and the report that comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from iss_backend.evaluation.benchmark.baselines import Baseline, dense_march, dream_fields, paper_decoder
from iss_backend.evaluation.benchmark.clock import Timing
from iss_backend.evaluation.benchmark.machine import describe_machine, peak_memory
from iss_backend.evaluation.benchmark.stage2_parts import Step, measure_step
from iss_backend.evaluation.benchmark.whole import (
    TEXTS,
    cold_start,
    mesh_phases,
    stylise_timing,
    throughput,
    warm_phases,
)
from iss_backend.pipeline import OUR_STAGE2, TextToShape
from iss_backend.rendering import RenderSettings

FORMAT = 1


@dataclass(frozen=True)
class Plan:
    """How much is timed.

    Attributes:
        views, sizes: of stage-2 steps; every view count at the default size, every size at the default count.
        resolutions: of meshes.
        repeats: of short actions, whose median counts.
        texts: how many are generated for the throughput.
        style_steps: of the stylisation that is timed.
        points: timed of the dense baselines.
    """

    views: tuple[int, ...] = (4, 8, 16, 24)
    sizes: tuple[int, ...] = (64, 96, 128)
    resolutions: tuple[int, ...] = (64, 128, 256)
    repeats: int = 5
    texts: int = 8
    style_steps: int = 25
    points: int = 65536


QUICK = Plan((4, 8), (64,), (64, 128), 2, 2, 5, 8192)


def run_benchmark(
    studio: TextToShape, bundle: Path | None, plan: Plan, report: Callable[[str], None]
) -> dict[str, Any]:
    """Time everything and return the report, of plain JSON values; `report` is told what comes next."""
    device = studio.device
    about = describe_machine(device)
    report("cold start, in a fresh process")
    cold = cold_start(bundle, device)
    report("warm generation")
    warm = warm_phases(studio, min(plan.repeats, 3))
    report("steps of stage 2")
    steps = _steps(studio, plan)
    own = next(step for step in steps if (step.views, step.size) == (OUR_STAGE2.views, RenderSettings().size))
    report("the paper's way")
    baselines = _baselines(studio, own, plan)
    report("meshing, stylisation, throughput")
    mesh = mesh_phases(studio, plan.resolutions, min(plan.repeats, 3))
    return {
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": about,
        "plan": asdict(plan),
        "ratios": ratios(own, baselines),
        "cold": _plain(cold),
        "warm": _plain(warm),
        "steps": [_step(step) for step in steps],
        "growth": growth(steps),
        "baselines": {
            name: {"how": each.how, **{"step": asdict(each.step), "whole": asdict(each.whole)}}
            for name, each in baselines.items()
        },
        "mesh": _plain(mesh),
        "stylise": _plain({f"{plan.style_steps} steps": stylise_timing(studio, plan.style_steps)}),
        "throughput": throughput(studio, plan.texts, OUR_STAGE2.steps),
        "peak_memory": peak_memory(device),
    }


def _steps(studio: TextToShape, plan: Plan) -> list[Step]:
    bundle, usual = studio.bundle, (OUR_STAGE2.views, RenderSettings().size)
    wanted = {(views, usual[1]) for views in plan.views} | {(usual[0], size) for size in plan.sizes} | {usual}
    target = bundle.clip.encode_text([TEXTS[0]])[0]
    code = bundle.shapes.codes[len(bundle.shapes.codes) // 2].to(studio.device)
    return [measure_step(bundle, code, target, *each, plan.repeats) for each in sorted(wanted)]


def _baselines(studio: TextToShape, own: Step, plan: Plan) -> dict[str, Baseline]:
    bundle, device = studio.bundle, studio.device
    about = (bundle.clip, own.views, own.size, own.hits, plan.points, device)
    return {
        "paper: dense march, DVR decoder": dense_march(paper_decoder(device), *about),
        "dense march, our decoder": dense_march(bundle.svr, *about),
        "Dream Fields": dream_fields(bundle.clip, plan.points, device),
    }


def ratios(own: Step, baselines: dict[str, Baseline]) -> dict[str, float]:
    """Return how many times longer each baseline takes than our stage 2, all steps, by processor and wall time."""
    ours = own.whole.scaled(OUR_STAGE2.steps)
    return {
        f"{name}, {clock}": getattr(each.whole, clock) / getattr(ours, clock)
        for name, each in baselines.items()
        for clock in ("wall_s", "cpu_s")
    }


def growth(steps: list[Step]) -> dict[str, float]:
    """Return the factor of a step's processor time for each doubling of the views and of the pictures' sides."""
    found = {}
    for early, late in ((a, b) for a in steps for b in steps):
        if early.size == late.size and late.views == 2 * early.views:
            found[f"{early.views} to {late.views} views"] = late.whole.cpu_s / early.whole.cpu_s
        if early.views == late.views and late.size == 2 * early.size:
            found[f"{early.size} to {late.size} pixels"] = late.whole.cpu_s / early.whole.cpu_s
    return found


def _step(step: Step) -> dict[str, Any]:
    return {
        "views": step.views,
        "size": step.size,
        "hits": step.hits,
        "whole": asdict(step.whole),
        "parts": _plain(step.parts),
    }


def _plain(timings: dict[str, Timing]) -> dict[str, Any]:
    return {name: asdict(timing) for name, timing in timings.items()}
