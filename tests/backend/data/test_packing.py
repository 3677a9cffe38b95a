import json
import logging
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from iss_backend.data.carving import carve, seen_surface
from iss_backend.data.multi_view import read_shape
from iss_backend.data.packing import (
    BACKGROUND,
    PALETTE_SIZE,
    SURFACE_POINTS,
    pack_dataset,
    pack_shape,
    quantise,
    read_categories,
)
from iss_backend.errors import BadInputError, OutputError
from iss_backend.progress import ignore_progress

VIEWS, SIZE = 6, 24


@pytest.fixture
def captures(capture, tmp_path):
    root = tmp_path / "captures"
    capture(root / "one" / "ball", views=VIEWS, size=SIZE)
    capture(root / "one" / "box", capture.boxes(((-0.3, -0.2, -0.1), (0.3, 0.2, 0.1))), views=VIEWS, size=SIZE)
    return root


def pack(root, output, index=None):
    return pack_dataset(root, output, index, ignore_progress, workers=1)


def arrays(output):
    return {path.stem: np.load(path, mmap_mode="r") for path in output.glob("*.npy")}


def test_the_layout_of_a_pack(captures, tmp_path):
    output, events = tmp_path / "packed", []
    assert pack_dataset(captures, output, None, events.append, workers=1) == 2
    assert [(event.step, event.total) for event in events] == [(1, 2), (2, 2)]
    found = {name: (array.dtype.str, array.shape) for name, array in arrays(output).items()}
    assert found == {
        "palette": ("|u1", (2, 32, 3)),
        "palette_share": ("<f4", (2, 32)),
        "colour_index": ("|u1", (2, VIEWS, SIZE, SIZE)),
        "normal": ("|i1", (2, VIEWS, SIZE, SIZE, 3)),
        "depth": ("<f2", (2, VIEWS, SIZE, SIZE)),
        "world_mat": ("<f4", (2, VIEWS, 4, 4)),
        "occupancy": ("|u1", (2, 64**3 // 8)),
        "sturdy": ("|u1", (2, 64**3 // 8)),
        "rods": ("|u1", (2, 64**3 // 8)),
        "surface_point": ("<f2", (2, SURFACE_POINTS, 3)),
        "surface_colour": ("|u1", (2, SURFACE_POINTS)),
    }
    about = json.loads((output / "shapes.json").read_text())
    assert (about["focal"], about["grid"]) == (2.1875, 64)
    assert [shape["name"] for shape in about["shapes"]] == ["ball", "box"]


def test_packing_is_repeatable_and_equals_the_shape_alone(captures, tmp_path):
    for name in ("first", "second"):
        pack(captures, tmp_path / name)
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes()
    alone = pack_shape(read_shape(captures / "one" / "box"))
    for name, array in arrays(tmp_path / "first").items():
        assert (array[1] == alone[name]).all()


def test_the_pack_holds_what_was_captured(captures, tmp_path):
    shape = read_shape(captures / "one" / "ball")
    packed = pack_shape(shape)
    points, normals, _ = seen_surface(shape)
    assert (np.unpackbits(packed["occupancy"]).astype(bool) == carve(shape, points, normals)).all()
    assert np.allclose(np.linalg.norm(packed["surface_point"].astype(float), axis=1), 0.35, atol=1e-3)
    assert (packed["palette"][packed["colour_index"][shape.masks]] == shape.albedo[shape.masks]).all()  # four colours
    assert packed["palette_share"].sum() == pytest.approx(1)
    assert ((packed["colour_index"] == BACKGROUND) == ~shape.masks).all()


def test_surface_points_have_the_colour_of_their_place(captures):
    packed = pack_shape(read_shape(captures / "one" / "ball"))
    points, colours = packed["surface_point"].astype(float), packed["palette"][packed["surface_colour"]]
    signs = {(-1, -1): (200, 40, 40), (-1, 1): (40, 160, 60), (1, -1): (30, 60, 180), (1, 1): (220, 200, 60)}
    for (x, y), colour in signs.items():
        quadrant = (points[:, 0] * x > 0.01) & (points[:, 1] * y > 0.01)
        assert quadrant.sum() > 1000
        assert (colours[quadrant] == colour).all()


def test_quantise_keeps_few_colours_and_bounds_many():
    rng = np.random.default_rng(0)
    albedo = rng.integers(0, 256, (2, 16, 16, 3)).astype(np.uint8)
    masks = rng.random((2, 16, 16)) < 0.7
    palette, shares, index = quantise(albedo, masks)
    assert palette.shape == (PALETTE_SIZE, 3)
    assert shares.sum() == pytest.approx(1)
    assert (index[~masks] == BACKGROUND).all()
    assert index[masks].max() < PALETTE_SIZE
    assert np.bincount(index[masks], minlength=PALETTE_SIZE) / masks.sum() == pytest.approx(shares)
    error = np.abs(palette[index[masks]].astype(int) - albedo[masks])
    assert error.mean() < 35  # a third of what one colour for all would give


def make_unseen(folder):
    for path in (folder / "mask").iterdir():
        Image.new("L", (SIZE, SIZE)).save(path)


@pytest.mark.parametrize(
    "harm",
    [
        make_unseen,
        lambda folder: shutil.rmtree(folder / "depth"),
        lambda folder: shutil.rmtree(folder / "normal"),
        lambda folder: (folder / "depth" / "0001.npz").write_bytes(b"PK"),
        lambda folder: (folder / "image" / "0001.png").unlink(),
    ],
)
@pytest.mark.parametrize("name", ["ball", "box"])  # the first or the last one
def test_a_shape_that_cannot_be_packed_is_skipped_and_its_room_given_back(captures, tmp_path, caplog, name, harm):
    harm(captures / "one" / name)
    kept = {"ball": "box", "box": "ball"}[name]
    with caplog.at_level(logging.WARNING):
        assert pack(captures, tmp_path / "packed") == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert name in caplog.messages[0]
    assert "1 of 2" in caplog.messages[1]
    alone = pack_shape(read_shape(captures / "one" / kept))
    for kind, array in arrays(tmp_path / "packed").items():
        assert array.shape == (1, *alone[kind].shape)
        assert (array[0] == alone[kind]).all()
        path = tmp_path / "packed" / f"{kind}.npy"
        assert path.stat().st_size == array.offset + array.nbytes
    about = json.loads((tmp_path / "packed" / "shapes.json").read_text())
    assert [shape["name"] for shape in about["shapes"]] == [kept]


def test_nothing_to_pack_is_an_error(captures, tmp_path):
    for name in ("ball", "box"):
        make_unseen(captures / "one" / name)
    with pytest.raises(BadInputError, match="None of the 2"):
        pack(captures, tmp_path / "packed")


def test_other_sizes_are_refused(captures, capture, tmp_path):
    capture(captures / "two" / "big", views=VIEWS, size=SIZE + 8)
    with pytest.raises(BadInputError, match=r"two/big has .* the same number of views and pixels"):
        pack(captures, tmp_path / "packed")


def give_another_focal_length(folder):
    with np.load(folder / "cameras.npz") as stored:
        cameras = dict(stored)
    cameras.update({f"camera_mat_{view}": np.diag([3, 3, 1, 1]).astype(np.float32) for view in range(VIEWS)})
    np.savez(folder / "cameras.npz", **cameras)


def test_another_focal_length_is_refused(captures, tmp_path):
    give_another_focal_length(captures / "one" / "box")
    with pytest.raises(BadInputError, match=r"one/box has the focal length 3\.0000"):
        pack(captures, tmp_path / "packed")


def test_categories_come_from_the_index_and_else_from_the_folder(captures, tmp_path):
    index = tmp_path / "index.csv"
    index.write_text("pack,ply,category\none,ball.ply,toy\n")
    assert read_categories(index) == {("one", "ball"): "toy"}
    assert read_categories(None) == {}
    pack(captures, tmp_path / "packed", index)
    shapes = json.loads((tmp_path / "packed" / "shapes.json").read_text())["shapes"]
    assert [shape["category"] for shape in shapes] == ["toy", "one"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("pack,category\none,toy\n", "tells no 'ply' in line 2"),
        ("pack,ply,category\none,ball.ply,toy\none\n", "tells no 'ply' in line 3"),
        ("pack,ply,category\none,b\xe4ll.ply,toy\n", "UTF-8"),
    ],
)
def test_an_index_that_is_missing_or_lacks_columns_is_explained(tmp_path, text, words):
    if text is not None:
        (tmp_path / "index.csv").write_text(text, encoding="latin-1")
    with pytest.raises(BadInputError, match=words) as caught:
        read_categories(tmp_path / "index.csv")
    assert "\n" not in str(caught.value)


def test_the_mark_of_a_spreadsheet_is_no_part_of_a_column(tmp_path):
    (tmp_path / "index.csv").write_text("pack,ply,category\none,ball.ply,toy\n", encoding="utf-8-sig")
    assert read_categories(tmp_path / "index.csv") == {("one", "ball"): "toy"}


def test_what_is_packed_over_is_no_pack_until_it_is_complete(captures, tmp_path):
    pack(captures, tmp_path / "packed")
    give_another_focal_length(captures / "one" / "box")
    with pytest.raises(BadInputError):
        pack(captures, tmp_path / "packed")
    assert not (tmp_path / "packed" / "shapes.json").exists()


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="this system makes no holes in files")
def test_a_disk_without_room_is_told_before_shapes_are_stored(captures, tmp_path, monkeypatch):
    def full(descriptor, offset, length):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OutputError, match="the disk is full"):
        pack(captures, tmp_path / "packed")
    assert list((tmp_path / "packed").iterdir()) == []


def test_a_list_of_shapes_is_written_whole_or_not_at_all(captures, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="the disk is full"):
        pack(captures, tmp_path / "packed")
    assert not (tmp_path / "packed" / "shapes.json").exists()


def test_a_file_is_no_folder_for_a_pack(captures, tmp_path):
    (tmp_path / "packed").touch()
    with pytest.raises(OutputError, match="was not written"):
        pack(captures, tmp_path / "packed")


def test_shapes_of_one_name_in_other_folders_are_told_apart(capture, tmp_path):
    for place in ("old/toys", "new/toys", "toys"):
        capture(tmp_path / "captures" / place / "ball", views=VIEWS, size=SIZE)
    capture(tmp_path / "captures" / "new" / "toys" / "box", views=VIEWS, size=SIZE)
    (tmp_path / "index.csv").write_text("pack,ply,category\ntoys,ball.ply,sphere\n")
    pack(tmp_path / "captures", tmp_path / "packed", tmp_path / "index.csv")
    shapes = json.loads((tmp_path / "packed" / "shapes.json").read_text())["shapes"]
    named = {f"{shape['group']}/{shape['name']}": shape["category"] for shape in shapes}
    assert named == dict.fromkeys(("old/toys/ball", "new/toys/ball", "toys/ball"), "sphere") | {"toys/box": "toys"}
