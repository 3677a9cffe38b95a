"""Training an SVR model (E_S and D) from packed multi-view RGB-D captures with L_D."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.data.carving import cell_centres
from iss_backend.data.packed import PackedShapes
from iss_backend.data.split import split_of
from iss_backend.progress import ProgressCallback
from iss_backend.svr.base import SVRModel
from iss_backend.svr.losses import FieldSamples, SVRLossWeights, svr_point_loss
from iss_backend.training.pictures import input_pictures, random_palettes
from iss_backend.training.schedule import LoopSettings, run_training

log = logging.getLogger(__name__)

MIRROR = torch.tensor([-1.0, 1.0, 1.0])


@dataclass(frozen=True)
class SVRTrainingSettings:
    """What one step sees: `batch` shapes, each with one input picture and points to supervise its field.

    `jitters` are the standard deviations (in cube units) of the points drawn around the surface.
    """

    batch: int = 32
    uniform_points: int = 256
    near_points: int = 768
    surface_points: int = 384
    jitters: tuple[float, ...] = (0.01, 0.02, 0.05)
    code_noise: float = 0.1
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=8000, learning_rate=1.5e-3))
    weights: SVRLossWeights = field(default_factory=SVRLossWeights)


@dataclass(frozen=True)
class SVRBatch:
    """Input pictures [B, 3, S, S] on white, and what the fields of their codes should be."""

    images: Tensor
    samples: FieldSamples


def split_indices(shapes: PackedShapes) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of training shapes and of held-out shapes (split by the stem of their names)."""
    sides = np.array([split_of(entry.name) for entry in shapes.entries])
    return np.flatnonzero(sides == "train"), np.flatnonzero(sides == "test")


def category_weights(shapes: PackedShapes, chosen: np.ndarray) -> np.ndarray:
    """Return drawing probabilities [len(chosen)] in inverse proportion to the root of the category's size."""
    categories = [shapes.entries[i].category for i in chosen]
    counts = {category: categories.count(category) for category in set(categories)}
    weights = np.array([counts[category] ** -0.5 for category in categories])
    return weights / weights.sum()


class SVRBatches:
    """Draws training batches; batch number `step` is the same in every run with the same seed."""

    def __init__(self, shapes: PackedShapes, chosen: np.ndarray, settings: SVRTrainingSettings) -> None:
        self._shapes, self._chosen, self._settings = shapes, chosen, settings
        self._probabilities = category_weights(shapes, chosen)

    def draw(self, step: int, image_size: int) -> SVRBatch:
        """Return batch number `step`: recoloured, lit at random, half of it mirrored left to right."""
        settings = self._settings
        rng = np.random.default_rng((settings.seed, step))
        shapes = rng.choice(self._chosen, settings.batch, p=self._probabilities)
        palettes = random_palettes(self._shapes, shapes, rng)
        images = input_pictures(self._shapes, shapes, palettes, rng, image_size)
        samples = self._field_samples(shapes, palettes, rng)
        mirrored = torch.from_numpy(rng.random(settings.batch) < 0.5)
        return _mirror(SVRBatch(images, samples), mirrored)

    def _field_samples(self, shapes: np.ndarray, palettes: Tensor, rng: np.random.Generator) -> FieldSamples:
        settings = self._settings
        surface, colours = self._shapes.surface_samples(shapes, palettes, rng, settings.surface_points)
        near, _ = self._shapes.surface_samples(shapes, palettes, rng, settings.near_points)
        sigma = rng.choice(settings.jitters, (len(shapes), settings.near_points, 1))
        offsets = (sigma * rng.standard_normal(near.shape)).astype(np.float32)
        uniform = rng.random((len(shapes), settings.uniform_points, 3), dtype=np.float32) - 0.5
        points = torch.cat([near + torch.from_numpy(offsets), torch.from_numpy(uniform)], dim=1)
        return FieldSamples(points, self._shapes.occupancy_at(shapes, points), surface, colours)


def _mirror(batch: SVRBatch, mirrored: Tensor) -> SVRBatch:
    """Mirror the marked shapes in x; their pictures then are the flipped pictures from mirrored cameras."""
    sign = torch.where(mirrored[:, None, None], MIRROR, torch.ones(3))
    images = torch.where(mirrored[:, None, None, None], batch.images.flip(-1), batch.images)
    s = batch.samples
    return SVRBatch(images, FieldSamples(s.points * sign, s.inside, s.surface * sign, s.colours))


def train_svr(
    model: SVRModel,
    shapes: PackedShapes,
    settings: SVRTrainingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Train E_S and D together with L_D; log the mIoU on training and held-out shapes now and then."""
    train, test = split_indices(shapes)
    batches = SVRBatches(shapes, train, settings)
    model.to(memory_format=torch.channels_last)

    def loss_of_step(step: int) -> Tensor:
        batch = batches.draw(step, model.image_size)
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        with torch.autocast("cpu", torch.bfloat16):
            codes = model.encode(batch.images)
            noise = torch.randn(codes.shape, generator=generator)
            fields = model.prepare(codes + settings.code_noise * noise)
        return svr_point_loss(model, fields, batch.samples, settings.weights)

    def evaluate(step: int) -> None:
        seen, held_out = (mean_iou(model, shapes, part[:100]) for part in (train[::13], test))
        log.info("step %d: mIoU training %.3f, held-out %.3f", step, seen, held_out)

    model.train()
    run_training("svr", model, loss_of_step, evaluate, settings.loop, checkpoint, report)
    model.eval()


@torch.inference_mode()
def mean_iou(model: SVRModel, shapes: PackedShapes, chosen: np.ndarray, resolution: int = 32) -> float:
    """Return the mean intersection over union of E_S + D on one picture of each chosen shape, in 0..1.

    Both fields are compared at the centres of the carved cells, thinned to `resolution` per side.
    """
    was_training = model.training
    model.eval()
    stride = shapes.grid // resolution
    points = cell_centres(shapes.grid).view(*(shapes.grid,) * 3, 3)[::stride, ::stride, ::stride].reshape(1, -1, 3)
    scores = []
    for start in range(0, len(chosen), 16):
        part = chosen[start : start + 16]
        images = input_pictures(
            shapes,
            part,
            torch.from_numpy(shapes.palettes[part]),
            np.random.default_rng(start),
            model.image_size,
        )
        logits = model.occupancy(model.prepare(model.encode(images)), points.expand(len(part), -1, -1))
        truth = shapes.occupancy_grids(part)[:, ::stride, ::stride, ::stride].flatten(1)
        both, either = (truth & (logits > 0)).sum(1), (truth | (logits > 0)).sum(1)
        scores.append(both / either.clamp(min=1))
    model.train(was_training)
    return float(torch.cat(scores).mean())
