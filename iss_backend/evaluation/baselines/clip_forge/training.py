"""Training CLIP-Forge on packed shapes: the auto-encoder, then the flow over its codes under a bundle's E_I."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.evaluation.baselines.clip_forge.autoencoder import VOXELS, ForgeConfig, ForgeModel, reconstruction_loss
from iss_backend.evaluation.baselines.clip_forge.flow import CodeFlow, FlowConfig, negative_log_likelihood
from iss_backend.files import write_whole
from iss_backend.progress import ProgressCallback
from iss_backend.training.pairs import FeatureCodePairs, encode_pairs
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training
from iss_backend.training.svr import category_weights, split_indices
from iss_backend.weights import load_into, read_weights, write_weights

AUTOENCODER_FILE, FLOW_FILE, ABOUT_FILE = "autoencoder.safetensors", "flow.safetensors", "clip_forge.json"
CODES_AT_ONCE = 64


@dataclass(frozen=True)
class ForgeTrainingSettings:
    """How CLIP-Forge is trained; sizes and rates are the published ones.

    Attributes:
        autoencoder, flow_hidden, flow_blocks: sizes.
        batch: shapes per step; `points`: of each shape per step (published: 5,000).
        pictures: that the flow learns from.
        autoencoder_loop, flow_loop: published are 300 epochs at 1e-4, and Adam at 3e-5.
    """

    autoencoder: ForgeConfig = field(default_factory=ForgeConfig)
    flow_hidden: int = 1024
    flow_blocks: int = 5
    batch: int = 32
    points: int = 5000
    pictures: int = 40000
    seed: int = 0
    autoencoder_loop: LoopSettings = field(default_factory=lambda: LoopSettings(300_000, 1e-4, weight_decay=1e-5))
    flow_loop: LoopSettings = field(default_factory=lambda: LoopSettings(100_000, 3e-5))


@dataclass(frozen=True)
class ClipForge:
    """A trained auto-encoder and flow, frozen."""

    model: ForgeModel
    flow: CodeFlow


def train_clip_forge(
    shapes: PackedShapes,
    clip: Clip,
    settings: ForgeTrainingSettings,
    folder: Path,
    work: Path,
    report: ProgressCallback,
) -> None:
    """Train both parts on the training side of packed shapes, and write them to a folder.

    Checkpoints in `work`, which belong to these settings, shapes and CLIP, are gone on with.

    Raises:
        BadInputError: the shapes were carved into fewer cells than the encoder reads.
    """
    if shapes.grid % VOXELS:
        raise BadInputError(f"CLIP-Forge reads {VOXELS}^3 cells, the data have {shapes.grid}^3; pack them anew.")
    torch.manual_seed(settings.seed)  # of the initial weights
    model = ForgeModel(settings.autoencoder)
    flow = CodeFlow(FlowConfig(model.code_size, clip.feature_size, settings.flow_hidden, settings.flow_blocks))
    _train_autoencoder(model, shapes, settings, work / AUTOENCODER_FILE, report)
    train, codes = split_indices(shapes)[0], whole_codes(model, shapes)

    def codes_of(numbers: np.ndarray, palettes: Tensor) -> Tensor:
        """Return the codes of shapes, which know no colours."""
        return codes[torch.from_numpy(numbers)]

    pairs = encode_pairs(model, clip, shapes, train, settings.pictures, settings.seed, codes_of, report)
    _train_flow(flow, pairs, settings, work / FLOW_FILE, report)
    write_weights(folder / AUTOENCODER_FILE, model.state_dict(), half=False)
    write_weights(folder / FLOW_FILE, flow.state_dict(), half=False)
    about = {"autoencoder": asdict(model.config), "flow": asdict(flow.config), "clip": clip.name}
    write_whole(folder / ABOUT_FILE, json.dumps(about, indent=1).encode())


def load_clip_forge(folder: Path) -> ClipForge:
    """Read what `train_clip_forge` wrote.

    Raises:
        BadInputError: there is none.
        BundleError: a file is damaged.
    """
    try:
        about = json.loads((folder / ABOUT_FILE).read_text(encoding="utf-8"))
        model, flow = ForgeModel(ForgeConfig(**about["autoencoder"])), CodeFlow(FlowConfig(**about["flow"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"{folder} holds no CLIP-Forge ({error}); train it with 'train baselines'.") from error
    for module, name in ((model, AUTOENCODER_FILE), (flow, FLOW_FILE)):
        load_into(module, read_weights(folder / name), folder / name)
        module.eval().requires_grad_(False)
    return ClipForge(model, flow)


def _train_autoencoder(
    model: ForgeModel, shapes: PackedShapes, settings: ForgeTrainingSettings, checkpoint: Path, report: ProgressCallback
) -> None:
    train = split_indices(shapes)[0]
    chances = category_weights(shapes, train)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step: half of the points anywhere in the cube, half near the surface."""
        rng = np.random.default_rng((settings.seed, step))
        chosen = rng.choice(train, settings.batch, p=chances)
        points = _points(shapes, chosen, settings.points, rng)
        inside = shapes.occupancy_at(chosen, points)
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        return reconstruction_loss(model, voxels(shapes, chosen), points, inside, generator)

    model.train()
    run_training("auto-encoder", model, loss_of_step, no_evaluation, settings.autoencoder_loop, checkpoint, report)
    model.eval().requires_grad_(False)


def _points(shapes: PackedShapes, chosen: np.ndarray, count: int, rng: np.random.Generator) -> Tensor:
    palettes = torch.zeros(len(chosen), shapes.palettes.shape[1], 3)
    near, _ = shapes.surface_samples(chosen, palettes, rng, count // 2)
    near = near + 0.03 * torch.from_numpy(rng.standard_normal(near.shape).astype(np.float32))
    anywhere = torch.from_numpy(rng.random((len(chosen), count - count // 2, 3), dtype=np.float32)) - 0.5
    return torch.cat([near, anywhere], dim=1)


def voxels(shapes: PackedShapes, chosen: np.ndarray) -> Tensor:
    """Return the occupied cells [B, 32, 32, 32] of shapes: those of which any part is."""
    step = shapes.grid // VOXELS
    return torch.nn.functional.max_pool3d(shapes.occupancy_grids(chosen).float(), step)


@torch.no_grad()
def whole_codes(model: ForgeModel, shapes: PackedShapes) -> Tensor:
    """Return the codes [N, C] of all shapes."""
    parts = np.array_split(np.arange(len(shapes)), max(1, len(shapes) // CODES_AT_ONCE))
    return torch.cat([model.encoder(voxels(shapes, part)) for part in parts])


def _train_flow(
    flow: CodeFlow, pairs: FeatureCodePairs, settings: ForgeTrainingSettings, checkpoint: Path, report: ProgressCallback
) -> None:
    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step, codes with noise."""
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        features, codes = pairs.draw(settings.batch, generator)
        noise = torch.randn(codes.shape, generator=generator)
        return negative_log_likelihood(flow, codes + settings.autoencoder.code_noise * noise, features)

    flow.train()
    run_training("flow", flow, loss_of_step, no_evaluation, settings.flow_loop, checkpoint, report)
    flow.eval().requires_grad_(False)
