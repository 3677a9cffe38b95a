"""``evaluate``: what a bundle scores on held-out shapes, and on texts that nobody trained or tuned on."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from iss_backend.cli.evaluate_changes import add_change_studies
from iss_backend.cli.evaluate_studies import add_studies, add_text_options, checked_output, text_plan
from iss_backend.cli.options import add_model_options, add_seed_option, whole_number
from iss_backend.cli.progress_bar import ProgressBar

if TYPE_CHECKING:
    from iss_backend.evaluation.methods import Method
    from iss_backend.pipeline import TextToShape

OURS = ("stage1", "guess", "default", "nearest")
SLOW = ("dense",)
BASELINES = ("e_i", "clip_forge", "dream_fields", "shelf", "diffusers")


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command and its studies to the parser."""
    parser = commands.add_parser("evaluate", help="score a bundle")
    studies = parser.add_subparsers(dest="study", required=True, metavar="STUDY")
    _add_held_out(studies.add_parser("held-out", help="on shapes it was not trained on"))
    add_change_studies(studies)
    _add_texts(studies.add_parser("texts", help="on texts nobody trained on, by independent judges, with baselines"))
    add_studies(studies)


def _add_held_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="folder written by 'data pack'")
    parser.add_argument("--texts", type=whole_number(1, 10**5), default=40, help="captioned pictures to run stage 2 on")
    parser.add_argument("--steps", type=whole_number(1, 1000), default=20, help="of stage 2")
    add_seed_option(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_model_options(parser)
    parser.set_defaults(run=run_held_out)


def _add_texts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, required=True, help="results (.json); a run goes on where it was")
    add_text_options(parser, seeds=3)
    parser.add_argument(
        "--methods",
        nargs="+",
        choices=(*OURS, *SLOW, *BASELINES),
        default=list(OURS),
        metavar="NAME",
        help="rows: %(choices)s (default: the first four)",
    )
    parser.add_argument("--baselines", type=Path, help="folder written by 'train baselines'")
    parser.add_argument("--dream-steps", type=whole_number(1, 10**6), default=150, help="of Dream Fields")
    parser.add_argument("--image-model", help="text-to-image pipeline of diffusers, for the row 'diffusers'")
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="packed folders: adds FID, KID and FPD")
    parser.add_argument("--inception", type=Path, help="weights of Inception v3 for FID and KID, with torchmetrics")
    add_model_options(parser)
    parser.set_defaults(run=run_texts)


def run_held_out(arguments: argparse.Namespace) -> None:
    """Print held-out mIoU, distances to f_S, and CLIP agreements."""
    from iss_backend.data.packed import PackedShapes
    from iss_backend.evaluation.held_out import score_held_out
    from iss_backend.pipeline import OUR_STAGE2, TextToShape

    bundle = TextToShape.open(arguments.bundle, arguments.device).bundle
    settings = replace(OUR_STAGE2, steps=arguments.steps)
    shapes = PackedShapes(arguments.data)
    scores = score_held_out(bundle, shapes, arguments.texts, settings, arguments.seed, ProgressBar())
    if arguments.json:
        print(json.dumps(asdict(scores), indent=1))
        return
    print(f"mIoU of E_S + D on {scores.shapes} held-out shapes: {scores.miou:.3f}")
    for title, values in (("cosine distance to f_S", scores.distances), ("CLIP agreement", scores.agreements)):
        print(f"{title}, mean of {scores.texts}:")
        for name, value in values.items():
            print(f"  {name:26} {value:.3f}")


def run_texts(arguments: argparse.Namespace) -> None:
    """Generate, judge, print the table, write results and the blind sheet."""
    from iss_backend.evaluation.benchmark_report import detail_lines, table_lines
    from iss_backend.evaluation.judge.judges import SHIPPED_JUDGES, load_judges
    from iss_backend.evaluation.picture_features import INCEPTION, inception_network
    from iss_backend.evaluation.text_evaluation import evaluate_texts, write_results
    from iss_backend.pipeline import TextToShape

    output = checked_output(arguments)
    judges = load_judges(arguments.judges or SHIPPED_JUDGES)
    plan = replace(
        text_plan(arguments, output),
        methods=arguments.methods,
        data=arguments.data,
        network=(inception_network(arguments.inception), INCEPTION) if arguments.inception else None,
    )
    studio = TextToShape.open(arguments.bundle, arguments.device)
    methods = _rows(arguments, studio, plan.folder)
    results, titles = evaluate_texts(studio, judges, plan, arguments.bundle, ProgressBar(), methods)
    print("\n".join(table_lines(titles, results)))
    for name, result in results.items():
        print("\n".join([f"{titles[name]}:", *detail_lines(result)]))
    for path in write_results(output, plan, judges, results, arguments.seed):
        print(path)


def _rows(arguments: argparse.Namespace, studio: TextToShape, folder: Path) -> dict[str, Method]:
    """Return our rows, and the baselines that are asked for."""
    from iss_backend.evaluation.baselines.recipes import BaselineRows
    from iss_backend.evaluation.methods import NEAREST_FILE, build_methods, bundle_seal

    ours = build_methods(studio, folder / NEAREST_FILE, ProgressBar())
    seal = bundle_seal(arguments.bundle)
    rows = BaselineRows(arguments.baselines, seal, arguments.dream_steps, arguments.image_model)
    return ours | rows.build(studio, arguments.methods, ProgressBar())
