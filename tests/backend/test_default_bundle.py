"""The shipped bundle does what the README says."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from iss_backend.alignment.guess import LOOK_GRID
from iss_backend.bundle import DEFAULT_BUNDLE, read_manifest, verify_files
from iss_backend.clip.point_tower import POINTS
from iss_backend.data.colour_names import BASIC_COLOURS, name_of
from iss_backend.meshing import MeshSettings
from iss_backend.pipeline import OUR_STAGE2, GenerateSettings, TextToShape
from iss_backend.rendering import cell_logits
from iss_backend.rendering.surface_points import coloured_surface_points

pytestmark = pytest.mark.bundle
QUICK = GenerateSettings(stage2=replace(OUR_STAGE2, steps=2, views=4))


@pytest.fixture(scope="module")
def studio():
    return TextToShape.open(device="cpu")


def colour_shares(mesh):
    counts = np.bincount(name_of(mesh.colours), minlength=len(BASIC_COLOURS))
    return dict(zip(BASIC_COLOURS, counts / counts.sum(), strict=True))


def test_it_is_whole_and_small():
    manifest = read_manifest(DEFAULT_BUNDLE)
    verify_files(DEFAULT_BUNDLE, manifest)
    size = sum(entry["bytes"] for entry in manifest["files"].values())
    assert size + (DEFAULT_BUNDLE / "manifest.json").stat().st_size < 60e6


@pytest.mark.parametrize(
    ("text", "colour"), [("a red car", "red"), ("a green bottle", "green"), ("an orange pumpkin", "orange")]
)
def test_a_plain_text_gives_a_closed_mesh_of_the_colour_asked_for(studio, text, colour):
    mesh = studio.mesh(studio.generate(text, QUICK), MeshSettings(resolution=64))
    assert mesh.is_watertight
    assert mesh.volume > 0.005
    assert np.abs(mesh.vertices).max() <= 0.51
    shares = colour_shares(mesh)
    assert max(shares, key=shares.get) == colour


def test_a_word_outside_the_captions_lands_near_its_meaning(studio):
    """No caption says "ruby-coloured motorcar"; its feature is nearer to the plain words than to others."""
    texts = ["a ruby motorcar", "a red car", "a blue car", "a red table", "a green tree"]
    features = studio.bundle.clip.encode_text(texts)
    similarity = features[1:] @ features[0]
    assert similarity.argmax() == 0


def test_the_same_seed_gives_the_same_mesh(studio):
    first, second = (studio.mesh(studio.generate("a table", QUICK), MeshSettings(resolution=48)) for _ in range(2))
    assert np.array_equal(first.vertices, second.vertices)
    assert np.array_equal(first.colours, second.colours)
    other = studio.generate("a table", replace(QUICK, seed=1))
    assert not np.array_equal(studio.mesh(other, MeshSettings(resolution=48)).vertices, first.vertices)


def test_stage_2_brings_the_views_nearer_to_the_text(studio):
    """Averaged over texts, since each step sees other views."""
    settings = replace(QUICK, stage2=replace(OUR_STAGE2, steps=12, views=6), keep_best=False)
    gains = []
    for text in ("a snowman", "a robot", "a wooden table"):
        scores = studio.generate(text, settings).scores
        gains.append(scores["final"] - scores["first"])
    assert np.mean(gains) > 0


def test_the_point_tower_tells_what_a_form_is_and_its_colour(studio):
    """Shipped codes of six categories, as D shows them: chance would name one in six, and a colour in eight."""
    bundle, kinds = studio.bundle, ("airplane", "chair", "guitar", "car", "table", "umbrella")
    rows = [
        [row for row, name in enumerate(bundle.shapes.names) if name.startswith(f"procedural/{kind}-")][:4]
        for kind in kinds
    ]
    clouds = []
    for row in (row for each in rows for row in each):
        field = bundle.svr.prepare(bundle.shapes.codes[row][None])
        logits = cell_logits(bundle.svr, field, LOOK_GRID, bundle.device)
        clouds.append(coloured_surface_points(bundle.svr, field, logits, POINTS))
    with torch.no_grad():
        features = bundle.point_tower(torch.stack(clouds))
    nearest = (features @ bundle.clip.encode_text([f"a {kind}" for kind in kinds]).T).argmax(dim=1)
    expected = torch.arange(len(kinds)).repeat_interleave(4)
    assert (nearest == expected).float().mean() >= 0.8

    plain = ("red", "green", "blue", "yellow", "white", "black", "brown", "grey")
    cars = torch.stack(clouds[12:16]).repeat_interleave(2, dim=0)
    shades = torch.tensor([[0.9, 0.1, 0.1], [0.1, 0.2, 0.9]]).repeat(4, 1)
    painted = torch.cat([cars[..., :3], shades[:, None].expand(-1, POINTS, -1)], dim=-1)
    with torch.no_grad():
        features = bundle.point_tower(painted)
    said = (features @ bundle.clip.encode_text([f"a {colour} car" for colour in plain]).T).argmax(dim=1)
    assert [plain[number] for number in said] == ["red", "blue"] * 4
