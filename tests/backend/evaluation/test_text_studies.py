import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from iss_backend.alignment.guess import GuessSettings
from iss_backend.cli.main import main
from iss_backend.errors import BadInputError
from iss_backend.evaluation.methods import NEAREST_FILE, dense_march, training_shape
from iss_backend.evaluation.records import Record
from iss_backend.evaluation.studies.ablations import OFFICIAL_RATE, ablation_methods, bare_studio
from iss_backend.evaluation.studies.diversity import diversity_methods, diversity_scores
from iss_backend.evaluation.studies.novelty import TrainingShapes, measure_novelty
from iss_backend.evaluation.studies.parity import APART, DENSE, FAST, compare_renderers
from iss_backend.evaluation.studies.switches import stage2_switches
from iss_backend.evaluation.studies.text_study import run_text_study
from iss_backend.evaluation.text_benchmark import BenchmarkSettings
from iss_backend.evaluation.text_evaluation import TextEvaluation
from iss_backend.pipeline import TextToShape
from iss_backend.progress import ignore_progress
from iss_backend.rendering import RenderSettings
from iss_backend.svr import TriplaneModel, config_of
from iss_backend.svr.checkpoints import CONFIG_FILE, WEIGHTS_FILE
from iss_backend.weights import write_weights


@pytest.fixture
def published(fast):
    """Give the method as published, fast."""
    stage2 = replace(fast.stage2, learning_rate=1e-5, render=replace(fast.stage2.render, background="field"))
    return replace(fast, guess=GuessSettings(kind="mapper"), stage2=stage2, keep_best=False)


@pytest.fixture
def plan(texts, tmp_path):
    """Give a plan of two texts."""
    settings = BenchmarkSettings(1, 0, 16, views=2, picture_size=24)
    return TextEvaluation(texts=texts, limit=2, methods=(), benchmark=settings, folder=tmp_path / "x.run")


def coloured(studio, logit):
    """The studio with a D whose every colour is the sigmoid of `logit`."""
    bundle = studio.bundle
    svr = type(bundle.svr)(bundle.svr.config).eval()
    svr.load_state_dict(bundle.svr.state_dict())
    with torch.no_grad():
        svr.colour_head.weight.zero_()
        svr.colour_head.bias.fill_(logit)
    return TextToShape(replace(bundle, svr=svr.requires_grad_(False)), studio.device)


def differing(first, second):
    """The names of the settings in which two dictionaries differ, nested ones joined by dots."""
    names = set()
    for name, value in first.items():
        if isinstance(value, dict):
            names |= {f"{name}.{part}" for part in differing(value, second[name])}
        elif value != second[name]:
            names.add(name)
    return names


def test_each_ablation_lacks_one_part(studio, published):
    black = coloured(studio, -50.0)
    methods = ablation_methods(studio, black, published)
    made = {name: method.make("a red car", 1) for name, method in methods.items()}
    full = made["full"].shape
    changed = {name: differing(full.settings, one.shape.settings) for name, one in made.items()}
    assert changed == {
        "full": set(),
        "no_stage1": {"stage2.learning_rate"},
        "no_stage2": {"stage2.steps"},
        "no_l_bg_2": {"stage2.background_weight"},
        "no_l_bg_1": set(),
        "no_l_bg": {"stage2.background_weight"},
    }
    assert made["no_stage1"].shape.settings["stage2"]["learning_rate"] == OFFICIAL_RATE
    bundle = studio.bundle
    expected = bundle.mapper(bundle.clip.encode_text(["a red car"]))[0]
    assert torch.equal(made["no_stage2"].shape.code, expected)
    assert not torch.equal(made["no_stage1"].shape.code, methods["no_stage1"].make("a red car", 2).shape.code)
    assert made["no_l_bg"].studio is made["no_l_bg_1"].studio is black


def test_l_bg_is_three_for_black_and_nothing_for_white_where_rays_miss(studio, published):
    scores = {}
    for logit in (-50.0, 50.0):
        made = ablation_methods(coloured(studio, logit), None, published)["no_stage2"].make("a red car", 0)
        scores[logit] = made.shape.scores["l_bg"]
    pictures = coloured(studio, -50.0).pictures(made.shape, 4, published.stage2.render.size)
    missed = (pictures == 1.0).all(dim=1).float().mean().item()  # black shapes on white
    assert scores[50.0] == pytest.approx(0, abs=1e-6)
    assert scores[-50.0] == pytest.approx(3 * missed, rel=0.1)  # the pictures are marched more finely
    assert "no_l_bg" not in ablation_methods(studio, None, published)


def test_d_before_stage_1_comes_from_a_run_folder(studio, tmp_path):
    other = TriplaneModel(replace(studio.bundle.svr.config, hidden=7))
    write_run(tmp_path, other)
    with pytest.raises(BadInputError, match="another form"):
        bare_studio(studio, tmp_path, (), 0, tmp_path, ignore_progress)
    write_run(tmp_path, coloured(studio, 1.5).bundle.svr)
    bare, origin = bare_studio(studio, tmp_path, (), 0, tmp_path, ignore_progress)
    assert bare.bundle.svr.colour_head.bias.tolist() == pytest.approx([1.5] * 3)
    assert origin.startswith("before stage 1")
    assert bare_studio(studio, None, (), 0, tmp_path, ignore_progress) == (None, "none")


def test_d_forgets_without_l_bg(studio, packed_folder, tmp_path):
    bare, origin = bare_studio(studio, None, [packed_folder], 2, tmp_path, ignore_progress)
    assert "2 steps" in origin
    before, after = studio.bundle.svr.state_dict(), bare.bundle.svr.state_dict()
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"planes", "trunk", "occupancy_head", "colour_head"}
    steps = []
    bare_studio(studio, None, [packed_folder], 2, tmp_path, steps.append)
    assert steps == []
    bare_studio(studio, None, [packed_folder], 1, tmp_path, steps.append)
    assert len(steps) == 1  # and not what two steps gave


def test_each_switch_turns_one_thing(studio, published):
    soft = replace(published.stage2, render=replace(published.stage2.render, soft_outline=True))
    methods = stage2_switches(studio, replace(published, stage2=soft))
    made = {name: method.make("a lamp", 0).shape.settings for name, method in methods.items()}
    assert {name: differing(made["paper"], settings) for name, settings in made.items()} == {
        "paper": set(),
        "l1": {"stage2.background_norm"},
        "hard": {"stage2.render.soft_outline"},
        "rate": {"stage2.views", "stage2.learning_rate"},
        "composite": {"stage2.render.background"},
    }


def test_a_study_makes_judges_and_goes_on(studio, tiny_bundle, judges, plan, published, monkeypatch):
    methods = {name: m for name, m in ablation_methods(studio, None, published).items() if name.startswith("no_stage")}
    table = run_text_study("Ablations", studio, judges, methods, plan, tiny_bundle, ignore_progress)
    assert list(table.rows) == ["without stage 1 (M untrained)", "without stage 2"]
    assert set(table.columns) >= {"sound", "final", "l_bg", "seconds"}
    assert table.rows["without stage 2"]["sound"].count == 2
    monkeypatch.setattr(TextToShape, "generate", None)  # nothing may be generated again
    again = run_text_study("Ablations", studio, judges, methods, plan, tiny_bundle, ignore_progress)
    assert again.rows == table.rows


def test_tau_stands_in_both_features(studio, fast):
    methods = diversity_methods(studio, fast, (0.5, 1.0))
    assert [method.title for method in methods.values()] == ["1", "0.5"]
    settings = methods["tau_0.5"].make("a lamp", 0).shape.settings
    assert (settings["guess"]["tau_1"], settings["tau_2"]) == (0.5, 0.5)


def test_diversity_by_hand():
    def record(text, seed, chances, feature):
        return Record("x", text, seed, 1.0, probabilities=chances, point_feature=feature, code=feature)

    records = [record("a", 0, (1.0, 0.0), (0.0, 0.0)), record("a", 1, (1.0, 0.0), (3.0, 4.0)),
               record("b", 0, (0.0, 1.0), (0.0, 0.0)), record("b", 1, (0.0, 1.0), (0.0, 1.0)),
               Record("x", "b", 2, 1.0, failure="nothing came")]  # fmt: skip
    scores = diversity_scores(records)
    assert scores["point_score"].mean == pytest.approx(2)
    assert scores["points"].mean == scores["codes"].mean == pytest.approx(3)  # (5 + 1) / 2
    assert set(diversity_scores(records[:1])) == {"point_score"}
    assert diversity_scores(records[4:]) == {}


def test_a_training_shape_is_its_own_copy(studio, tmp_path):
    bundle = studio.bundle
    known = TrainingShapes(bundle, tmp_path / NEAREST_FILE, ignore_progress)
    code = bundle.shapes.codes[1]
    found = known.neighbours(code)
    assert 1 in found.rows
    assert found.ious[found.rows.index(1)] == 1.0
    assert found.cosines[0] == pytest.approx(max(found.cosines))
    assert found.sample()["copy"] == 1.0
    assert 1 not in known.neighbours(code, without=1).rows
    assert training_shape(bundle, 1).text == bundle.shapes.names[1]


def test_the_sheet_shows_each_shape_beside_its_neighbours(studio, fast, tmp_path):
    cache = tmp_path / NEAREST_FILE
    table, sheet = measure_novelty(studio, ["a red car", "a lamp"], 2, fast, cache, ignore_progress)
    assert table.rows["generated"]["nearest"].count == 4
    assert table.rows["training shapes, to each other"]["iou"].count == 2
    assert sheet.width == 4 * 2 * 96  # a shape and the three of the tiny bundle, two views each
    pixels = np.asarray(sheet)
    assert (pixels < 128).any()


def test_commands(tiny_bundle, judges_folder, fast, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("iss_backend.pipeline.GenerateSettings", lambda **changes: replace(fast, **changes))
    table = tmp_path / "texts" / "thirteen.tsv"
    table.parent.mkdir()
    table.write_text("text\tcategory\tcolours\tmeans\na lamp\tlamp\tred\t\n")
    options = ["--bundle", str(tiny_bundle), "--device", "cpu", "--texts", str(table.parent), "--seeds", "2"]
    judged = ["--judges", str(judges_folder), "--resolution", "16", "--taus", "1"]
    assert main(["evaluate", "diversity", "-o", str(tmp_path / "d.json"), *options, *judged]) == 0
    assert "point score" in capsys.readouterr().out
    assert json.loads((tmp_path / "d.json").read_text())["rows"]["1"]["codes"]["count"] == 1
    with Image.open(tmp_path / "d.png") as plot:
        assert plot.width > 300
    assert main(["evaluate", "novelty", "-o", str(tmp_path / "n.json"), *options]) == 0
    assert (tmp_path / "n_neighbours.png").is_file()


def write_run(folder, svr):
    """Write a model as 'train svr' does."""
    kind, config = config_of(svr)
    write_weights(folder / WEIGHTS_FILE, svr.state_dict())
    (folder / CONFIG_FILE).write_text(json.dumps({"kind": kind, "config": config}))


def test_both_ways_of_marching_are_compared_text_by_text(studio, judges, texts, fast):
    look = RenderSettings(size=16, steps=64, grid=24)
    fast = replace(fast, stage2=replace(fast.stage2, render=look))
    table = compare_renderers(studio, judges.clip, texts, 3, fast, ignore_progress)
    slow, quick, apart = (table.rows[name] for name in (DENSE, FAST, APART))
    assert {score.count for row in (slow, quick, apart) for score in row.values()} == {3}
    # The mean of distances is no less than the distance of the means; where all have one sign, but for rounding.
    assert apart["judged"].mean >= abs(slow["judged"].mean - quick["judged"].mean) - 1e-9
    assert apart["gradient"].mean > 0.9 and apart["outline"].mean > 0.97
    assert slow["judged"].mean == pytest.approx(quick["judged"].mean, abs=0.05)
    again = compare_renderers(studio, judges.clip, texts, 3, dense_march(fast), ignore_progress)
    for name, same in {"judged": 0.0, "r_precision": 0.0, "agreement": 0.0, "outline": 1.0}.items():
        assert again.rows[APART][name].mean == same
    assert again.rows[APART]["gradient"].mean == pytest.approx(1.0, abs=1e-5)
