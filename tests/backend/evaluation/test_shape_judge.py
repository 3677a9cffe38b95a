import dataclasses
import json

import numpy as np
import pytest
import torch

from iss_backend.data.procedural.counts import ModelCounts
from iss_backend.errors import BadInputError, BundleError
from iss_backend.evaluation.judge import recipes
from iss_backend.evaluation.judge.classes import judged_class, learnable_classes
from iss_backend.evaluation.judge.clouds import STORED_POINTS, LabelledClouds, augmented, made_clouds
from iss_backend.evaluation.judge.procedural_meshes import outside_points
from iss_backend.evaluation.judge.shape_judge import ABOUT_FILE, ShapeJudge
from iss_backend.evaluation.judge.training import DrawingChances, JudgeTrainingSettings, class_accuracies, train_judge
from iss_backend.progress import ignore_progress
from iss_backend.training.schedule import LoopSettings

FAST = JudgeTrainingSettings(batch=24, points=96, width=8, loop=LoopSettings(160, 3e-3, warmup=5))


def maker(cuboid, *half):
    """A maker of boxes about as large as `half`."""

    def make(seed):
        size = np.array(half) * np.random.default_rng(seed).uniform(0.9, 1.1, 3)
        return cuboid(-size, size)

    return make


@pytest.fixture(scope="module")
def clouds(cuboid):
    makers = {
        "rod": [maker(cuboid, 0.05, 0.45, 0.05)],
        "plate": [maker(cuboid, 0.45, 0.05, 0.45)],
        "cube": [maker(cuboid, 0.4, 0.4, 0.4)],
    }
    plans = ((12, 0), (6, 100))
    return tuple(made_clouds(makers, ModelCounts(count), first, ignore_progress) for count, first in plans)


@pytest.fixture(scope="module")
def judge(clouds, tmp_path_factory):
    return train_judge(
        clouds[:1], clouds[1], FAST, tmp_path_factory.mktemp("run") / "judge.safetensors", ignore_progress
    )


def test_categories_that_mean_the_same_are_one_class():
    assert judged_class("boat") == judged_class("watercraft") == "watercraft"
    assert judged_class("decor") is None
    assert learnable_classes(["boat"] * 3 + ["watercraft"] * 2 + ["lamp"] * 4 + ["decor"] * 9) == ("watercraft",)


def test_augmentation_keeps_heights_in_range_and_depends_on_the_generator_alone(clouds):
    points = clouds[0].points[:4]
    first, again = (augmented(points, 64, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, again)
    assert first.shape == (4, 64, 3)
    assert first[..., 1].abs().max() < 0.55 * 1.2 + 0.1


def test_shapes_take_turns_and_keep_their_labels(clouds):
    train, test = clouds
    assert train.points.shape == (36, STORED_POINTS, 3)
    assert train.labels.count("rod") == 12
    only = train.joined(test).of_classes(("plate",))
    assert (set(only.labels), len(only.points)) == ({"plate"}, 18)
    assert only.points[..., 1].abs().max() < 0.06


def test_points_hidden_in_another_part_are_left_out(cuboid, join):
    outer, inner = cuboid((-0.3, -0.3, -0.3), (0.3, 0.3, 0.3)), cuboid((-0.1, -0.1, -0.1), (0.1, 0.1, 0.1))
    points = outside_points(join(outer, inner), 500, np.random.default_rng(0))
    assert points.shape == (500, 3)
    assert np.abs(points).max(axis=1).min() > 0.29


def test_a_judge_learns_simple_shapes_and_survives_saving(judge, clouds, tmp_path):
    scores = class_accuracies(judge, clouds[1])
    assert scores == {"all": 1.0, "mean of classes": 1.0, "cube": 1.0, "plate": 1.0, "rod": 1.0}
    judge.save(tmp_path)
    back = ShapeJudge.load(tmp_path)
    points = clouds[1].points[:3, :200]
    assert back.classes == ("cube", "plate", "rod")
    assert torch.allclose(back.probabilities(points), judge.probabilities(points), atol=0.01)
    assert back.probabilities(points).sum(dim=1).tolist() == pytest.approx([1, 1, 1], abs=1e-5)


def test_a_mesh_is_judged_by_points_of_its_surface(judge, cuboid):
    points = judge.points_of(cuboid((-0.04, -0.4, -0.05), (0.04, 0.4, 0.05)), np.random.default_rng(0))
    assert judge.classify(points[None]) == ["rod"]


def test_a_class_of_many_clouds_is_favoured_no_more_than_one_of_few(clouds, tmp_path):
    alike = clouds[0].of_classes(("cube",)).points
    uneven = LabelledClouds(torch.cat([alike] * 3 + [alike[:4]]), ("many",) * 36 + ("few",) * 4)
    settings = dataclasses.replace(FAST, loop=LoopSettings(150, 1e-2, warmup=5))
    judge = train_judge([uneven], clouds[1].of_classes(()), settings, tmp_path / "x.safetensors", ignore_progress)
    # Drawn 3 times as often; without the logits' adjustment the mean would be near 0.73 (0.75, smoothed).
    assert judge.probabilities(alike)[:, judge.classes.index("many")].mean() == pytest.approx(0.5, abs=0.12)


def test_few_clouds_of_one_source_are_not_lost_among_many_of_another():
    """Of 25 rods one source holds 16 and the other 9; of cubes it holds 4, and the other none."""
    labels = ("cube",) * 4 + ("rod",) * 16, ("rod",) * 9
    many, few = (LabelledClouds(torch.zeros(len(of_one), 1, 3), of_one) for of_one in labels)
    chances = DrawingChances.of([many, few], ["cube", "rod"])
    assert chances.of_class.tolist() == pytest.approx([2 / 7, 5 / 7])
    of_cube, of_common_rod, of_rare_rod = 2 / 7 / 4, 5 / 7 * 4 / 7 / 16, 5 / 7 * 3 / 7 / 9
    assert chances.of_cloud.tolist() == pytest.approx([of_cube] * 4 + [of_common_rod] * 16 + [of_rare_rod] * 9)
    assert chances.of_cloud.sum().item() == pytest.approx(1.0)


def test_a_resumed_training_ends_like_an_uninterrupted_one(clouds, tmp_path):
    settings = dataclasses.replace(FAST, loop=LoopSettings(6, 1e-2, warmup=2, checkpoint_every_s=-1.0))

    def stop_after_three(event):
        if event.step == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_judge(clouds[:1], clouds[1], settings, tmp_path / "stopped.safetensors", stop_after_three)
    runs = [
        train_judge(clouds[:1], clouds[1], settings, tmp_path / name, ignore_progress)
        for name in ("stopped.safetensors", "x.safetensors")
    ]
    resumed, whole = (judge.network.state_dict() for judge in runs)
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)


def test_one_class_cannot_be_told_apart(clouds, tmp_path):
    with pytest.raises(BadInputError, match="two classes or more, not 1"):
        train_judge([clouds[0].of_classes(("rod",))], clouds[1], FAST, tmp_path / "x.safetensors", ignore_progress)


def test_nothing_to_test_on_gives_no_scores(judge, clouds):
    assert class_accuracies(judge, clouds[1].of_classes(())) == {}
    assert class_accuracies(judge, LabelledClouds(clouds[1].points[:1], ("boat",))) == {}


def test_a_damaged_judge_is_refused(tmp_path):
    with pytest.raises(BundleError, match="is no judge"):
        ShapeJudge.load(tmp_path)
    (tmp_path / ABOUT_FILE).write_text(json.dumps({"config": {"outputs": 2}, "classes": ["a", "b"]}))
    with pytest.raises(BundleError, match="'notes'"):
        ShapeJudge.load(tmp_path)


def test_the_same_command_goes_on_and_another_plan_or_data_set_starts_afresh(
    judge, clouds, packed_folder, tmp_path, monkeypatch
):
    gone_on = []

    def train(learned, test, settings, checkpoint, report):
        gone_on.append(checkpoint.is_file())
        checkpoint.write_bytes(b"trained")
        return judge

    monkeypatch.setattr(recipes, "made_clouds", lambda *_: clouds[0])
    monkeypatch.setattr(recipes, "train_judge", train)
    plan = recipes.JudgePlan(steps=1)
    runs = [([], plan), ([], plan), ([], dataclasses.replace(plan, seed=1)), ([packed_folder], plan)]
    for data, asked in runs:
        recipes.train_judge_run(data, tmp_path, asked, ignore_progress)
    assert gone_on == [False, True, False, False]
