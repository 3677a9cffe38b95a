import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from iss_backend.errors import BundleError
from iss_backend.svr import build_svr
from iss_backend.svr.convert_dvr import convert_dvr_checkpoint
from iss_backend.svr.dvr import DvrConfig, DvrModel


def official(model, path, **changes):
    """Write a file as DVR's CheckpointIO does; its best loss is a NumPy scalar."""
    content = {"model": model, "optimizer": {}, "epoch_it": 3, "it": 70, "loss_val_best": np.float64(0.25), **changes}
    torch.save(content, path)
    return path


def flat_weights(**sizes):
    """Return weights of the right names and shapes whose storage is one number each."""
    with torch.device("meta"):
        names = DvrModel(DvrConfig(**sizes)).state_dict()
    return {name: torch.zeros((), dtype=value.dtype).expand(value.shape) for name, value in names.items()}


def refusal(path, folder):
    with pytest.raises(BundleError) as caught:
        convert_dvr_checkpoint(path, folder)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)
    assert not folder.exists()
    return str(caught.value)


def test_a_converted_model_computes_what_the_original_did(tmp_path):
    torch.manual_seed(0)
    original = DvrModel(DvrConfig(hidden=16)).eval()
    path = official(original.state_dict(), tmp_path / "ours.pt", loss_val_best=np.float32(0.25))
    config, weights = convert_dvr_checkpoint(path, tmp_path / "out")
    about = json.loads((tmp_path / "out" / "svr.json").read_text())
    twin = build_svr(about["kind"], about["config"]).eval()
    twin.load_state_dict(load_file(tmp_path / "out" / "svr.safetensors"))
    assert config == original.config == twin.config and weights.keys() == original.state_dict().keys()
    images, points = torch.rand(1, 3, 64, 64), torch.rand(1, 20, 3) - 0.5
    for first, second in zip(*(m.query(m.prepare(m.encode(images)), points) for m in (original, twin)), strict=True):
        assert torch.equal(first, second)
    assert not (tmp_path / "out" / "mapper.safetensors").exists()


@pytest.mark.parametrize(("hidden", "out"), [(512, 4), (512, 1), (128, 4)])
def test_sizes_are_inferred(tmp_path, hidden, out):
    path = official(flat_weights(hidden=hidden, out=out), tmp_path / "ours.pt")
    config, weights = convert_dvr_checkpoint(path, tmp_path / "out", leaky=True)
    assert config == DvrConfig(256, hidden, out, leaky=True)
    assert weights["decoder.fc_out.weight"].shape == (out, hidden)


def test_the_mapper_of_iss_is_kept_and_its_clip_left_out(tmp_path):
    extras = {
        "generator.linear_1.weight": torch.rand(4, 6),
        "generator.linear_1.bias": torch.rand(4).half(),
        "clip_model.visual.proj": torch.rand(3, 3).half(),
    }
    path = official(flat_weights(hidden=16) | extras, tmp_path / "iss.pt")
    _, weights = convert_dvr_checkpoint(path, tmp_path / "out")
    mapper = load_file(tmp_path / "out" / "mapper.safetensors")
    assert mapper.keys() == {"linear_1.weight", "linear_1.bias"} and mapper["linear_1.bias"].dtype == torch.float32
    assert torch.equal(mapper["linear_1.weight"], extras["generator.linear_1.weight"])
    assert {name.split(".")[0] for name in weights} == {"encoder", "decoder"}


def test_missing_unexpected_and_wrong_shapes_are_named_by_prefix(tmp_path):
    weights = flat_weights(hidden=16)
    weights = {name: value for name, value in weights.items() if not name.startswith("decoder.fc_c.")}
    weights["decoder.fc_z.weight"] = torch.zeros(2)
    weights["decoder.fc_p.weight"] = torch.zeros(16, 2)
    message = refusal(official(weights, tmp_path / "odd.pt"), tmp_path / "out")
    assert "missing: decoder.fc_c (10)" in message
    assert "unexpected: decoder.fc_z (1)" in message
    assert "of another shape: decoder.fc_p (1)" in message


def test_other_models_are_refused(tmp_path):
    stage3 = {"decoder_shape.fc_p.weight": torch.zeros(2), "encoder.fc.weight": torch.zeros(2, 2)}
    assert "decoder_shape.fc_p (1)" in refusal(official(stage3, tmp_path / "a.pt"), tmp_path / "out")
    three = flat_weights(hidden=16) | {"decoder.fc_out.weight": torch.zeros(3, 16)}
    assert "out is 3" in refusal(official(three, tmp_path / "b.pt"), tmp_path / "out")
    assert "'model' entry" in refusal(official({"a": "text"}, tmp_path / "c.pt"), tmp_path / "out")


def test_unreadable_files_are_refused(tmp_path):
    assert "no file" in refusal(tmp_path / "absent.pt", tmp_path / "out")
    broken = tmp_path / "broken.pt"
    for content in (b"", b"not a checkpoint", official(flat_weights(hidden=16), tmp_path / "x.pt").read_bytes()[:5000]):
        broken.write_bytes(content)
        assert "cannot be read" in refusal(broken, tmp_path / "out")


class Surprise:
    """Something that only a full unpickler would construct."""


def test_files_that_hold_code_are_not_run(tmp_path):
    path = official(flat_weights(hidden=16), tmp_path / "code.pt", scheduler=Surprise())
    assert "cannot be read" in refusal(path, tmp_path / "out")
