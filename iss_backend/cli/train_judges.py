"""``train judge`` and ``train judging-clip``: what `evaluate` judges with; neither is part of a bundle."""

from __future__ import annotations

import argparse
from pathlib import Path

from iss_backend.cli.options import add_seed_option, plan_of, whole_number
from iss_backend.cli.progress_bar import ProgressBar


def add_stages(stages: argparse._SubParsersAction) -> None:
    """Add both to the stages of ``train``."""
    judge = _add_stage(stages, "judge", "train the classifier of shapes that 'evaluate' judges with", run_judge)
    judge.add_argument("--steps", type=whole_number(1, 10**6), default=4500, help="of the classifier")
    judge.add_argument("--per-category", type=whole_number(1, 10**5), default=400, help="procedural shapes of each")
    judge.add_argument("--per-style", type=whole_number(0, 10**5), default=40, help="at least so many of each style")
    clip = _add_stage(stages, "judging-clip", "train the second CLIP that 'evaluate' judges with", run_judging_clip)
    clip.add_argument("--text-steps", type=whole_number(1, 10**6), default=1500, help="of the text tower alone")
    clip.add_argument("--steps", type=whole_number(1, 10**6), default=1900, help="of both towers")
    clip.add_argument("--batch", type=whole_number(2, 4096), default=256, help="pictures of a step")
    add_seed_option(clip, 1001)
    clip.add_argument("--corpus", type=Path, help="folder with the teacher's embeddings (default: made in OUTPUT)")


def _add_stage(stages: argparse._SubParsersAction, name: str, text: str, run: object) -> argparse.ArgumentParser:
    stage = stages.add_parser(name, help=text)
    stage.add_argument("data", type=Path, nargs="+", help="folders written by 'data pack'")
    stage.add_argument("-o", "--output", type=Path, required=True, help="folder of the judges; resumed where it exists")
    stage.set_defaults(run=run)
    return stage


def run_judge(arguments: argparse.Namespace) -> None:
    """Train the classifier; the result is OUTPUT/shape.safetensors and OUTPUT/shape.json."""
    from iss_backend.data.procedural.counts import ModelCounts
    from iss_backend.evaluation.judge.recipes import JudgePlan, train_judge_run

    learned = ModelCounts(arguments.per_category, arguments.per_style)
    plan = plan_of(JudgePlan, arguments, learned=learned)
    train_judge_run(arguments.data, arguments.output, plan, ProgressBar())


def run_judging_clip(arguments: argparse.Namespace) -> None:
    """Train the judging CLIP; the result is the folder OUTPUT/clip."""
    from iss_backend.evaluation.judge.recipes import JudgingClipPlan, train_judging_clip_run

    plan = plan_of(JudgingClipPlan, arguments)
    train_judging_clip_run(arguments.data, arguments.output, arguments.corpus, plan, ProgressBar())
