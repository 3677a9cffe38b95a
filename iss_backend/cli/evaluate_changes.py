"""``evaluate styles``, ``variations``, ``pictures``, ``meshes``: shapes that are changed, or start from others."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from iss_backend.cli.options import add_model_options, add_seed_option, share, whole_number
from iss_backend.cli.progress_bar import ProgressBar


def add_change_studies(studies: argparse._SubParsersAction) -> None:
    """Add the four studies to ``evaluate``."""
    _add_styles(studies.add_parser("styles", help="objects in styles: a sheet, and agreements by an independent CLIP"))
    _add_variations(studies.add_parser("variations", help="how different the shapes of one text are, and a sheet"))
    _add_pictures(studies.add_parser("pictures", help="shapes from pictures of held-out shapes: IoU"))
    _add_meshes(studies.add_parser("meshes", help="shapes fitted to mesh files: IoU"))


def _add_styles(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("objects", type=Path, help="text file, one object a line")
    parser.add_argument("styles", type=Path, help="text file, one style a line")
    _add_sheet_options(parser)
    parser.add_argument("--work", type=Path, help="folder for shapes, from which a run goes on (default: OUTPUT.run)")
    parser.add_argument("--mode", choices=("auto", "texture", "shape_texture"), default="auto", help="see 'stylise'")
    ways = ("auto", "field", "procedural", "edit")
    parser.add_argument(
        "--ways", nargs="+", choices=ways, default=["auto"], help="see 'stylise', and 'edit'; the first is compared"
    )
    parser.add_argument("--hold", type=share, default=0.5, help="how firmly the form is held, but for 'edit'")
    parser.set_defaults(run=run_styles)


def _add_variations(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("texts", nargs="+", help="what to make, for example 'a chair'")
    _add_sheet_options(parser)
    parser.add_argument("--count", type=whole_number(2, 100), default=6, help="shapes of each text")
    parser.add_argument("--size", type=whole_number(32, 512), default=112, help="pixels per picture")
    parser.set_defaults(run=run_variations)


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="folder written by 'data pack'")
    parser.add_argument("--count", type=whole_number(1, 10**5), default=100, help="held-out shapes, drawn at random")
    add_seed_option(parser)
    ways = ("svr", "svr-framed", "mapper", "prior")
    parser.add_argument("--ways", nargs="+", choices=ways, default=ways, help="from a picture to a code (default: all)")
    add_model_options(parser)
    parser.set_defaults(run=run_pictures)


def _add_meshes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("meshes", type=Path, nargs="+", help="mesh files, see 'from-mesh'")
    parser.add_argument("--up", choices=("y", "z"), default="y", help="the axis that points up in the files")
    parser.add_argument("--steps", type=whole_number(0, 10000), default=120, help="of each fit")
    add_model_options(parser)
    parser.set_defaults(run=run_meshes)


def _add_sheet_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, required=True, help="sheet to write (.png)")
    add_seed_option(parser, highest=2**31 - 1000)
    parser.add_argument("--judges", type=Path, help="folder of other judges (default: the shipped ones)")
    add_model_options(parser)


def run_styles(arguments: argparse.Namespace) -> None:
    """Generate, stylise, judge, print the table, write the sheet."""
    from iss_backend.evaluation.judge.judges import SHIPPED_JUDGES
    from iss_backend.evaluation.judge.judging_clip import CLIP_FOLDER, load_judging_clip
    from iss_backend.evaluation.styles import (
        edited_shapes,
        interval_line,
        judge_styles,
        plain_shapes,
        score_lines,
        style_sheet,
        styled_shapes,
    )
    from iss_backend.files import check_output, make_folder, write_whole
    from iss_backend.pipeline import EditSettings, GenerateSettings, StyliseSettings, TextToShape
    from iss_backend.texts import read_texts

    objects, styles = read_texts(arguments.objects), read_texts(arguments.styles)
    target = check_output(arguments.output, (".png",), overwrite=True)
    judge = load_judging_clip((arguments.judges or SHIPPED_JUDGES) / CLIP_FOLDER)
    work = arguments.work or target.with_suffix(".run")
    make_folder(work)
    studio = TextToShape.open(arguments.bundle, arguments.device)
    shapes = plain_shapes(studio, objects, GenerateSettings(arguments.seed), work, ProgressBar())
    judged = {}
    for way in arguments.ways:
        rest = (studio, shapes, styles)
        if way == "edit":
            rows = edited_shapes(*rest, EditSettings(arguments.seed), work, ProgressBar())
        else:
            settings = StyliseSettings(arguments.mode, way, arguments.seed, keep_shape=arguments.hold)
            rows = styled_shapes(*rest, settings, work, ProgressBar())
        judged[way] = judge_styles(studio, judge, shapes, rows, styles, ProgressBar())
        print("\n".join([f"way {way}:", *score_lines(judged[way], styles)]), flush=True)
    first = judged[arguments.ways[0]]
    for way in arguments.ways[1:]:
        print(interval_line(f"{arguments.ways[0]} - {way}", first.after - judged[way].after))
    buffer = io.BytesIO()
    style_sheet(list(judged.values()), styles).save(buffer, "PNG", optimize=True)
    write_whole(target, buffer.getvalue())
    print(target)


def run_variations(arguments: argparse.Namespace) -> None:
    """Generate and vary every text, print the distances, write the sheet: a row for each text."""
    from collections import Counter

    import torch

    from iss_backend.evaluation.judge.judges import SHIPPED_JUDGES
    from iss_backend.evaluation.judge.shape_judge import ShapeJudge
    from iss_backend.evaluation.variations import score_variations
    from iss_backend.files import check_output
    from iss_backend.pipeline import TextToShape, VarySettings
    from iss_backend.preview import write_picture_sheet
    from iss_backend.texts import clean_text

    texts = [clean_text(text) for text in arguments.texts]
    target = check_output(arguments.output, (".png",), overwrite=True)
    settings = VarySettings(seed=arguments.seed + 1)
    judge = ShapeJudge.load(arguments.judges or SHIPPED_JUDGES)
    studio = TextToShape.open(arguments.bundle, arguments.device)
    rest = (arguments.count, settings, arguments.size, ProgressBar())
    scores = [score_variations(studio, judge, text, *rest) for text in texts]
    for score in scores:
        judged = ", ".join(f"{name} {count}" for name, count in Counter(score.judged).most_common())
        print(
            f"{score.text}: mean pairwise distance of codes {score.codes:.2f}, of shapes (1 - IoU) {score.shapes:.3f}; "
            f"judged as {judged}"
        )
    write_picture_sheet(torch.cat([score.pictures for score in scores]), target, arguments.count)
    print(target)


def run_pictures(arguments: argparse.Namespace) -> None:
    """Print the mean IoU of every way from a picture to a shape."""
    from iss_backend.data.packed import PackedShapes
    from iss_backend.evaluation.picture_starts import score_pictures
    from iss_backend.pipeline import TextToShape

    studio = TextToShape.open(arguments.bundle, arguments.device)
    shapes = PackedShapes(arguments.data)
    ious = score_pictures(studio, shapes, arguments.count, arguments.seed, ProgressBar(), arguments.ways)
    print(f"mIoU of shapes from one picture each of {arguments.count} held-out shapes, and its 95 % interval:")
    for name, iou in ious.items():
        print(f"  {name:14} {iou.mean:.3f} ({iou.low:.3f} to {iou.high:.3f})")


def run_meshes(arguments: argparse.Namespace) -> None:
    """Print the IoU of each mesh with the shape that is fitted to it, and the mean."""
    from iss_backend.evaluation.metrics.intervals import mean_score
    from iss_backend.meshing import read_mesh
    from iss_backend.pipeline import FromMeshSettings, TextToShape

    settings = FromMeshSettings(steps=arguments.steps)
    meshes = [read_mesh(path, arguments.up) for path in arguments.meshes]
    studio, ious = TextToShape.open(arguments.bundle, arguments.device), []
    for path, mesh in zip(arguments.meshes, meshes, strict=True):
        ious.append(float(studio.from_mesh(mesh, None, settings, ProgressBar()).settings["iou"]))
        print(f"{path.name:32} {ious[-1]:.3f}", flush=True)
    score = mean_score(ious, arguments.meshes)
    print(f"{'mean of ' + str(score.count):32} {score.mean:.3f} (95 % interval {score.low:.3f} to {score.high:.3f})")
