from argparse import Namespace
from dataclasses import dataclass

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
