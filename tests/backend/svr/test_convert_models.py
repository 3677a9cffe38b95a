import json
import os

import pytest
import torch
from safetensors.torch import load_file

from iss_backend.cli.main import main
from iss_backend.errors import BundleError
from iss_backend.svr import DvrConfig, DvrModel, Get3dModel, ImnetConfig, ImnetModel, Ss3dConfig, Ss3dModel
from iss_backend.svr.convert_dvr import convert_dvr_checkpoint
from iss_backend.svr.convert_get3d import convert_get3d_checkpoint
from iss_backend.svr.convert_imnet import convert_imnet_checkpoint
from iss_backend.svr.convert_ss3d import convert_ss3d_checkpoint
from iss_backend.svr.get3d import Get3dConfig
from iss_backend.training.recipes import load_trained_svr

CONVERTERS = {
    "dvr": convert_dvr_checkpoint,
    "imnet": convert_imnet_checkpoint,
    "ss3d": convert_ss3d_checkpoint,
    "get3d": convert_get3d_checkpoint,
}


def flat(model_class, config):
    """Return weights of the right names and shapes whose storage is one random number each."""
    with torch.device("meta"):
        names = model_class(config).state_dict()
    return {name: torch.randn(()).to(value.dtype).expand(value.shape) for name, value in names.items()}


def imnet_file(path, config=None):
    weights = flat(ImnetModel, config or ImnetConfig(6, 4, 2, colour=False))
    torch.save(weights, path)
    return path


def ss3d_file(path):
    torch.save(flat(Ss3dModel, Ss3dConfig(4, 2)), path)
    return path


def dvr_file(path):
    torch.save({"model": flat(DvrModel, DvrConfig(8, 16)), "it": 3}, path)
    return path


def get3d_weights():
    weights = {k: v for k, v in flat(Get3dModel, Get3dConfig(8, 3)).items() if not k.startswith("synthesis.")}
    return weights | {"synthesis.generator.tri_plane_synthesis.b4.const": torch.randn(4, 4, 4)}


def get3d_file(path):
    torch.save({"G": get3d_weights(), "G_ema": get3d_weights(), "augment_pipe": None}, path)
    return path


FILES = {"dvr": dvr_file, "imnet": imnet_file, "ss3d": ss3d_file, "get3d": get3d_file}


def refusal(kind, path, folder):
    with pytest.raises(BundleError) as caught:
        CONVERTERS[kind](path, folder)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value) and not folder.exists()
    return str(caught.value)


def test_imnet_computes_what_the_file_says(tmp_path):
    torch.manual_seed(0)
    original = ImnetModel(ImnetConfig(6, 4, 2, colour=False)).eval()
    torch.save(original.state_dict(), tmp_path / "IM_SVR.model-1000.pth")
    config, weights = convert_imnet_checkpoint(tmp_path / "IM_SVR.model-1000.pth", tmp_path / "run")
    assert config == ImnetConfig(6, 4, 2) and json.loads((tmp_path / "run/svr.json").read_text())["kind"] == "imnet"
    twin = load_trained_svr(tmp_path / "run")
    images, points = torch.rand(2, 3, 50, 50), torch.rand(2, 9, 3) - 0.5
    codes = original.encode(images)
    assert torch.equal(codes, twin.encode(images))
    logits, colours = twin.query(twin.prepare(codes), points)
    assert torch.equal(logits, original.occupancy(original.prepare(codes), points))
    assert torch.allclose(colours, torch.full((2, 9, 3), 0.75))
    assert weights["colour.0.weight"].abs().min() > 0
    again = convert_imnet_checkpoint(tmp_path / "IM_SVR.model-1000.pth", tmp_path / "again")[1]
    assert all(torch.equal(weights[name], again[name]) for name in weights)


@pytest.mark.parametrize("lightning", [False, True])
def test_ss3d_computes_what_the_file_says(tmp_path, lightning, monkeypatch):
    from iss_backend.svr import dvr_resnet

    monkeypatch.setattr(dvr_resnet, "WIDTHS", (4, 4, 8, 8))
    original = Ss3dModel(Ss3dConfig(4, 2)).eval()
    content = original.state_dict()
    if lightning:
        content = {"state_dict": {"model." + name: value for name, value in content.items()}, "epoch": 7}
    torch.save(content, tmp_path / "distilled_model.torch")
    config, _ = convert_ss3d_checkpoint(tmp_path / "distilled_model.torch", tmp_path / "run")
    twin = load_trained_svr(tmp_path / "run")
    assert config == Ss3dConfig(4, 2) == twin.config
    images, points = torch.rand(1, 3, 40, 40), torch.rand(1, 9, 3) - 0.5
    for first, second in zip(*(m.query(m.prepare(m.encode(images)), points) for m in (original, twin)), strict=True):
        assert torch.equal(first, second)


def test_official_sizes_are_inferred(tmp_path):
    imnet = imnet_file(tmp_path / "a.pth", ImnetConfig(256, 128, 64, colour=False))
    assert convert_imnet_checkpoint(imnet, tmp_path / "a")[0] == ImnetConfig()
    for kind, model, expected in (("ss3d", Ss3dModel, Ss3dConfig()),):
        torch.save(flat(model, expected), tmp_path / kind)
        assert CONVERTERS[kind](tmp_path / kind, tmp_path / "b")[0] == expected


def test_get3d_takes_the_averaged_generator_and_says_what_it_could_not_check(tmp_path, caplog):
    with caplog.at_level("INFO"):
        config, weights = convert_get3d_checkpoint(get3d_file(tmp_path / "shapenet_car.pt"), tmp_path / "run", 0.8)
    assert config == Get3dConfig(8, 3, generator="official", scale=0.8)
    assert "1 weights were copied unchecked: GET3D is not installed here" in caplog.text
    stored = torch.load(tmp_path / "shapenet_car.pt", weights_only=True)["G_ema"]
    assert all(torch.equal(load_file(tmp_path / "run/svr.safetensors")[name], stored[name]) for name in stored)
    assert weights.keys() == stored.keys()
    with pytest.raises(BundleError, match="GET3D is not installed"):
        load_trained_svr(tmp_path / "run")


@pytest.mark.parametrize("kind", list(CONVERTERS))
def test_checkpoints_of_other_models_are_named(kind, tmp_path):
    for other, write in FILES.items():
        if other != kind:
            message = refusal(kind, write(tmp_path / f"{other}.pt"), tmp_path / "out")
            bare = other in ("imnet", "ss3d") or (other == "get3d" and kind == "get3d")
            if bare:
                assert f"looks like a checkpoint of '{other}'" in message


@pytest.mark.parametrize("kind", list(CONVERTERS))
def test_unreadable_files_are_refused(kind, tmp_path):
    assert "no file" in refusal(kind, tmp_path / "absent.pt", tmp_path / "out")
    whole = FILES[kind](tmp_path / "whole.pt").read_bytes()
    broken = tmp_path / "broken.pt"
    for content in (b"", b"not a checkpoint", whole[: len(whole) // 2], whole[:-40]):
        broken.write_bytes(content)
        assert "cannot be read as a PyTorch checkpoint" in refusal(kind, broken, tmp_path / "out")


class Surprise:
    """Something that only a full unpickler would construct."""


@pytest.mark.parametrize("kind", list(CONVERTERS))
def test_files_that_hold_code_are_not_run(kind, tmp_path):
    torch.save({"model": Surprise(), "G_ema": Surprise()}, tmp_path / "code.pt")
    assert "cannot be read" in refusal(kind, tmp_path / "code.pt", tmp_path / "out")


@pytest.mark.parametrize(
    ("kind", "lost", "prefix"),
    [
        ("imnet", "img_encoder.res_3.", "img_encoder.res_3 (18)"),
        ("ss3d", "encoder.fc.3.", "encoder.fc (4)"),
        ("get3d", "mapping.fc1.", "mapping.fc1 (2)"),
    ],
)
def test_missing_and_unexpected_names_are_listed_by_prefix(kind, lost, prefix, tmp_path):
    content = torch.load(FILES[kind](tmp_path / "whole.pt"), weights_only=True)
    weights = content["G_ema"] if kind == "get3d" else content
    weights = {name: value for name, value in weights.items() if not name.startswith(lost)}
    weights["mapping.extra.weight"] = torch.zeros(2)
    torch.save({"G_ema": weights} if kind == "get3d" else weights, tmp_path / "odd.pt")
    message = refusal(kind, tmp_path / "odd.pt", tmp_path / "out")
    assert f"missing: {prefix}" in message and "unexpected: mapping.extra (1)" in message


def test_the_autoencoder_of_imnet_is_told_apart(tmp_path):
    weights = {n: v for n, v in flat(ImnetModel, ImnetConfig(6, 4, 2)).items() if n.startswith("generator.")}
    torch.save(weights | {"encoder.conv_1.weight": torch.zeros(4, 1, 4, 4, 4)}, tmp_path / "IM_AE.model-64.pth")
    assert "autoencoder" in refusal("imnet", tmp_path / "IM_AE.model-64.pth", tmp_path / "out")


def test_half_a_get3d_is_refused(tmp_path):
    torch.save({"G_ema": {n: v for n, v in get3d_weights().items() if n.startswith("mapping")}}, tmp_path / "m.pt")
    assert "no generator" in refusal("get3d", tmp_path / "m.pt", tmp_path / "out")


def test_the_command_converts_and_reports(tmp_path, capsys):
    path = imnet_file(tmp_path / "IM_SVR.pth")
    assert main(["convert", "imnet", str(path), "-o", str(tmp_path / "run")]) == 0
    out = capsys.readouterr().out
    assert "imnet converted" in out and "code_size=6" in out and "light grey" in out
    assert main(["convert", "dvr", str(dvr_file(tmp_path / "d.pt")), "-o", str(tmp_path / "d"), "--leaky"]) == 0
    assert json.loads((tmp_path / "d/svr.json").read_text())["config"]["leaky"] is True
    assert main(["convert", "ss3d", str(path), "-o", str(tmp_path / "other")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "'imnet'" in error


@pytest.mark.parametrize("held", ["svr.safetensors", "svr.json", "mapper.safetensors"])
def test_a_model_is_never_written_over(tmp_path, capsys, held):
    weights = DvrModel(DvrConfig(hidden=16)).state_dict() | {"generator.linear_1.bias": torch.rand(4)}
    torch.save({"model": weights}, tmp_path / "iss.pt")
    run = tmp_path / "run"
    run.mkdir()
    (run / held).write_bytes(b"days of training")
    assert main(["convert", "dvr", str(tmp_path / "iss.pt"), "-o", str(run)]) == 2
    assert (
        capsys.readouterr().err
        == f"error: There is '{run / held}' already; choose another folder for the converted model.\n"
    )
    assert {path.name: path.read_bytes() for path in run.iterdir()} == {held: b"days of training"}


def test_a_folder_that_cannot_be_written_is_explained(tmp_path, capsys, monkeypatch):
    torch.save({"model": DvrModel(DvrConfig(hidden=16)).state_dict()}, tmp_path / "dvr.pt")
    (tmp_path / "file").touch()
    assert main(["convert", "dvr", str(tmp_path / "dvr.pt"), "-o", str(tmp_path / "file")]) == 2
    assert "was not written" in capsys.readouterr().err

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["convert", "dvr", str(tmp_path / "dvr.pt"), "-o", str(tmp_path / "run")]) == 2
    assert "the disk is full" in capsys.readouterr().err
    assert list((tmp_path / "run").iterdir()) == []


@pytest.mark.parametrize(("hidden", "out"), [(512, 4), (512, 1), (128, 4)])
def test_every_official_file_of_dvr_is_a_run_folder_afterwards(tmp_path, hidden, out):
    torch.save({"model": flat(DvrModel, DvrConfig(256, hidden, out)), "it": 1}, tmp_path / "ours.pt")
    convert_dvr_checkpoint(tmp_path / "ours.pt", tmp_path / "run")
    assert load_trained_svr(tmp_path / "run").config == DvrConfig(256, hidden, out)
