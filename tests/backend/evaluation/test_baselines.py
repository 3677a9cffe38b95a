from dataclasses import replace

import pytest
import torch
from synthetic_captures import ball, write_capture

from iss_backend.bundle import ShapeCodes
from iss_backend.cli.main import main
from iss_backend.data.packing import pack_dataset
from iss_backend.errors import BadInputError, OutputError
from iss_backend.evaluation.baselines import image_generator, recipes
from iss_backend.evaluation.baselines.clip_forge.autoencoder import ForgeConfig
from iss_backend.evaluation.baselines.image_generator import (
    PictureShelf,
    ShelfSettings,
    diffusers_generator,
    image_generator_method,
    load_shelf,
    write_shelf,
)
from iss_backend.evaluation.baselines.recipes import BaselinePlan, BaselineRows, train_baselines_run
from iss_backend.evaluation.methods import bundle_seal
from iss_backend.generation.jobs import OTHER_FILLS
from iss_backend.images import FILL, find_object
from iss_backend.pipeline import TextToShape
from iss_backend.progress import ignore_progress
from iss_backend.weights import sha256_of

PLAN = BaselinePlan(forge_steps=2, flow_steps=2, feature_steps=2, pictures=6, shelf=5)


@pytest.fixture
def small(monkeypatch):
    """Make what is trained tiny."""
    monkeypatch.setattr(recipes, "ForgeConfig", lambda width: ForgeConfig(4, 1, 8))
    monkeypatch.setattr("iss_backend.training.known_shapes.LEAST_IOU", 0.0)


@pytest.fixture
def ball_studio(studio, ball_radii):
    """Give the tiny bundle, shipping codes under the names of the training balls."""
    shapes = ShapeCodes(studio.bundle.shapes.codes, tuple(f"toy/{name}" for name in ball_radii)[:3])
    return TextToShape(replace(studio.bundle, shapes=shapes), studio.device)


def test_the_picture_with_the_nearest_caption_is_taken(studio):
    clip = studio.bundle.clip
    words = ["a red car", "a green tree", "a lamp"]
    pictures = torch.stack([torch.full((3, 8, 8), value, dtype=torch.uint8) for value in (10, 20, 30)])
    shelf = PictureShelf(pictures, clip.encode_text(words), clip)
    for number, word in enumerate(words):
        assert torch.equal(shelf(word, 0), pictures[number].float() / 255.0)
    order = (shelf.captions @ clip.encode_text(["a lamp"])[0]).argsort(descending=True)
    assert [int(shelf("a lamp", seed)[0, 0, 0] * 255 + 0.5) // 10 - 1 for seed in range(3)] == order.tolist()


def test_a_shelf_is_kept(studio, packed, tmp_path):
    path, clip = tmp_path / "x.safetensors", studio.bundle.clip
    write_shelf(path, clip, packed, ShelfSettings(5, 32), ignore_progress)
    shelf = load_shelf(path, clip)
    assert shelf.pictures.shape == (5, 3, 32, 32)
    assert (shelf.pictures[:, :, 0, 0] == 255).all()  # on white
    assert (shelf.pictures.float().amin(dim=(1, 2, 3)) < 250).all()


def test_any_function_of_text_and_seed_is_a_row(studio):
    picture = torch.ones(3, 40, 40)
    picture[0, 10:30, 12:28] = 0.0
    asked = []
    method = image_generator_method(studio, "mine", lambda text, seed: asked.append((text, seed)) or picture)
    made = method.make("a lamp", 3)
    assert asked == [("a lamp", 3)]
    svr = studio.bundle.svr
    fills = (FILL, *OTHER_FILLS)
    codes = svr.encode(torch.stack([find_object(picture).centred(svr.image_size, fill).image for fill in fills]))
    torch.testing.assert_close(made.shape.code, codes.mean(dim=0))


def test_diffusers_that_is_missing_is_said(monkeypatch):
    monkeypatch.setattr(image_generator, "find_spec", lambda name: None)
    with pytest.raises(BadInputError, match="package diffusers"):
        diffusers_generator("somewhere")


def test_what_is_trained_becomes_rows(ball_studio, packed_folder, small, tmp_path):
    studio = ball_studio
    train_baselines_run([packed_folder], tmp_path, studio, "seal", PLAN, ignore_progress)
    rows = BaselineRows(tmp_path, "seal", dream_steps=1)
    methods = rows.build(studio, ["default", "e_i", "clip_forge", "dream_fields", "shelf"], ignore_progress)
    assert list(methods) == ["e_i", "clip_forge", "dream_fields", "shelf"]
    assert methods["dream_fields"].made_with == "1 steps"
    assert methods["e_i"].made_with == f"files {sha256_of(tmp_path / 'e_i.safetensors')[:8]}"
    assert methods["clip_forge"].made_with != methods["shelf"].made_with
    code = methods["e_i"].make("a lamp", 0).shape.code
    assert torch.equal(code, methods["e_i"].make("a lamp", 9).shape.code)
    assert not torch.equal(code, studio.bundle.mapper(studio.bundle.clip.encode_text(["a lamp"]))[0])
    assert methods["clip_forge"].make("a lamp", 0).shape.bundle == "clip-forge"
    with pytest.raises(BadInputError, match="for another bundle"):
        BaselineRows(tmp_path, "other").build(studio, ["shelf"], ignore_progress)
    with pytest.raises(BadInputError, match="for another bundle"):
        train_baselines_run([packed_folder], tmp_path, studio, "other", PLAN, ignore_progress)


def test_what_was_made_alike_is_kept_and_anything_else_is_made_anew(ball_studio, packed_folder, small, tmp_path):
    def made(plan, *data):
        phases = []
        train_baselines_run(data, tmp_path, ball_studio, "seal", plan, lambda event: phases.append(event.phase))
        return set(phases) & {"picture shelf", "mapper", "auto-encoder", "flow"}

    everything = {"picture shelf", "mapper", "auto-encoder", "flow"}
    assert made(PLAN, packed_folder) == everything
    assert made(PLAN, packed_folder) == set()
    assert made(replace(PLAN, shelf=4), packed_folder) == {"picture shelf"}
    assert len(load_shelf(tmp_path / "pictures.safetensors", ball_studio.bundle.clip).pictures) == 4
    assert made(replace(PLAN, shelf=4, feature_steps=1), packed_folder) == {"mapper"}
    write_capture(tmp_path / "more" / "toy" / "small", ball(0.2), views=12, size=40)
    pack_dataset(tmp_path / "more", tmp_path / "packed", None, ignore_progress, workers=0)
    assert made(replace(PLAN, shelf=4, feature_steps=1), packed_folder, tmp_path / "packed") == everything


def test_a_file_where_their_folder_belongs_is_told_in_a_sentence(studio, packed_folder, tmp_path):
    (tmp_path / "file").write_bytes(b"dear")
    with pytest.raises(OutputError, match="was not written"):
        train_baselines_run([packed_folder], tmp_path / "file", studio, "seal", PLAN, ignore_progress)


def test_what_a_row_lacks_is_said(studio, tmp_path):
    with pytest.raises(BadInputError, match="--baselines FOLDER"):
        BaselineRows(None, "seal").build(studio, ["e_i"], ignore_progress)
    with pytest.raises(BadInputError, match="holds no trained baselines"):
        BaselineRows(tmp_path, "seal").build(studio, ["e_i"], ignore_progress)
    with pytest.raises(BadInputError, match="--image-model"):
        BaselineRows(None, "seal").build(studio, ["diffusers"], ignore_progress)


def test_commands(tiny_bundle, packed_folder, judges_folder, small, tmp_path, capsys):
    output = tmp_path / "baselines"
    steps = ["--forge-steps", "1", "--flow-steps", "1", "--feature-steps", "1", "--pictures", "2", "--shelf", "2"]
    common = ["--bundle", str(tiny_bundle), "--device", "cpu"]
    assert main(["train", "baselines", str(packed_folder), "-o", str(output), *steps, *common]) == 2
    assert "not trained on any of these shapes" in capsys.readouterr().err  # the balls are none
    assert len(bundle_seal(tiny_bundle)) == 12
    options = ["--judges", str(judges_folder), "--resolution", "16", "--limit", "1", "--seeds", "1", *common]
    row = ["--methods", "shelf", "--baselines", str(output)]
    assert main(["evaluate", "texts", "-o", str(tmp_path / "r.json"), *options, *row]) == 0
    assert "nearest captioned picture" in capsys.readouterr().out
