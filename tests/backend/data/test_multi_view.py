import json
import shutil

import numpy as np
import pytest
from PIL import Image

from iss_backend.data.multi_view import about_shape, read_shape, shape_folders
from iss_backend.errors import BadInputError


@pytest.fixture
def folder(sphere_folder, tmp_path):
    return shutil.copytree(sphere_folder, tmp_path / "pack" / "ball")


def test_a_capture_is_read_as_it_was_written(sphere_folder):
    shape = read_shape(sphere_folder)
    assert (shape.name, shape.group) == ("ball", "pack")
    assert shape.focal == 2.1875
    assert shape.images.shape == shape.albedo.shape == shape.normals.shape == (24, 64, 64, 3)
    assert shape.images.dtype == shape.albedo.dtype == np.uint8
    assert shape.masks.dtype == bool
    assert (shape.masks == np.isfinite(shape.depths)).all()
    assert shape.world_mats.shape == (24, 4, 4)
    assert np.allclose(np.linalg.norm(shape.normals[shape.masks], axis=-1), 1, atol=0.02)
    assert (shape.images[~shape.masks] == 255).all()
    inside = shape.depths[shape.masks]
    assert inside.min() == pytest.approx(1.7 - 0.35, abs=1e-3)
    assert inside.max() < 1.7


def test_pictures_follow_the_order_of_their_names_and_the_cameras(folder):
    shape = read_shape(folder)
    for number in (0, 11, 23):
        stored = np.asarray(Image.open(folder / "image" / f"{number:04d}.png"))
        assert (shape.images[number] == stored).all()
        with np.load(folder / "cameras.npz") as cameras:
            assert (shape.world_mats[number] == cameras[f"world_mat_{number}"]).all()


def test_scale_matrix_is_part_of_the_world_matrix(folder):
    with np.load(folder / "cameras.npz") as arrays:
        cameras = dict(arrays)
    cameras["scale_mat_3"] = np.diag([2, 2, 2, 1]).astype(np.float32)
    np.savez(folder / "cameras.npz", **cameras)
    assert np.allclose(read_shape(folder).world_mats[3], cameras["world_mat_3"] @ np.diag([2, 2, 2, 1]))


def test_an_rgb_only_set_has_no_depths_and_its_images_are_the_albedo(folder):
    for kind in ("albedo", "normal", "depth"):
        shutil.rmtree(folder / kind)
    shape = read_shape(folder)
    assert shape.depths is None
    assert shape.normals is None
    assert shape.albedo is shape.images


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "harm",
    [
        lambda f: cut(f / "image" / "0003.png"),
        lambda f: cut(f / "mask" / "0003.png"),
        lambda f: cut(f / "depth" / "0003.npz"),
        lambda f: cut(f / "cameras.npz"),
        lambda f: (f / "depth" / "0003.npz").write_bytes(b""),
        lambda f: (f / "albedo" / "0003.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 50),
        lambda f: (f / "image" / "0003.png").unlink(),
        lambda f: (f / "depth" / "0003.npz").unlink(),
        lambda f: (f / "normal" / "0003.png").unlink(),
        lambda f: shutil.rmtree(f / "mask"),
        lambda f: [path.unlink() for path in (f / "depth").iterdir()],
        lambda f: [Image.new("RGB", (8, 8)).save(path) for path in (f / "albedo").iterdir()],
        lambda f: np.savez(f / "cameras.npz", other=np.eye(4)),
    ],
)
def test_damaged_captures_are_named(folder, harm):
    harm(folder)
    with pytest.raises(BadInputError, match="ball"):
        read_shape(folder)


def test_only_complete_captures_are_found(folder, tmp_path):
    (tmp_path / "pack" / "half" / "image").mkdir(parents=True)
    assert shape_folders(tmp_path) == [folder]
    with pytest.raises(BadInputError, match="no captured shape"):
        shape_folders(tmp_path / "pack" / "half")


def test_what_was_noted_is_read(folder):
    assert about_shape(folder) == {}
    (folder / "model.json").write_text(json.dumps({"name": "ball", "source": "ball.ply"}))
    assert about_shape(folder)["source"] == "ball.ply"
