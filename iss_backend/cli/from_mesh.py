"""``from-mesh``: a mesh file of another program to a shape that can be stylised, varied and edited."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from iss_backend.cli.options import add_seed_option, whole_number
from iss_backend.cli.outputs import add_output_options, check_outputs, open_studio, write_result
from iss_backend.cli.progress_bar import ProgressBar


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("from-mesh", help="fit a shape to a coloured mesh file")
    parser.add_argument("mesh", type=Path, help="mesh file: .glb, .gltf, .ply, .obj, .stl or .off")
    parser.add_argument("--text", help="what it is, for later variations and styles")
    parser.add_argument("--up", choices=("y", "z"), default="y", help="the axis that points up in the file")
    parser.add_argument("--steps", type=whole_number(0, 10000), default=120, help="of the fit")
    add_seed_option(parser)
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Read the mesh, fit a shape to it and write that."""
    from iss_backend.meshing import read_mesh
    from iss_backend.pipeline import FromMeshSettings
    from iss_backend.texts import clean_text

    if arguments.text is not None:
        clean_text(arguments.text)
    (files,) = check_outputs(arguments)
    mesh = read_mesh(arguments.mesh, arguments.up)
    settings = FromMeshSettings(arguments.seed, arguments.steps)
    studio = open_studio(arguments)
    began = time.perf_counter()
    shape = studio.from_mesh(mesh, arguments.text, settings, ProgressBar())
    write_result(studio, shape, arguments, files, began)
    print(f"IoU of the shape and the mesh: {shape.settings['iou']:.3f}")
