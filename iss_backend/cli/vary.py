"""``vary``: other shapes of the same text."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from iss_backend.cli.options import add_seed_option, add_stage2_options, share, stage2_settings
from iss_backend.cli.outputs import add_output_options, add_variations_option, check_outputs, open_studio, write_results
from iss_backend.cli.progress_bar import ProgressBar


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("vary", help="make other shapes of a kept shape's text")
    parser.add_argument("shape", type=Path, help="file (.shape) written with --keep-shape")
    add_seed_option(parser, 1)
    add_stage2_options(parser)
    add_variations_option(parser)
    parser.add_argument("--tau1", type=share, default=0.7, help="diversity: share of the feature at the start")
    parser.add_argument("--tau2", type=share, default=0.9, help="diversity: share of the text feature in the target")
    parser.add_argument("--closeness", type=share, default=0.0, help="share of the given shape that stays")
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Make the asked number of shapes and write them."""
    from iss_backend.batch import vary_many
    from iss_backend.pipeline import VarySettings
    from iss_backend.shape import Shape

    shape = Shape.load(arguments.shape)
    usual = VarySettings(stage2=stage2_settings(arguments), tau_2=arguments.tau2, closeness=arguments.closeness)
    settings = replace(usual, guess=replace(usual.guess, tau_1=arguments.tau1))
    outputs = check_outputs(arguments, arguments.variations)
    studio = open_studio(arguments)
    each = [replace(settings, seed=arguments.seed + number) for number in range(len(outputs))]
    shapes = vary_many(studio, shape, each, ProgressBar(), arguments.resolution)
    write_results(studio, shapes, arguments, outputs)
