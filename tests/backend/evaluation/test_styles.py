from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.cli.main import main
from iss_backend.errors import BadInputError
from iss_backend.evaluation import styles as study
from iss_backend.evaluation.judge.shape_judge import ShapeJudge
from iss_backend.evaluation.metrics.colours import mesh_colours
from iss_backend.evaluation.picture_starts import WAYS, score_pictures
from iss_backend.evaluation.variations import score_variations
from iss_backend.meshing import MeshSettings, write_mesh
from iss_backend.pipeline import EditSettings, GenerateSettings, StyliseSettings, TextToShape, VarySettings
from iss_backend.rendering import RenderSettings
from iss_backend.stylisation.shape_texture import least_iou

LOOK = RenderSettings(size=12, steps=16, grid=12)
STAGE2 = Stage2Settings(steps=0, views=1, render=LOOK)
GENERATE = GenerateSettings(guess=GuessSettings(candidates=1, candidate_views=1, prior_steps=2), stage2=STAGE2)
STYLISE = StyliseSettings(steps=2, views=1, render=LOOK)
BRICK, WHITE = (184, 48, 31), (247, 250, 253)
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


def test_shapes_of_another_version_of_the_bundle_are_made_anew(studio, made, tmp_path):
    other = TextToShape(replace(studio.bundle, decoder="trained on"), studio.device)
    shapes = study.plain_shapes(other, ["a red car", "a boat"], GENERATE, tmp_path, lambda event: None)
    assert [shape.decoder for shape in shapes] == ["trained on"] * 2
    styled = study.styled_shapes(other, shapes, STYLES, STYLISE, tmp_path, lambda event: None)
    assert {shape.decoder for row in styled for shape in row} == {"trained on"}


def test_the_judge_sees_what_the_styles_did(studio, made):
    shapes, rows = made
    judged = study.judge_styles(studio, ColourJudge(), shapes, rows, STYLES, lambda event: None)
    assert judged.before.shape == judged.after.shape == (2, 2)
    assert judged.recognised[:, 0].all()
    assert (judged.silhouettes == 1.0).all()
    lines = study.score_lines(judged, STYLES)
    assert len(lines) == 3 + 4
    assert "100%" in lines[1]
    assert lines[-1].endswith("1.000 (1.000 to 1.000) over 4 pairs")


def test_colours_move_towards_those_of_the_material(studio, made):
    """Measured on the meshes, by no CLIP: brick is mostly red or brown, and both styles come nearer to their colour."""
    shapes, rows = made
    plain, brick, snow = (studio.mesh(one, MeshSettings(resolution=24)) for one in (shapes[0], *rows[0]))
    shares = dict(mesh_colours(brick))
    assert sum(shares.get(name, 0.0) for name in ("red", "brown", "orange")) > 0.5
    assert _distance(brick, BRICK) < _distance(plain, BRICK) - 10
    assert _distance(snow, WHITE) < _distance(plain, WHITE) - 5


def _distance(mesh, colour):
    """Mean distance of a mesh's colours from one, in levels of 256."""
    return np.linalg.norm(mesh.colours[:, :3].astype(float) - colour, axis=1).mean()


def test_a_shape_style_has_its_silhouette_measured(studio, made, tmp_path):
    shapes, _ = made
    few = {"steps": 2, "views": 1, "render": LOOK, "prior_points": 64, "learning_rate": 0.05}
    settings = StyliseSettings("shape_texture", "field", **few)
    rows = study.styled_shapes(studio, shapes, STYLES, settings, tmp_path, lambda event: None)
    judged = study.judge_styles(studio, ColourJudge(), shapes, rows, STYLES, lambda event: None)
    assert (judged.silhouettes >= least_iou(settings.keep_shape)).all()
    assert (judged.silhouettes < 1.0).all()


def test_edits_are_compared_like_styles(studio, made, tmp_path, monkeypatch):
    shapes, _ = made
    settings = EditSettings(guess=GENERATE.guess, stage2=STAGE2, keep=0.2)
    rows = study.edited_shapes(studio, shapes, STYLES, settings, tmp_path, lambda event: None)
    assert [one.text for one in rows[0]] == ["a car made of brick", "a car covered in snow"]
    assert not any(one.weights for one in rows[0])
    monkeypatch.setattr(studio, "edit", lambda *_: pytest.fail("edited again"))
    again = study.edited_shapes(studio, shapes, STYLES, settings, tmp_path, lambda event: None)
    assert [one.to_bytes() for one in again[1]] == [one.to_bytes() for one in rows[1]]
    judged = study.judge_styles(studio, ColourJudge(), shapes, rows, STYLES, lambda event: None)
    assert (judged.silhouettes < 1.0).any()


def test_the_sheet_has_a_row_for_each_shape(studio, made):
    shapes, rows = made
    judged = study.judge_styles(studio, ColourJudge(), shapes, rows, STYLES, lambda event: None)
    sheet = study.style_sheet([judged, judged], STYLES)
    assert sheet.size == (3 * study.JUDGED_SIZE, 4 * study.JUDGED_SIZE + study.HEADING)
    assert sheet.mode == "P"


def test_variations_are_as_different_as_their_pairs(studio, monkeypatch, judges_folder):
    settings = VarySettings(guess=GENERATE.guess, stage2=STAGE2)
    shapes = []
    monkeypatch.setattr(studio, "vary", lambda *given: shapes.append(TextToShape.vary(studio, *given)) or shapes[-1])
    judge = ShapeJudge.load(judges_folder)
    scores = score_variations(studio, judge, "a car", 3, settings, 16, lambda event: None)
    assert len(scores.judged) == 3
    assert set(scores.judged) <= {"car", "lamp"}
    assert scores.pictures.shape == (3, 3, 16, 16)
    assert [shape.seed for shape in shapes] == [1, 2]
    first = studio.generate("a car", GenerateSettings(seed=0, stage2=STAGE2)).code
    codes = [first, *(shape.code for shape in shapes)]
    pairs = [(codes[i] - codes[j]).norm() for i, j in ((0, 1), (0, 2), (1, 2))]
    assert scores.codes == pytest.approx(float(np.mean(pairs)), rel=1e-4)
    assert 0.0 < scores.shapes <= 1.0


def test_pictures_of_held_out_shapes_have_ious_with_intervals(studio, packed):
    scores = score_pictures(studio, packed, 2, 0, lambda event: None)
    assert scores.keys() == WAYS.keys()
    assert all(score.count == 2 for score in scores.values())
    assert score_pictures(studio, packed, 2, 0, lambda event: None, ["mapper"]) == {"mapper": scores["mapper"]}
    with pytest.raises(BadInputError, match="3 held-out shapes are asked for, the data have 2; ask for fewer"):
        score_pictures(studio, packed, 3, 0, lambda event: None)
    assert all(0.0 <= score.low <= score.mean <= score.high <= 1.0 for score in scores.values())


def test_meshes_are_fitted_and_compared(tiny_bundle, cuboid, tmp_path, capsys):
    files = [str(write_mesh(cuboid((0, 0, 0), high), tmp_path / f"{high[0]}.ply")) for high in ((1, 1, 1), (2, 1, 1))]
    options = ["--steps", "2", "--bundle", str(tiny_bundle), "--device", "cpu"]
    assert main(["evaluate", "meshes", *files, *options]) == 0
    *rows, mean = capsys.readouterr().out.splitlines()
    ious = [float(row.split()[-1]) for row in rows]
    assert [row.split()[0] for row in rows] == ["1.ply", "2.ply"]
    assert all(0.0 < iou <= 1.0 for iou in ious)
    assert float(mean.split()[3]) == pytest.approx(sum(ious) / 2, abs=1e-3)
