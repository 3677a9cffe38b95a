from argparse import SUPPRESS, Namespace, _SubParsersAction
from dataclasses import dataclass
from typing import ClassVar

import pytest

from iss_backend.cli.main import build_parser
from iss_backend.cli.options import plan_of
from iss_backend.settings import OUR_STAGE2, FromMeshSettings, VarySettings
from iss_backend.stylisation import StyliseSettings
from iss_backend.training.recipes import SvrPlan


@dataclass(frozen=True)
class TripPlan:
    stops: int
    name: str = "nowhere"
    speed: float = 1.5


def test_a_plan_takes_the_options_of_its_fields_names():
    arguments = Namespace(stops=3, name="Bree", run=print)
    assert plan_of(TripPlan, arguments) == TripPlan(3, "Bree", 1.5)
    assert plan_of(TripPlan, arguments, name="Rivendell", speed=2.0) == TripPlan(3, "Rivendell", 2.0)


def test_the_plan_of_a_training_is_what_the_command_says():
    line = "train svr d -o r --steps 7 --batch 3 --seed 2 --model dvr --supervision rays --encoder-steps 5 --device cpu"
    arguments = build_parser().parse_args([*line.split(), "--config", '{"width": 32}'])
    expected = SvrPlan(7, 3, 2, "dvr", {"width": 32}, "rays", "cpu", 5)
    assert plan_of(SvrPlan, arguments) == expected


def subparsers(parser):
    """Return the parsers below a parser by their names, {} where there are none."""
    return next((action.choices for action in parser._actions if isinstance(action, _SubParsersAction)), {})


class ReadNamespace(Namespace):
    """Arguments that remember which of them were read."""

    read: ClassVar[set[str]] = set()

    def __getattribute__(self, name):
        ReadNamespace.read.add(name)
        return super().__getattribute__(name)


FURTHER = {stage: [f"training.recipes_{stage}.train_{stage}_run"] for stage in
           ("decoder", "prior", "words", "images", "points", "camera", "codes")}  # fmt: skip
TRAININGS = FURTHER | {
    "svr": ["training.recipes.train_svr_run"],
    "clip": ["training.recipes_clip.train_clip_run"],
    "stage1": ["training.recipes.choose_supervision", "training.capture_bundle.train_captures_bundle"],
    "generator": ["training.generator_pairs.train_generator_run"],
    "pictures": ["training.picture_recipe.train_pictures_run", "training.picture_recipe.train_pictures_bundle"],
    "judge": ["evaluation.judge.recipes.train_judge_run"],
    "judging-clip": ["evaluation.judge.recipes.train_judging_clip_run"],
    "baselines": ["evaluation.baselines.recipes.train_baselines_run", "evaluation.methods.bundle_seal",
                  "pipeline.TextToShape.open"],
}  # fmt: skip
NEEDED = {"stage1": "--bundle b", "generator": "--words car --bundle b", "pictures": "--bundle b"}


@pytest.mark.parametrize("stage", subparsers(subparsers(build_parser())["train"]))
def test_no_option_of_a_training_goes_nowhere(monkeypatch, stage):
    for name in TRAININGS[stage]:
        monkeypatch.setattr(f"iss_backend.{name}", lambda *given: None)
    line = f"train {stage} d {'' if stage == 'generator' else '-o r'} {NEEDED.get(stage, '')}"
    arguments = build_parser().parse_args(line.split(), ReadNamespace())
    ReadNamespace.read.clear()
    arguments.run(arguments)
    assert set(vars(arguments)) - ReadNamespace.read == {"command", "stage"}


def output_help(command):
    """Return what the help of each subcommand says of --output."""
    studies = subparsers(subparsers(build_parser())[command])
    options = {name: {action.dest: action.help for action in study._actions} for name, study in studies.items()}
    return {name: told["output"] for name, told in options.items() if "output" in told}


def test_the_help_says_what_is_written_and_what_goes_on():
    resumed = {name for name, told in output_help("evaluate").items() if "goes on" in told}
    assert resumed == {"texts", "encoders", "mapper-switches", "switches", "ablations", "diversity"}
    told = output_help("train")
    assert {told[stage] for stage in FURTHER} == {"folder of the new bundle; resumed"}
    assert "run folder" in told["svr"]


def test_a_judge_is_trained_as_the_shipped_one_on_as_many_shapes_as_are_asked_for(monkeypatch):
    from iss_backend.evaluation.judge import recipes

    plans = []
    monkeypatch.setattr(recipes, "train_judge_run", lambda data, output, plan, report: plans.append(plan))
    for options in ("", "--per-category 7 --per-style 0"):
        arguments = build_parser().parse_args(f"train judge d -o r {options}".split())
        arguments.run(arguments)
    assert plans[0] == recipes.JudgePlan()
    assert plans[1].learned == recipes.ModelCounts(7, 0)


def parsers(parser):
    """Yield a parser and all below it."""
    yield parser
    for below in subparsers(parser).values():
        yield from parsers(below)


def options(parser):
    return [action for action in parser._actions if not isinstance(action, _SubParsersAction)]


@pytest.mark.parametrize("parser", list(parsers(build_parser())), ids=lambda parser: parser.prog)
def test_every_option_is_explained_with_its_default_once(parser):
    told = parser._get_formatter()._get_help_string
    for action in options(parser):
        assert action.help, action.option_strings or action.dest
        has_default = isinstance(action.default, (int, float, str)) and not isinstance(action.default, bool)
        has_default = has_default and action.default not in ("", SUPPRESS)
        assert told(action).count("default") == 1 or not has_default, told(action)
    assert parser.format_help()


def test_help_shows_lists_as_they_are_written():
    text = subparsers(subparsers(build_parser())["evaluate"])["diversity"].format_help()
    assert "(default: 1.0 0.9 0.8 0.7 0.6 0.5)" in " ".join(text.split())


def test_commands_have_the_defaults_of_the_library():
    def parsed(line):
        return build_parser().parse_args([*line.split(), "-o", "x"])

    generate, gallery, vary = parsed("generate t"), parsed("gallery t"), parsed("vary s")
    assert (generate.steps, generate.views, gallery.steps) == (OUR_STAGE2.steps, OUR_STAGE2.views, OUR_STAGE2.steps)
    usual = VarySettings()
    assert (vary.seed, vary.tau1, vary.tau2, vary.closeness) == (
        usual.seed, usual.guess.tau_1, usual.tau_2, usual.closeness,
    )  # fmt: skip
    stylise = parsed("stylise s t")
    assert (stylise.steps, stylise.views) == (StyliseSettings().steps, StyliseSettings().views)
    assert parsed("from-mesh m").steps == FromMeshSettings().steps
