"""Parser and error handling of ``python -m iss_backend``."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
import warnings

from iss_backend import __version__
from iss_backend.cli import (
    align,
    benchmark,
    blend,
    convert,
    data,
    edit,
    evaluate,
    from_image,
    from_mesh,
    gallery,
    generate,
    info,
    learn,
    stylise,
    train,
    vary,
    worker,
)
from iss_backend.cli.parser import CommandParser
from iss_backend.errors import IssError

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
EXIT_UNREAD = 141


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each sets `run` to the function that carries it out."""
    parser = CommandParser(prog="iss_backend", description="Text to coloured 3D shapes.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    modules = (generate, vary, edit, stylise, blend, from_image, from_mesh, gallery, info)
    for module in (*modules, train, learn, align, convert, data, evaluate, benchmark, worker):
        module.add_command(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        0; 2 where the input, a file or the device cannot be used (one sentence on stderr); 130 after Ctrl-C; 141 where
        nobody reads on, as behind `| head -1`.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # others take all letters; without a console there is none
            stream.reconfigure(errors="replace")  # texts and paths may hold letters that a code page lacks
    arguments = build_parser().parse_args(argv)
    logging.basicConfig(format="%(message)s", stream=sys.stderr)
    logging.getLogger("iss_backend").setLevel(logging.INFO)  # ours alone: open_clip tells every step it takes
    warnings.showwarning = _show_warning
    try:
        arguments.run(arguments)
        _flush_output()
    except BrokenPipeError:
        _silence()
        return EXIT_UNREAD
    except IssError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except OSError as error:  # such as a full disk that standard output goes to
        print(f"error: A file cannot be read or written ({error}); mend that and try again.", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was left half-written.", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0


def _flush_output() -> None:
    """Write what Python would write at its exit, where nothing could be caught."""
    if sys.stdout is not None:  # as it is without a console
        sys.stdout.flush()


def _silence() -> None:
    """Lead standard output nowhere, or Python would complain at its exit of what it cannot write any more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _show_warning(message: Warning | str, *_: object) -> None:
    """Show a warning as the one line that it is, without the place in the code."""
    print(f"warning: {message}", file=sys.stderr)
