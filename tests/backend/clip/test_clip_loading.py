import json
import shutil
import socket

import pytest
import torch
from safetensors.torch import save_file

from iss_backend.clip import load_clip
from iss_backend.errors import BundleError


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Fail where anything looks for the network."""

    def refuse(*_, **__):
        pytest.fail("the network was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def folder(tmp_path, tiny_clip_folder):
    """Return a copy of the tiny CLIP's folder, to be damaged."""
    return shutil.copytree(tiny_clip_folder, tmp_path / "clip")


@pytest.fixture
def tiny_vit(tmp_path, monkeypatch, tiny_clip_config):
    """Register the tiny CLIP with open_clip as `tiny-vit`; return the weights it would have."""
    import open_clip.factory  # after the operators are declared

    from iss_backend.training.clip_config import build_towers

    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "tiny-vit", tiny_clip_config)
    torch.manual_seed(1)
    return build_towers(tiny_clip_config).state_dict()


def assert_one_sentence(error):
    message = str(error.value)
    assert "\n" not in message
    assert message.endswith(".")
    assert len(message) < 600


def test_a_folder_is_loaded_frozen_and_in_evaluation_mode(tiny_clip_folder):
    clip = load_clip(tiny_clip_folder)
    assert (clip.feature_size, clip.image_size) == (16, 32)
    assert not clip.towers.training
    assert not any(p.requires_grad for p in clip.parameters())
    assert clip.encode_text(["a chair"]).shape == (1, 16)


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_a_name_with_a_file_is_loaded(tmp_path, tiny_vit, suffix):
    path = tmp_path / f"weights{suffix}"
    (save_file if suffix == ".safetensors" else torch.save)(tiny_vit, path)
    clip = load_clip(f"tiny-vit:{path}")
    assert torch.equal(clip.towers.visual.conv1.weight, tiny_vit["visual.conv1.weight"])


def test_weights_of_another_shape_are_refused(tmp_path, tiny_vit):
    path = tmp_path / "weights.safetensors"
    save_file({**tiny_vit, "text_projection": torch.zeros(16, 8)}, path)
    with pytest.raises(BundleError, match="cannot be loaded") as error:
        load_clip(f"tiny-vit:{path}")
    assert_one_sentence(error)


def test_missing_weights_are_refused(tmp_path, tiny_vit):
    del tiny_vit["text_projection"]
    save_file(tiny_vit, tmp_path / "weights.safetensors")
    with pytest.raises(BundleError):
        load_clip(f"tiny-vit:{tmp_path / 'weights.safetensors'}")


@pytest.mark.parametrize("source", ["", "nonsense", "no-such-model:openai", "ViT-B-32:no-such-tag", "/no/such/folder"])
def test_nonsense_is_refused_in_one_sentence(source):
    with pytest.raises(BundleError) as error:
        load_clip(source)
    assert_one_sentence(error)


@pytest.mark.parametrize("tag", ["ViT-B-32:openai", "RN50:yfcc15m", "RN50:cc12m"])
def test_tags_whose_weights_are_not_here_are_refused_without_asking_the_network(tag, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(BundleError) as error:
        load_clip(tag)
    assert_one_sentence(error)


@pytest.mark.parametrize("contents", [b"", b"not weights at all", b"\x80\x04K\x01."])
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_files_that_are_no_weights_are_refused(tmp_path, tiny_vit, contents, suffix):
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(contents)
    with pytest.raises(BundleError) as error:
        load_clip(f"tiny-vit:{path}")
    assert_one_sentence(error)


def test_pickled_code_is_never_run(tmp_path, tiny_vit):
    path = tmp_path / "weights.pt"
    torch.save({"attack": pytest.fail}, path)
    with pytest.raises(BundleError):
        load_clip(f"tiny-vit:{path}")


CONFIG, WEIGHTS = "open_clip_config.json", "open_clip_model.safetensors"


@pytest.mark.parametrize(
    ("file", "contents"),
    [
        (CONFIG, b"{"),
        (CONFIG, b"[]"),
        (CONFIG, b"{}"),
        (CONFIG, b'{"model_cfg": {}}'),
        (CONFIG, b'{"model_cfg": {"embed_dim": "x", "vision_cfg": {}, "text_cfg": {}}}'),
        (CONFIG, b'{"model_cfg": {"embed_dim": 16, "vision_cfg": {"nonsense": 1}, "text_cfg": {}}}'),
        (WEIGHTS, b""),
        (WEIGHTS, b"\x00" * 64),
    ],
)
def test_damaged_folders_are_refused(folder, file, contents):
    (folder / file).write_bytes(contents)
    with pytest.raises(BundleError) as error:
        load_clip(folder)
    assert_one_sentence(error)


@pytest.mark.parametrize("file", [CONFIG, WEIGHTS])
def test_incomplete_folders_are_refused(folder, file):
    (folder / file).unlink()
    with pytest.raises(BundleError):
        load_clip(folder)


def test_the_preprocessing_is_that_of_the_folder(folder):
    config = json.loads((folder / CONFIG).read_text())
    config["preprocess_cfg"] |= {"mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]}
    (folder / CONFIG).write_text(json.dumps(config))
    preprocessing = load_clip(folder).preprocessing
    assert (preprocessing.size, preprocessing.mean, preprocessing.std) == (32, (0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
