"""``train baselines``: what the rows of `evaluate texts` that are not ours need."""

from __future__ import annotations

import argparse
from pathlib import Path

from iss_backend.cli.options import add_model_options, add_seed_option, plan_of, whole_number
from iss_backend.cli.progress_bar import ProgressBar


def add_stage(stages: argparse._SubParsersAction) -> None:
    """Add it to the stages of ``train``."""
    stage = stages.add_parser("baselines", help="train what 'evaluate texts' compares with: CLIP-Forge, E_I + D...")
    stage.add_argument("data", type=Path, nargs="+", help="folders written by 'data pack'")
    stage.add_argument("-o", "--output", type=Path, required=True, help="folder; resumed where it exists")
    stage.add_argument("--forge-steps", type=whole_number(1, 10**7), default=1500, help="of CLIP-Forge's auto-encoder")
    stage.add_argument("--flow-steps", type=whole_number(1, 10**7), default=2000, help="of CLIP-Forge's flow")
    stage.add_argument("--published", action="store_true", help="CLIP-Forge in its published sizes: days on a CPU")
    stage.add_argument("--feature-steps", type=whole_number(1, 10**7), default=2000, help="of E_I + D")
    stage.add_argument("--pictures", type=whole_number(1, 10**8), default=16000, help="that both learn from")
    stage.add_argument("--shelf", type=whole_number(1, 10**7), default=6000, help="captioned pictures that are kept")
    add_seed_option(stage)
    add_model_options(stage)
    stage.set_defaults(run=run_baselines)


def run_baselines(arguments: argparse.Namespace) -> None:
    """Train all baselines that need it."""
    from iss_backend.evaluation.baselines.recipes import BaselinePlan, train_baselines_run
    from iss_backend.evaluation.methods import bundle_seal
    from iss_backend.pipeline import TextToShape

    plan = plan_of(BaselinePlan, arguments)
    studio, seal = TextToShape.open(arguments.bundle, arguments.device), bundle_seal(arguments.bundle)
    train_baselines_run(arguments.data, arguments.output, studio, seal, plan, ProgressBar())
