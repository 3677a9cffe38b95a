import io
import os
import shutil
import warnings

import pytest
import torch
from PIL import Image

from iss_backend.bundle import CLIP_FOLDER, load_bundle, write_bundle
from iss_backend.cli.main import main
from iss_backend.clip.thesaurus import Thesaurus, write_thesaurus
from iss_backend.clip.torchvision_ops import ensure_torchvision_imports
from iss_backend.errors import BadInputError
from iss_backend.pipeline import TextToShape
from iss_backend.shape import Shape

ensure_torchvision_imports()
import trimesh  # noqa: E402

FAST = ["--steps", "1", "--views", "1", "--resolution", "16", "--start", "mapper", "--device", "cpu"]


@pytest.fixture(autouse=True)
def warnings_restored():
    """Undo what the command line does to the display of warnings."""
    with warnings.catch_warnings():
        yield


@pytest.fixture
def generate(tiny_bundle, tmp_path, monkeypatch):
    """Return a function that runs `generate` in an empty folder and returns the exit code."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, bundle=tiny_bundle):
        return main(["generate", *FAST, "--bundle", str(bundle), *arguments])

    return run


@pytest.mark.parametrize("name", ["x.glb", "x.ply", "x.obj", "X.GLB"])
def test_a_text_becomes_a_file(generate, capsys, tmp_path, name):
    assert generate("a red car", "-o", name) == 0
    mesh = trimesh.load(tmp_path / name, file_type=name[-3:].lower(), force="mesh")
    assert len(mesh.faces) > 100
    output, errors = capsys.readouterr()
    assert output.count("\n") == 1
    assert output.startswith(str(tmp_path / name))
    assert f"{len(mesh.faces)} faces" in output
    assert "1/1" in errors
    assert "warning" not in errors
    assert "open_clip" not in errors
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_rare_words_are_read_as_plainer_ones_and_told(generate, tiny_bundle, tmp_path, capsys):
    bundle = tmp_path / "bundle"
    shutil.copytree(tiny_bundle, bundle)
    write_thesaurus(bundle / CLIP_FOLDER, Thesaurus({"roadster": "car"}, {"carmine": "red"}))
    write_bundle(bundle, load_bundle(bundle))
    for text, name in (("a\u3000carmine \uff52oadster\n", "rare.shape"), ("a red car", "plain.shape")):
        assert generate(text, "-o", name.replace(".shape", ".ply"), "--keep-shape", bundle=bundle) == 0
    rare, plain = (Shape.load(tmp_path / name) for name in ("rare.shape", "plain.shape"))
    assert torch.equal(rare.code, plain.code)
    assert rare.text == "a carmine roadster"
    assert capsys.readouterr().out.count("'a carmine roadster' is read as 'a red car'") == 1


def test_variations_previews_and_shapes(generate, tmp_path, tiny_bundle):
    arguments = ["-o", "a.b.ply", "--preview", "p.png", "--keep-shape", "--variations", "2", "--seed", "5"]
    assert generate("a red car", *arguments) == 0
    names = {"a.b-1.ply", "a.b-2.ply", "p-1.png", "p-2.png", "a.b-1.shape", "a.b-2.shape"}
    assert {path.name for path in tmp_path.iterdir()} == names
    with Image.open(tmp_path / "p-1.png") as picture:
        assert picture.size == (1024, 256)
    shapes = [Shape.load(tmp_path / f"a.b-{number}.shape") for number in (1, 2)]
    assert [shape.seed for shape in shapes] == [5, 6]
    assert all(shape.bundle == "tiny" for shape in shapes)


def test_one_empty_shape_of_several_costs_no_other(generate, tmp_path, monkeypatch, capsys):
    whole = TextToShape.mesh

    def mesh(studio, shape, settings):
        if shape.seed == 6:
            raise BadInputError("No shape came out for 'a red car'; try another seed or other words.")
        return whole(studio, shape, settings)

    monkeypatch.setattr(TextToShape, "mesh", mesh)
    assert generate("a red car", "-o", "x.ply", "--variations", "3", "--seed", "5") == 2
    output, errors = capsys.readouterr()
    assert {path.name for path in tmp_path.iterdir()} == {"x-1.ply", "x-3.ply"}
    assert output.count("\n") == 2
    assert "x-2.ply: No shape came out" in errors
    assert errors.endswith("error: 1 of 3 shapes are empty and were not written; the others are there.\n")
    assert generate("a red car", "-o", "y.ply", "--seed", "6") == 2
    assert capsys.readouterr().err.endswith(
        "error: No shape came out for 'a red car'; try another seed or other words.\n"
    )


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_letters_that_a_code_page_lacks_are_replaced(generate, tmp_path, monkeypatch, stream):
    written = io.BytesIO()
    monkeypatch.setattr("sys." + stream, io.TextIOWrapper(written, "cp1252", write_through=True))
    (tmp_path / "椅子").mkdir()
    assert generate("a red car", "-o", "椅子/x.ply") == 0
    assert generate("a red car", "-o", "椅子/x.ply") == 2
    assert b"??" in written.getvalue()


@pytest.mark.parametrize("stream", [io.StringIO(), None])
def test_output_may_go_anywhere(generate, monkeypatch, stream):
    monkeypatch.setattr("sys.stdout", stream)
    assert generate("a red car", "-o", "x.ply") == 0


def test_variations_leave_memory_for_their_meshes(generate, monkeypatch):
    asked = []
    monkeypatch.setattr("iss_backend.batch.most_at_once", lambda studio, resolution: asked.append(resolution) or 1)
    assert generate("a red car", "-o", "x.ply", "--variations", "2", "--resolution", "24") == 0
    assert asked == [24]


def test_an_existing_file_is_replaced_only_on_request(generate, tmp_path, capsys):
    (tmp_path / "x.ply").write_text("old")
    assert generate("a car", "-o", "x.ply") == 2
    assert (tmp_path / "x.ply").read_text() == "old"
    assert generate("a car", "-o", "x.ply", "--overwrite") == 0
    assert (tmp_path / "x.ply").read_bytes().startswith(b"ply")


def test_links_are_followed(generate, tmp_path):
    (tmp_path / "real").mkdir()
    for link, target in (("x.ply", "real/data.bin"), ("p.png", "real/picture.bin"), ("x.shape", "real/shape.bin")):
        (tmp_path / link).symlink_to(target)
        (tmp_path / target).touch()
    assert generate("a car", "-o", "x.ply", "--preview", "p.png", "--keep-shape", "--overwrite") == 0
    assert (tmp_path / "x.ply").is_symlink()
    assert (tmp_path / "real" / "data.bin").read_bytes().startswith(b"ply")
    assert (tmp_path / "real" / "picture.bin").read_bytes().startswith(b"\x89PNG")
    assert Shape.load(tmp_path / "x.shape").text == "a car"


def test_a_text_that_is_cut_is_warned_about(generate, capsys):
    assert generate("a red car " * 9 + "with golden wheels", "-o", "x.ply") == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: ")]
    assert len(lines) == 1
    assert "golden wheels'" in lines[0]


def refused(code, capsys, folder, before=()):
    output, errors = capsys.readouterr()
    assert code == 2
    assert output == ""
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert "Traceback" not in errors
    assert {path.name for path in folder.iterdir()} == set(before)
    return errors


@pytest.mark.parametrize(
    "text", ["", "   ", "\u200b", "a" * 10_000, "一把红色的椅子", "كرسي أحمر", "\U0001f697\U0001f6aa", "\udcff"]
)
def test_unusable_texts(generate, capsys, tmp_path, text):
    refused(generate(text, "-o", "x.glb"), capsys, tmp_path)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("x.stl", "use .glb, .ply, .obj"),
        ("x", "use .glb"),
        ("", "use .glb"),
        (".", "use .glb"),
        ("..", "use .glb"),
        ("/", "use .glb"),
        ("/dev/null", "use .glb"),
        ("missing/x.glb", "create it first"),
        ("x\0.glb", "cannot be written"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--keep-shape", "--variations", "2", "--preview", "p.png"]])
def test_unusable_outputs(generate, capsys, tmp_path, output, words, more):
    assert words in refused(generate("a car", "-o", output, *more), capsys, tmp_path)


@pytest.mark.parametrize(
    ("existing", "arguments"),
    [
        ("x.glb", []),
        ("p.png", ["--preview", "p.png"]),
        ("x.shape", ["--keep-shape"]),
        ("x-2.glb", ["--variations", "2"]),
        ("p-2.png", ["--variations", "2", "--preview", "p.png"]),
    ],
)
def test_existing_files_are_found_before_work_begins(generate, capsys, tmp_path, monkeypatch, existing, arguments):
    monkeypatch.setattr(TextToShape, "open", lambda *_: pytest.fail("work began"))
    (tmp_path / existing).touch()
    errors = refused(generate("a car", "-o", "x.glb", *arguments), capsys, tmp_path, [existing])
    assert "exists already" in errors


@pytest.mark.parametrize("preview", ["p.jpg", "p.shape", "p.glb", "p", "", "missing/p.png"])
def test_unusable_previews(generate, capsys, tmp_path, preview):
    refused(generate("a car", "-o", "x.glb", "--preview", preview), capsys, tmp_path)


def test_a_name_that_windows_keeps(generate, capsys, tmp_path):
    assert "Windows" in refused(generate("a car", "-o", "nul.glb"), capsys, tmp_path)


def test_a_folder_as_output(generate, capsys, tmp_path):
    (tmp_path / "x.glb").mkdir()
    assert "is a folder" in refused(generate("a car", "-o", "x.glb", "--overwrite"), capsys, tmp_path, ["x.glb"])


def test_a_folder_that_cannot_be_written(generate, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "no permission" in refused(generate("a car", "-o", "x.glb"), capsys, tmp_path)


@pytest.mark.parametrize(
    ("device", "words"), [("toaster", "no device called"), ("cuda:", "no device"), ("cuda", "CUDA")]
)
def test_devices_that_are_not_here(generate, capsys, tmp_path, monkeypatch, device, words):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert words in refused(generate("a car", "-o", "x.glb", "--device", device), capsys, tmp_path)


def test_a_missing_bundle(generate, capsys, tmp_path):
    refused(generate("a car", "-o", "x.glb", bundle=tmp_path / "nothing"), capsys, tmp_path)


def test_a_damaged_bundle(generate, capsys, tmp_path, tmp_path_factory, tiny_bundle):
    damaged = shutil.copytree(tiny_bundle, tmp_path_factory.mktemp("damaged") / "bundle")
    (damaged / "svr.safetensors").write_bytes(b"damaged")
    assert "install the bundle again" in refused(generate("a car", "-o", "x.glb", bundle=damaged), capsys, tmp_path)


def test_a_full_disk(generate, capsys, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert generate("a car", "-o", "x.glb") == 2
    output, errors = capsys.readouterr()
    last = errors.splitlines()[-1]
    assert output == ""
    assert last.startswith("error: ")
    assert "the disk is full" in last
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c(generate, capsys, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(TextToShape, "generate", interrupt)
    assert generate("a car", "-o", "x.glb") == 130
    assert "Traceback" not in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--steps", "-1"],
        ["--steps", "many"],
        ["--resolution", "10000"],
        ["--variations", "0"],
        ["--tau1", "1.5"],
        ["--tau2", "nan"],
        ["--seed", "-1"],
        ["--start", "anywhere"],
    ],
)
def test_unusable_numbers(generate, capsys, tmp_path, arguments):
    with pytest.raises(SystemExit) as stop:
        generate("a car", "-o", "x.glb", *arguments)
    assert stop.value.code == 2
    assert arguments[0] in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
