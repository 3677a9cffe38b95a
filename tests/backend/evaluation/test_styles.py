import numpy as np
import pytest
import torch
from torch.nn import functional

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.evaluation import styles as study
from iss_backend.evaluation.variations import score_variations
from iss_backend.pipeline import GenerateSettings, StyliseSettings, TextToShape, VarySettings
from iss_backend.rendering import RenderSettings

LOOK = RenderSettings(size=12, steps=16, grid=12)
STAGE2 = Stage2Settings(steps=0, views=1, render=LOOK)
GENERATE = GenerateSettings(guess=GuessSettings(candidates=1, candidate_views=1, prior_steps=2), stage2=STAGE2)
STYLISE = StyliseSettings(steps=2, views=1, render=LOOK)
STYLES = ["made of brick", "covered in snow"]


class ColourJudge:
    """A judge whose texts are colours, and whose pictures are their mean colours."""

    def encode_text(self, texts):
        wanted = {"brick": [1.0, -1.0, -1.0], "snow": [1.0, 1.0, 1.0]}
        rows = [next(value for word, value in wanted.items() if word in text) for text in texts]
        return functional.normalize(torch.tensor(rows), dim=-1)

    def encode_image(self, pictures):
        seen = (pictures < 1.0).any(dim=1, keepdim=True)
        mean = (pictures * seen).sum((2, 3)) / seen.sum((2, 3)).clamp(min=1)
        return functional.normalize(mean - mean.mean(dim=1, keepdim=True) + 0.02, dim=-1)


@pytest.fixture(scope="module")
def studio(tiny_bundle):
    return TextToShape.open(tiny_bundle, "cpu")


@pytest.fixture
def made(studio, tmp_path):
    shapes = study.plain_shapes(studio, ["a red car", "a boat"], GENERATE, tmp_path, lambda event: None)
    return shapes, study.styled_shapes(studio, shapes, STYLES, STYLISE, tmp_path, lambda event: None)


def test_a_run_goes_on_where_it_was(studio, made, tmp_path, monkeypatch):
    shapes, rows = made
    monkeypatch.setattr(studio, "generate", lambda *_: pytest.fail("generated again"))
    monkeypatch.setattr(studio, "stylise", lambda *_: pytest.fail("stylised again"))
    again = study.plain_shapes(studio, ["a red car", "a boat"], GENERATE, tmp_path, lambda event: None)
    assert [one.to_bytes() for one in again] == [one.to_bytes() for one in shapes]
    styled = study.styled_shapes(studio, again, STYLES, STYLISE, tmp_path, lambda event: None)
    assert [[one.to_bytes() for one in row] for row in styled] == [[one.to_bytes() for one in row] for row in rows]


def test_other_settings_are_no_part_of_that_run(studio, made, tmp_path):
    shapes, rows = made
    other = StyliseSettings(steps=2, views=1, render=LOOK, seed=3)
    styled = study.styled_shapes(studio, shapes, STYLES, other, tmp_path, lambda event: None)
    assert styled[0][0].seed == 3
    assert rows[0][0].seed == 0


def test_the_judge_sees_what_the_styles_did(studio, made):
    shapes, rows = made
    brick, snow = study.score_styles(studio, ColourJudge(), shapes, rows, STYLES)
    assert -1.0 <= brick.before <= 1.0
    assert brick.after != brick.before
    assert (brick.style, brick.recognised) == ("made of brick", 1.0)
    assert 0.0 <= snow.recognised <= 1.0
    assert (brick.silhouette, snow.silhouette) == (1.0, 1.0)
    lines = study.score_lines([brick, snow])
    assert len(lines) == 4
    assert "100%" in lines[1]


def test_a_shape_style_has_its_silhouette_measured(studio, made, tmp_path):
    shapes, _ = made
    settings = StyliseSettings("shape_texture", steps=2, views=1, render=LOOK, prior_points=64, learning_rate=0.05)
    rows = study.styled_shapes(studio, shapes, STYLES, settings, tmp_path, lambda event: None)
    scores = study.score_styles(studio, ColourJudge(), shapes, rows, STYLES)
    assert all(0.835 <= score.silhouette < 1.0 for score in scores)


def test_the_sheet_has_a_row_for_each_shape(studio, made):
    shapes, rows = made
    sheet = study.style_sheet(studio, shapes, rows, STYLES, 24)
    assert sheet.size == (3 * 24, 2 * 24 + study.HEADING)
    assert sheet.mode == "P"


def test_variations_are_as_different_as_their_pairs(studio, monkeypatch):
    settings = VarySettings(guess=GENERATE.guess, stage2=STAGE2)
    shapes = []
    monkeypatch.setattr(studio, "vary", lambda *given: shapes.append(TextToShape.vary(studio, *given)) or shapes[-1])
    scores = score_variations(studio, "a car", 3, settings, 16, lambda event: None)
    assert scores.pictures.shape == (3, 3, 16, 16)
    assert [shape.seed for shape in shapes] == [1, 2]
    first = studio.generate("a car", GenerateSettings(seed=0, stage2=STAGE2)).code
    codes = [first, *(shape.code for shape in shapes)]
    pairs = [(codes[i] - codes[j]).norm() for i, j in ((0, 1), (0, 2), (1, 2))]
    assert scores.codes == pytest.approx(float(np.mean(pairs)), rel=1e-4)
    assert 0.0 < scores.shapes <= 1.0
