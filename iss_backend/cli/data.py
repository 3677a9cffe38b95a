"""``data pack``: captured shapes into the arrays that trainings read."""

from __future__ import annotations

import argparse
from pathlib import Path

from iss_backend.cli.options import whole_number
from iss_backend.cli.progress_bar import ProgressBar


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("data", help="prepare training data")
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    pack = tasks.add_parser("pack", help="pack captured shapes for training")
    pack.add_argument("captures", type=Path, help="data set written by iss_blender_addon.view_capture")
    pack.add_argument("-o", "--output", type=Path, required=True, help="folder for the packed arrays")
    pack.add_argument("--index", type=Path, help="CSV with the columns pack, ply, category")
    pack.add_argument("--workers", type=whole_number(1, 64), default=2)
    pack.set_defaults(run=run_pack)


def run_pack(arguments: argparse.Namespace) -> None:
    """Pack and say how many shapes."""
    from iss_backend.data.packing import pack_dataset

    count = pack_dataset(arguments.captures, arguments.output, arguments.index, ProgressBar(), arguments.workers)
    print(f"{count} shapes packed in {arguments.output}")
