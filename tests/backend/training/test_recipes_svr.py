import json
import logging
import os
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from synthetic_captures import BLUE, RED, ball, write_capture, write_captures

from iss_backend.bundle import MANIFEST
from iss_backend.cli.main import build_parser, main
from iss_backend.data.joined import write_joined
from iss_backend.data.packing import pack_dataset
from iss_backend.errors import BadInputError, BundleError
from iss_backend.progress import ignore_progress
from iss_backend.svr import DvrModel, TriplaneModel, config_of
from iss_backend.svr.checkpoints import SHAPE_ENCODER_FILE
from iss_backend.training import recipes
from iss_backend.training.outputs import begin_stage
from iss_backend.training.recipes import SvrPlan, choose_supervision, load_trained_svr, shade_of, train_svr_run
from iss_backend.training.svr import MEAN_SHADE, ShapeAutoencoder, SVRBatches, SVRTrainingSettings, train_svr
from iss_backend.weights import write_weights

TINY = {
    "triplane": {
        "code_size": 8,
        "plane_size": 8,
        "plane_channels": 4,
        "start_size": 4,
        "channels": [8],
        "hidden": 8,
        "encoder_widths": [4, 8, 8, 8],
    },
    "dvr": {"code_size": 8, "hidden": 16},
}


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    """Five captured shapes without normals."""
    root = tmp_path_factory.mktemp("captures")
    write_captures(root, kinds=("image", "mask", "depth"))
    return root


@pytest.mark.parametrize(("kind", "model_class"), [("triplane", TriplaneModel), ("dvr", DvrModel)])
def test_either_model_trains_by_rays_and_is_loaded_again(kind, model_class, captures, tmp_path):
    plan = SvrPlan(1, 2, model=kind, config=TINY[kind], device="cpu")
    train_svr_run(captures, tmp_path, plan, ignore_progress)
    about = json.loads((tmp_path / "svr.json").read_text())
    model = load_trained_svr(tmp_path)
    assert isinstance(model, model_class)
    assert config_of(model) == (kind, about["config"])
    assert about["config"].items() >= TINY[kind].items()
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())
    stored = load_file(tmp_path / "svr.safetensors")
    assert all(torch.equal(value.float(), stored[name].float()) for name, value in model.state_dict().items())


def test_a_folder_without_svr_json_holds_a_default_tri_plane_model(tmp_path, monkeypatch):
    asked = []

    def build(kind, config):
        asked.append((kind, config))
        return recipes_build(kind, TINY[kind])

    recipes_build = recipes.build_svr
    monkeypatch.setattr(recipes, "build_svr", build)
    write_weights(tmp_path / "svr.safetensors", recipes_build("triplane", TINY["triplane"]).state_dict())
    assert isinstance(load_trained_svr(tmp_path), TriplaneModel)
    assert asked == [("triplane", {})]


def test_missing_and_damaged_models_are_named(tmp_path):
    with pytest.raises(BadInputError, match="run 'train svr'"):
        load_trained_svr(tmp_path)
    write_weights(tmp_path / "svr.safetensors", {"weight": torch.zeros(1)})
    for text in ("", "[]", '{"kind": "dvr"}', '{"kind": "dvr", "config": 3}'):
        (tmp_path / "svr.json").write_text(text)
        with pytest.raises(BundleError, match=r"svr\.json is damaged"):
            load_trained_svr(tmp_path)


def test_the_data_choose_the_supervision(captures, packed):
    assert choose_supervision(captures, "auto") == choose_supervision(captures, "rays") == "rays"
    assert choose_supervision(packed, "auto") == choose_supervision(packed, "points") == "points"


def test_data_that_do_not_suit_are_told_in_a_sentence(captures, packed, tmp_path, capsys):
    wrong = {
        (captures, "points"): "run 'data pack' first",
        (packed, "rays"): "is packed",
        (tmp_path, "auto"): "no packed and no captured shapes",
        (tmp_path / "missing", "rays"): "no packed and no captured shapes",
    }
    for (data, supervision), words in wrong.items():
        assert main(["train", "svr", str(data), "-o", str(tmp_path / "run"), "--supervision", supervision]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert error.startswith("error: ")
        assert error.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("stage", ["svr", "clip", "stage1 --bundle b", "decoder", "codes", "images", "judging-clip"])
@pytest.mark.parametrize(("name", "told"), [("ball", "measure with"), ("box", "train on")])
def test_data_on_one_side_of_the_split_are_told_before_anything_is_trained(
    stage, name, told, tiny_bundle, tmp_path, capsys
):
    write_capture(tmp_path / "captures" / "solids" / name, ball(0.3))
    pack_dataset(tmp_path / "captures", tmp_path / "packed", None, ignore_progress, workers=0)
    command, *options = stage.split()
    if command in ("decoder", "codes", "images"):
        options += ["--start", str(tiny_bundle)]
    output = tmp_path / "output"
    assert main(["train", command, str(tmp_path / "packed"), "-o", str(output), *options]) == 2
    assert f"on one side of the split, and none is left to {told}; pack more." in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.parametrize("command", ["camera", "points", "words"])
def test_trainings_that_measure_nothing_need_shapes_to_train_on(command, tiny_bundle, tmp_path, capsys):
    write_capture(tmp_path / "captures" / "solids" / "box", ball(0.3))
    pack_dataset(tmp_path / "captures", tmp_path / "packed", None, ignore_progress, workers=0)
    output = tmp_path / "output"
    call = ["train", command, str(tmp_path / "packed"), "-o", str(output), "--start", str(tiny_bundle)]
    assert main(call) == 2
    assert "on one side of the split, and none is left to train on; pack more." in capsys.readouterr().err
    assert not list(tmp_path.glob("output*"))


@pytest.mark.parametrize("stage", ["svr", "clip", "pictures", "judging-clip"])
def test_no_part_of_a_bundle_is_written_over(stage, tmp_path, capsys):
    (tmp_path / MANIFEST).write_text("{}")
    assert main(["train", stage, str(tmp_path / "data"), "-o", str(tmp_path)]) == 2
    assert "is a bundle, a part of which this training would replace" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST]


def test_points_are_trained_on_the_cpu(packed, tmp_path):
    plan = SvrPlan(1, 2, config=TINY["triplane"], device="cuda")
    with pytest.raises(BadInputError, match="leave --device out"):
        train_svr_run(packed, tmp_path, plan, ignore_progress)


def test_a_training_goes_on_from_a_bundle_at_half_the_rate(packed, tmp_path, monkeypatch):
    bundle = SimpleNamespace(svr=recipes.build_svr("triplane", TINY["triplane"]).eval().requires_grad_(False))
    before = {name: value.clone() for name, value in bundle.svr.state_dict().items()}
    seen = []
    monkeypatch.setattr(recipes, "load_bundle", lambda folder: bundle)
    monkeypatch.setattr(recipes, "CATCH_UP_STEPS", 1)

    def watch(model, shapes, settings, checkpoint, report):
        seen.append(settings)
        return train_svr(model, shapes, settings, checkpoint, report)

    monkeypatch.setattr(recipes, "train_svr", watch)
    (tmp_path / MANIFEST).write_text("{}")
    plan = SvrPlan(1, 2, config=TINY["triplane"], encoder_steps=1, start=tmp_path)
    train_svr_run(packed, tmp_path / "run", plan, ignore_progress)
    (settings,) = seen
    assert settings.loop.learning_rate == 0.5 * recipes.POINTS_LEARNING_RATE["triplane"]
    checkpoints = tmp_path / "run" / "checkpoints" / "svr"
    caught_up = load_file(checkpoints / "svr_catch_up.safetensors")
    plane = "planes.project.weight"
    assert torch.equal(caught_up[f"model.svr.{plane}"], before[plane])  # D stood still
    assert not torch.equal(load_trained_svr(tmp_path / "run").state_dict()[plane], before[plane])


def test_by_rays_a_training_goes_on_at_half_the_rate_too(captures, tiny_bundle, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(recipes, "train_svr_by_rays", lambda model, folders, settings, *_: seen.append(settings.loop))
    for start in (None, tiny_bundle):
        train_svr_run(captures, tmp_path / "run", SvrPlan(1, 2, device="cpu", start=start), ignore_progress)
    assert [loop.learning_rate for loop in seen] == [1e-3, 5e-4]


def test_a_bundle_to_start_from_may_be_written_otherwise(captures, tiny_bundle, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(recipes, "train_svr_by_rays", lambda *_: None)
    monkeypatch.chdir(tiny_bundle.parent)
    for start in (tiny_bundle, tiny_bundle.relative_to(tiny_bundle.parent)):
        train_svr_run(captures, tmp_path / "run", SvrPlan(1, 2, device="cpu", start=start), ignore_progress)
    assert "is removed" not in caplog.text
    train_svr_run(captures, tmp_path / "run", SvrPlan(1, 2, device="cpu"), ignore_progress)
    assert "is removed" in caplog.text


@pytest.mark.parametrize("other", ["--model dvr", '--config {"hidden":5}'])
def test_a_training_goes_on_with_no_other_model_than_the_bundles(other, packed, tiny_bundle, tmp_path, capsys):
    command = ["train", "svr", str(packed), "-o", str(tmp_path / "run"), "--start", str(tiny_bundle), *other.split()]
    assert main(command) == 2
    assert "is 'triplane' with sizes of its own" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_finished_training_is_not_repeated_and_another_one_starts_afresh(packed, captures, tmp_path, caplog):
    def trained(data, plan):
        steps = []
        train_svr_run(data, tmp_path, plan, steps.append)
        return len(steps), (tmp_path / "svr.safetensors").read_bytes()

    former = tmp_path / "checkpoints" / "svr.safetensors"
    former.parent.mkdir()
    former.write_bytes(b"of a former version")
    plan = SvrPlan(1, 2, config=TINY["triplane"], encoder_steps=1, device="cpu")
    first = trained(packed, plan)
    assert first[0] == 2
    assert trained(packed, plan) == (0, first[1])
    assert "is removed" not in caplog.text
    seeded = trained(packed, replace(plan, seed=1))
    assert seeded[0] == 2 and seeded[1] != first[1]
    assert f"The work in {former.parent / 'svr'} is of other options" in caplog.text
    assert trained(packed, replace(plan, seed=1, steps=2))[0] == 3
    assert (tmp_path / SHAPE_ENCODER_FILE).is_file()
    assert trained(captures, plan)[0] == 1
    assert not (tmp_path / SHAPE_ENCODER_FILE).exists()  # it knew the codes of the model before
    assert [path.name for path in (former.parent / "svr").glob("*.safetensors")] == ["svr_rays.safetensors"]
    assert former.read_bytes() == b"of a former version"


def test_work_whose_removal_was_interrupted_is_removed_the_next_time(tmp_path, monkeypatch):
    def stopped(*given, **others):
        if not room.pop():
            raise KeyboardInterrupt
        remove(*given, **others)

    work = begin_stage(tmp_path, "svr", SvrPlan(1), {})
    for number in range(20):
        (work / f"{number}.safetensors").touch()
    remove, room = os.unlink, [False, *[True] * 20]
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(os, "unlink", stopped)
        begin_stage(tmp_path, "svr", SvrPlan(2), {})
    assert len(list(work.iterdir())) == 1
    assert [path.name for path in begin_stage(tmp_path, "svr", SvrPlan(2), {}).iterdir()] == ["plan.json"]


def test_a_part_that_is_packed_anew_makes_a_joined_set_another_one(packed, tmp_path):
    plan, part = SvrPlan(1, 2, config=TINY["triplane"], encoder_steps=1), tmp_path / "part"
    write_joined(tmp_path / "all", [packed, part])

    def trained_with(colour):
        steps = []
        write_capture(tmp_path / "captures" / "solids" / "small_ball", ball(0.2), colour)
        pack_dataset(tmp_path / "captures", part, None, ignore_progress, workers=0)
        train_svr_run(tmp_path / "all", tmp_path / "run", plan, steps.append)
        return len(steps)

    assert [trained_with(colour) for colour in (RED, RED, BLUE)] == [2, 0, 2]


def test_the_command_line_hands_its_options_on(monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(recipes, "train_svr_run", lambda data, output, plan, report: seen.append((data, output, plan)))
    options = [
        "--model",
        "dvr",
        "--supervision",
        "rays",
        "--device",
        "cpu",
        "--steps",
        "3",
        "--batch",
        "5",
        "--seed",
        "7",
    ]
    arguments = build_parser().parse_args(["train", "svr", str(tmp_path), "-o", str(tmp_path / "run"), *options])
    arguments.run(arguments)
    plan = SvrPlan(3, 5, 7, "dvr", {}, "rays", "cpu")
    assert seen == [(tmp_path, tmp_path / "run", plan)]
    plain = build_parser().parse_args(["train", "svr", "data", "-o", "run"])
    assert (plain.model, plain.supervision, plain.device, plain.batch) == ("triplane", "auto", "auto", None)


def test_points_of_lit_models_are_shaded(packed):
    shapes = recipes.PackedShapes(packed)
    chosen = np.arange(len(shapes))
    batches = (SVRBatches(shapes, chosen, SVRTrainingSettings(batch=2, shade=shade)) for shade in (1.0, 0.5))
    plain, lit = (one.field_samples(one.draw(0)) for one in batches)
    assert torch.equal(lit.surface, plain.surface)
    assert lit.colours.allclose(0.5 * plain.colours)
    assert shade_of(recipes.build_svr("triplane", TINY["triplane"])) == 1.0
    assert shade_of(recipes.build_svr("dvr", TINY["dvr"])) == MEAN_SHADE


def test_fields_learn_sturdy_cells_and_colours_just_off_the_surface(packed):
    shapes = recipes.PackedShapes(packed)
    settings = SVRTrainingSettings(batch=2, near_points=30, rod_points=20, uniform_points=10, surface_points=60)
    samples, close = (
        batches.field_samples(batches.draw(0))
        for batches in (SVRBatches(shapes, np.arange(len(shapes)), replace(settings, stray=s)) for s in (0.008, 0.0))
    )
    chosen = SVRBatches(shapes, np.arange(len(shapes)), settings).draw(0).shapes
    assert samples.points.shape == (2, 60, 3)
    assert torch.equal(samples.inside, shapes.sturdy_at(chosen, samples.points))
    away = (samples.surface - close.surface).norm(dim=-1)
    assert (away[:, :20] > 0).all() and (away[:, 20:] == 0).all()
    assert away[:, :20].square().mean().sqrt() == pytest.approx(0.008 * 3**0.5, rel=0.2)


def test_dvr_trains_on_points_too(packed, tmp_path, monkeypatch):
    seen = []

    def fake_training(model, shapes, settings, checkpoint, report):
        seen.append(settings)
        return ShapeAutoencoder(model, shapes)

    monkeypatch.setattr(recipes, "train_svr", fake_training)
    train_svr_run(packed, tmp_path, SvrPlan(1, 2, model="dvr", config=TINY["dvr"]), ignore_progress)
    assert (seen[0].code_noise, seen[0].shade, seen[0].batch) == (0.0, MEAN_SHADE, 2)
    assert seen[0].loop.learning_rate == 1e-3
    assert isinstance(load_trained_svr(tmp_path), DvrModel)


def test_held_out_iou_is_logged_where_there_is_depth(captures, tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        train_svr_run(captures, tmp_path, SvrPlan(1, 2, config=TINY["triplane"], device="cpu"), ignore_progress)
    assert "4 shapes to train on, 1 held out" in caplog.text
    assert "step 1: mIoU held-out 0." in caplog.text
