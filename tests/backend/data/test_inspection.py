import shutil

import numpy as np
import pytest
from co3d_files import write_category
from PIL import Image
from synthetic_boxes import captured_box

from iss_backend.cli.main import main
from iss_backend.data.inspection import inspect_folder
from iss_backend.data.inspection_sheet import AXES, BOX, UNSEEN, draw_sheet
from iss_backend.data.kinds import kind_of
from iss_backend.data.multi_view import read_shape
from iss_backend.data.packing import pack_dataset
from iss_backend.data.view_checks import common_hull, require_seen, views_that_see
from iss_backend.errors import BadInputError
from iss_backend.progress import ignore_progress

FLIP = np.diag([1, -1, -1, 1])


@pytest.fixture
def folder(sphere_folder, tmp_path):
    return shutil.copytree(sphere_folder, tmp_path / "pack" / "ball")


def change(folder, cameras_of):
    """Replace each world matrix; `cameras_of` gets it and its number."""
    with np.load(folder / "cameras.npz") as stored:
        cameras = dict(stored)
    for name in [name for name in cameras if name.startswith("world_mat")]:
        cameras[name] = cameras_of(cameras[name].astype(float), int(name.rpartition("_")[2])).astype(np.float32)
    np.savez(folder / "cameras.npz", **cameras)
    return read_shape(folder)


def test_the_hull_of_a_ball_is_a_ball(sphere_folder):
    shape = read_shape(sphere_folder)
    hull = common_hull(shape.masks, shape.world_mats, shape.focal)
    assert np.linalg.norm(hull, axis=1).max() == pytest.approx(0.35, abs=0.08)
    assert len(hull) / 32**3 == pytest.approx(4 / 3 * np.pi * 0.35**3, rel=0.45)  # from outside, so larger
    assert np.abs(hull.mean(axis=0)).max() < 0.01
    assert views_that_see(shape.masks, shape.world_mats, shape.focal).all()


@pytest.mark.parametrize(
    ("cameras_of", "words"),
    [
        (lambda world, number: np.linalg.inv(world), "invert it"),
        (lambda world, number: FLIP @ world, "OpenGL's axes; negate"),
        (lambda world, number: np.linalg.inv(world) @ FLIP, "OpenGL's camera to the world"),
        (lambda world, number: np.diag([-1, -1, 1, 1]) @ world @ np.diag([1, 1, 1, 1]), None),
        (lambda world, number: world * [1, 1, 1, 3], "larger than the cube"),
    ],
)
def test_wrong_conventions_are_named(folder, cameras_of, words):
    shape = change(folder, cameras_of)
    if words is None:  # a ball in the middle looks the same upside down
        return require_seen(shape)
    assert not views_that_see(shape.masks, shape.world_mats, shape.focal).any()
    with pytest.raises(BadInputError, match=f"24 of 24 cameras of pack/ball do not see the object: .*{words}"):
        require_seen(shape)


def test_cameras_in_another_order_see_nothing():
    shape = captured_box()
    require_seen(shape)
    order = np.random.default_rng(0).permutation(24)
    mixed = type(shape)(**{**vars(shape), "world_mats": shape.world_mats[order]})
    with pytest.raises(BadInputError, match=r"compare cameras\.npz with the order"):
        require_seen(mixed)


def test_single_views_that_look_elsewhere_are_counted(folder):
    shape = change(folder, lambda world, number: np.roll(np.eye(4), 1, 0) @ world if number in (3, 7) else world)
    seen = views_that_see(shape.masks, shape.world_mats, shape.focal)
    assert np.flatnonzero(~seen).tolist() == [3, 7]
    require_seen(shape)
    (warning,) = inspect_folder(folder.parent, 5).warnings
    assert warning == "2 of 24 cameras of pack/ball do not see the object that the others see; take those views out."


def test_focal_lengths_in_pixels_and_empty_masks(folder):
    with np.load(folder / "cameras.npz") as stored:
        cameras = dict(stored)
    pixels = {name: np.diag([70.0, 70.0, 1, 1]) for name in cameras if name.startswith("camera_mat")}
    np.savez(folder / "cameras.npz", **{**cameras, **pixels})
    with pytest.raises(BadInputError, match="focal length 70 looks like pixels"):
        require_seen(read_shape(folder))
    for path in (folder / "mask").iterdir():
        Image.new("L", (64, 64)).save(path)
    with pytest.raises(BadInputError, match="all masks are empty"):
        require_seen(read_shape(folder))


def test_kinds_are_told_apart(sphere_folder, tmp_path):
    pack_dataset(sphere_folder.parent, tmp_path / "packed", None, ignore_progress, workers=0)
    write_category(tmp_path / "co3d", frames=4)
    (tmp_path / "meshes").mkdir()
    (tmp_path / "meshes" / "a.ply").write_text("ply")
    (tmp_path / "meshes" / "texture.png").write_bytes(b"")
    Image.new("RGB", (20, 20), "red").save(tmp_path / "red.png")
    kinds = {name: kind_of(tmp_path / name) for name in ("packed", "co3d", "meshes")}
    assert kinds == {"packed": "packed", "co3d": "co3d", "meshes": "meshes"}
    assert kind_of(sphere_folder.parent) == "captures"
    assert inspect_folder(tmp_path / "co3d", 1).looked_at[0].seen.tolist() == [True] * 4
    packed = inspect_folder(tmp_path / "packed", 3)
    assert packed.count == 1 and packed.looked_at[0].seen.all() and packed.warnings == ()
    meshes = inspect_folder(tmp_path / "meshes", 3)
    assert meshes.count == 1 and "view_capture" in meshes.warnings[0]
    (tmp_path / "empty").mkdir()
    for wrong in ("empty", "missing"):
        with pytest.raises(BadInputError):
            kind_of(tmp_path / wrong)


def test_box_and_axes_are_drawn_where_the_cameras_see_them(folder):
    looked_at = inspect_folder(folder.parent, 1).looked_at
    sheet = np.asarray(draw_sheet(looked_at, 2)).astype(int)
    tile = sheet[20:180, 4:164]
    shape = looked_at[0]
    for axis, colour in enumerate(AXES.values()):
        end = shape.world_mats[0] @ np.append(0.25 * np.eye(3)[axis], 1.0)  # half way along the axis
        column, row = ((end[:2] / end[2] * shape.focal + 1) / 2 * 160).astype(int)
        near = np.abs(tile[row - 2 : row + 3, column - 2 : column + 3] - colour).sum(axis=-1).min()
        assert near < 60, axis
    assert (np.abs(tile - BOX).sum(axis=-1) < 30).sum() > 100
    assert not (sheet == UNSEEN).all(axis=-1).any()
    lost = type(shape)(**{**vars(shape), "seen": np.zeros(24, bool)})
    assert (np.asarray(draw_sheet([lost], 2)) == UNSEEN).all(axis=-1).sum() > 2 * 3 * 4 * 150


def test_the_command_prints_counts_and_writes_the_sheet(folder, tmp_path, capsys):
    change(folder, lambda world, number: np.linalg.inv(world))
    assert main(["data", "inspect", str(folder.parent), "-o", str(tmp_path / "sheet.png")]) == 0
    out, err = capsys.readouterr()
    assert "captures in DVR's layout: 1" in out and "pack/ball: 0 of 24 views see it" in out
    assert err.count("warning:") == 1 and "invert it" in err
    assert Image.open(tmp_path / "sheet.png").width == 6 * 164 + 8


def test_pictures_show_their_masks_and_damaged_ones_are_named(tmp_path, capsys):
    red = np.full((40, 40, 3), 255, np.uint8)
    red[10:30, 15:25] = (255, 0, 0)
    for number in range(3):
        Image.fromarray(red).save(tmp_path / f"{number}.png")
    (tmp_path / "9.png").write_bytes(b"nothing")
    found = inspect_folder(tmp_path, 2)
    assert (found.kind, found.count) == ("pictures", 4)
    assert found.looked_at[0].images.shape == (3, 160, 160, 3) and "9.png" in found.warnings[0]
    assert main(["data", "inspect", str(tmp_path), "-o", str(tmp_path / "sheet.png")]) == 0
    assert "views see" not in capsys.readouterr().out
