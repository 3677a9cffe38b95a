"""``learn``: a bundle that also knows your own shapes."""

from __future__ import annotations

import argparse
from pathlib import Path

from iss_backend.cli.options import add_seed_option, whole_number
from iss_backend.cli.progress_bar import ProgressBar


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("learn", help="make a bundle that also knows your own shapes")
    parser.add_argument("data", type=Path, help="folder of captures, or one written by 'data pack'")
    parser.add_argument("--bundle", type=Path, help="folder of the bundle to start from (default: the shipped one)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the new bundle; resumed")
    parser.add_argument("--name", help="of the new bundle (default: the folder's)")
    parser.add_argument("--effort", type=whole_number(1, 100), default=4, help="quarters of the usual steps")
    add_seed_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Learn, and say what was measured and where the bundle lies."""
    from iss_backend.training.learn import LearnPlan, learn_bundle, with_effort
    from iss_backend.training.outputs import bundle_name

    name = arguments.name or bundle_name(arguments.output)
    plan = with_effort(LearnPlan(name, seed=arguments.seed), arguments.effort / 4)
    measured = learn_bundle(arguments.bundle, arguments.data, arguments.output, plan, ProgressBar())
    for name, value in measured.items():
        print(f"IoU {name:16} {value:.3f}")
    print(f"The bundle '{plan.name}' is in {arguments.output}")
