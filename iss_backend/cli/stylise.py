"""``stylise``: new colours, or colours and form, for a shape that was kept."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from iss_backend.cli.options import add_seed_option, share, whole_number
from iss_backend.cli.outputs import add_output_options, check_outputs, open_studio, write_result
from iss_backend.cli.progress_bar import ProgressBar


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("stylise", help="give a kept shape another look, for example 'golden'")
    parser.add_argument("shape", type=Path, help="file (.shape) written with --keep-shape")
    parser.add_argument("text", help="the style, for example 'covered in moss'")
    parser.add_argument(
        "--mode",
        choices=("auto", "texture", "shape_texture"),
        default="auto",
        help="what may change: colours, or colours and form (auto: the form where the text names one, as 'spiky' does)",
    )
    parser.add_argument(
        "--way",
        choices=("auto", "field", "procedural"),
        default="auto",
        help="by the paper, or by a solid texture or a deformation that the text names (auto: where it names one)",
    )
    parser.add_argument(
        "--hold", type=share, default=0.5, help="how firmly the form is held where it may change: 0 freely, 1 fast"
    )
    parser.add_argument("--steps", type=whole_number(0, 1000), default=25, help="of the field, or trials of pieces")
    parser.add_argument("--views", type=whole_number(1, 64), default=4, help="pictures per step")
    add_seed_option(parser)
    parser.add_argument(
        "--continue-style", action="store_true", help="go on from the shape's style instead of starting from its base"
    )
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Stylise the shape and write it."""
    from iss_backend.pipeline import StyliseSettings
    from iss_backend.shape import Shape
    from iss_backend.texts import clean_text

    clean_text(arguments.text)
    shape = Shape.load(arguments.shape)
    settings = StyliseSettings(
        mode=arguments.mode,
        way=arguments.way,
        seed=arguments.seed,
        keep_shape=arguments.hold,
        continue_style=arguments.continue_style,
        steps=arguments.steps,
        views=arguments.views,
    )
    (files,) = check_outputs(arguments)
    studio = open_studio(arguments)
    began = time.perf_counter()
    write_result(studio, studio.stylise(shape, arguments.text, settings, ProgressBar()), arguments, files, began)
