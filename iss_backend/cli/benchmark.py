"""``benchmark``: how long everything takes here, beside the paper's way and Dream Fields' loop."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from iss_backend.cli.options import add_model_options


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("benchmark", help="time every phase, and the paper's way in the same run")
    parser.add_argument("--quick", action="store_true", help="fewer sizes and repeats: under a minute on free cores")
    parser.add_argument("-o", "--output", type=Path, help="also write the report (.json)")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    add_model_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Time everything, print the table, and write the report."""
    from iss_backend.evaluation.benchmark.run import QUICK, Plan, run_benchmark
    from iss_backend.evaluation.benchmark.table import report_lines
    from iss_backend.files import check_output, write_whole
    from iss_backend.pipeline import TextToShape

    target = check_output(arguments.output, (".json",), arguments.overwrite) if arguments.output else None
    studio = TextToShape.open(arguments.bundle, arguments.device)
    plan = QUICK if arguments.quick else Plan()
    report = run_benchmark(studio, arguments.bundle, plan, lambda phase: print(f"timing: {phase}", file=sys.stderr))
    print("\n".join(report_lines(report)))
    if target is not None:
        write_whole(target, json.dumps(report, indent=1).encode())
        print(target)
