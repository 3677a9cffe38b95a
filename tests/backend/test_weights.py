import json
import struct

import pytest
import torch
from safetensors.torch import load_file, save
from torch import nn

from iss_backend.errors import BundleError, OutputError
from iss_backend.weights import load_into, read_weights, sha256_of, write_weights


@pytest.fixture
def path(tmp_path):
    """Return where a weight file of one layer lies."""
    write_weights(tmp_path / "w.safetensors", {"weight": torch.arange(6.0).view(2, 3), "bias": torch.zeros(2)})
    return tmp_path / "w.safetensors"


def with_header(header, rest=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + rest


def assert_refused(path):
    with pytest.raises(BundleError) as error:
        read_weights(path)
    message = str(error.value)
    assert str(path) in message
    assert "\n" not in message
    assert message.endswith("install the bundle again.")


@pytest.mark.parametrize("keep", [0, 1, 7, 8, 20, -1])
def test_truncated_files_are_refused(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    assert_refused(path)


def test_trailing_bytes_are_refused(path):
    path.write_bytes(path.read_bytes() + b"\0")
    assert_refused(path)


@pytest.mark.parametrize("claim", [10**6, 2**40, 2**64 - 1])
def test_headers_that_claim_too_much_are_refused(path, claim):
    path.write_bytes(struct.pack("<Q", claim) + path.read_bytes()[8:])
    assert_refused(path)


@pytest.mark.parametrize(
    "contents",
    [
        b"a text, and no weights at all",
        with_header(b"{"),
        with_header(b"[" * 100_000),
        with_header([1, 2]),
        with_header({"x": 5}),
        with_header({"x": {"dtype": "F32", "shape": [1]}}),
        with_header({"x": {"dtype": "F32", "shape": [1], "data_offsets": []}}, bytes(4)),
        with_header({"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, "four"]}}, bytes(4)),
        with_header({"x": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
        with_header({"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, bytes(4)),
    ],
)
def test_files_that_are_no_safetensors_are_refused(tmp_path, contents):
    (tmp_path / "x.safetensors").write_bytes(contents)
    assert_refused(tmp_path / "x.safetensors")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert_refused(tmp_path / "nothing.safetensors")
    assert_refused(tmp_path)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_values_that_are_not_finite_are_refused(path, value):
    path.write_bytes(save({"a": torch.tensor([1.0, value])}))
    assert_refused(path)


def test_the_round_trip_is_exact_at_half_precision(tmp_path):
    generator = torch.Generator().manual_seed(0)
    tensors = {"a": torch.randn(4, 5, generator=generator), "n": torch.tensor(7), "e": torch.zeros(0, 3)}
    write_weights(tmp_path / "w.safetensors", tensors)
    back = read_weights(tmp_path / "w.safetensors")
    assert torch.equal(back["a"], tensors["a"].half().float())
    assert (back["a"].dtype, back["n"].dtype, back["n"].item()) == (torch.float32, torch.int64, 7)
    assert load_file(tmp_path / "w.safetensors")["a"].dtype == torch.float16


def test_the_round_trip_is_exact_at_full_precision(tmp_path):
    value = torch.randn(9)
    write_weights(tmp_path / "w.safetensors", {"a": value}, half=False)
    assert torch.equal(read_weights(tmp_path / "w.safetensors")["a"], value)


def test_values_beyond_half_precision_are_kept_whole(tmp_path):
    write_weights(tmp_path / "w.safetensors", {"large": torch.tensor([70000.0, 0.1]), "small": torch.tensor([65504.0])})
    back = read_weights(tmp_path / "w.safetensors")
    assert torch.equal(back["large"], torch.tensor([70000.0, 0.1]))
    assert back["small"].item() == 65504.0


def test_tensors_that_share_memory_or_lie_otherwise_are_written(tmp_path):
    base = torch.arange(24.0).view(1, 2, 3, 4)
    tensors = {"base": base, "row": base[0, 1], "last": base.to(memory_format=torch.channels_last), "t": base.mT}
    write_weights(tmp_path / "deep" / "w.safetensors", tensors)
    back = read_weights(tmp_path / "deep" / "w.safetensors")
    assert all(torch.equal(back[name], value) for name, value in tensors.items())


def test_a_failed_write_leaves_the_old_file_and_nothing_else(path, monkeypatch):
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="disk is full"):
        write_weights(path, {"a": torch.ones(3)})
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_sha256_of_a_known_text(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_module_takes_its_weights(path):
    with torch.device("meta"):
        layer = nn.Linear(3, 2)
    load_into(layer, read_weights(path), path)
    torch.testing.assert_close(layer(torch.ones(1, 3)), torch.tensor([[3.0, 12.0]]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weight": torch.zeros(3, 2)}, r"'weight' has the shape \(3, 2\), not \(2, 3\)"),
        ({"weight": None}, "'weight' is missing"),
        ({"extra": torch.zeros(1)}, "'extra' is unexpected"),
        ({"weight": torch.zeros(2, 3, dtype=torch.int64)}, "'weight' holds torch.int64, not torch.float32"),
    ],
)
def test_weights_that_do_not_fit_are_refused_and_nothing_is_loaded(path, change, words):
    tensors = {name: value for name, value in {**read_weights(path), **change}.items() if value is not None}
    layer = nn.Linear(3, 2)
    before = layer.bias.clone()
    with pytest.raises(BundleError, match=words):
        load_into(layer, tensors, path)
    assert torch.equal(layer.bias, before)
