from argparse import Namespace, _SubParsersAction
from dataclasses import dataclass
from typing import ClassVar

import pytest

from iss_backend.cli.main import build_parser
from iss_backend.cli.options import plan_of
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
           ("decoder", "prior", "words", "images", "points", "codes")}  # fmt: skip
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


def test_a_judge_is_trained_as_the_shipped_one_on_as_many_shapes_as_are_asked_for(monkeypatch):
    from iss_backend.evaluation.judge import recipes

    plans = []
    monkeypatch.setattr(recipes, "train_judge_run", lambda data, output, plan, report: plans.append(plan))
    for options in ("", "--per-category 7 --per-style 0"):
        arguments = build_parser().parse_args(f"train judge d -o r {options}".split())
        arguments.run(arguments)
    assert plans[0] == recipes.JudgePlan()
    assert plans[1].learned == recipes.ModelCounts(7, 0)
