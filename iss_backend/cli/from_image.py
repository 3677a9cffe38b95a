"""``from-image``: a picture of one object to a mesh file."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from iss_backend.cli.options import add_seed_option, add_stage2_options, stage2_settings, whole_number
from iss_backend.cli.outputs import add_output_options, check_outputs, open_studio, write_result
from iss_backend.cli.progress_bar import ProgressBar


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("from-image", help="turn a picture of one object into a coloured mesh")
    parser.add_argument("image", type=Path, help="picture with transparency or before a plain background")
    parser.add_argument("--text", help="what stage 2 shall steer towards; without it, there is no stage 2")
    parser.add_argument("--way", choices=("svr", "clip"), default="svr", help="by the outline, or by what CLIP sees")
    parser.add_argument(
        "--framing",
        choices=("object", "picture"),
        default="object",
        help="find the object, or take the whole picture, which is framed as the training captures are",
    )
    parser.add_argument(
        "--outline-steps",
        type=whole_number(0, 10000),
        default=40,
        help="of the code towards the picture's outline; 0 leaves it as E_S reads it",
    )
    add_seed_option(parser)
    add_stage2_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Read the picture, make the shape and write it."""
    from iss_backend.images import read_image
    from iss_backend.outline.fit import OutlineSettings
    from iss_backend.pipeline import FromImageSettings
    from iss_backend.texts import clean_text

    if arguments.text is not None:
        clean_text(arguments.text)
    image = read_image(arguments.image)
    settings = FromImageSettings(
        arguments.seed,
        stage2=stage2_settings(arguments),
        way=arguments.way,
        framing=arguments.framing,
        outline=OutlineSettings(steps=arguments.outline_steps),
    )
    (files,) = check_outputs(arguments)
    studio = open_studio(arguments)
    began = time.perf_counter()
    write_result(studio, studio.from_image(image, arguments.text, settings, ProgressBar()), arguments, files, began)
