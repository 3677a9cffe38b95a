"""``data``: models to capture, other data sets, a look at either, and captures into arrays for trainings."""

from __future__ import annotations

import argparse
import sys
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
    pack.add_argument("--captions", type=Path, help="captions.json that a generator of the shapes wrote")
    pack.add_argument("--workers", type=whole_number(1, 64), default=2, help="processes at a time")
    pack.set_defaults(run=run_pack)
    join = tasks.add_parser("join", help="make one training set of several packed ones, without copying them")
    join.add_argument("packs", type=Path, nargs="+", help="folders written by 'data pack'")
    join.add_argument("-o", "--output", type=Path, required=True, help="folder that stands for all of them")
    join.set_defaults(run=run_join)
    procedural = tasks.add_parser("procedural", help="generate models of everyday things, with their words")
    procedural.add_argument("-o", "--output", type=Path, required=True, help="folder for procedural/ and captions.json")
    procedural.add_argument(
        "--per-category", type=whole_number(1, 100_000), default=100, metavar="N", help="at least N of each category"
    )
    procedural.add_argument(
        "--per-style", type=whole_number(0, 100_000), default=0, metavar="N", help="at least N of each style"
    )
    procedural.add_argument(
        "--deformed", type=whole_number(0, 100_000), default=0, metavar="N", help="so many more, spiky, melting..."
    )
    procedural.add_argument("--seed", type=whole_number(0, 2**31), default=0, help="seeds count up from here")
    procedural.add_argument("--categories", nargs="+", default=[], metavar="NAME", help="only these (default: all)")
    procedural.set_defaults(run=run_procedural)
    _add_import(tasks.add_parser("import", help="bring CO3D, or DVR's layout with any cameras, into captures"))
    _add_inspect(tasks.add_parser("inspect", help="say what a folder holds, and draw a contact sheet"))


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="CO3D or one category of it; or DVR's layout")
    parser.add_argument("-o", "--output", type=Path, required=True, help="data set to write or continue")
    parser.add_argument("--views", type=whole_number(3, 10_000), default=24, help="of each shape, evenly chosen")
    parser.add_argument("--size", type=whole_number(16, 2048), default=128, help="pixels per side")
    parser.add_argument("--limit", type=whole_number(1, 10**6), help="shapes of each category (default: all)")
    parser.set_defaults(run=run_import)


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="captures, DVR or ShapeNet, CO3D, packed shapes, or pictures")
    parser.add_argument("-o", "--output", type=Path, required=True, help="contact sheet (.png)")
    parser.add_argument("--shapes", type=whole_number(1, 100), default=5, help="how many to look at")
    parser.add_argument("--views", type=whole_number(1, 100), default=6, help="pictures of each on the sheet")
    parser.set_defaults(run=run_inspect)


def run_pack(arguments: argparse.Namespace) -> None:
    """Pack and say how many shapes."""
    from iss_backend.data.packing import pack_dataset

    given = (arguments.captures, arguments.output, arguments.index)
    count = pack_dataset(*given, ProgressBar(), arguments.workers, arguments.captions)
    print(f"{count} shapes packed in {arguments.output}")


def run_join(arguments: argparse.Namespace) -> None:
    """Join and say how many shapes."""
    from iss_backend.data.joined import write_joined
    from iss_backend.data.packed import PackedShapes

    shapes = PackedShapes(*arguments.packs)  # says what does not fit before anything is written
    write_joined(arguments.output, arguments.packs)
    print(f"{len(shapes)} shapes joined in {arguments.output}")


def run_procedural(arguments: argparse.Namespace) -> None:
    """Generate and say how many models."""
    from iss_backend.data.procedural.counts import ModelCounts
    from iss_backend.data.procedural.writer import write_models

    chosen = (ModelCounts(arguments.per_category, arguments.per_style), arguments.seed, arguments.categories)
    count = write_models(arguments.output, *chosen, ProgressBar(), arguments.deformed)
    print(f"{count} models written to {arguments.output}")


def run_import(arguments: argparse.Namespace) -> None:
    """Import and say how many shapes."""
    from iss_backend.data.importing import ImportPlan, import_folder

    plan = ImportPlan(arguments.views, arguments.size, arguments.limit)
    count = import_folder(arguments.source, arguments.output, plan, ProgressBar())
    print(f"{count} shapes in {arguments.output}; look at them with 'data inspect'")


def run_inspect(arguments: argparse.Namespace) -> None:
    """Print what the folder holds and how many views see it, and draw the sheet."""
    from iss_backend.data.inspection import inspect_folder
    from iss_backend.data.inspection_sheet import write_sheet
    from iss_backend.data.kinds import TITLES
    from iss_backend.files import check_output

    output = check_output(arguments.output, (".png",), overwrite=True)
    found = inspect_folder(arguments.folder, arguments.shapes)
    print(f"{arguments.folder} holds {TITLES[found.kind]}: {found.count}")
    for shape in found.looked_at:
        if shape.world_mats is not None:
            print(f"{shape.name}: {shape.seen.sum()} of {len(shape.seen)} views see it")
    for warning in found.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if found.looked_at:
        write_sheet(found.looked_at, arguments.views, output)
        print(output)
