import json
from dataclasses import asdict

import numpy as np
import pytest

from iss_backend.errors import BadInputError
from iss_backend.pipeline import EditSettings, GenerateSettings, StyliseSettings, VarySettings
from iss_backend.worker.protocol import Frame
from iss_backend.worker.requests import Request, changed_settings

DEFAULT = GenerateSettings()


def request(arrays=None, **header):
    return Request(Frame({"type": "generate", "id": 1, **header}, arrays or {}), 1)


def test_nothing_asked_is_the_default():
    assert changed_settings(DEFAULT, {}) == DEFAULT
    assert request().settings(DEFAULT) is not None


def test_the_panels_names_find_their_places():
    asked = {"seed": 5, "steps": 3, "views": 2, "learning_rate": 1, "start": "gap", "tau_1": 0.5, "tau_2": 0.25}
    made = request(settings=asked).settings(DEFAULT)
    assert (made.seed, made.tau_2) == (5, 0.25)
    assert (made.stage2.steps, made.stage2.views, made.stage2.learning_rate) == (3, 2, 1)
    assert (made.guess.kind, made.guess.tau_1) == ("gap", 0.5)
    assert made.stage2.render == DEFAULT.stage2.render
    assert "steps" in asked  # what was given is not changed


def test_nested_settings_may_be_changed_in_part():
    made = changed_settings(DEFAULT, {"stage2": {"render": {"size": 32}, "views": 3}, "steps": 9})
    assert (made.stage2.render.size, made.stage2.views, made.stage2.steps) == (32, 3, 9)
    assert made.stage2.render.soft_outline is True


@pytest.mark.parametrize("defaults", [DEFAULT, VarySettings(), EditSettings(keep=0.75), StyliseSettings(seed=9)])
def test_settings_that_a_shape_remembers_can_be_sent_again(defaults):
    remembered = json.loads(json.dumps(asdict(defaults)))
    assert changed_settings(type(defaults)(), remembered) == defaults


def test_settings_with_names_of_their_own_keep_them():
    made = changed_settings(StyliseSettings(), {"steps": 4, "views": 1, "learning_rate": None, "mode": "shape_texture"})
    assert (made.steps, made.views, made.learning_rate, made.mode) == (4, 1, None, "shape_texture")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"colour": 1}, "no setting 'colour'; known here: guess, keep_best, learning_rate, seed"),
        ({"stage2": {"colour": 1}}, "no setting 'colour'; known here: background_norm"),
        ({"seed": "1"}, "'seed' is '1'; it must be a whole number"),
        ({"seed": True}, "whole number"),
        ({"seed": 1.0}, "whole number"),
        ({"seed": 2**70}, "whole number"),
        ({"seed": None}, "whole number"),
        ({"keep_best": 1}, "true or false"),
        ({"tau_2": float("nan")}, "a number"),
        ({"tau_2": 10**400}, "a number"),
        ({"start": "magic"}, "'prior' or 'gap' or 'mapper'"),
        ({"start": []}, "'prior' or 'gap' or 'mapper'"),
        ({"stage2": 5}, "a dictionary"),
        ({"stage2": 5, "steps": 1}, "must be a dictionary"),
        ({"stage2": {"render": {"background_colour": [1.0, "x", 1.0]}}}, "a list of numbers"),
        ({"stage2": {"render": {"background_colour": [1.0]}}}, "a list of numbers"),
        ({"views": 0}, "0 views"),
        ({"tau_1": 2.0}, "tau_1 = 2.0"),
    ],
)
def test_what_does_not_fit_is_told(values, words):
    with pytest.raises(BadInputError, match=words):
        changed_settings(DEFAULT, values)


def test_optional_settings_take_nothing_or_a_number():
    with pytest.raises(BadInputError, match="a number or nothing"):
        changed_settings(StyliseSettings(), {"learning_rate": "fast"})


def test_parameters_are_checked():
    asked = request({"shape": np.zeros(3, np.uint8), "image": np.zeros((2, 2), np.float32)}, text="a car", smooth=2)
    assert asked.value("text", str) == "a car"
    assert asked.value("resolution", int, 64) == 64
    assert asked.array("shape", 1).shape == (3,)
    asked.allow("text", "smooth")
    for wrong in (
        lambda: asked.value("missing", str),
        lambda: asked.value("text", int),
        lambda: asked.array("missing", 1),
        lambda: asked.array("image", 2),
        lambda: asked.array("shape", 3),
        lambda: request(settings=[]).settings(DEFAULT),
    ):
        with pytest.raises(BadInputError, match="'generate' needs"):
            wrong()
    with pytest.raises(BadInputError, match="'generate' takes no 'smooth'; it takes text"):
        asked.allow("text")
