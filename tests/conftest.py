"""Fields that are known exactly, and models small enough to run through everything in a second."""

import os

import pytest
import torch
from torch import nn

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.prior import CodePrior, PriorConfig
from iss_backend.alignment.text_image_gap import TextImageGap
from iss_backend.bundle import CLIP_FOLDER, Bundle, ShapeCodes, write_bundle
from iss_backend.clip.point_tower import PointTower, PointTowerConfig
from iss_backend.pipeline import TextToShape
from iss_backend.svr.base import SVRModel
from iss_backend.svr.camera_network import CameraNetwork, CameraNetworkConfig
from iss_backend.svr.triplane import TriplaneConfig, TriplaneModel

TINY_TRIPLANE = TriplaneConfig(
    code_size=8,
    plane_size=8,
    plane_channels=4,
    start_size=4,
    channels=(8,),
    hidden=8,
    encoder_widths=(4, 8, 8, 8),
)
FEATURE_SIZE = 16
TINY_CLIP = {
    "embed_dim": FEATURE_SIZE,
    "vision_cfg": {"layers": 2, "width": 16, "head_width": 8, "image_size": 32, "patch_size": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}


class AnalyticSVR(SVRModel):
    """Logits are `steepness` times a signed distance (positive inside), colours are 0.5 + 0.8 p.

    The distance is a function of the points [B, P, 3] and a learnable `radius`, to which the code [B, 1] is added.
    """

    code_size, image_size, colours_are_lit = 1, 8, True

    def __init__(self, distance, radius=0.3, steepness=30.0):
        super().__init__()
        self.distance, self.steepness = distance, steepness
        self.radius = nn.Parameter(torch.tensor(radius, dtype=torch.float64))

    def encode(self, images):
        return images.mean(dim=(1, 2, 3))[:, None]

    def prepare(self, codes):
        return codes

    def query(self, field, points):
        radius = (self.radius + field).to(points.dtype)
        return self.steepness * self.distance(points, radius), 0.5 + 0.8 * points

    def decoder_parameters(self):
        return [self.radius]


def _ball(*centre):
    return lambda p, radius: radius - (p - p.new_tensor(centre)).norm(dim=-1)


def _box(*half):
    def distance(p, radius):
        outside = p.abs() - p.new_tensor(half)
        return -(outside.clamp(min=0).norm(dim=-1) + outside.amax(dim=-1).clamp(max=0)) + 0.0 * radius

    return distance


@pytest.fixture
def analytic():
    """Return a maker of analytic models: analytic(distance, radius=0.3, steepness=30)."""
    return AnalyticSVR


@pytest.fixture
def ball():
    """Return a maker of signed distances to a ball with the model's radius: ball(x, y, z)."""
    return _ball


@pytest.fixture
def box():
    """Return a maker of signed distances to a centred box: box(half_x, half_y, half_z)."""
    return _box


@pytest.fixture
def no_code():
    """Return the field of the analytic models whose code is zero, [1, 1]."""
    return torch.zeros(1, 1)


def _tiny_triplane():
    torch.manual_seed(3)
    model = TriplaneModel(TINY_TRIPLANE).eval()
    with torch.no_grad():
        model.planes.project.bias.normal_()  # else the field of code 0 is constant
        model.planes.last.weight.mul_(8.0)
        points = torch.rand(1, 4000, 3) - 0.5
        logits = model.occupancy(model.prepare(torch.zeros(1, 8)), points)
        model.occupancy_head.bias.sub_(logits.quantile(0.8))
    return model


@pytest.fixture
def tiny_triplane():
    """Return a tri-plane model of a few thousand random weights; a fifth of its code-0 field is inside."""
    return _tiny_triplane()


@pytest.fixture(scope="session")
def tiny_clip_config():
    """Return the open_clip configuration of a CLIP with 32-pixel pictures and features of 16 numbers."""
    return TINY_CLIP


@pytest.fixture(scope="session")
def tiny_clip_folder(tmp_path_factory):
    """Return a folder with that CLIP, its weights random."""
    from iss_backend.training.clip_config import build_towers, write_clip_folder

    torch.manual_seed(5)
    folder = tmp_path_factory.mktemp("tiny-clip") / CLIP_FOLDER
    write_clip_folder(folder, build_towers(TINY_CLIP), TINY_CLIP)
    return folder


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory, tiny_clip_folder):
    """Return the folder of a complete bundle of tiny models with random weights; do not change it."""
    from iss_backend.clip import load_clip

    folder = tmp_path_factory.mktemp("tiny") / "bundle"
    folder.mkdir()
    (folder / CLIP_FOLDER).mkdir()
    for file in tiny_clip_folder.iterdir():
        os.link(file, folder / CLIP_FOLDER / file.name)
    torch.manual_seed(7)
    mapper = Mapper(MapperConfig(FEATURE_SIZE, TINY_TRIPLANE.code_size, 32, "linear"))
    prior = CodePrior(PriorConfig(FEATURE_SIZE, TINY_TRIPLANE.code_size, 16, 1))
    gap = TextImageGap(torch.zeros(FEATURE_SIZE), 0.1 * torch.ones(FEATURE_SIZE))
    codes = ShapeCodes(torch.randn(3, TINY_TRIPLANE.code_size), ("a/1", "a/2", "b/1"))
    parts = (load_clip(folder / CLIP_FOLDER), _tiny_triplane(), mapper.eval(), prior.eval(), gap, codes)
    tower = PointTower(PointTowerConfig(FEATURE_SIZE, 4)).eval()
    cameras = CameraNetwork(CameraNetworkConfig((2, 2, 3, 4))).eval()
    write_bundle(folder, Bundle("tiny", *parts, {"language": "English"}, tower, cameras))
    return folder


@pytest.fixture
def on_full_card(monkeypatch):
    """Return a function: a studio's twin on a card where one function of a module exhausts the memory."""

    def twin(studio, module, name):
        on_card, roomy = TextToShape(studio.bundle, torch.device("cuda")), getattr(module, name)

        def full(*given):
            if on_card.device.type == "cuda":
                raise torch.OutOfMemoryError("CUDA out of memory")
            return roomy(*given)

        monkeypatch.setattr(module, name, full)
        return on_card

    return twin
