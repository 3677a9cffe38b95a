"""The command for folders of meshes, as a person runs it."""

import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from view_capture_shapes import bpy

from iss_blender_addon.view_capture import __main__ as command
from iss_blender_addon.view_capture import archive as archive_module
from iss_blender_addon.view_capture.dataset_writer import is_complete

pytestmark = pytest.mark.blender
ROOT = Path(__file__).parents[2]
SMALL = ["--views", "2", "--size", "12"]
CUBE = (
    "ply\nformat ascii 1.0\nelement vertex 8\nproperty float x\nproperty float y\nproperty float z\nelement face 6\n"
    "property list uchar int vertex_indices\nend_header\n-1 -1 -1\n-1 -1 1\n-1 1 -1\n-1 1 1\n1 -1 -1\n1 -1 1\n1 1 -1\n"
    "1 1 1\n4 0 1 3 2\n4 4 6 7 5\n4 0 4 5 1\n4 2 3 7 6\n4 0 2 6 4\n4 1 5 7 3\n"
)
EMPTY = "ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nproperty float y\nproperty float z\nend_header\n"


@pytest.fixture
def meshes(tmp_path):
    folder = tmp_path / "meshes"
    (folder / "pack").mkdir(parents=True)
    for name in ("a", "b", "c"):
        (folder / "pack" / f"{name}.ply").write_text(CUBE)
    return folder


def run(*arguments):
    return command.main([str(argument) for argument in arguments])


def stamps(output):
    return {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}


def start(*arguments, python=sys.executable, **options):
    line = [python, "-m", "iss_blender_addon.view_capture", *map(str, arguments)]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_a_folder_is_captured_and_a_second_run_passes_over_it(meshes, tmp_path, capfd):
    output = tmp_path / "set"
    assert run(meshes, "-o", output, *SMALL) == 0
    assert capfd.readouterr().err.endswith("3 captured, 0 skipped.\n")
    assert all(is_complete(output / "pack" / name) for name in "abc")
    before = stamps(output)
    (output / "pack" / "b" / "cameras.npz").unlink()  # as if it had been interrupted
    assert run(meshes, "-o", output, *SMALL) == 0
    assert capfd.readouterr().err.endswith("1 captured, 0 skipped, 2 were there already.\n")
    after = stamps(output)
    changed = {path for path in after if after[path] != before[path]}
    assert changed == {path for path in after if (output / "pack" / "b") in path.parents}
    assert after.keys() == before.keys()


def test_bad_files_are_skipped_with_one_line_each(meshes, tmp_path, capfd):
    pack = meshes / "pack"
    (pack / "empty.ply").write_text(EMPTY)
    (pack / "nan.ply").write_text(CUBE.replace("-1 -1 -1\n", "nan -1 -1\n"))
    (pack / "short.ply").write_text(CUBE[:-60])
    (pack / "letter.obj").write_text("Dear Sir")
    (pack / "letter2.glb").write_text("Dear Sir")
    (pack / "a.obj").write_text("o same name as a.ply")
    assert run(meshes, "-o", tmp_path / "set", *SMALL) == 0
    lines = capfd.readouterr().err.splitlines()
    assert lines[-1] == "3 captured, 6 skipped."
    skipped = {line.split(": ")[0].removeprefix("skipped "): line for line in lines if line.startswith("skipped")}
    names = ("a.obj", "empty.ply", "nan.ply", "short.ply", "letter.obj", "letter2.glb")
    assert set(skipped) == {f"pack/{name}" for name in names}
    assert "no vertices" in skipped["pack/empty.ply"]
    assert "finite" in skipped["pack/nan.ply"]
    assert "ends after" in skipped["pack/short.ply"]
    assert "a.ply" in skipped["pack/a.obj"]
    assert {path.name for path in (tmp_path / "set" / "pack").iterdir()} == set("abc")


def test_a_zip_is_captured_without_what_leads_out_of_it(tmp_path, capfd):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for name in ("pack/a.ply", "../evil.ply", "/tmp/evil.ply", "c:\\evil.ply", "pack/../../evil.ply"):
            archive.writestr(name, CUBE)
    assert run(tmp_path / "set.zip", "-o", tmp_path / "out" / "set", *SMALL) == 0
    lines = capfd.readouterr().err.splitlines()
    assert lines[-1] == "1 captured, 4 skipped."
    assert sum("leads out of the archive" in line for line in lines) == 4
    assert not list(tmp_path.rglob("evil*")) and is_complete(tmp_path / "out" / "set" / "pack" / "a")


def test_a_file_that_is_no_zip_or_a_bomb_is_refused_in_one_sentence(tmp_path, capfd, monkeypatch):
    (tmp_path / "letter.zip").write_text("Dear Sir")
    assert run(tmp_path / "letter.zip", "-o", tmp_path / "set") == 2
    assert "neither a folder nor a whole zip file" in capfd.readouterr().err
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w") as archive:
        archive.writestr("a.ply", CUBE)
    monkeypatch.setattr(archive_module, "MOST_BYTES", 10)
    assert run(tmp_path / "bomb.zip", "-o", tmp_path / "set") == 2
    error = capfd.readouterr().err
    assert "would unpack" in error and error.count("\n") == 1 and not (tmp_path / "set").exists()


def test_nan_in_a_binary_file_is_skipped(tmp_path, capfd):
    header = CUBE.split("end_header\n")[0].replace("ascii", "binary_little_endian").replace("face 6", "face 1")
    points = np.eye(8, 3, dtype="<f4")
    points[0, 0] = np.nan
    body = points.tobytes() + bytes([3]) + np.array([0, 1, 2], "<i4").tobytes()
    (tmp_path / "x.ply").write_bytes(header.encode() + b"end_header\n" + body)
    assert run(tmp_path, "-o", tmp_path / "set", *SMALL) == 2  # nothing was captured
    assert "finite" in capfd.readouterr().err


def test_shards_divide_and_only_chooses(meshes, tmp_path):
    chosen = tmp_path / "only.txt"
    chosen.write_text("pack/a.ply\npack/c.ply\npack/none.ply\n")
    assert run(meshes, "-o", tmp_path / "set", "--only", chosen, "--shard", "1/2", *SMALL) == 0
    assert {path.name for path in (tmp_path / "set" / "pack").iterdir()} == {"c"}
    assert run(meshes, "-o", tmp_path / "set", "--shard", "0/2", *SMALL) == 0
    assert {path.name for path in (tmp_path / "set" / "pack").iterdir()} == {"a", "c"}
    assert run(meshes, "-o", tmp_path / "set", "--shard", "4/5", *SMALL) == 2


@pytest.mark.parametrize(
    "arguments", [["--shard", "2/2"], ["--shard", "x"], ["--views", "0"], ["--size", "-1"], ["--engine", "eevee"]]
)
def test_bad_options_are_refused_by_name(meshes, tmp_path, arguments, capfd):
    with pytest.raises(SystemExit) as stop:
        run(meshes, "-o", tmp_path / "set", *arguments)
    assert stop.value.code == 2
    assert arguments[0] in capfd.readouterr().err


def one_sentence(capfd):
    captured = capfd.readouterr()
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    return captured.err


def test_a_folder_without_meshes_is_refused(tmp_path, capfd):
    for folder in (tmp_path, tmp_path / "none"):
        assert run(folder, "-o", tmp_path / "set") == 2
        assert str(folder) in one_sentence(capfd)


def test_an_output_that_cannot_be_written_is_one_sentence(meshes, tmp_path, capfd):
    (tmp_path / "file").write_text("")
    assert run(meshes, "-o", tmp_path / "file" / "set", *SMALL) == 2
    assert "file" in one_sentence(capfd)


def test_a_missing_only_list_is_one_sentence(meshes, tmp_path, capfd):
    assert run(meshes, "-o", tmp_path / "set", "--only", tmp_path / "gone.txt") == 2
    assert "gone.txt" in one_sentence(capfd)


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_done(meshes, tmp_path, capfd, monkeypatch):
    real, count = Path.write_bytes, []

    def write(path, data):
        count.append(path)
        if len(count) > 15:  # in the midst of the second shape
            raise OSError(28, "No space left on device", str(path))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    assert run(meshes, "-o", tmp_path / "set", *SMALL) == 2
    assert one_sentence(capfd).startswith("The disk is full")
    assert {path.name for path in (tmp_path / "set" / "pack").iterdir()} == {"a"}
    assert is_complete(tmp_path / "set" / "pack" / "a")


def test_the_scene_engine_option_reaches_the_pictures(meshes, tmp_path):
    for engine in ("raycast", "cycles"):
        assert run(meshes, "-o", tmp_path / engine, "--engine", engine, "--shard", "0/3", *SMALL) == 0
    first, second = (tmp_path / engine / "pack" / "a" for engine in ("raycast", "cycles"))
    assert (first / "image" / "0000.png").read_bytes() != (second / "image" / "0000.png").read_bytes()
    assert (first / "depth" / "0000.npz").read_bytes() == (second / "depth" / "0000.npz").read_bytes()


def test_ctrl_c_is_quiet(meshes, tmp_path):
    (meshes / "bad.ply").write_text(EMPTY)  # skipped first, with a line; the shapes behind it take minutes
    # A shell may have started the tests with Ctrl-C ignored, which children inherit.
    allow = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    process = start(meshes, "-o", tmp_path / "set", "--views", 5000, "--size", 256, **allow)
    while not (line := process.stderr.readline()).startswith("skipped bad"):
        assert line.startswith("PLY Importer")  # Blender 4.2's own word about the file
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert rest == ""
    assert not list((tmp_path / "set").rglob("cameras.npz"))


def test_a_python_without_bpy_gets_one_sentence(tmp_path):
    blocker = tmp_path / "sitecustomize.py"
    blocker.write_text(
        "import sys\nclass No:\n    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'bpy': raise ModuleNotFoundError('No module named bpy', name='bpy')\n"
        "sys.meta_path.insert(0, No())\n"
    )
    process = start(tmp_path, "-o", tmp_path / "set", env={**os.environ, "PYTHONPATH": str(tmp_path)})
    _, message = process.communicate(timeout=60)
    assert process.returncode == 2
    assert message.count("\n") == 1
    assert "pip install bpy==5.0.1" in message


def test_arguments_inside_a_blender_follow_two_dashes(monkeypatch):
    assert bpy.app.version[0] >= 4
    monkeypatch.setattr(sys, "argv", ["blender", "-b", "--", "in", "-o", "out"])
    assert command._own_arguments() == ["in", "-o", "out"]
    monkeypatch.setattr(sys, "argv", ["__main__.py", "in"])
    assert command._own_arguments() == ["in"]
