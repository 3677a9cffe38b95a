"""The PNG writer, the files of a capture, and the check of PLY files."""

import json

import numpy as np
import pytest
from PIL import Image
from view_capture_shapes import L_BOXES, boxes, clear_scene, paint

from iss_blender_addon.view_capture import dataset_writer
from iss_blender_addon.view_capture.capture import CaptureSettings, capture_objects
from iss_blender_addon.view_capture.ply_check import BadPlyError, check_ply
from iss_blender_addon.view_capture.png import encode_png

pytestmark = pytest.mark.blender


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (3, 2, 3), (1, 1, 4), (96, 96, 3)])
def test_png_round_trips_through_pillow(shape, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    path = tmp_path / "x.png"
    path.write_bytes(encode_png(pixels))
    Image.open(path).verify()
    assert (np.asarray(Image.open(path)) == pixels.squeeze(-1 if pixels.ndim == 3 and shape[2] == 1 else ())).all()


@pytest.mark.parametrize("bad", [np.zeros((2, 2)), np.zeros((2, 2, 2), np.uint8), np.zeros(4, np.uint8)])
def test_png_refuses_other_arrays(bad):
    with pytest.raises(ValueError, match="uint8"):
        encode_png(bad)


@pytest.fixture(scope="module")
def captured(tmp_path_factory):
    clear_scene()
    folder = tmp_path_factory.mktemp("set") / "thing"
    obj = paint(boxes(L_BOXES), "BYTE_COLOR", "CORNER", np.array([0.2, 0.5, 0.8]))
    capture_objects([obj], folder, {"name": "thing", "source": "pack/thing.ply"}, CaptureSettings(views=3, size=20))
    return folder


def test_files_and_keys_are_those_of_dvr(captured):
    assert {path.name for path in captured.iterdir()} == {
        "image", "mask", "albedo", "normal", "depth", "cameras.npz", "model.json"
    }  # fmt: skip
    for kind in ("image", "mask", "albedo", "normal"):
        assert sorted(path.name for path in (captured / kind).iterdir()) == ["0000.png", "0001.png", "0002.png"]
    assert sorted(path.name for path in (captured / "depth").iterdir()) == ["0000.npz", "0001.npz", "0002.npz"]
    cameras = np.load(captured / "cameras.npz")
    names = [f"{kind}_mat{inv}_{i}" for kind in ("world", "camera", "scale") for inv in ("", "_inv") for i in range(3)]
    assert sorted(cameras.files) == sorted(names)
    for i in range(3):
        for kind in ("world", "camera", "scale"):
            product = cameras[f"{kind}_mat_{i}"] @ cameras[f"{kind}_mat_inv_{i}"]
            assert cameras[f"{kind}_mat_{i}"].dtype == np.float32
            assert np.allclose(product, np.eye(4), atol=1e-6)
    assert json.loads((captured / "model.json").read_text()) == {"name": "thing", "source": "pack/thing.ply"}


def test_pictures_and_depths_agree(captured):
    for number in range(3):
        pictures = {k: np.asarray(Image.open(captured / k / f"{number:04d}.png")) for k in ("image", "mask", "albedo")}
        with np.load(captured / "depth" / f"{number:04d}.npz") as arrays:
            assert arrays.files == ["depth"]
            depth = arrays["depth"]
        assert depth.dtype == np.float32
        mask = pictures["mask"] > 0
        assert set(np.unique(pictures["mask"])) == {0, 255}
        assert (np.isfinite(depth) == mask).all()
        assert np.isposinf(depth[~mask]).all()
        assert (pictures["image"][~mask] == 255).all()
        assert np.abs(pictures["albedo"][mask] - np.array([51.0, 127.5, 204.0])).max() <= 1


def test_a_full_disk_leaves_no_capture(tmp_path, monkeypatch):
    clear_scene()
    obj = boxes(L_BOXES)

    def full(path, arrays):
        raise OSError(28, "No space left on device", str(path))

    for name in ("_write_npz", "_camera_arrays"):
        with monkeypatch.context() as patch:
            patch.setattr(dataset_writer, name, lambda *arguments: full(tmp_path, None))
            with pytest.raises(OSError, match="No space"):
                capture_objects([obj], tmp_path / "a", {"name": "a"}, CaptureSettings(1, 8))
        assert not (tmp_path / "a").exists()


HEADER = (
    "ply\nformat {} 1.0\nelement vertex 3\nproperty float x\nproperty float32 y\nproperty float z\n"
    "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
)
TEXT = "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"


def written(tmp_path, header, body):
    path = tmp_path / "x.ply"
    path.write_bytes(header.encode() + body)
    return path


def test_whole_ply_files_pass(tmp_path):
    check_ply(written(tmp_path, HEADER.format("ascii"), TEXT.encode()))
    check_ply(written(tmp_path, HEADER.format("binary_little_endian"), bytes(3 * 12 + 13)))


@pytest.mark.parametrize(
    ("header", "body", "why"),
    [
        (HEADER.format("ascii"), TEXT.encode()[:-9], "ends after 3 of 4"),
        (HEADER.format("ascii"), TEXT.replace("1 0 0", "nan 0 0").encode(), "finite"),
        (HEADER.format("binary_big_endian"), bytes(3 * 12 - 1), "ends before"),
        (HEADER.format("ascii").replace("end_header", ""), b"", "not a PLY"),
        ("hello", b"", "not a PLY"),
        (HEADER.format("ascii").replace("float32", "colour"), TEXT.encode(), "header"),
        (HEADER.format("ascii").replace("vertex 3", "vertex many"), TEXT.encode(), "header"),
    ],
)
def test_damaged_ply_files_are_found(tmp_path, header, body, why):
    with pytest.raises(BadPlyError, match=why):
        check_ply(written(tmp_path, header, body))
