"""``generate``: a text to a mesh file."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from iss_backend.cli.options import add_model_options, share, whole_number
from iss_backend.cli.progress_bar import ProgressBar

if TYPE_CHECKING:
    from iss_backend.pipeline import GenerateSettings, TextToShape


PREVIEW_FORMATS = (".png",)
SHAPE_FORMATS = (".shape",)


@dataclass(frozen=True)
class _Outputs:
    """The files of one variation; the preview and the shape where asked for."""

    mesh: Path
    preview: Path | None
    shape: Path | None


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("generate", help="turn a text into a coloured mesh")
    parser.add_argument("text", help="what to make, for example 'a red armchair'")
    parser.add_argument("-o", "--output", type=Path, required=True, help="mesh file: .glb, .ply or .obj")
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 1), default=0)
    parser.add_argument("--steps", type=whole_number(0, 1000), default=20, help="of stage 2; 0: first guess only")
    parser.add_argument("--views", type=whole_number(1, 64), default=None, help="pictures per step")
    parser.add_argument("--resolution", type=whole_number(16, 512), default=128, help="mesh cells per side")
    parser.add_argument("--variations", type=whole_number(1, 1000), default=1, help="shapes, by successive seeds")
    parser.add_argument(
        "--start", choices=("prior", "gap", "mapper"), default="prior", help="how the first guess is made"
    )
    parser.add_argument("--tau1", type=share, default=1.0, help="diversity: share of the feature at the start")
    parser.add_argument("--tau2", type=share, default=1.0, help="diversity: share of the text feature in the target")
    parser.add_argument("--preview", type=Path, help="also write a picture (.png) of four sides")
    parser.add_argument("--keep-shape", action="store_true", help="also write the shape (.shape) for later work")
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")
    add_model_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Generate the asked number of shapes and write them."""
    from iss_backend.pipeline import TextToShape
    from iss_backend.texts import clean_text

    clean_text(arguments.text)
    outputs = [_outputs(arguments, number) for number in range(arguments.variations)]
    began = time.perf_counter()
    studio = TextToShape.open(arguments.bundle, arguments.device)
    print(f"loaded in {time.perf_counter() - began:.1f} s on {studio.device}", file=sys.stderr)
    for number, files in enumerate(outputs):
        _generate_one(studio, arguments, _settings(arguments, arguments.seed + number), files)


def _outputs(arguments: argparse.Namespace, number: int) -> _Outputs:
    """Return the checked files of variation `number`, which is part of their names where there are several."""
    from iss_backend.files import check_output
    from iss_backend.meshing import MESH_FORMATS

    suffix = f"-{number + 1}" if arguments.variations > 1 else ""
    mesh = _numbered(arguments.output, suffix)
    check_output(mesh, MESH_FORMATS, arguments.overwrite)
    preview = shape = None
    if arguments.preview is not None:
        preview = check_output(_numbered(arguments.preview, suffix), PREVIEW_FORMATS, arguments.overwrite)
    if arguments.keep_shape:
        shape = check_output(mesh.with_suffix(".shape"), SHAPE_FORMATS, arguments.overwrite)
    return _Outputs(mesh, preview, shape)


def _numbered(path: Path, suffix: str) -> Path:
    return path.parent / f"{path.stem}{suffix}{path.suffix}" if suffix else path


def _settings(arguments: argparse.Namespace, seed: int) -> GenerateSettings:
    from iss_backend.alignment.guess import GuessSettings
    from iss_backend.pipeline import OUR_STAGE2, GenerateSettings

    views = {} if arguments.views is None else {"views": arguments.views}
    guess = GuessSettings(kind=arguments.start, tau_1=arguments.tau1)
    return GenerateSettings(seed, guess, replace(OUR_STAGE2, steps=arguments.steps, **views), arguments.tau2)


def _generate_one(
    studio: TextToShape, arguments: argparse.Namespace, settings: GenerateSettings, files: _Outputs
) -> None:
    from iss_backend.meshing import MeshSettings, write_mesh
    from iss_backend.preview import write_picture_sheet

    began = time.perf_counter()
    shape = studio.generate(arguments.text, settings, ProgressBar())
    mesh = studio.mesh(shape, MeshSettings(resolution=arguments.resolution))
    about = {"text": shape.text, "seed": str(shape.seed), "bundle": shape.bundle}
    written = write_mesh(mesh, files.mesh, about, arguments.overwrite)
    if files.preview is not None:
        write_picture_sheet(studio.pictures(shape), files.preview)
    if files.shape is not None:
        shape.save(files.shape)
    print(
        f"{written}: {len(mesh.vertices)} vertices, {len(mesh.faces)} faces, CLIP agreement "
        f"{shape.scores['first']:.3f} -> {shape.scores['final']:.3f}, {time.perf_counter() - began:.1f} s"
    )
