"""``align``: a bundle for another CLIP, without any data set."""

from __future__ import annotations

import argparse
from pathlib import Path

from iss_backend.cli.options import add_seed_option, plan_of, whole_number
from iss_backend.cli.progress_bar import ProgressBar


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("align", help="make a bundle for another CLIP, without any data set")
    parser.add_argument("--clip", required=True, help="NAME:TAG, NAME:FILE, a weight file, or a folder of open_clip's")
    parser.add_argument("--bundle", type=Path, help="folder of the bundle to start from (default: the shipped one)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the new bundle; resumed")
    parser.add_argument("--name", help="of the new bundle (default: the folder's)")
    parser.add_argument("--codes", type=whole_number(1, 10**6), default=2400, help="shapes that are rendered")
    parser.add_argument("--views", type=whole_number(1, 64), default=2, help="pictures of each")
    parser.add_argument("--steps", type=whole_number(1, 10**7), default=2500, help="of M, and of the prior")
    add_seed_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Align and say where the bundle lies."""
    from iss_backend.bundle import DEFAULT_BUNDLE
    from iss_backend.training.align import AlignPlan, align_bundle
    from iss_backend.training.outputs import bundle_name

    sampled, name = arguments.codes // 2, arguments.name or bundle_name(arguments.output)
    plan = plan_of(AlignPlan, arguments, name=name, sampled=sampled, shipped=arguments.codes - sampled)
    align_bundle(arguments.bundle or DEFAULT_BUNDLE, arguments.output, plan, ProgressBar())
    print(f"The bundle '{plan.name}' is in {arguments.output}")
