"""``evaluate styles``, ``variations``, ``pictures``: what becomes of shapes that are changed, or seen in pictures."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from iss_backend.cli.options import add_model_options, share, whole_number
from iss_backend.cli.progress_bar import ProgressBar


def add_change_studies(studies: argparse._SubParsersAction) -> None:
    """Add the three studies to ``evaluate``."""
    _add_styles(studies.add_parser("styles", help="objects in styles: a sheet, and agreements by an independent CLIP"))
    _add_variations(studies.add_parser("variations", help="how different the shapes of one text are, and a sheet"))
    _add_pictures(studies.add_parser("pictures", help="shapes from pictures of held-out shapes: IoU"))


def _add_styles(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("objects", type=Path, help="text file, one object a line")
    parser.add_argument("styles", type=Path, help="text file, one style a line")
    _add_sheet_options(parser)
    parser.add_argument("--work", type=Path, help="folder for shapes, from which a run goes on (default: OUTPUT.run)")
    parser.add_argument("--mode", choices=("texture", "shape_texture"), default="texture", help="what may change")
    parser.add_argument("--way", choices=("auto", "field", "procedural"), default="auto", help="see 'stylise'")
    parser.add_argument("--hold", type=share, default=0.5, help="how firmly the form is held in mode shape_texture")
    parser.add_argument("--judges", type=Path, help="folder of other judges (default: the shipped ones)")
    parser.set_defaults(run=run_styles)


def _add_variations(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("texts", nargs="+", help="what to make, for example 'a chair'")
    _add_sheet_options(parser)
    parser.add_argument("--count", type=whole_number(2, 100), default=6, help="shapes of each text")
    parser.set_defaults(run=run_variations)


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="folder written by 'data pack'")
    parser.add_argument("--count", type=whole_number(1, 10**5), default=100, help="held-out shapes, drawn at random")
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 1), default=0)
    add_model_options(parser)
    parser.set_defaults(run=run_pictures)


def _add_sheet_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, required=True, help="sheet to write (.png)")
    parser.add_argument("--size", type=whole_number(32, 512), default=112, help="pixels per picture")
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 1000), default=0)
    add_model_options(parser)


def run_styles(arguments: argparse.Namespace) -> None:
    """Generate, stylise, judge, print the table, write the sheet."""
    from iss_backend.evaluation.judge.judges import SHIPPED_JUDGES
    from iss_backend.evaluation.judge.judging_clip import CLIP_FOLDER, load_judging_clip
    from iss_backend.evaluation.styles import plain_shapes, score_lines, score_styles, style_sheet, styled_shapes
    from iss_backend.files import check_output, write_whole
    from iss_backend.pipeline import GenerateSettings, StyliseSettings, TextToShape
    from iss_backend.texts import read_texts

    objects, styles = read_texts(arguments.objects), read_texts(arguments.styles)
    target = check_output(arguments.output, (".png",), overwrite=True)
    judge = load_judging_clip((arguments.judges or SHIPPED_JUDGES) / CLIP_FOLDER)
    work = arguments.work or target.with_suffix(".run")
    work.mkdir(parents=True, exist_ok=True)
    settings = StyliseSettings(arguments.mode, arguments.way, arguments.seed, keep_shape=arguments.hold)
    studio = TextToShape.open(arguments.bundle, arguments.device)
    shapes = plain_shapes(studio, objects, GenerateSettings(arguments.seed), work, ProgressBar())
    rows = styled_shapes(studio, shapes, styles, settings, work, ProgressBar())
    print("\n".join(score_lines(score_styles(studio, judge, shapes, rows, styles))))
    buffer = io.BytesIO()
    style_sheet(studio, shapes, rows, styles, arguments.size).save(buffer, "PNG", optimize=True)
    write_whole(target, buffer.getvalue())
    print(target)


def run_variations(arguments: argparse.Namespace) -> None:
    """Generate and vary every text, print the distances, write the sheet: a row for each text."""
    import torch

    from iss_backend.evaluation.variations import score_variations
    from iss_backend.files import check_output
    from iss_backend.pipeline import TextToShape, VarySettings
    from iss_backend.preview import write_picture_sheet
    from iss_backend.texts import clean_text

    texts = [clean_text(text) for text in arguments.texts]
    target = check_output(arguments.output, (".png",), overwrite=True)
    settings = VarySettings(seed=arguments.seed + 1)
    studio = TextToShape.open(arguments.bundle, arguments.device)
    scores = [
        score_variations(studio, text, arguments.count, settings, arguments.size, ProgressBar()) for text in texts
    ]
    for score in scores:
        print(
            f"{score.text}: mean pairwise distance of codes {score.codes:.2f}, of shapes (1 - IoU) {score.shapes:.3f}"
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
    ious = score_pictures(studio, shapes, arguments.count, arguments.seed, ProgressBar())
    print(f"mIoU of shapes from one picture each of {arguments.count} held-out shapes:")
    for name, iou in ious.items():
        print(f"  {name:12} {iou:.3f}")
