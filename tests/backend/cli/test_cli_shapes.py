"""The commands that start from kept shapes or pictures: stylise, vary, edit, blend, from-image."""

import warnings

import pytest
import torch
from PIL import Image

from iss_backend.cli.main import main
from iss_backend.clip.torchvision_ops import ensure_torchvision_imports
from iss_backend.pipeline import TextToShape
from iss_backend.shape import Shape

ensure_torchvision_imports()
import trimesh  # noqa: E402

FAST = ["--resolution", "16", "--device", "cpu"]
ONE_STEP = ["--steps", "1", "--views", "1"]


@pytest.fixture(autouse=True)
def warnings_restored():
    """Undo what the command line does to the display of warnings."""
    with warnings.catch_warnings():
        yield


@pytest.fixture(scope="module")
def shapes(tiny_bundle):
    """Return a car and a boat."""
    bundle = TextToShape.open(tiny_bundle, "cpu").bundle
    codes = torch.randn(2, bundle.svr.code_size, generator=torch.Generator().manual_seed(0)) * 0.1
    named = zip(("a car", "a boat"), codes, strict=True)
    return [Shape(text, code, 0, "tiny", {}, {}, decoder=bundle.decoder) for text, code in named]


@pytest.fixture
def command(tiny_bundle, shapes, tmp_path, monkeypatch):
    """Return a function that runs a command in a folder with car.shape, boat.shape and box.png."""
    monkeypatch.chdir(tmp_path)
    for shape, name in zip(shapes, ("car", "boat"), strict=True):
        shape.save(tmp_path / f"{name}.shape")
    picture = Image.new("RGB", (40, 40), "white")
    picture.paste((200, 20, 20), (15, 10, 25, 30))
    picture.save(tmp_path / "box.png")

    def run(*arguments):
        return main([*arguments, *FAST, "--bundle", str(tiny_bundle)])

    return run


COMMANDS = {
    "stylise": ["stylise", "car.shape", "golden", *ONE_STEP],
    "vary": ["vary", "car.shape", *ONE_STEP],
    "edit": ["edit", "car.shape", "a blue car", *ONE_STEP],
    "blend": ["blend", "car.shape", "boat.shape"],
    "from-image": ["from-image", "box.png", "--text", "a box", *ONE_STEP],
}
HERE = {"car.shape", "boat.shape", "box.png"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_writes_mesh_preview_and_shape(command, capsys, tmp_path, name):
    assert command(*COMMANDS[name], "-o", "x.glb", "--preview", "p.png", "--keep-shape") == 0
    assert {path.name for path in tmp_path.iterdir()} == HERE | {"x.glb", "p.png", "x.shape"}
    mesh = trimesh.load(tmp_path / "x.glb", force="mesh")
    output, errors = capsys.readouterr()
    assert f"{len(mesh.faces)} faces" in output
    assert output.count("\n") == 1
    assert "loaded in" in errors
    assert Shape.load(tmp_path / "x.shape").bundle == "tiny"


@pytest.mark.parametrize("name", COMMANDS)
def test_existing_files_stop_a_command_before_work_begins(command, capsys, tmp_path, monkeypatch, name):
    monkeypatch.setattr(TextToShape, "open", lambda *_: pytest.fail("work began"))
    (tmp_path / "x.glb").touch()
    assert command(*COMMANDS[name], "-o", "x.glb") == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_files_that_are_not_there(command, capsys, name):
    first, _, *rest = COMMANDS[name]
    assert command(first, "missing.shape", *rest, "-o", "x.glb") == 2
    errors = capsys.readouterr().err
    assert errors.startswith("error: missing.shape")
    assert errors.count("\n") == 1


@pytest.mark.parametrize("name", ["stylise", "edit"])
def test_unusable_texts(command, capsys, name):
    first, shape, _, *rest = COMMANDS[name]
    assert command(first, shape, "", *rest, "-o", "x.glb") == 2
    assert "text is empty" in capsys.readouterr().err


def test_a_texture_keeps_the_geometry_and_the_shape_file_its_style(command, tmp_path, shapes):
    assert command("stylise", "car.shape", "golden", *ONE_STEP, "-o", "x.ply", "--keep-shape") == 0
    assert command("blend", "car.shape", "boat.shape", "--amount", "0", "-o", "y.ply") == 0
    plain, golden = (trimesh.load(tmp_path / name, process=False) for name in ("y.ply", "x.ply"))
    assert plain.vertices.tobytes() == golden.vertices.tobytes()
    kept = Shape.load(tmp_path / "x.shape")
    assert kept.weights
    assert torch.equal(kept.code, shapes[0].code)
    assert command("stylise", "x.shape", "golden", *ONE_STEP, "-o", "z.ply", "--keep-shape") == 0
    assert (tmp_path / "z.shape").read_bytes() == (tmp_path / "x.shape").read_bytes()


def test_the_way_of_a_style(command, tmp_path):
    kinds = {}
    for way in ("auto", "field", "procedural"):
        arguments = ["--way", way, "-o", f"{way}.ply", "--keep-shape"]
        assert command("stylise", "car.shape", "golden", *ONE_STEP, *arguments) == 0
        kinds[way] = {n.split(".")[0] for n in Shape.load(tmp_path / f"{way}.shape").weights}
    assert kinds == {"auto": {"paint"}, "field": {"texture"}, "procedural": {"paint"}}


def test_sculpting_options(command, tmp_path):
    arguments = ["--mode", "shape_texture", "--hold", "0.25", "--seed", "4"]
    assert command("stylise", "car.shape", "spiky", *ONE_STEP, *arguments, "-o", "x.ply", "--keep-shape") == 0
    settings = Shape.load(tmp_path / "x.shape").settings
    assert (settings["mode"], settings["keep_shape"], settings["seed"]) == ("shape_texture", 0.25, 4)


def test_a_text_that_names_a_form_bends_it_and_another_does_not(command, tmp_path):
    kinds = {}
    for text in ("spiky", "golden"):
        assert command("stylise", "car.shape", text, *ONE_STEP, "-o", f"{text}.ply", "--keep-shape") == 0
        kinds[text] = list(Shape.load(tmp_path / f"{text}.shape").weights)
    assert kinds == {"spiky": ["bend.spiky"], "golden": ["paint.0.gold"]}


def test_a_bent_shape_is_not_bent_further(command, capsys):
    assert command("stylise", "car.shape", "spiky", *ONE_STEP, "-o", "x.ply", "--keep-shape") == 0
    assert command("stylise", "x.shape", "melting", *ONE_STEP, "--continue-style", "-o", "y.ply") == 2
    errors = capsys.readouterr().err.splitlines()
    assert errors[-1].startswith("error: 'melting' bends the form")
    assert command("stylise", "x.shape", "melting", *ONE_STEP, "-o", "y.ply") == 0


def test_variations_have_successive_seeds(command, tmp_path):
    arguments = ["--variations", "2", "--seed", "5", "--tau1", "0.7", "--tau2", "0.8", "--closeness", "0.3"]
    assert command("vary", "car.shape", *ONE_STEP, *arguments, "-o", "x.ply", "--keep-shape") == 0
    kept = [Shape.load(tmp_path / f"x-{number}.shape") for number in (1, 2)]
    assert [shape.seed for shape in kept] == [5, 6]
    settings = kept[0].settings
    assert (settings["guess"]["tau_1"], settings["tau_2"], settings["closeness"]) == (0.7, 0.8, 0.3)
    assert kept[0].text == "a car"


def test_variations_leave_memory_for_their_meshes(command, monkeypatch):
    asked = []
    monkeypatch.setattr("iss_backend.batch.most_at_once", lambda studio, resolution: asked.append(resolution) or 1)
    assert command("vary", "car.shape", *ONE_STEP, "--variations", "2", "-o", "x.ply") == 0
    assert asked == [16]


def test_frames_run_from_the_first_shape_to_the_second(command, tmp_path, shapes):
    assert command("blend", "car.shape", "boat.shape", "--frames", "3", "-o", "x.ply", "--keep-shape") == 0
    kept = [Shape.load(tmp_path / f"x-{number}.shape") for number in (1, 2, 3)]
    assert [shape.settings["amount"] for shape in kept] == [0.0, 0.5, 1.0]
    torch.testing.assert_close(kept[2].code, shapes[1].code)


def test_a_shape_of_another_bundle(command, capsys, tmp_path):
    Shape("a car", torch.zeros(8), 0, "other", {}, {}).save(tmp_path / "other.shape")
    assert command("blend", "car.shape", "other.shape", "-o", "x.ply") == 2
    assert "made with the bundle 'other'" in capsys.readouterr().err


def test_a_picture_without_an_object(command, capsys, tmp_path):
    Image.new("RGB", (40, 40), "white").save(tmp_path / "empty.png")
    assert command("from-image", "empty.png", "-o", "x.ply") == 2
    assert "No object was found" in capsys.readouterr().err


def test_a_picture_may_be_read_without_its_outline(command, tmp_path):
    for steps in ("0", "2"):
        assert command("from-image", "box.png", "--outline-steps", steps, "-o", f"{steps}.ply", "--keep-shape") == 0
    plain, fitted = (Shape.load(tmp_path / f"{steps}.shape") for steps in ("0", "2"))
    assert (plain.settings["outline"]["steps"], fitted.settings["outline"]["steps"]) == (0, 2)
    assert not torch.equal(plain.code, fitted.code)
