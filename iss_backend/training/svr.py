"""Training an SVR model (E_S and D) from packed multi-view RGB-D captures with L_D.

In two phases, as IM-Net does: D as the second half of an autoencoder of whole shapes, then E_S towards the same codes.
Trained end to end from single pictures, D has to wait until E_S can tell poses and shapes apart, and learns several
times slower.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from iss_backend.data.carving import cell_centres
from iss_backend.data.packed import PackedShapes
from iss_backend.data.split import split_of
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback
from iss_backend.svr.base import SVRModel
from iss_backend.svr.losses import FieldSamples, SVRLossWeights, svr_point_loss
from iss_backend.training.augmentation import Augmentation, draw_augmentation
from iss_backend.training.pictures import input_pictures, random_palettes
from iss_backend.training.precision import arrange_for_training, mixed_precision
from iss_backend.training.schedule import LoopSettings, run_training
from iss_backend.training.shape_encoder import OrthographicShapes, ShapeEncoder, code_distance

log = logging.getLogger(__name__)

# What `random_lighting` leaves of an albedo on average: half the light is ambient, the mean cosine of the rest is 1/2.
MEAN_SHADE = 0.75
# Of points drawn around rods, relative to those around any surface: so that about half of them lie inside.
ROD_JITTER = 0.5


@dataclass(frozen=True)
class SVRTrainingSettings:
    """What one step sees: `batch` shapes, each with one input picture and points to supervise its field.

    `jitters` are the standard deviations (in cube units) of the points drawn around the surface; `rod_points` are
    drawn around rods besides. `colour_evenness` is that of the points drawn on the surface, see
    `PackedShapes.surface_samples`; a third of them are off it by normal offsets of the standard deviation `stray` (in
    cube units), because the surface of a sturdy part is a cell off the seen one, and has its colours. `mirror` and
    `squeeze` are the shares of shapes that D sees mirrored and squeezed (E_S: mirrored only). `shade` multiplies the
    albedo that colours are compared with: 1, or `MEAN_SHADE` for models whose colours are lit. A D that is trained
    already stands still for `catch_up_steps`, in which the shape encoder learns its codes.
    """

    batch: int = 32
    uniform_points: int = 256
    near_points: int = 768
    rod_points: int = 256
    surface_points: int = 384
    colour_evenness: float = 0.0
    jitters: tuple[float, ...] = (0.01, 0.02, 0.05)
    stray: float = 0.008
    code_noise: float = 0.1
    mirror: float = 0.5
    squeeze: float = 0.3
    shade: float = 1.0
    catch_up_steps: int = 0
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=5000, learning_rate=2e-3))
    encoder_loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=2500, learning_rate=1e-3))
    weights: SVRLossWeights = field(default_factory=SVRLossWeights)


@dataclass(frozen=True)
class SVRBatch:
    """B recoloured shapes.

    Attributes:
        shapes: their numbers [B]; `palettes`: their colours in 0..1, [B, K, 3].
        variants: how they are mirrored and squeezed.
        rng: source of what else is drawn for them.
    """

    shapes: np.ndarray
    palettes: Tensor
    variants: Augmentation
    rng: np.random.Generator


def split_indices(shapes: PackedShapes) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of training shapes and of held-out shapes (split by the stem of their names)."""
    sides = np.array([split_of(entry.name) for entry in shapes.entries])
    return np.flatnonzero(sides == "train"), np.flatnonzero(sides == "test")


def require_both_sides(shapes: PackedShapes) -> None:
    """Refuse packed shapes that cannot be trained on and measured with.

    Raises:
        BadInputError: their names put all of them on one side of the split.
    """
    require_training_side(shapes)
    require_held_out_side(shapes)


def require_training_side(shapes: PackedShapes) -> None:
    """Refuse packed shapes that cannot be trained on.

    Raises:
        BadInputError: their names put all of them on the held-out side of the split.
    """
    _require(shapes, split_indices(shapes)[0], "train on")


def require_held_out_side(shapes: PackedShapes) -> None:
    """Refuse packed shapes that cannot be measured with.

    Raises:
        BadInputError: their names put all of them on the training side of the split.
    """
    _require(shapes, split_indices(shapes)[1], "measure with")


def _require(shapes: PackedShapes, numbers: np.ndarray, use: str) -> None:
    if not len(numbers):
        raise BadInputError(
            f"The names of all {len(shapes)} packed shapes put them on one side of the split, and none is left to "
            f"{use}; pack more."
        )


def category_weights(shapes: PackedShapes, chosen: np.ndarray) -> np.ndarray:
    """Return drawing probabilities [len(chosen)] in inverse proportion to the root of the category's size."""
    categories = [shapes.entries[i].category for i in chosen]
    counts = {category: categories.count(category) for category in set(categories)}
    weights = np.array([counts[category] ** -0.5 for category in categories])
    return weights / weights.sum()


class SVRBatches:
    """Draws training batches; batch number `step` is the same in every run with the same seed."""

    def __init__(self, shapes: PackedShapes, chosen: np.ndarray, settings: SVRTrainingSettings) -> None:
        self._shapes, self._chosen, self.settings = shapes, chosen, settings
        self._probabilities = category_weights(shapes, chosen)

    def draw(self, step: int, mirror: float = 0.0, squeeze: float = 0.0) -> SVRBatch:
        """Return the shapes of batch number `step`, of which these shares are mirrored and squeezed."""
        settings = self.settings
        rng = np.random.default_rng((settings.seed, step))
        chosen = rng.choice(self._chosen, settings.batch, p=self._probabilities)
        palettes = random_palettes(self._shapes, chosen, rng)
        return SVRBatch(chosen, palettes, draw_augmentation(settings.batch, rng, mirror, squeeze), rng)

    def images(self, batch: SVRBatch, size: int) -> Tensor:
        """Return one picture of each shape on white, from about eye level and lit at random, [B, 3, size, size]."""
        return batch.variants.pictures(input_pictures(self._shapes, batch.shapes, batch.palettes, batch.rng, size))

    def field_samples(self, batch: SVRBatch) -> FieldSamples:
        """Return what the fields of a batch should be: near the surface, around rods, in the cube, on the surface."""
        settings, rng, variants, shapes = self.settings, batch.rng, batch.variants, batch.shapes
        surface, colours = self._shapes.surface_samples(
            shapes, batch.palettes, rng, settings.surface_points, settings.colour_evenness
        )
        near, _ = self._shapes.surface_samples(shapes, batch.palettes, rng, settings.near_points)
        rods = self._shapes.points_at_rods(shapes, rng, settings.rod_points)
        around = variants.moved(torch.cat([near, rods], dim=1))
        sigma = rng.choice(settings.jitters, (*around.shape[:2], 1))
        sigma[:, settings.near_points :] *= ROD_JITTER
        around = around + _normal(rng, around, sigma)
        uniform = rng.random((len(near), settings.uniform_points, 3), dtype=np.float32) - 0.5
        points = torch.cat([around, torch.from_numpy(uniform)], dim=1)
        inside = self._shapes.sturdy_at(shapes, variants.moved_back(points))
        surface = variants.moved(surface)
        straying, others = surface.tensor_split([settings.surface_points // 3], dim=1)
        surface = torch.cat([straying + _normal(rng, straying, settings.stray), others], dim=1)
        return FieldSamples(points, inside, surface, settings.shade * colours)


def _normal(rng: np.random.Generator, like: Tensor, sigma: np.ndarray | float) -> Tensor:
    """Draw normal offsets float32 as `like`, with standard deviations that broadcast."""
    return torch.from_numpy((sigma * rng.standard_normal(like.shape)).astype(np.float32))


class ShapeAutoencoder(nn.Module):
    """The decoder in training: whole shapes -> codes -> D. E_S is carried along untouched."""

    def __init__(self, svr: SVRModel, shapes: PackedShapes) -> None:
        super().__init__()
        self.svr = svr
        self.shape_encoder = ShapeEncoder(svr.code_size, shapes.grid)
        self._pictures = OrthographicShapes(shapes)

    def encode(self, shapes: np.ndarray, palettes: Tensor, variants: Augmentation | None = None) -> Tensor:
        """Return the codes [B, C] of whole shapes, by number [B], under palettes [B, K, 3], as they are or varied."""
        layers = self._pictures.layers(shapes, palettes)
        return self.svr.as_code(self.shape_encoder(layers if variants is None else variants.layers(layers)))


def train_svr(
    model: SVRModel, shapes: PackedShapes, settings: SVRTrainingSettings, checkpoint: Path, report: ProgressCallback
) -> ShapeAutoencoder:
    """Train D, then E_S; return the autoencoder, whose shape encoder gives the codes that E_S was trained to reach."""
    autoencoder = ShapeAutoencoder(model, shapes)
    if settings.catch_up_steps:
        catch_up = replace(settings, loop=LoopSettings(settings.catch_up_steps, 2e-3))
        beside = checkpoint.with_stem(checkpoint.stem + "_catch_up")
        train_autoencoder(autoencoder, shapes, catch_up, beside, report, moves_decoder=False)
    train_autoencoder(autoencoder, shapes, settings, checkpoint, report)

    def targets_of(batch: SVRBatch) -> Tensor:
        """Return the codes of the whole shapes of a batch."""
        return autoencoder.encode(batch.shapes, batch.palettes, batch.variants)

    beside = checkpoint.with_stem(checkpoint.stem + "_encoder")
    train_encoder(model, shapes, split_indices(shapes)[0], targets_of, settings, beside, report)
    return autoencoder


def train_autoencoder(
    model: ShapeAutoencoder,
    shapes: PackedShapes,
    settings: SVRTrainingSettings,
    checkpoint: Path,
    report: ProgressCallback,
    moves_decoder: bool = True,
) -> None:
    """Train the shape encoder, and D with it, by L_D; log the mIoU of the autoencoder now and then."""
    train, test = split_indices(shapes)
    batches = SVRBatches(shapes, train, settings)
    model.requires_grad_(False)
    decoder = model.svr.decoder_parameters() if moves_decoder else ()
    for parameter in (*decoder, *model.shape_encoder.parameters()):
        parameter.requires_grad_(True)
    arrange_for_training(model)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        batch = batches.draw(step, settings.mirror, settings.squeeze)
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        with mixed_precision():
            codes = model.encode(batch.shapes, batch.palettes, batch.variants)
            noise = torch.randn(codes.shape, generator=generator)
            fields = model.svr.prepare(codes + settings.code_noise * noise)
        return svr_point_loss(model.svr, fields, batches.field_samples(batch), settings.weights)

    def codes_of(chosen: np.ndarray) -> Tensor:
        """Return the codes of shapes under palettes."""
        return model.encode(chosen, torch.from_numpy(shapes.palettes[chosen]))

    def evaluate(step: int) -> None:
        """Log what was reached."""
        model.eval()
        seen, held_out = (mean_iou(model.svr, shapes, part[:100], codes_of) for part in (train[::24], test))
        model.train()
        log.info("step %d: autoencoder mIoU training %.3f, held-out %.3f", step, seen, held_out)

    model.train()
    run_training(
        "decoder" if moves_decoder else "shape encoder",
        model,
        loss_of_step,
        evaluate,
        settings.loop,
        checkpoint,
        report,
    )
    model.eval().requires_grad_(False)


def train_encoder(
    svr: SVRModel,
    shapes: PackedShapes,
    chosen: np.ndarray,
    targets_of: Callable[[SVRBatch], Tensor],
    settings: SVRTrainingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Train E_S to reach, from one picture, the code of the whole shape; log the mIoU of E_S + D.

    Args:
        svr: whose E_S it is; D stands still.
        shapes: the packed shapes.
        chosen: numbers of those that E_S sees.
        targets_of: the codes [B, C] of the shapes of a batch.
        settings: what a step sees, and `encoder_loop`.
        checkpoint: where it is resumed from.
        report: told about every step.
    """
    test = split_indices(shapes)[1]
    batches = SVRBatches(shapes, chosen, settings)
    decoder = set(svr.decoder_parameters())
    for parameter in svr.parameters():
        parameter.requires_grad_(parameter not in decoder)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        batch = batches.draw(step, settings.mirror)
        with torch.no_grad():
            targets = targets_of(batch)
        with mixed_precision():
            codes = svr.encode(batches.images(batch, svr.image_size))
        return code_distance(codes.float(), targets)

    def evaluate(step: int) -> None:
        """Log what was reached."""
        svr.eval()
        seen, held_out = (mean_iou(svr, shapes, part[:100]) for part in (chosen[::24], test))
        svr.train()
        log.info("step %d: mIoU of E_S + D training %.3f, held-out %.3f", step, seen, held_out)

    arrange_for_training(svr)
    svr.train()
    run_training("encoder", svr, loss_of_step, evaluate, settings.encoder_loop, checkpoint, report)
    svr.eval().requires_grad_(False)


def mean_iou(
    model: SVRModel,
    shapes: PackedShapes,
    chosen: np.ndarray,
    codes_of: Callable[[np.ndarray], Tensor] | None = None,
) -> float:
    """Return the mean of `shape_ious`, in 0..1."""
    return float(shape_ious(model, shapes, chosen, codes_of).mean())


@torch.inference_mode()
def shape_ious(
    model: SVRModel,
    shapes: PackedShapes,
    chosen: np.ndarray,
    codes_of: Callable[[np.ndarray], Tensor] | None = None,
    resolution: int = 32,
) -> Tensor:
    """Return the intersection over union [N] of each decoded shape and the carved one, in 0..1.

    Args:
        model: its D is used in the mode it is in.
        shapes: the packed shapes.
        chosen: numbers of those that are measured.
        codes_of: codes [B, C] of shape numbers [B]; E_S of one picture of each where it is not given.
        resolution: both are compared at the centres of the carved cells, thinned to this many per side.
    """
    stride = shapes.grid // resolution
    points = cell_centres(shapes.grid).view(*(shapes.grid,) * 3, 3)[::stride, ::stride, ::stride].reshape(1, -1, 3)
    scores = []
    for start in range(0, len(chosen), 16):
        part = chosen[start : start + 16]
        codes = codes_of(part) if codes_of else encode_pictures(model, shapes, part, start)
        inside = model.occupancy(model.prepare(codes), points.expand(len(part), -1, -1)) > 0
        truth = shapes.occupancy_grids(part)[:, ::stride, ::stride, ::stride].flatten(1)
        scores.append((truth & inside).sum(1) / (truth | inside).sum(1).clamp(min=1))
    return torch.cat(scores)


def encode_pictures(model: SVRModel, shapes: PackedShapes, chosen: np.ndarray, seed: int) -> Tensor:
    """Return E_S [B, C] of one picture, in its own colours, of each chosen shape."""
    palettes = torch.from_numpy(shapes.palettes[chosen])
    return model.encode(input_pictures(shapes, chosen, palettes, np.random.default_rng(seed), model.image_size))
