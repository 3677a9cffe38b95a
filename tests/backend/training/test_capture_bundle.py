import shutil

import pytest
import torch
from synthetic_captures import write_captures

from iss_backend.bundle import load_bundle
from iss_backend.cli.main import main
from iss_backend.clip import load_clip
from iss_backend.data.metadata import category_names
from iss_backend.data.multi_view import shape_folders
from iss_backend.errors import Cancelled
from iss_backend.progress import ignore_progress
from iss_backend.svr import build_svr, dvr, dvr_resnet
from iss_backend.svr.checkpoints import write_converted, write_model
from iss_backend.svr.ray_losses import RayLossWeights
from iss_backend.training import capture_bundle
from iss_backend.training.capture_bundle import encode_captures, train_captures_bundle, train_decoder_by_rays
from iss_backend.training.ray_batches import encoder_picture
from iss_backend.training.recipes import Stage1Plan
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.svr_rays import SVRRaySettings

TINY = {"code_size": 8, "hidden": 16}


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    root = tmp_path_factory.mktemp("captures")
    write_captures(root, kinds=("image", "mask"))
    (root / "metadata.yaml").write_text("'solids':\n  id: solids\n  name: ball,sphere\n")
    return root


@pytest.fixture
def model(monkeypatch):
    monkeypatch.setattr(dvr_resnet, "WIDTHS", (4, 4, 8, 8))
    monkeypatch.setattr(dvr, "FEATURES", 8)
    torch.manual_seed(2)
    return build_svr("dvr", TINY).eval()


def test_rgb_captures_become_a_bundle(captures, model, tiny_clip_folder, tmp_path, capsys):
    run, bundle = tmp_path / "run", tmp_path / "bundle"
    write_converted(run, "dvr", TINY, model.state_dict())
    shutil.copytree(tiny_clip_folder, run / "clip")
    command = ["train", "stage1", str(captures), "-o", str(run), "--steps", "1", "--decoder-steps", "1", "--pairs", "7"]
    assert main([*command, "--bundle", str(bundle)]) == 0
    made = load_bundle(bundle)
    assert sorted(made.shapes.names) == ["ball/ball", "ball/big_ball", "ball/box", "ball/plate"]
    assert made.notes["held-out shapes"] == 1
    first = (bundle / "mapper.safetensors").read_bytes()
    write_model(run, "dvr", TINY, {name: value + value for name, value in model.state_dict().items()})
    assert main([*command, "--bundle", str(bundle)]) == 2
    assert f"There is a bundle in {bundle} already" in capsys.readouterr().err
    assert (bundle / "mapper.safetensors").read_bytes() == first
    assert main([*command, "--bundle", str(tmp_path / "other")]) == 0
    assert (tmp_path / "other" / "mapper.safetensors").read_bytes() != first


def test_each_shape_is_encoded_in_turn(captures, model, tiny_clip_folder, monkeypatch):
    folders = shape_folders(captures)[:3]
    shown = []

    def picture(folder, *rest):
        shown.append(folder)
        return encoder_picture(folder, *rest)

    monkeypatch.setattr(capture_bundle, "encoder_picture", picture)
    pairs = encode_captures(model, load_clip(tiny_clip_folder), folders, 5, 0, ignore_progress)
    assert shown == [*folders, *folders[:2]]
    assert pairs.codes.shape == (5, 8)
    assert pairs.features.norm(dim=1).allclose(torch.ones(5))
    few = encode_captures(model, load_clip(tiny_clip_folder), folders, 1, 0, ignore_progress)
    assert len(few.codes) == 3


def test_pictures_that_are_encoded_are_kept_for_a_resumed_training(
    captures, model, tiny_clip_folder, tmp_path, monkeypatch
):
    def stop(event):
        phases.append(event.phase)
        if event.phase == "mapper":
            raise Cancelled("enough")

    run, phases = tmp_path / "run", []
    write_converted(run, "dvr", TINY, model.state_dict())
    shutil.copytree(tiny_clip_folder, run / "clip")
    for _ in range(2):
        with pytest.raises(Cancelled):
            train_captures_bundle(captures, run, tmp_path / "bundle", Stage1Plan(2, 0, 7, 0, "ours"), stop)
    assert phases.count("pairs") == 7


def test_the_background_whitens_and_the_encoder_stays(captures, model, tmp_path):
    folders = shape_folders(captures)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    corner = torch.full((1, 50, 3), 0.45) + 0.04 * torch.rand(1, 50, 3)
    first = model.background(model.prepare(torch.zeros(1, 8)), corner).mean()
    settings = SVRRaySettings(
        2, 24, loop=LoopSettings(20, 1e-2, warmup=1), weights=RayLossWeights(steps=8, refine=1, normal=0.0)
    )
    train_decoder_by_rays(model, folders, settings, tmp_path / "decoder.safetensors", ignore_progress)
    assert model.background(model.prepare(torch.zeros(1, 8)), corner).mean() > first + 0.05
    changed = {name.split(".")[0] for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"decoder"}


def test_words_of_shapenet_s_categories(tmp_path):
    assert category_names(tmp_path) == {}
    (tmp_path / "metadata.yaml").write_text(
        "'02691156':\n  id: '02691156'\n  name: airplane,aeroplane,plane\n02958343: {id: '02958343', name: 'car'}\n"
    )
    assert category_names(tmp_path) == {"02691156": "airplane", "02958343": "car"}
