"""``blend``: the shapes between two shapes."""

from __future__ import annotations

import argparse
from pathlib import Path

from iss_backend.cli.options import share, whole_number
from iss_backend.cli.outputs import add_output_options, check_outputs, open_studio, write_results


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("blend", help="make the shapes between two kept shapes")
    parser.add_argument("first", type=Path, help="file (.shape) written with --keep-shape")
    parser.add_argument("second", type=Path, help="another one, of the same bundle")
    how_many = parser.add_mutually_exclusive_group()
    how_many.add_argument("--amount", type=share, default=0.5, help="0: the first shape, 1: the second (default 0.5)")
    how_many.add_argument(
        "--frames", type=whole_number(2, 1000), help="shapes at even distances from the first to the second"
    )
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Write the shape, or one per frame."""
    from iss_backend.shape import Shape

    first, second = Shape.load(arguments.first), Shape.load(arguments.second)
    frames = arguments.frames
    amounts = [number / (frames - 1) for number in range(frames)] if frames else [arguments.amount]
    outputs = check_outputs(arguments, len(amounts))
    studio = open_studio(arguments)
    shapes = (studio.blend(first, second, amount) for amount in amounts)
    write_results(studio, shapes, arguments, outputs)
