import shutil

import numpy as np
import pytest
from PIL import Image

from iss_backend.bundle import load_bundle
from iss_backend.cli.main import main
from iss_backend.errors import BadInputError
from iss_backend.progress import ignore_progress
from iss_backend.svr import build_svr, dvr_resnet
from iss_backend.svr.checkpoints import SHAPE_ENCODER_FILE, write_converted, write_model
from iss_backend.training.picture_recipe import PicturesPlan, read_pictures, train_pictures_run
from iss_backend.training.recipes import load_trained_svr
from iss_backend.weights import read_weights

TINY = {"width": 8, "layers": 2}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(dvr_resnet, "WIDTHS", (4, 4, 8, 8))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(3):
        pixels = np.full((50, 60, 3), 255, np.uint8)
        pixels[10 : 30 + 5 * number, 20:40] = (200, 30, 30)
        Image.fromarray(pixels).save(pictures / f"mug{number}.png")
    return pictures


def test_pictures_become_a_bundle(folder, tmp_path, tiny_clip_folder, capsys):
    run, bundle = tmp_path / "run", tmp_path / "bundle"
    shutil.copytree(tiny_clip_folder, run / "clip")
    command = ["train", "pictures", str(folder), "-o", str(run), "--steps", "1", "--batch", "2", "--rays", "9"]
    command += ["--samples", "8", "--pose-steps", "1", "--config", '{"width": 8, "layers": 2}']
    command += ["--bundle", str(bundle), "--words", "mug", "cup", "--mapper-steps", "1"]
    assert main(command) == 0
    made = load_bundle(bundle)
    assert made.shapes.names == ("mug/mug0", "mug/mug1", "mug/mug2")
    assert made.svr.code_size == 32 == made.mapper.config.code_size
    assert made.notes["training pictures"] == 3
    before = (run / "svr.safetensors").read_bytes()
    assert main([*command, "--seed", "1"]) == 2  # before anything is trained
    assert f"There is a bundle in {bundle} already" in capsys.readouterr().err
    assert (run / "svr.safetensors").read_bytes() == before


def test_a_bundle_without_a_clip_is_refused_before_anything_is_trained(folder, tmp_path, capsys):
    run = tmp_path / "run"
    command = ["train", "pictures", str(folder), "-o", str(run), "--steps", "1", "--bundle", str(tmp_path / "bundle")]
    assert main(command) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not run.exists()


def test_a_model_that_is_there_is_gone_on_with(folder, tmp_path):
    model = build_svr("ss3d", TINY)
    write_converted(tmp_path / "run", "ss3d", TINY, model.state_dict())
    (tmp_path / "run" / SHAPE_ENCODER_FILE).write_bytes(b"of this model")
    plan, steps = PicturesPlan(1, 2, 9, 8, 1), []
    train_pictures_run(folder, tmp_path / "run", plan, ignore_progress)
    before, after = model.state_dict(), read_weights(tmp_path / "run" / "svr.safetensors")
    moved = [float((after[name].float() - before[name].float()).abs().max()) for name in after if "decoder" in name]
    assert not (tmp_path / "run" / SHAPE_ENCODER_FILE).exists()
    assert 0 < max(moved) < 1e-3  # one step at the published rate, from these weights and not from new ones
    assert load_trained_svr(tmp_path / "run").config.width == 8
    train_pictures_run(folder, tmp_path / "run", plan, lambda event: steps.append(event.phase))
    assert "pictures" not in steps
    write_model(tmp_path / "run", "ss3d", TINY, before)
    train_pictures_run(folder, tmp_path / "run", plan, lambda event: steps.append(event.phase))
    assert "pictures" in steps


def test_another_model_is_named(folder, tmp_path):
    sizes = {"code_size": 8, "width": 8, "image_width": 2}
    write_converted(tmp_path / "run", "imnet", sizes, build_svr("imnet", sizes).state_dict())
    with pytest.raises(BadInputError, match="is a ImnetModel, which single pictures"):
        train_pictures_run(folder, tmp_path / "run", PicturesPlan(1), ignore_progress)


def test_pictures_that_cannot_be_used_are_skipped_unless_all_are(folder, caplog):
    (folder / "mug1.png").write_bytes(b"broken")
    names = [name for name, _ in read_pictures(folder, ignore_progress)]
    assert names == ["mug0", "mug2"] and "mug1.png" in caplog.text
    for number in (0, 2):
        (folder / f"mug{number}.png").write_bytes(b"broken")
    with pytest.raises(BadInputError, match="None of the 3 pictures"):
        read_pictures(folder, ignore_progress)
