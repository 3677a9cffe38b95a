"""``gallery``: a labelled contact sheet of many texts."""

from __future__ import annotations

import argparse
import io
from dataclasses import replace
from pathlib import Path

from iss_backend.cli.options import add_model_options, add_seed_option, whole_number
from iss_backend.cli.progress_bar import ProgressBar


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("gallery", help="draw a contact sheet of many texts")
    parser.add_argument("texts", type=Path, help="text file, one text a line")
    parser.add_argument("-o", "--output", type=Path, required=True, help="picture to write (.png)")
    parser.add_argument("--columns", type=whole_number(1, 50), default=5, help="shapes beside each other")
    parser.add_argument("--views", type=whole_number(1, 12), default=2, help="sides of each shape")
    parser.add_argument("--size", type=whole_number(32, 512), default=160, help="pixels per picture")
    parser.add_argument("--steps", type=whole_number(0, 1000), default=20, help="of stage 2")
    parser.add_argument("--start", choices=("prior", "gap", "mapper"), default="prior", help="first guess")
    add_seed_option(parser)
    parser.add_argument("--unlabelled", action="store_true", help="leave the texts out, to guess them")
    parser.add_argument("--timed", action="store_true", help="one text after the other, with the seconds of each")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    add_model_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Generate all texts and write the sheet."""
    from iss_backend.alignment.guess import GuessSettings
    from iss_backend.evaluation.gallery import contact_sheet, generate_gallery, timed_gallery
    from iss_backend.files import check_output, write_whole
    from iss_backend.pipeline import OUR_STAGE2, GenerateSettings, TextToShape
    from iss_backend.texts import read_texts

    texts = read_texts(arguments.texts)
    target = check_output(arguments.output, (".png",), arguments.overwrite)
    settings = GenerateSettings(
        arguments.seed, GuessSettings(kind=arguments.start), replace(OUR_STAGE2, steps=arguments.steps)
    )
    studio = TextToShape.open(arguments.bundle, arguments.device)
    generate = timed_gallery if arguments.timed else generate_gallery
    items = generate(studio, texts, settings, arguments.views, arguments.size, ProgressBar())
    buffer = io.BytesIO()
    contact_sheet(items, arguments.columns, not arguments.unlabelled).save(buffer, "PNG")
    write_whole(target, buffer.getvalue())
    print(f"{target}: {len(items)} texts")
