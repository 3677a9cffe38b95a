"""``train pictures``: SS3D from single pictures of things, whose cameras nobody knows."""

from __future__ import annotations

import argparse
from pathlib import Path

from iss_backend.cli.options import add_seed_option, json_object, plan_of, whole_number
from iss_backend.cli.progress_bar import ProgressBar


def add_stage(stages: argparse._SubParsersAction) -> None:
    """Add the stage to the parser of ``train``."""
    stage = stages.add_parser("pictures", help="train SS3D on single pictures without cameras, perhaps to a bundle")
    stage.add_argument("data", type=Path, help="folder of pictures: with masks, transparent, or before plain colours")
    stage.add_argument("-o", "--output", type=Path, required=True, help="run folder; its SS3D is gone on with")
    stage.add_argument("--steps", type=whole_number(1, 10**7), default=2000, help="of E_S and D")
    stage.add_argument("--batch", type=whole_number(2, 4096), default=4, help="pictures of a step")
    stage.add_argument("--rays", type=whole_number(1, 10**6), default=256, help="pixels of each picture in a step")
    stage.add_argument("--samples", type=whole_number(4, 1024), default=80, help="along each ray (published: 80)")
    stage.add_argument("--pose-steps", type=whole_number(0, 1000), default=10, help="of the cameras (published: 10)")
    stage.add_argument(
        "--config", type=json_object, default={}, metavar="JSON", help='sizes that differ: {"width": 64}'
    )
    add_seed_option(stage)
    stage.add_argument("--bundle", type=Path, help="folder of a bundle to write, with the CLIP in OUTPUT/clip")
    stage.add_argument("--words", nargs="+", default=["thing"], metavar="NAME", help="what the pictures show")
    stage.add_argument("--mapper-steps", type=whole_number(1, 10**7), default=2500, help="of M, and of the prior")
    stage.add_argument("--name", default="my-bundle", help="name of the bundle")
    stage.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Train E_S and D; where a bundle is asked for, M and the prior too."""
    from iss_backend.training.pairs_bundle import PairsPlan
    from iss_backend.training.picture_recipe import PicturesPlan, train_pictures_bundle, train_pictures_run

    plan = plan_of(PicturesPlan, arguments)
    if arguments.bundle is None:
        train_pictures_run(arguments.data, arguments.output, plan, ProgressBar())
    else:
        of_pairs = PairsPlan(arguments.mapper_steps, arguments.seed, arguments.name, tuple(arguments.words))
        train_pictures_bundle(arguments.data, arguments.output, arguments.bundle, plan, of_pairs, ProgressBar())
