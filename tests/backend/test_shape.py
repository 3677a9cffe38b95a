import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from iss_backend.errors import BadInputError, OutputError
from iss_backend.shape import Shape

CODE = torch.tensor([0.1, -2.5, 1e-8])


@pytest.fixture
def shape():
    """Return a shape of three code numbers."""
    settings, scores = {"stage2": {"steps": 3}, "guess": None}, {"first": 0.25, "final": 0.5}
    return Shape("a café", CODE, 7, "tiny", settings, scores, decoder="0123456789ab")


def test_what_is_saved_is_loaded_exactly(tmp_path, shape):
    shape.save(tmp_path / "x.shape")
    back = Shape.load(tmp_path / "x.shape")
    assert torch.equal(back.code, CODE)
    assert replace(back, code=None).__dict__ == replace(shape, code=None).__dict__


def test_codes_that_lie_otherwise_in_memory_are_saved(tmp_path, shape):
    replace(shape, code=torch.arange(6.0)[::2]).save(tmp_path / "x.shape")
    assert Shape.load(tmp_path / "x.shape").code.tolist() == [0.0, 2.0, 4.0]


def test_what_was_stylised_comes_back_without_its_style(shape):
    before = {"text": shape.text, "seed": shape.seed, "settings": shape.settings, "scores": shape.scores}
    styled = replace(shape, text="a café, spiky", seed=9, settings={"job": "stylise", "base": before}, scores={})
    for weights in ({"bend.spiky": torch.ones(2)}, {}):  # none are left of a style that would break its promise
        assert replace(styled, weights=weights).without_style().to_bytes() == shape.to_bytes()
    assert shape.without_style().to_bytes() == shape.to_bytes()


def test_shapes_can_be_compared_and_collected(shape):
    assert shape != replace(shape, seed=8)
    assert len({shape, replace(shape, seed=8)}) == 2


def broken_files():
    fine = {"text": "x", "seed": 0, "bundle": "b", "settings": {}, "scores": {}}
    code = {"code": CODE}
    return [
        ({"other": CODE}, {"shape": json.dumps(fine)}),
        (code, None),
        (code, {"other": "x"}),
        (code, {"shape": "{"}),
        (code, {"shape": "[]"}),
        (code, {"shape": "{}"}),
        (code, {"shape": json.dumps({**fine, "extra": 1})}),
        (code, {"shape": json.dumps({**fine, "code": 1})}),
    ]


@pytest.mark.parametrize(("tensors", "metadata"), broken_files())
def test_files_of_another_kind_are_refused(tmp_path, tensors, metadata):
    save_file(tensors, tmp_path / "x.shape", metadata)
    with pytest.raises(BadInputError, match="no saved shape"):
        Shape.load(tmp_path / "x.shape")


@pytest.mark.parametrize("contents", [b"", b"text", b"\xff" * 100])
def test_garbage_a_missing_file_and_a_folder_are_refused(tmp_path, contents):
    (tmp_path / "x.shape").write_bytes(contents)
    for path in (tmp_path / "x.shape", tmp_path / "nothing.shape", tmp_path):
        with pytest.raises(BadInputError):
            Shape.load(path)


def test_a_folder_that_is_missing_is_an_output_error(tmp_path, shape):
    with pytest.raises(OutputError):
        shape.save(tmp_path / "missing" / "x.shape")


def test_weights_travel_in_half_precision(tmp_path, shape):
    weights = {"planes": torch.randn(2, 3).half(), "head.bias": torch.ones(()).half()}
    styled = replace(shape, weights=weights)
    back = Shape.from_bytes(styled.to_bytes())
    assert back.weights.keys() == weights.keys()
    assert all(torch.equal(back.weights[name], weight) for name, weight in weights.items())
    assert all(weight.dtype == torch.float16 for weight in back.weights.values())
    assert Shape.from_bytes(shape.to_bytes()).weights == {}
    styled.save(tmp_path / "x.shape")
    assert (tmp_path / "x.shape").read_bytes() == styled.to_bytes()


@pytest.mark.parametrize("contents", [b"", b"text", b"\xff" * 100, b"\x02" + 7 * b"\0" + b"{}"])
def test_bytes_of_another_kind_are_refused(contents):
    with pytest.raises(BadInputError, match=f"{len(contents)} bytes are no shape"):
        Shape.from_bytes(contents)
