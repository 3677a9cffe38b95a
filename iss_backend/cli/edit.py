"""``edit``: a shape changed towards another text."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from iss_backend.cli.options import add_seed_option, add_stage2_options, share, stage2_settings
from iss_backend.cli.outputs import add_output_options, check_outputs, open_studio, write_result
from iss_backend.cli.progress_bar import ProgressBar


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("edit", help="change a kept shape towards another text")
    parser.add_argument("shape", type=Path, help="file (.shape) written with --keep-shape")
    parser.add_argument("text", help="what it shall become, as a whole: 'a red chair with armrests'")
    parser.add_argument("--keep", type=share, default=0.5, help="share of the given shape that stays")
    add_seed_option(parser)
    add_stage2_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Edit the shape and write it."""
    from iss_backend.pipeline import EditSettings
    from iss_backend.shape import Shape
    from iss_backend.texts import clean_text

    clean_text(arguments.text)
    shape = Shape.load(arguments.shape)
    settings = EditSettings(arguments.seed, stage2=stage2_settings(arguments), keep=arguments.keep)
    (files,) = check_outputs(arguments)
    studio = open_studio(arguments)
    began = time.perf_counter()
    write_result(studio, studio.edit(shape, arguments.text, settings, ProgressBar()), arguments, files, began)
