"""``worker``: the process that the Blender add-on starts and talks to."""

from __future__ import annotations

import argparse
import faulthandler
import logging

from iss_backend.cli.options import add_memory_option, add_model_options


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("worker", help="serve the Blender add-on over standard input and output")
    add_model_options(parser)
    add_memory_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Serve until standard input closes."""
    from iss_backend.worker.server import Worker
    from iss_backend.worker.streams import Channel, take_streams

    reader, writer = take_streams()
    faulthandler.enable()  # a crash inside a library leaves its place in the log
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", force=True)
    Worker(Channel(writer), arguments.bundle, arguments.device, arguments.memory_limit).serve(reader)
