"""``evaluate``: what a bundle scores on held-out shapes, and on texts that nobody trained or tuned on."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

from iss_backend.cli.options import add_model_options, whole_number
from iss_backend.cli.progress_bar import ProgressBar

METHODS = ("stage1", "guess", "default", "nearest")


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command and its studies to the parser."""
    parser = commands.add_parser("evaluate", help="score a bundle")
    studies = parser.add_subparsers(dest="study", required=True, metavar="STUDY")
    _add_held_out(studies.add_parser("held-out", help="on shapes it was not trained on"))
    _add_texts(studies.add_parser("texts", help="on texts nobody trained on, by independent judges, with baselines"))


def _add_held_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="folder written by 'data pack'")
    parser.add_argument("--texts", type=whole_number(1, 10**5), default=40, help="captioned pictures to run stage 2 on")
    parser.add_argument("--steps", type=whole_number(1, 1000), default=20, help="of stage 2")
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 1), default=0)
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_model_options(parser)
    parser.set_defaults(run=run_held_out)


def _add_texts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, required=True, help="results (.json); a run goes on where it was")
    parser.add_argument("--seeds", type=whole_number(1, 100), default=3, help="shapes of each text")
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 200), default=0, help="the first one")
    parser.add_argument("--limit", type=whole_number(1, 10**6), help="texts to take, a fixed sample (default: all)")
    parser.add_argument(
        "--methods", nargs="+", choices=METHODS, default=list(METHODS), metavar="NAME", help="rows: %(choices)s"
    )
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="packed folders: adds FID, KID and FPD")
    parser.add_argument("--inception", type=Path, help="weights of Inception v3 for FID and KID, with torchmetrics")
    parser.add_argument("--texts", type=Path, help="folder of other tables of texts (default: the shipped ones)")
    parser.add_argument("--judges", type=Path, help="folder of other judges (default: the shipped ones)")
    parser.add_argument("--resolution", type=whole_number(8, 512), default=128, help="of the meshes judged")
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
    from iss_backend.evaluation.text_benchmark import BenchmarkSettings
    from iss_backend.evaluation.text_evaluation import TextEvaluation, evaluate_texts, write_results
    from iss_backend.evaluation.text_sets import TEXTS, load_texts
    from iss_backend.files import check_output
    from iss_backend.pipeline import TextToShape

    output = check_output(arguments.output, (".json",), overwrite=True)
    judges = load_judges(arguments.judges or SHIPPED_JUDGES)
    plan = TextEvaluation(
        texts=load_texts(arguments.texts or TEXTS),
        limit=arguments.limit,
        methods=arguments.methods,
        benchmark=BenchmarkSettings(arguments.seeds, arguments.seed, arguments.resolution),
        folder=output.with_suffix(".run"),
        data=arguments.data,
        network=(inception_network(arguments.inception), INCEPTION) if arguments.inception else None,
    )
    studio = TextToShape.open(arguments.bundle, arguments.device)
    results, titles = evaluate_texts(studio, judges, plan, arguments.bundle, ProgressBar())
    print("\n".join(table_lines(titles, results)))
    for name, result in results.items():
        print("\n".join([f"{titles[name]}:", *detail_lines(result)]))
    for path in write_results(output, plan, judges, results, arguments.seed):
        print(path)
