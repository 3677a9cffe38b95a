"""What all commands that make a shape write: a mesh, on request a preview and the shape, and one line about it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from iss_backend.cli.options import add_memory_option, add_model_options, whole_number
from iss_backend.errors import BadInputError

if TYPE_CHECKING:
    from iss_backend.pipeline import TextToShape
    from iss_backend.shape import Shape

PREVIEW_FORMATS = (".png",)
SHAPE_FORMATS = (".shape",)


@dataclass(frozen=True)
class Outputs:
    """The checked files of one result; the preview and the shape where asked for."""

    mesh: Path
    preview: Path | None
    shape: Path | None


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add the options about files and meshes, and those about the model."""
    parser.add_argument("-o", "--output", type=Path, required=True, help="mesh file: .glb, .ply or .obj")
    parser.add_argument("--resolution", type=whole_number(16, 512), default=128, help="mesh cells per side")
    parser.add_argument("--preview", type=Path, help="also write a picture (.png) of four sides")
    parser.add_argument("--keep-shape", action="store_true", help="also write the shape (.shape) for later work")
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")
    add_model_options(parser)
    add_memory_option(parser)


def add_variations_option(parser: argparse.ArgumentParser) -> None:
    """Add --variations, for commands that make several shapes."""
    parser.add_argument("--variations", type=whole_number(1, 1000), default=1, help="shapes, by successive seeds")


def check_outputs(arguments: argparse.Namespace, count: int = 1) -> list[Outputs]:
    """Return the files of `count` results, whose numbers are part of their names where there are several.

    Raises:
        OutputError: one of them cannot be written.
    """
    return [_check(arguments, f"-{number + 1}" if count > 1 else "") for number in range(count)]


def open_studio(arguments: argparse.Namespace) -> TextToShape:
    """Load the bundle, and say on stderr how long that took."""
    from iss_backend.pipeline import TextToShape

    began = time.perf_counter()
    studio = TextToShape.open(arguments.bundle, arguments.device, arguments.memory_limit)
    print(f"loaded in {time.perf_counter() - began:.1f} s on {studio.device}", file=sys.stderr)
    return studio


def write_result(
    studio: TextToShape, shape: Shape, arguments: argparse.Namespace, files: Outputs, began: float
) -> None:
    """Write the files of a shape and print one line; `began` is when its work began, by `time.perf_counter`."""
    from iss_backend.meshing import MeshSettings, write_mesh
    from iss_backend.preview import write_picture_sheet

    mesh = studio.mesh(shape, MeshSettings(resolution=arguments.resolution))
    about = {"text": shape.text, "seed": str(shape.seed), "bundle": shape.bundle}
    written = write_mesh(mesh, files.mesh, about, arguments.overwrite)
    if files.preview is not None:
        write_picture_sheet(studio.pictures(shape, one_piece=True), files.preview)
    if files.shape is not None:
        shape.save(files.shape)
    gain = f" CLIP agreement {shape.scores['first']:.3f} -> {shape.scores['final']:.3f}," if shape.scores else ""
    print(
        f"{written}: {len(mesh.vertices)} vertices, {len(mesh.faces)} faces,{gain} {time.perf_counter() - began:.1f} s"
    )


def write_results(
    studio: TextToShape, shapes: Iterable[Shape], arguments: argparse.Namespace, outputs: Sequence[Outputs]
) -> None:
    """Write the files of shapes as they are made; of several, those that come out empty are told and left out.

    Raises:
        BadInputError: a shape is empty; in the end, where there are several.
    """
    began, empty = time.perf_counter(), 0
    for files, shape in zip(outputs, shapes, strict=True):
        try:
            write_result(studio, shape, arguments, files, began)
        except BadInputError as error:
            if len(outputs) == 1:
                raise
            print(f"{files.mesh}: {error}", file=sys.stderr)
            empty += 1
        began = time.perf_counter()
    if empty:
        raise BadInputError(f"{empty} of {len(outputs)} shapes are empty and were not written; the others are there.")


def _check(arguments: argparse.Namespace, suffix: str) -> Outputs:
    from iss_backend.files import check_output
    from iss_backend.meshing import MESH_FORMATS

    mesh = _numbered(arguments.output, suffix)
    check_output(mesh, MESH_FORMATS, arguments.overwrite)
    preview = shape = None
    if arguments.preview is not None:
        preview = check_output(_numbered(arguments.preview, suffix), PREVIEW_FORMATS, arguments.overwrite)
    if arguments.keep_shape:
        shape = check_output(mesh.with_suffix(".shape"), SHAPE_FORMATS, arguments.overwrite)
    return Outputs(mesh, preview, shape)


def _numbered(path: Path, suffix: str) -> Path:
    return path.parent / f"{path.stem}{suffix}{path.suffix}" if suffix else path
