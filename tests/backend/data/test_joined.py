import json
import os
import shutil

import numpy as np
import pytest
import torch

from iss_backend.data.joined import JoinedRows, same_width, write_joined
from iss_backend.data.packed import Lighting, PackedShapes
from iss_backend.data.packing import pack_dataset
from iss_backend.errors import BadInputError, OutputError
from iss_backend.progress import ignore_progress
from iss_backend.training.svr import split_indices

VIEWS, SIZE = 5, 24
NAMES = (("ball", "chair-office_seed3"), ("box", "chair-office_seed9", "lamp"))
CAPTIONS = {"one/lamp": {"category": "lamp", "nouns": ["desk lamp"], "features": ["with a shade"],
                         "parts": [["shade", "red", None]]}}  # fmt: skip


@pytest.fixture(scope="module")
def folders(capture, tmp_path_factory):
    root = tmp_path_factory.mktemp("joined")
    captions = root / "captions.json"
    captions.write_text(json.dumps(CAPTIONS))
    for number, names in enumerate(NAMES):
        for place, name in enumerate(names):
            low = -0.1 * (1 + place + number)
            capture(root / f"c{number}" / "one" / name, capture.boxes(((low, -0.3, low), (0.2, 0.3, 0.2))), VIEWS, SIZE)
        pack_dataset(root / f"c{number}", root / f"p{number}", None, ignore_progress, 1, captions)
    return [root / "p0", root / "p1"]


@pytest.fixture(scope="module")
def joined(folders):
    return PackedShapes(*folders)


def test_words_travel_into_the_pack(joined):
    lamp = joined.entries[-1]
    assert (lamp.name, lamp.category, lamp.words.nouns) == ("lamp", "lamp", ("desk lamp",))
    assert [entry.words for entry in joined.entries[:-1]] == [None] * 4
    assert joined.entries[0].category == "one"


def test_shapes_without_words_are_stored_as_before(folders):
    stored = json.loads((folders[0] / "shapes.json").read_text())["shapes"]
    assert all(set(entry) == {"group", "name", "category"} for entry in stored)


def test_a_joined_set_gives_what_its_members_give(joined, folders):
    alone = [PackedShapes(folder) for folder in folders]
    assert len(joined) == 5 == sum(map(len, alone))
    shapes, views = np.array([4, 0, 3, 1, 2]), np.array([2, 0, 4, 4, 1])
    own = [(alone[1], 2), (alone[0], 0), (alone[1], 1), (alone[0], 1), (alone[1], 0)]
    light = Lighting(torch.tensor([[0.0, 1.0, 0.0]]).expand(5, 3), torch.full((5,), 0.4))
    palettes = torch.from_numpy(joined.palettes[shapes])
    rgb, cover = joined.pictures(shapes, views, palettes, light, SIZE)
    points = torch.rand(5, 200, 3) - 0.5
    inside, grids = joined.occupancy_at(shapes, points), joined.occupancy_grids(shapes)
    for row, (member, number) in enumerate(own):
        one, part = np.array([number]), slice(row, row + 1)
        lit = Lighting(light.direction[part], light.ambient[part])
        expected = member.pictures(one, views[part], palettes[part], lit, SIZE)
        assert torch.equal(rgb[part], expected[0]) and torch.equal(cover[part], expected[1])
        assert torch.equal(inside[part], member.occupancy_at(one, points[part]))
        assert torch.equal(grids[part], member.occupancy_grids(one))
        assert torch.equal(joined.sturdy_at(shapes, points)[part], member.sturdy_at(one, points[part]))
        for mine, theirs in zip(joined.surface(shapes[row]), member.surface(number), strict=True):
            assert (mine == theirs).all()
    seen, _ = joined.surface_samples(shapes, palettes, np.random.default_rng(0), 50)
    assert seen.shape == (5, 50, 3)
    assert joined.points_at_rods(shapes, np.random.default_rng(0), 30).shape == (5, 30, 3)
    assert joined.background_points(8, 20, 1.7, np.random.default_rng(0)).shape == (8, 20, 3)


def test_the_split_of_a_joined_set_is_that_of_its_members(joined, folders):
    parts = [split_indices(PackedShapes(folder)) for folder in folders]
    for side, numbers in enumerate(split_indices(joined)):
        assert numbers.tolist() == [*parts[0][side], *(parts[1][side] + len(NAMES[0]))]


def test_a_folder_can_stand_for_several(joined, folders, tmp_path):
    write_joined(tmp_path / "all", folders)
    again = PackedShapes(tmp_path / "all")
    assert again.entries == joined.entries
    assert (again.world_mats == joined.world_mats).all()
    assert [path.name for path in (tmp_path / "all").iterdir()] == ["shapes.json"]


def test_joined_sets_can_be_joined_again(joined, folders, tmp_path):
    write_joined(tmp_path / "first", folders[:1])
    write_joined(tmp_path / "all", [tmp_path / "first", folders[1]])
    assert PackedShapes(tmp_path / "all").entries == joined.entries


def test_a_part_that_is_gone_is_named(folders, tmp_path):
    shutil.copytree(folders[0], tmp_path / "part")
    write_joined(tmp_path / "all", [tmp_path / "part", folders[1]])
    (tmp_path / "part" / "shapes.json").unlink()
    with pytest.raises(BadInputError, match=r"all stands for .*part, which is no packed folder \(any more\); pack it"):
        PackedShapes(tmp_path / "all")


def test_a_packed_folder_is_never_made_a_joined_one(folders):
    listed = (folders[0] / "shapes.json").read_bytes()
    with pytest.raises(OutputError, match="choose another folder for the joined set"):
        write_joined(folders[0], folders)
    assert (folders[0] / "shapes.json").read_bytes() == listed


def test_a_joined_folder_is_written_whole_or_not_at_all(folders, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="the disk is full"):
        write_joined(tmp_path / "all", folders)
    assert list((tmp_path / "all").iterdir()) == []


def test_folders_on_another_drive_are_named_whole(joined, folders, tmp_path, monkeypatch):
    def other_drive(path, start):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    with monkeypatch.context() as patched:
        patched.setattr(os.path, "relpath", other_drive)  # which pytest calls too when something fails
        write_joined(tmp_path / "all", folders)
    assert PackedShapes(tmp_path / "all").entries == joined.entries


def test_rows_are_indexed_like_the_concatenation():
    arrays = [np.arange(24).reshape(2, 3, 4), np.arange(100, 136).reshape(3, 3, 4)]
    rows, whole = JoinedRows(arrays), np.concatenate(arrays)
    assert rows.shape == whole.shape
    shapes, views = np.array([4, 0, 1, 2, 0]), np.array([1, 2, 0, 0, 1])
    for key in (3, (1, 2), shapes, (shapes, views), (shapes[:, None], np.array([[0, 2]] * 5)), (shapes, views, views)):
        assert (rows[key] == whole[key]).all() and rows[key].dtype == whole.dtype


def test_narrow_palettes_are_padded_with_nothing():
    joined = same_width([np.ones((1, 2, 3), np.uint8), np.full((2, 4, 3), 7, np.uint8)])
    assert joined.shape == (3, 4, 3)
    assert (joined[0, :2] == 1).all() and not joined[0, 2:].any() and (joined[1:] == 7).all()


def test_sets_that_do_not_fit_are_refused(folders, capture, tmp_path):
    capture(tmp_path / "c" / "one" / "ball", views=VIEWS, size=16)
    pack_dataset(tmp_path / "c", tmp_path / "p", None, ignore_progress, workers=1)
    with pytest.raises(BadInputError, match="different sizes"):
        PackedShapes(folders[0], tmp_path / "p")


def test_a_paint_gets_the_points_that_pixels_show(joined):
    """Coloured by their place, the pixels of a box name the points where their rays meet it."""
    shapes, views = np.array([1, 4]), np.array([1, 3])
    light = Lighting(torch.zeros(2, 3), torch.ones(2))
    seen = {}

    def paint(points, normals, albedo):
        seen["points"], seen["normals"] = points, normals
        return points + 0.5

    palettes = torch.from_numpy(joined.palettes[shapes])
    rgb, cover = joined.pictures(shapes, views, palettes, light, SIZE, [None, paint])
    plain, _ = joined.pictures(shapes, views, palettes, light, SIZE)
    assert torch.equal(rgb[0], plain[0]) and not torch.equal(rgb[1], plain[1])
    assert len(seen["points"]) == int(cover[1].sum())
    low, high = torch.tensor([-0.4, -0.3, -0.4]), torch.tensor([0.2, 0.3, 0.2])
    face = torch.where(seen["normals"] > 0.9, high, torch.where(seen["normals"] < -0.9, low, torch.nan))
    off = (seen["points"] - face).abs()[~face.isnan()]
    assert len(off) > 0.95 * len(seen["points"]) and off.max() < 2e-3
    assert torch.equal(rgb[1, :, cover[1, 0] > 0].T, seen["points"] + 0.5)


def test_sets_that_share_a_name_are_refused(folders, tmp_path, capture):
    capture(tmp_path / "c" / "one" / "lamp", views=VIEWS, size=SIZE)
    pack_dataset(tmp_path / "c", tmp_path / "p", None, ignore_progress, workers=0)
    with pytest.raises(BadInputError, match="Two packed shapes are called 'one/lamp'"):
        PackedShapes(*folders, tmp_path / "p")
