"""Makers of meshes and packed shapes whose surface, volume and colours are known."""

from itertools import count

import pytest
import torch
from known_boxes import box_mesh, joined
from synthetic_captures import ball, write_capture

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.clip.view_network import ViewNetwork, ViewNetworkConfig
from iss_backend.data.packed import PackedShapes
from iss_backend.data.packing import pack_dataset
from iss_backend.data.split import split_of
from iss_backend.evaluation.judge.judges import load_judges
from iss_backend.evaluation.judge.judging_clip import judging_config, judging_tokenizer, write_judging_clip
from iss_backend.evaluation.judge.shape_judge import ShapeJudge
from iss_backend.evaluation.text_sets import EvaluationText
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.progress import ignore_progress
from iss_backend.rendering import RenderSettings
from iss_backend.training.clip_config import build_towers

TINY_JUDGING_CLIP = {
    "embed_dim": 8,
    "vision_cfg": {"layers": 1, "width": 16, "head_width": 8, "image_size": 16, "patch_size": 8},
    "text_cfg": {"context_length": 8, "width": 16, "heads": 2, "layers": 1},
}
TEXTS = (
    EvaluationText("a red car", "car", ("red",), None, "thirteen"),
    EvaluationText("a scarlet auto", "car", ("red",), "a red car", "unseen_words"),
    EvaluationText("a lamp", "lamp", (), None, "thirteen"),
    EvaluationText("a dog", None, ("brown",), None, "everyday"),
)
RADII = {"train": (0.3, 0.35, 0.4), "test": (0.25, 0.4)}


@pytest.fixture(scope="session")
def cuboid():
    """Give box_mesh(low, high, colour)."""
    return box_mesh


@pytest.fixture(scope="session")
def join():
    """Give joined(mesh, mesh, ...)."""
    return joined


@pytest.fixture(scope="session")
def texts():
    """Give four texts: two that mean the same, one without a colour, one without a category."""
    return TEXTS


@pytest.fixture(scope="session")
def fast():
    """Give settings of a generation that takes a fraction of a second."""
    return GenerateSettings(
        guess=GuessSettings(candidates=2, candidate_views=1, prior_steps=2),
        stage2=Stage2Settings(steps=1, views=1, render=RenderSettings(size=12, steps=16, grid=12)),
    )


@pytest.fixture(scope="session")
def studio(tiny_bundle):
    """Give the tiny bundle, opened."""
    return TextToShape.open(tiny_bundle, "cpu")


@pytest.fixture(scope="session")
def judges_folder(tmp_path_factory):
    """Give the folder of tiny judges with random weights."""
    torch.manual_seed(4)
    folder = tmp_path_factory.mktemp("judges")
    network = ViewNetwork(ViewNetworkConfig(2, 8, 4)).eval()
    ShapeJudge(network, ("car", "lamp"), {"shapes": 0}).save(folder)
    tokenizer = judging_tokenizer([text.text for text in TEXTS], TINY_JUDGING_CLIP)
    config = judging_config(tokenizer, TINY_JUDGING_CLIP)
    write_judging_clip(folder / "clip", build_towers(config), config, tokenizer)
    return folder


@pytest.fixture(scope="session")
def judges(judges_folder):
    """Give those judges."""
    return load_judges(judges_folder)


def _ball_names(side):
    """Yield names of shapes on one side of the split."""
    return (name for number in count() if split_of(name := f"ball_seed{number}") == side)


@pytest.fixture(scope="session")
def ball_radii():
    """Give the radius of every packed ball by its name, training side first."""
    return {
        name: radius
        for side, radii in RADII.items()
        for name, radius in zip(_ball_names(side), radii, strict=False)
    }  # fmt: skip


@pytest.fixture(scope="session")
def packed_folder(ball_radii, tmp_path_factory):
    """Give a packed folder of captured balls."""
    root = tmp_path_factory.mktemp("balls")
    for name, radius in ball_radii.items():
        write_capture(root / "captures" / "toy" / name, ball(radius), views=12, size=40)
    pack_dataset(root / "captures", root / "packed", None, ignore_progress, workers=0)
    return root / "packed"


@pytest.fixture(scope="session")
def packed(packed_folder):
    """Give those balls."""
    return PackedShapes(packed_folder)
