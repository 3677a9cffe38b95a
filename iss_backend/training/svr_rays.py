"""Training an SVR model (E_S and D) from captured multi-view RGB-D or RGB pictures with DVR's L_D by ray marching."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.data.carving import carve, cell_centres, seen_surface
from iss_backend.data.multi_view import MultiViewShape, read_shape
from iss_backend.data.split_files import split_folders
from iss_backend.data.view_checks import require_seen
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback
from iss_backend.svr.base import SVRModel
from iss_backend.svr.ray_losses import RayLossWeights, svr_ray_loss
from iss_backend.training.ray_batches import RayBatch, RayBatches, encoder_picture, views_of
from iss_backend.training.schedule import LoopSettings, run_training

log = logging.getLogger(__name__)

# Held-out shapes that are carved and compared; cells per side in which they are.
EVALUATED_SHAPES = 32
EVALUATION_GRID = 32
CHECKED_SHAPES = 2  # whose cameras have to see them


@dataclass(frozen=True)
class SVRRaySettings:
    """What one step sees: `batch` shapes with one encoder picture each, and `rays` pixels of another view.

    DVR trains on batches of 64 shapes with 768 to 1024 rays at a learning rate of 1e-4, for weeks on one GPU; batch
    and rays are smaller here. Its gradients are not clipped; here the loop clips them, which, as L_D is a sum over
    rays and therefore large, makes every step about equally long.

    Attributes:
        code_noise: standard deviation of the noise on codes (official: none); makes D smooth between them.
        weights: of the terms of L_D; those that need depth fall away where a capture has none.

    """

    batch: int = 8
    rays: int = 512
    code_noise: float = 0.0
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=8000, learning_rate=1e-4))
    weights: RayLossWeights = field(default_factory=RayLossWeights)


def train_svr_by_rays(
    model: SVRModel,
    folders: Sequence[Path],
    settings: SVRRaySettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Train E_S and D together with L_D on the model's device; log the mIoU on held-out shapes now and then.

    Args:
        model: any SVR model; its colours are learnt from lit pictures or from albedo, as it predicts them.
        folders: of the captured shapes (see `data.multi_view.shape_folders`), split by `split_folders`.
        settings: how.
        checkpoint: file that the training resumes from.
        report: told about every step.

    Raises:
        BadInputError: no shape is left to train on, a shape cannot be read, or the cameras do not see the first ones.

    """
    train, test = split_folders(list(folders))
    if not train:
        raise BadInputError(f"All {len(folders)} captured shapes are held out by their split; capture more shapes.")
    for folder in train[:CHECKED_SHAPES]:  # before weeks go into cameras of another convention
        require_seen(read_shape(folder))
    log.info("%d shapes to train on, %d held out", len(train), len(test))
    batches = RayBatches(train, settings.batch, settings.rays, model.colours_are_lit, settings.seed)
    held_out = [shape for folder in test[:EVALUATED_SHAPES] if (shape := read_carved(folder, model.image_size))]
    device = next(model.parameters()).device

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        batch = batches.draw(step, model.image_size).to(device)
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        return batch_loss(model, batch, settings, generator)

    def evaluate(step: int) -> None:
        """Log what was reached."""
        if held_out:
            log.info("step %d: mIoU held-out %.3f", step, mean_iou_of(model, held_out))

    model.train()
    run_training("svr", model, loss_of_step, evaluate, settings.loop, checkpoint, report)
    model.eval()


def batch_loss(model: SVRModel, batch: RayBatch, settings: SVRRaySettings, generator: torch.Generator) -> Tensor:
    """Return L_D of a batch: the sum over its shapes' rays, divided by the number of shapes (official code)."""
    codes = model.encode(batch.images)
    noise = torch.randn(codes.shape, generator=generator).to(codes)
    codes = codes + settings.code_noise * noise
    losses = [
        svr_ray_loss(model, model.prepare(code[None]), targets, settings.weights, generator)
        for code, targets in zip(codes, batch.targets, strict=True)
    ]
    return torch.stack(losses).sum() / len(losses)


@dataclass(frozen=True)
class CarvedShape:
    """A held-out shape: one encoder picture [3, S, S], and its carved cells, bool [EVALUATION_GRID^3]."""

    image: Tensor
    occupied: Tensor


def read_carved(folder: Path, image_size: int) -> CarvedShape | None:
    """Read and carve a shape for evaluation; None where it has no depths, which alone tell what is inside."""
    shape = read_shape(folder)
    if shape.depths is None or not (np.isfinite(shape.depths) & shape.masks).any():
        return None
    points, normals, _ = seen_surface(_with_normals(shape))
    occupied = torch.from_numpy(carve(shape, points, normals, EVALUATION_GRID))
    image = encoder_picture(folder, views_of(folder), np.random.default_rng(0), image_size)
    return CarvedShape(image, occupied)


def _with_normals(shape: MultiViewShape) -> MultiViewShape:
    """Give a shape without normal pictures zero normals: its seen surface is then carved where it lies, not below."""
    if shape.normals is not None:
        return shape
    return dataclasses.replace(shape, normals=np.zeros((*shape.masks.shape, 3), np.float32))


@torch.inference_mode()
def mean_iou_of(model: SVRModel, shapes: Sequence[CarvedShape]) -> float:
    """Return the mean intersection over union of E_S + D with carved shapes at the cells' centres, in 0..1."""
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    points = cell_centres(EVALUATION_GRID)[None].to(device)
    scores = []
    for shape in shapes:
        codes = model.encode(shape.image[None].to(device))
        inside = (model.occupancy(model.prepare(codes), points)[0] > 0).cpu()
        either = (shape.occupied | inside).sum().clamp(min=1)
        scores.append((shape.occupied & inside).sum() / either)
    model.train(was_training)
    return float(torch.stack(scores).mean())
