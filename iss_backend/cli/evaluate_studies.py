"""The paper's studies and ablations as studies of ``evaluate``: a table, JSON and a plot each."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iss_backend.cli.options import add_model_options, share, whole_number
from iss_backend.cli.progress_bar import ProgressBar

if TYPE_CHECKING:
    from iss_backend.evaluation.methods import Method
    from iss_backend.evaluation.studies.table import StudyTable
    from iss_backend.evaluation.text_evaluation import TextEvaluation
    from iss_backend.pipeline import TextToShape

Run = Callable[[argparse.Namespace], None]
RESULTS = "results (.json)"  # of a study that begins anew each time


def add_studies(studies: argparse._SubParsersAction) -> None:
    """Add all studies to ``evaluate``."""
    _add_encoders(studies)
    _add_reading(studies)
    _add_gap(studies)
    _add_mapper_switches(studies)
    switches = _add_text_study(studies, "switches", "stage 2 by the paper's formulas and the official code", 1)
    switches.set_defaults(run=run_switches)
    ablations = _add_text_study(studies, "ablations", "without stage 1, without stage 2, without L_bg", 1)
    ablations.add_argument("--run", dest="run_folder", type=Path, help="run folder with D before stage 1, for L_bg")
    ablations.add_argument("--data", type=Path, nargs="+", help="packed folders: D forgets L_bg in --decoder-steps")
    ablations.add_argument("--decoder-steps", type=whole_number(1, 10**5), default=150, help="of D with L_D alone")
    ablations.set_defaults(run=run_ablations)
    diversity = _add_text_study(studies, "diversity", "how different the shapes of one text are, over tau", 4)
    diversity.add_argument(
        "--taus", type=share, nargs="+", default=[1.0, 0.9, 0.8, 0.7, 0.6, 0.5], metavar="TAU", help="values to compare"
    )
    diversity.add_argument("--start", choices=("mapper", "prior"), default="mapper", help="the paper's, or ours")
    diversity.set_defaults(run=run_diversity)
    _add_novelty(studies)
    _add_parity(studies)


def _add_encoders(studies: argparse._SubParsersAction) -> None:
    parser = _add_data_study(studies, "encoders", "E_S + D against E_I + D", run_encoders, seeds=3)
    parser.add_argument("--pictures", type=whole_number(1, 10**7), default=16000, help="that E_I + D learns from")
    parser.add_argument("--steps", type=whole_number(1, 10**6), default=2000, help="of E_I + D")
    parser.add_argument("--decoder-steps", type=whole_number(0, 10**5), default=150, help="of D on each's own codes")


def _add_reading(studies: argparse._SubParsersAction) -> None:
    text = "what From Image makes of a picture, step by step"
    parser = _add_data_study(studies, "reading", text, run_reading, seeds=1, output=RESULTS)
    parser.add_argument("--count", type=whole_number(1, 10**6), help="held-out shapes, a fixed sample (default: all)")


def _add_gap(studies: argparse._SubParsersAction) -> None:
    parser = _add_data_study(studies, "gap", "text-image gap, and distances to f_S", run_gap, seeds=2, output=RESULTS)
    parser.add_argument("--texts", type=whole_number(1, 10**5), default=40, help="captioned pictures of each seed")
    parser.add_argument("--steps", type=whole_number(1, 1000), default=20, help="of stage 2")


def _add_mapper_switches(studies: argparse._SubParsersAction) -> None:
    text = "stage 1 by the paper's formulas and the official code"
    parser = _add_data_study(studies, "mapper-switches", text, run_mapper_switches, seeds=2)
    parser.add_argument("--pictures", type=whole_number(1, 10**7), default=8000, help="that each M learns from")
    parser.add_argument("--steps", type=whole_number(1, 10**6), default=600, help="of each M")
    parser.add_argument("--texts", type=whole_number(1, 10**5), default=40, help="captioned held-out pictures")


def _add_novelty(studies: argparse._SubParsersAction) -> None:
    parser = _add_study(studies, "novelty", "the nearest training shapes of generated ones, with pictures", RESULTS)
    parser.add_argument("--seeds", type=whole_number(1, 100), default=1, help="shapes of each text")
    parser.add_argument("--limit", type=whole_number(1, 10**6), default=12, help="texts to take, a fixed sample")
    parser.add_argument("--texts", type=Path, help="folder of other tables of texts (default: the shipped ones)")
    parser.set_defaults(run=run_novelty)


def _add_parity(studies: argparse._SubParsersAction) -> None:
    text = "the fast renderer against the paper's dense march, on the same shapes"
    parser = _add_study(studies, "parity", text, RESULTS)
    parser.add_argument("--limit", type=whole_number(1, 10**6), default=50, help="texts to take, a fixed sample")
    parser.add_argument("--texts", type=Path, help="folder of other tables of texts (default: the shipped ones)")
    parser.add_argument("--judges", type=Path, help="folder of other judges (default: the shipped ones)")
    parser.set_defaults(run=run_parity)


def _add_study(
    studies: argparse._SubParsersAction,
    name: str,
    text: str,
    output: str = f"{RESULTS}; a run goes on where it was",
) -> argparse.ArgumentParser:
    parser = studies.add_parser(name, help=text)
    parser.add_argument("-o", "--output", type=Path, required=True, help=output)
    add_model_options(parser)
    return parser


def _add_data_study(
    studies: argparse._SubParsersAction, name: str, text: str, run: Run, seeds: int, **output: str
) -> argparse.ArgumentParser:
    parser = _add_study(studies, name, text, **output)
    parser.add_argument("data", type=Path, nargs="+", help="folders written by 'data pack'")
    parser.add_argument("--seeds", type=whole_number(1, 100), default=seeds, help="repetitions of the whole study")
    parser.set_defaults(run=run)
    return parser


def _add_text_study(studies: argparse._SubParsersAction, name: str, text: str, seeds: int) -> argparse.ArgumentParser:
    parser = _add_study(studies, name, text)
    add_text_options(parser, seeds)
    return parser


def add_text_options(parser: argparse.ArgumentParser, seeds: int) -> None:
    """Add what all studies on texts share: which texts, how many seeds, and who judges."""
    parser.add_argument("--seeds", type=whole_number(1, 100), default=seeds, help="shapes of each text")
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 200), default=0, help="the first one")
    parser.add_argument("--limit", type=whole_number(1, 10**6), help="texts to take, a fixed sample (default: all)")
    parser.add_argument("--texts", type=Path, help="folder of other tables of texts (default: the shipped ones)")
    parser.add_argument("--judges", type=Path, help="folder of other judges (default: the shipped ones)")
    parser.add_argument("--resolution", type=whole_number(8, 512), default=128, help="of the meshes judged")


def checked_output(arguments: argparse.Namespace) -> Path:
    """Return the file of results.

    Raises:
        OutputError: it cannot be written.
    """
    from iss_backend.files import check_output

    return check_output(arguments.output, (".json",), overwrite=True)


def text_plan(arguments: argparse.Namespace, output: Path) -> TextEvaluation:
    """Return the plan that the options of `add_text_options` ask for, records kept in OUTPUT.run.

    Raises:
        BadInputError: the tables of texts cannot be used.
    """
    from iss_backend.evaluation.text_benchmark import BenchmarkSettings
    from iss_backend.evaluation.text_evaluation import TextEvaluation
    from iss_backend.evaluation.text_sets import TEXTS, load_texts

    return TextEvaluation(
        texts=load_texts(arguments.texts or TEXTS),
        limit=arguments.limit,
        methods=(),
        benchmark=BenchmarkSettings(arguments.seeds, arguments.seed, arguments.resolution),
        folder=output.with_suffix(".run"),
    )


def show(table: StudyTable, output: Path) -> None:
    """Print a table, write it as JSON, and draw it where matplotlib is installed."""
    from iss_backend.evaluation.studies.plots import can_draw
    from iss_backend.evaluation.studies.table import write_study

    print("\n".join(table.lines()))
    for path in write_study(table, output):
        print(path)
    if not can_draw():
        print("No plot was drawn: matplotlib is missing; 'install_deps.py install --extra evaluate' adds it.")


def run_encoders(arguments: argparse.Namespace) -> None:
    """Compare E_S + D with E_I + D."""
    from iss_backend.data.packed import PackedShapes
    from iss_backend.evaluation.baselines.image_features import FeatureMapperSettings
    from iss_backend.evaluation.studies.encoders import EncoderStudySettings, compare_encoders
    from iss_backend.pipeline import TextToShape
    from iss_backend.training.schedule import LoopSettings

    output = checked_output(arguments)
    bundle = TextToShape.open(arguments.bundle, arguments.device).bundle
    loop = LoopSettings(arguments.steps, learning_rate=1e-3, warmup=50)
    mapper = FeatureMapperSettings(arguments.pictures, loop=loop)
    settings = EncoderStudySettings(arguments.seeds, arguments.decoder_steps, mapper=mapper)
    shapes = PackedShapes(*arguments.data)
    work = _checkpoints(arguments, output, settings)
    show(compare_encoders(bundle, shapes, settings, work, ProgressBar()), output)


def _checkpoints(arguments: argparse.Namespace, output: Path, settings: Any) -> Path:
    """Return the folder, in OUTPUT.run, for what a study trains with its settings, on its data and its bundle."""
    from iss_backend.bundle import DEFAULT_BUNDLE
    from iss_backend.training.outputs import begin_stage, marks_of

    source = marks_of(arguments.bundle or DEFAULT_BUNDLE, *arguments.data)
    return begin_stage(output.with_suffix(".run"), arguments.study, settings, source)


def run_reading(arguments: argparse.Namespace) -> None:
    """Measure the code of a picture after E_S, after it was drawn to known shapes, and fitted to the outline."""
    from iss_backend.data.packed import PackedShapes
    from iss_backend.evaluation.studies.reading import measure_reading
    from iss_backend.outline.fit import OutlineSettings
    from iss_backend.pipeline import TextToShape

    output = checked_output(arguments)
    bundle = TextToShape.open(arguments.bundle, arguments.device).bundle
    shapes, settings = PackedShapes(*arguments.data), OutlineSettings()
    show(measure_reading(bundle, shapes, arguments.count, arguments.seeds, settings, ProgressBar()), output)


def run_gap(arguments: argparse.Namespace) -> None:
    """Measure the gap and the distances to f_S."""
    from iss_backend.data.packed import PackedShapes
    from iss_backend.evaluation.studies.gap import measure_distances
    from iss_backend.pipeline import OUR_STAGE2, TextToShape

    output, stage2 = checked_output(arguments), replace(OUR_STAGE2, steps=arguments.steps)
    bundle = TextToShape.open(arguments.bundle, arguments.device).bundle
    shapes = PackedShapes(*arguments.data)
    show(measure_distances(bundle, shapes, arguments.texts, arguments.seeds, stage2, ProgressBar()), output)


def run_mapper_switches(arguments: argparse.Namespace) -> None:
    """Train mappers by the paper's formulas and the official ones, and compare them."""
    from iss_backend.data.packed import PackedShapes
    from iss_backend.evaluation.studies.mapper_switches import MapperSwitchSettings, compare_mappers
    from iss_backend.pipeline import TextToShape
    from iss_backend.training.schedule import LoopSettings

    output = checked_output(arguments)
    bundle = TextToShape.open(arguments.bundle, arguments.device).bundle
    loop = LoopSettings(arguments.steps, learning_rate=1e-3, warmup=50)
    settings = MapperSwitchSettings(arguments.pictures, arguments.texts, arguments.seeds, loop)
    shapes = PackedShapes(*arguments.data)
    work = _checkpoints(arguments, output, settings)
    show(compare_mappers(bundle, shapes, settings, work, ProgressBar()), output)


def run_switches(arguments: argparse.Namespace) -> None:
    """Run stage 2 with one switch at a time turned to the official code's side."""
    from iss_backend.evaluation.studies.switches import stage2_switches

    studio, plan = _opened(arguments)
    _show_text_study("Stage 2: paper's formulas and official code", arguments, studio, plan, stage2_switches(studio))


def run_ablations(arguments: argparse.Namespace) -> None:
    """Run the method without each of its parts."""
    from iss_backend.evaluation.studies.ablations import ablation_methods, bare_studio

    studio, plan = _opened(arguments)
    data, steps = arguments.data or (), arguments.decoder_steps
    bare, origin = bare_studio(studio, arguments.run_folder, data, steps, plan.folder, ProgressBar())
    plan = replace(plan, about={"D without L_bg": origin})
    _show_text_study("Ablations", arguments, studio, plan, ablation_methods(studio, bare))


def run_diversity(arguments: argparse.Namespace) -> None:
    """Generate every text with several seeds for each tau."""
    from iss_backend.alignment.guess import GuessSettings
    from iss_backend.evaluation.studies.diversity import HEADINGS, diversity_methods, diversity_scores
    from iss_backend.pipeline import GenerateSettings

    studio, plan = _opened(arguments)
    plan = replace(plan, about={"start": arguments.start})
    settings = GenerateSettings(guess=GuessSettings(kind=arguments.start), keep_best=False)
    methods = diversity_methods(studio, settings, arguments.taus)
    columns = {"axis": "tau", "extra": diversity_scores, "headings": HEADINGS}
    _show_text_study("Diversity over tau", arguments, studio, plan, methods, **columns)


def _opened(arguments: argparse.Namespace) -> tuple[TextToShape, TextEvaluation]:
    """Return the opened bundle and the plan of a study on texts."""
    from iss_backend.pipeline import TextToShape

    plan = text_plan(arguments, checked_output(arguments))
    return TextToShape.open(arguments.bundle, arguments.device), plan


def _show_text_study(
    title: str,
    arguments: argparse.Namespace,
    studio: TextToShape,
    plan: TextEvaluation,
    methods: Mapping[str, Method],
    **columns: Any,
) -> None:
    """Make, judge and show all rows of a study on texts."""
    from iss_backend.evaluation.judge.judges import SHIPPED_JUDGES, load_judges
    from iss_backend.evaluation.studies.text_study import run_text_study

    judges, bundle = load_judges(arguments.judges or SHIPPED_JUDGES), arguments.bundle
    table = run_text_study(title, studio, judges, methods, plan, bundle, ProgressBar(), **columns)
    show(table, arguments.output)


def run_novelty(arguments: argparse.Namespace) -> None:
    """Generate texts, and show each shape beside the training shapes that CLIP finds nearest."""
    from iss_backend.evaluation.methods import NEAREST_FILE
    from iss_backend.evaluation.studies.novelty import measure_novelty
    from iss_backend.evaluation.text_benchmark import chosen_texts
    from iss_backend.evaluation.text_sets import TEXTS, load_texts
    from iss_backend.files import write_whole
    from iss_backend.pipeline import GenerateSettings, TextToShape

    output = checked_output(arguments)
    texts = [text.text for text in chosen_texts(load_texts(arguments.texts or TEXTS), arguments.limit)]
    studio, cache = TextToShape.open(arguments.bundle, arguments.device), output.with_suffix(".run") / NEAREST_FILE
    table, sheet = measure_novelty(studio, texts, arguments.seeds, GenerateSettings(), cache, ProgressBar())
    show(table, output)
    buffer, picture = io.BytesIO(), output.with_name(f"{output.stem}_neighbours.png")
    sheet.save(buffer, "PNG")
    write_whole(picture, buffer.getvalue())
    print(picture)


def run_parity(arguments: argparse.Namespace) -> None:
    """Render the first guesses of texts both ways, and compare what the judging CLIP sees and what stage 2 feels."""
    from iss_backend.evaluation.judge.judges import SHIPPED_JUDGES
    from iss_backend.evaluation.judge.judging_clip import CLIP_FOLDER, load_judging_clip
    from iss_backend.evaluation.studies.parity import compare_renderers
    from iss_backend.evaluation.text_sets import TEXTS, load_texts
    from iss_backend.pipeline import GenerateSettings, TextToShape

    output, texts = checked_output(arguments), load_texts(arguments.texts or TEXTS)
    judge = load_judging_clip((arguments.judges or SHIPPED_JUDGES) / CLIP_FOLDER)
    studio = TextToShape.open(arguments.bundle, arguments.device)
    show(compare_renderers(studio, judge, texts, arguments.limit, GenerateSettings(), ProgressBar()), output)
