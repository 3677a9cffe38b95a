"""``generate``: a text to a mesh file."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from iss_backend.cli.options import add_seed_option, add_stage2_options, share, stage2_settings
from iss_backend.cli.outputs import add_output_options, add_variations_option, check_outputs, open_studio, write_results
from iss_backend.cli.progress_bar import ProgressBar

if TYPE_CHECKING:
    from iss_backend.pipeline import GenerateSettings


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("generate", help="turn a text into a coloured mesh")
    parser.add_argument("text", help="what to make, for example 'a wooden chair'")
    add_seed_option(parser)
    add_stage2_options(parser)
    add_variations_option(parser)
    parser.add_argument(
        "--start", choices=("prior", "gap", "mapper"), default="prior", help="how the first guess is made"
    )
    parser.add_argument("--tau1", type=share, default=1.0, help="diversity: share of the feature at the start")
    parser.add_argument("--tau2", type=share, default=1.0, help="diversity: share of the text feature in the target")
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Generate the asked number of shapes and write them."""
    from iss_backend.batch import generate_many
    from iss_backend.texts import clean_text

    text = clean_text(arguments.text)
    outputs = check_outputs(arguments, arguments.variations)
    studio = open_studio(arguments)
    read_as = studio.bundle.clip.thesaurus.plain(text)
    if read_as != text:
        print(f"'{text}' is read as '{read_as}'")
    settings = [_settings(arguments, arguments.seed + number) for number in range(len(outputs))]
    shapes = generate_many(studio, [text] * len(outputs), settings, ProgressBar(), arguments.resolution)
    write_results(studio, shapes, arguments, outputs)


def _settings(arguments: argparse.Namespace, seed: int) -> GenerateSettings:
    from iss_backend.alignment.guess import GuessSettings
    from iss_backend.pipeline import GenerateSettings

    guess = GuessSettings(kind=arguments.start, tau_1=arguments.tau1)
    return GenerateSettings(seed, guess, stage2_settings(arguments), arguments.tau2)
