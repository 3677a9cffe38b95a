"""``evaluate``: what a bundle scores on held-out shapes."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

from iss_backend.cli.options import add_model_options, whole_number
from iss_backend.cli.progress_bar import ProgressBar


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("evaluate", help="score a bundle on shapes it was not trained on")
    parser.add_argument("data", type=Path, help="folder written by 'data pack'")
    parser.add_argument("--texts", type=whole_number(1, 10**5), default=40, help="captioned pictures to run stage 2 on")
    parser.add_argument("--steps", type=whole_number(1, 1000), default=20, help="of stage 2")
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 1), default=0)
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_model_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Print held-out mIoU, distances to f_S, and CLIP agreements."""
    from iss_backend.data.packed import PackedShapes
    from iss_backend.evaluation.held_out import score_held_out
    from iss_backend.pipeline import OUR_STAGE2, TextToShape

    bundle = TextToShape.open(arguments.bundle, arguments.device).bundle
    settings = replace(OUR_STAGE2, steps=arguments.steps)
    shapes = PackedShapes(arguments.data)
    scores = score_held_out(bundle, shapes, arguments.texts, settings, arguments.seed, ProgressBar())
    if arguments.json:
        print(json.dumps(asdict(scores), indent=1))
        return
    print(f"mIoU of E_S + D on {scores.shapes} held-out shapes: {scores.miou:.3f}")
    for title, values in (("cosine distance to f_S", scores.distances), ("CLIP agreement", scores.agreements)):
        print(f"{title}, mean of {scores.texts}:")
        for name, value in values.items():
            print(f"  {name:26} {value:.3f}")
