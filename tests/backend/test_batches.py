import json
import threading
from dataclasses import replace

import pytest
import torch

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.batch import generate_many, vary_many
from iss_backend.errors import BadInputError, Cancelled
from iss_backend.pipeline import GenerateSettings, TextToShape, VarySettings
from iss_backend.rendering import RenderSettings
from iss_backend.worker.orders import Orders

GUESS = GuessSettings(candidates=2, candidate_views=1, prior_steps=4)
STAGE2 = Stage2Settings(steps=2, views=2, learning_rate=1e-2, render=RenderSettings(size=12, steps=16, grid=12))
FAST = GenerateSettings(guess=GUESS, stage2=STAGE2)
ENOUGH_S = 180.0  # a bound against hanging, not a measurement


@pytest.fixture
def two_cores():
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def studio(tiny_bundle, two_cores):
    return TextToShape.open(tiny_bundle, "cpu")


@pytest.fixture
def beside(monkeypatch):
    """Return an event that is set when another process has taken an order."""
    taken, take = threading.Event(), Orders.take_beside

    def watched(orders, kinds, seconds):
        order = take(orders, kinds, seconds)
        if order is not None:
            taken.set()
        return order

    monkeypatch.setattr(Orders, "take_beside", watched)
    return taken


def test_many_are_as_one_by_one_though_another_process_makes_some(studio, beside):
    texts, settings = ["a red car", "a chair", "a red car", "a boat"], [FAST, FAST, replace(FAST, seed=1), FAST]
    events = []

    def report(event):
        events.append(event)
        assert beside.wait(ENOUGH_S)

    many = list(generate_many(studio, texts, settings, report))
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)  # as many as each process had
    for text, one, made in zip(texts, settings, many, strict=True):
        alone = studio.generate(text, one)
        assert torch.equal(made.code, alone.code)
        assert (made.text, made.seed, made.scores) == (alone.text, alone.seed, alone.scores)
        assert json.dumps(made.settings) == json.dumps(alone.settings)
    assert {event.phase for event in events} == {"shapes"}
    steps = [event.step for event in events]
    assert steps == sorted(steps) and steps[-1] == 4
    assert events[-1].eta_s == 0.0


def test_one_of_many_reports_its_steps_and_starts_no_process(studio, beside):
    events = []
    assert len(list(generate_many(studio, ["a car"], [FAST], events.append))) == 1
    assert [event.phase for event in events] == ["stage 2"] * 3
    assert not beside.is_set()


def test_variations_are_as_one_by_one(studio):
    shape, settings = studio.generate("a red car", FAST), VarySettings(guess=GUESS, stage2=STAGE2)
    each = [replace(settings, seed=seed) for seed in (3, 4)]
    made = list(vary_many(studio, shape, each))
    torch.set_num_threads(1)
    assert [one.seed for one in made] == [3, 4]
    assert all(torch.equal(a.code, studio.vary(shape, b).code) for a, b in zip(made, each, strict=True))


def test_an_error_ends_all_and_says_what_is_wrong(studio):
    with pytest.raises(BadInputError, match="text"):
        list(generate_many(studio, ["a red car", ""], [FAST, FAST]))
    assert torch.get_num_threads() == 2
    assert not [thread for thread in threading.enumerate() if thread.name == "mate"]


def test_who_listens_no_more_ends_all(studio, beside):
    def report(event):
        assert beside.wait(ENOUGH_S)
        raise Cancelled("enough")

    endless = replace(FAST, stage2=replace(STAGE2, steps=100_000))
    with pytest.raises(Cancelled):
        list(generate_many(studio, ["a car"] * 3, [endless] * 3, report))
    assert not [thread for thread in threading.enumerate() if thread.name == "mate"]


def test_a_bundle_of_no_folder_is_worked_with_by_one_process(studio, beside):
    own = TextToShape(studio.bundle, studio.device)
    assert len(list(generate_many(own, ["a car", "a boat"], [FAST, FAST]))) == 2
    assert not beside.is_set()


def test_no_other_process_takes_the_memory_of_fine_meshes(studio, beside):
    studio.memory_limit = 1.6
    assert len(list(generate_many(studio, ["a car", "a boat"], [FAST, FAST], resolution=256))) == 2
    assert not beside.is_set()
