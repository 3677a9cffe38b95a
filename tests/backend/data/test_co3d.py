import dataclasses
import gzip
import json
import shutil

import numpy as np
import pytest
from co3d_files import ndc_point, write_annotations, write_category, write_sequence
from PIL import Image

from iss_backend.cli.main import main
from iss_backend.data.carving import seen_surface
from iss_backend.data.co3d import co3d_categories, pinhole_of, read_depth_png, read_frames, read_sequences
from iss_backend.data.importing import ImportPlan, import_folder
from iss_backend.data.multi_view import about_shape, read_shape
from iss_backend.data.view_checks import views_that_see
from iss_backend.errors import BadInputError, OutputError
from iss_backend.progress import ignore_progress


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_category(tmp_path_factory.mktemp("co3d"))


@pytest.fixture(scope="module")
def imported(root, tmp_path_factory):
    output = tmp_path_factory.mktemp("imported")
    assert import_folder(root, output, ImportPlan(10, 96), ignore_progress) == 2
    return output


def test_a_camera_by_hand():
    # Height 60, width 90. PyTorch3D: x left, y up. The point (1, 0.5, 4) is left of and above the axis.
    viewpoint = {"R": np.eye(3).tolist(), "T": [0, 0, 0], "focal_length": [2.0, 3.0], "principal_point": [0.1, -0.2]}
    isotropic = pinhole_of({**viewpoint, "intrinsics_format": "ndc_isotropic"}, 60, 90)
    # x: 2 * 1/4 + 0.1 = 0.6 of 30 pixels to the left of 45; y: 3 * 0.5/4 - 0.2 = 0.175 of 30 pixels above 30.
    pixel, depth = isotropic.project(np.array([[1.0, 0.5, 4.0]]))
    assert pixel[0] == pytest.approx([45 - 18, 30 - 5.25])
    assert depth[0] == 4.0
    # The older format: shares of 45 and 30 pixels. It is what is meant where nothing is said.
    for older in (pinhole_of({**viewpoint, "intrinsics_format": "ndc_norm_image_bounds"}, 60, 90),
                  pinhole_of(viewpoint, 60, 90)):  # fmt: skip
        assert older.project(np.array([[1.0, 0.5, 4.0]]))[0][0] == pytest.approx([45 - 0.6 * 45, 30 - 5.25])


def test_points_as_rows_are_turned_and_moved():
    # Points as rows times R: a quarter turn that brings x to -y... (1, 0, 0) R = (0, 1, 0).
    turn = [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    view = {"R": turn, "T": [0.5, -0.5, 2.0], "focal_length": [1, 1], "principal_point": [0, 0]}
    camera = pinhole_of({**view, "intrinsics_format": "ndc_isotropic"}, 40, 40)
    # (1, 2, 1) R + T = (-2 + 0.5, 1 - 0.5, 3): x is 1.5 to the right, y is 0.5 up, at depth 3.
    pixel, depth = camera.project(np.array([[1.0, 2.0, 1.0]]))
    assert depth[0] == pytest.approx(3.0)
    assert pixel[0] == pytest.approx([20 + 20 * 1.5 / 3, 20 - 20 * 0.5 / 3])


@pytest.mark.parametrize("kind", ["ndc_isotropic", "ndc_norm_image_bounds"])
def test_both_formats_agree_with_pytorch3d_s_projection(root, kind):
    name = {"ndc_isotropic": "1_2_3", "ndc_norm_image_bounds": "4_5_6"}[kind]
    sequence = next(part for part in read_sequences(root / "crate") if part.name == name)
    points = np.random.default_rng(0).normal((5.0, -3.0, 2.0), 0.5, (20, 3))
    unit = np.full(2, 30.0) if kind == "ndc_isotropic" else np.array([45.0, 30.0])
    for frame in sequence.frames[:3]:
        view = frame["viewpoint"]
        ndc, z = ndc_point(points, *(np.array(view[key]) for key in ("R", "T", "focal_length", "principal_point")))
        pixel, depth = pinhole_of(view, 60, 90).project(points)
        assert pixel == pytest.approx(np.array([45.0, 30.0]) - unit * ndc)
        assert depth == pytest.approx(z)


def test_depths_are_half_precision_in_grey(tmp_path):
    bits = np.array([[0x3C00, 0x4000, 0x0000], [0x3800, 0x7C00, 0x4248]], np.uint16)  # IEEE half precision
    Image.fromarray(bits).save(tmp_path / "depth.png")
    assert read_depth_png(tmp_path / "depth.png") == pytest.approx(np.array([[1, 2, 0], [0.5, np.inf, 3.140625]]))


def test_frames_carry_depth_in_units_of_the_world(root):
    views = read_frames(root, read_sequences(root / "crate")[0], 10)
    for view in views:
        row, column = np.argwhere(view.mask).mean(axis=0).astype(int)
        ray = view.camera.directions(np.array([column + 0.5, row + 0.5]))
        point = (ray * view.depth[row, column] - view.camera.world_mat[:3, 3]) @ view.camera.world_mat[:3, :3]
        # On the box around (5, -3, 2) with half sides 0.4, 0.8, 0.6.
        assert (np.abs(point - (5, -3, 2)) / (0.4, 0.8, 0.6)).max() == pytest.approx(1.0, abs=0.02)
        assert np.isinf(view.depth[~view.mask]).all()


def test_the_object_is_brought_into_the_cube(imported):
    for name in ("1_2_3", "4_5_6"):
        shape = read_shape(imported / "crate" / name)
        assert shape.images.shape == (10, 96, 96, 3)
        assert views_that_see(shape.masks, shape.world_mats, shape.focal).all()
        bare = dataclasses.replace(shape, normals=np.zeros(shape.images.shape, np.float32))
        points = seen_surface(bare)[0]
        low, high = np.quantile(points, [0.01, 0.99], axis=0)
        sides = high - low
        # Half sides 0.4 (towards the first camera), 0.8 (across) and 0.6 (up), the longest a little below 1.
        assert sides[0] == pytest.approx(0.95, abs=0.08)
        assert sides / sides[0] == pytest.approx([1.0, 0.75, 0.5], abs=0.05)
        assert (low + high) / 2 == pytest.approx([0, 0, 0], abs=0.06)
        red = shape.images[shape.masks]
        assert np.median(red, axis=0) == pytest.approx([200, 60, 20], abs=12)
        assert (shape.images[0, 0, 0] == 255).all()
        assert np.abs(np.linalg.det(shape.world_mats[:, :3, :3]) - 1).max() < 1e-5
    assert about_shape(imported / "crate" / "1_2_3")["source"] == "CO3D crate"


def test_nothing_is_done_twice_and_a_limit_holds(root, tmp_path):
    assert import_folder(root, tmp_path, ImportPlan(4, 16, limit=1), ignore_progress) == 1
    file = tmp_path / "crate" / "1_2_3" / "cameras.npz"
    before = file.stat().st_mtime_ns
    assert import_folder(root / "crate", tmp_path, ImportPlan(4, 16), ignore_progress) == 2
    assert file.stat().st_mtime_ns == before
    assert sorted(path.name for path in (tmp_path / "crate").iterdir()) == ["1_2_3", "4_5_6"]


def test_a_file_where_the_data_set_belongs_is_told_in_a_sentence(root, tmp_path):
    (tmp_path / "file").write_bytes(b"dear")
    with pytest.raises(OutputError, match="cannot be written"):
        import_folder(root, tmp_path / "file", ImportPlan(4, 16), ignore_progress)


def test_one_frame_without_depth_means_none_has(tmp_path):
    frames, about = write_sequence(tmp_path, "7", np.full(3, 0.5), np.zeros(3), frames=4)
    frames[1]["depth"] = None
    frames.append({**frames[0], "frame_number": 9, "mask": None})  # without a mask it is not used at all
    write_annotations(tmp_path / "crate", frames, [about])
    (sequence,) = read_sequences(tmp_path / "crate")
    assert len(sequence.frames) == 4
    assert all(view.depth is None for view in read_frames(tmp_path, sequence, 10))


def test_cameras_that_do_not_fit_skip_the_sequence(tmp_path, caplog):
    frames, about = write_sequence(tmp_path, "7", np.full(3, 0.5), np.zeros(3), frames=6)
    for number, frame in enumerate(frames):
        turned = np.roll(np.eye(3), number % 3, axis=0).tolist()
        frame["viewpoint"] = {**frame["viewpoint"], "R": turned, "T": [9.0 * number, -4.0 * number, 3.0]}
    write_annotations(tmp_path / "crate", frames, [about])
    with pytest.raises(BadInputError, match="None of the 1 shapes"):
        import_folder(tmp_path, tmp_path / "out", ImportPlan(6, 16), ignore_progress)
    assert "skipped crate/7" in caplog.text
    assert not (tmp_path / "out" / "crate").exists()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda c: cut(c / "frame_annotations.jgz"), "cut off or damaged"),
        (lambda c: (c / "sequence_annotations.jgz").unlink(), "There is no .*sequence_annotations"),
        (lambda c: zipped(c / "sequence_annotations.jgz", {"a": 1}), "holds a dict"),
        (lambda c: zipped(c / "frame_annotations.jgz", [{"frame_number": 1}]), "'sequence_name' is missing"),
        (lambda c: cut(c / "1_2_3" / "images" / "frame000001.jpg"), "1_2_3 cannot be read"),
        (lambda c: (c / "1_2_3" / "depths" / "frame000001.jpg.geometric.png").unlink(), "1_2_3 cannot be read"),
    ],
)
def test_damage_is_named(root, tmp_path, harm, words):
    category = shutil.copytree(root / "crate", tmp_path / "crate")
    harm(category)
    with pytest.raises(BadInputError, match=words):
        read_frames(tmp_path, read_sequences(category)[0], 10)


def test_other_folders_and_formats_are_refused(tmp_path):
    assert co3d_categories(tmp_path) == []
    with pytest.raises(BadInputError, match="holds no captures"):
        import_folder(tmp_path, tmp_path, ImportPlan(), ignore_progress)
    with pytest.raises(BadInputError, match="'pixels', not ndc_norm"):
        pinhole_of({"intrinsics_format": "pixels"}, 4, 4)


def test_the_command_imports(root, tmp_path, capsys):
    command = ["data", "import", str(root), "-o", str(tmp_path), "--views", "4", "--size", "16", "--limit", "1"]
    assert main(command) == 0
    assert "1 shapes in" in capsys.readouterr().out
    assert len(read_shape(tmp_path / "crate" / "1_2_3").images) == 4


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zipped(path, value):
    with gzip.open(path, "wt") as file:
        json.dump(value, file)
