import json
import math

import numpy as np
import pytest
import torch

from iss_backend.errors import BadInputError, BundleError
from iss_backend.evaluation.judge.classes import judged_class, learnable_classes
from iss_backend.evaluation.judge.clouds import (
    BLUR_CELLS,
    HOLE_RADIUS,
    HOLES,
    STORED_POINTS,
    LabelledClouds,
    augmented,
    blurred,
    made_clouds,
    torn,
    turned,
)
from iss_backend.evaluation.judge.procedural_meshes import outside_points
from iss_backend.evaluation.judge.shape_judge import ABOUT_FILE, ShapeJudge
from iss_backend.evaluation.judge.training import JudgeTrainingSettings, class_accuracies, train_judge
from iss_backend.evaluation.judge.view_network import (
    PIXELS,
    ViewNetwork,
    ViewNetworkConfig,
    depth_pictures,
    normalise_points,
)
from iss_backend.progress import ignore_progress
from iss_backend.training.schedule import LoopSettings

FAST = JudgeTrainingSettings(batch=24, points=96, width=8, loop=LoopSettings(60, 1e-2, warmup=5))


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
    return tuple(made_clouds(makers, count, first, ignore_progress) for count, first in ((12, 0), (6, 100)))


@pytest.fixture(scope="module")
def judge(clouds, tmp_path_factory):
    return train_judge(*clouds, FAST, tmp_path_factory.mktemp("run") / "judge.safetensors", ignore_progress)


def test_categories_that_mean_the_same_are_one_class():
    assert judged_class("boat") == judged_class("watercraft") == "watercraft"
    assert judged_class("decor") is None
    assert learnable_classes(["boat"] * 3 + ["watercraft"] * 2 + ["lamp"] * 4 + ["decor"] * 9) == ("watercraft",)


def test_the_order_place_and_size_of_points_do_not_matter():
    torch.manual_seed(0)
    network, points = ViewNetwork(ViewNetworkConfig(3, 8, 16)).eval(), torch.randn(2, 50, 3)
    features = network.features(points)
    assert features.shape == (2, 16)
    assert network(points).shape == (2, 3)
    shuffled = points[:, torch.randperm(50)] * 0.3 + torch.tensor([1.0, -2.0, 0.5])
    assert torch.allclose(network.features(shuffled), features, atol=1e-4)


def test_points_are_put_into_the_unit_box():
    points = normalise_points(torch.tensor([[[1.0, 1, 1], [5, 2, 3]]]))
    assert points[0].tolist() == [[-1, -0.25, -0.5], [1, 0.25, 0.5]]
    assert normalise_points(torch.ones(1, 2, 3)).abs().max() == 0


def test_a_point_is_seen_from_six_sides_where_it_should_be():
    """Right, low, nearer to the front: seen from +z it is right and below, from above it is right of the middle."""
    pictures = depth_pictures(torch.tensor([[[0.5, -1.0, 0.25]]]))[0]
    places = [[axis.float().mean().item() for axis in view.nonzero(as_tuple=True)] for view in pictures]
    low = PIXELS - 1.5  # the mean of the last two rows: the point fills three, of which the last is cut off
    expected = [(low, 29), (low, 15), (low, 10), (low, 24), (24, 29), (15, 29)]
    assert places == [pytest.approx(place, abs=0.51) for place in expected]
    nearness = pictures.amax(dim=(1, 2)).tolist()
    assert nearness == pytest.approx([0.2 + 0.4 * (1 + depth) for depth in (0.25, 0.5, -0.25, -0.5, -1.0, 1.0)])


def test_what_is_nearer_hides_what_lies_behind():
    front, _, back, *_ = depth_pictures(torch.tensor([[[0.0, 0.0, 1.0], [0.0, 0.0, -0.5]]]))[0]
    assert set(front.unique().tolist()) == {0.0, 1.0}
    assert back.max().item() == pytest.approx(0.8)


def test_a_quarter_turn_only_changes_which_side_is_first():
    points = normalise_points(torch.randn(1, 200, 3, generator=torch.Generator().manual_seed(0)))
    before, after = depth_pictures(points)[0, :4], depth_pictures(turned(points, torch.tensor([math.pi / 2])))[0, :4]
    differences = [[(one - other).abs().mean().item() for one in before] for other in after]
    assert sorted(int(np.argmin(row)) for row in differences) == [0, 1, 2, 3]
    assert max(min(row) for row in differences) < 0.02 < 0.1 < np.median(differences)


def test_turning_by_a_quarter():
    quarter = turned(torch.tensor([[[1.0, 2.0, 0.0]]]), torch.tensor([math.pi / 2]))
    assert quarter[0, 0].tolist() == pytest.approx([0, 2, -1], abs=1e-6)


def test_augmentation_keeps_heights_in_range_and_depends_on_the_generator_alone(clouds):
    points = clouds[0].points[:4]
    first, again = (augmented(points, 64, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, again)
    assert first.shape == (4, 64, 3)
    assert first[..., 1].abs().max() < 0.55 * 1.2 + 0.1


def test_blur_gathers_the_points_of_a_cell_and_moves_no_cloud():
    points = torch.rand(2, 3000, 3, generator=torch.Generator().manual_seed(0)) - 0.5
    soft = blurred(points, torch.Generator().manual_seed(1))
    torch.testing.assert_close(soft.mean(dim=1), points.mean(dim=1), atol=1e-5, rtol=0)
    moved = (soft - points).norm(dim=-1)
    assert moved.max() <= BLUR_CELLS[1] * 3**0.5
    # A cell's points have one mean, so there are no more places than cells that the cube is cut into.
    assert all(len(cloud.unique(dim=0)) < 2900 for cloud in soft)
    near = torch.tensor([[[0.0, 0.0, 0.0], [0.4, 0.4, 0.4], [0.4001, 0.4, 0.4]]])
    seeds = [blurred(near, torch.Generator().manual_seed(seed))[0] for seed in range(20)]
    assert any(torch.equal(cloud[1], cloud[2]) for cloud in seeds)
    assert all(torch.equal(cloud[0], near[0, 0]) for cloud in seeds)


def test_torn_clouds_lack_balls_and_nothing_is_added():
    grid = torch.stack(torch.meshgrid(*[torch.linspace(-0.5, 0.5, 41)] * 2, torch.zeros(1), indexing="ij"), dim=-1)
    points = grid.view(1, -1, 3)
    ragged = torn(points, torch.Generator().manual_seed(0))
    far = torch.cdist(points[0], ragged[0]).amin(dim=1)
    bare = far > 0.6 * HOLE_RADIUS
    assert set(map(tuple, ragged[0].tolist())) <= set(map(tuple, points[0].tolist()))
    assert 0 < bare.sum() < HOLES * 3.2 * HOLE_RADIUS**2 * 40**2


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


def test_one_class_cannot_be_told_apart(clouds, tmp_path):
    with pytest.raises(BadInputError, match="two classes or more, not 1"):
        train_judge(clouds[0].of_classes(("rod",)), clouds[1], FAST, tmp_path / "x.safetensors", ignore_progress)


def test_nothing_to_test_on_gives_no_scores(judge, clouds):
    assert class_accuracies(judge, clouds[1].of_classes(())) == {}
    assert class_accuracies(judge, LabelledClouds(clouds[1].points[:1], ("boat",))) == {}


def test_a_damaged_judge_is_refused(tmp_path):
    with pytest.raises(BundleError, match="is no judge"):
        ShapeJudge.load(tmp_path)
    (tmp_path / ABOUT_FILE).write_text(json.dumps({"config": {"classes": 2}, "classes": ["a", "b"]}))
    with pytest.raises(BundleError, match="'notes'"):
        ShapeJudge.load(tmp_path)
