import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from iss_backend.evaluation.metrics.diversity import point_score
from iss_backend.evaluation.metrics.intervals import Score, mean_score, resampled_score
from iss_backend.evaluation.studies import table as table_module
from iss_backend.evaluation.studies.table import StudyTable, scores_of_columns, write_study

BARS = StudyTable(
    "Ablations",
    {"category": "category", "l_bg": "L_bg"},
    {"full": {"category": Score(0.5, 0.25, 0.75, 8), "l_bg": Score(0.1, 0.1, 0.1, 8)},
     "without": {"category": Score(0.25, 0.0, 0.5, 8)}},
    {"texts": 8},
)  # fmt: skip
LINES = StudyTable(
    "Diversity",
    {"ps": "point score"},
    {"1": {"ps": Score(1, 1, 1, 4)}, "0.5": {"ps": Score(2, 1.5, 2.5, 4)}},
    axis="tau",
)


def test_a_table_to_read():
    lines = BARS.lines()
    assert lines[0] == "Ablations"
    assert lines[2].split() == ["full", "0.500", "±0.250", "0.100", "±0.000"]
    assert lines[3].split() == ["without", "0.250", "±0.250", "-"]
    assert len({len(line) for line in lines[1:]}) == 1


@pytest.mark.parametrize("table", [BARS, LINES, replace(BARS, columns={**BARS.columns, "made": "no row has it"})])
def test_json_and_a_plot_are_written(table, tmp_path):
    files = write_study(table, tmp_path / "x.json")
    stored = json.loads(files[0].read_text())
    assert stored["title"] == table.title
    assert set(stored["rows"]) == set(table.rows)
    with Image.open(files[1]) as plot:
        colours = np.unique(np.asarray(plot.convert("RGB")).reshape(-1, 3), axis=0)
        assert [59, 110, 165] in colours.tolist()  # bars or lines


def test_without_matplotlib_there_is_no_plot(tmp_path, monkeypatch):
    monkeypatch.setattr(table_module, "can_draw", lambda: False)
    assert write_study(BARS, tmp_path / "x.json") == [tmp_path / "x.json"]


def test_means_are_drawn_anew_by_groups():
    score = mean_score([0.0, 0.0, 1.0, 1.0], ["a", "a", "b", "b"])
    assert (score.mean, score.low, score.high, score.count) == (0.5, 0.0, 1.0, 4)
    assert mean_score([2.0, 2.0], [1, 2]) == Score(2.0, 2.0, 2.0, 2)
    columns = scores_of_columns([{"x": 1.0, "y": 3.0}, {"x": 3.0, "y": 3.0}], "ab")
    assert (columns["x"].mean, columns["y"].mean) == (2.0, 3.0)


def test_the_point_score_of_clear_classes_is_their_number():
    assert point_score(np.eye(5)) == pytest.approx(5)
    assert point_score(np.tile([0.2, 0.8], (4, 1))) == pytest.approx(1)
    # KL of each to their mean (1/2, 1/2): 3/4 ln(3/2) + 1/4 ln(1/2)
    expected = np.exp(0.75 * np.log(1.5) + 0.25 * np.log(0.5))
    assert point_score(np.array([[0.75, 0.25], [0.25, 0.75]])) == pytest.approx(expected)


def test_a_statistic_of_resampled_groups():
    groups = [np.eye(2)[[0, 0]], np.eye(2)[[1, 1]]]
    score = resampled_score(groups, point_score)
    assert (score.mean, score.low, score.high, score.count) == (pytest.approx(2), pytest.approx(1), pytest.approx(2), 4)
