"""Training D of a finished bundle further, on the codes that its mapper, prior and E_S speak already.

Nothing else of the bundle has to be trained again, because the codes keep their meaning. They come from two sides: the
bundle ships those of its training shapes, and a shape encoder learns to give them, and with D those of shapes that are
recoloured, mirrored or squeezed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from iss_backend.alignment.losses import background_loss
from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.svr.base import SVRModel
from iss_backend.svr.losses import SVRLossWeights, svr_point_loss
from iss_backend.svr.triplane import PLANES, TriplaneModel
from iss_backend.training.known_shapes import KnownShapes, MeetingSettings, meet_codes
from iss_backend.training.precision import mixed_precision
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training
from iss_backend.training.shape_encoder import code_distance
from iss_backend.training.stage1 import missed_colours
from iss_backend.training.svr import ShapeAutoencoder, SVRBatch, SVRBatches, SVRTrainingSettings


@dataclass(frozen=True)
class DecoderFurther:
    """How D is trained further.

    Attributes:
        samples: what a step sees, how D moves (`loop`), and the weights of L_D.
        meeting: of the shape encoder before, while D stands still.
        background_weight, background_rays: of L_bg, and rays a shape that miss it.
    """

    samples: SVRTrainingSettings = field(
        default_factory=lambda: SVRTrainingSettings(
            batch=16,
            uniform_points=384,  # points cost little beside planes
            near_points=1536,
            surface_points=768,
            loop=LoopSettings(steps=4000, learning_rate=1e-3, warmup=50),
            weights=SVRLossWeights(overlap=0.5),
        )
    )
    meeting: MeetingSettings = field(default_factory=MeetingSettings)
    background_weight: float = 1.0
    background_rays: int = 128


def enlarged(svr: TriplaneModel, fine_channels: int) -> TriplaneModel:
    """Return the model with a larger D that shows what it showed before, until it is trained.

    Each plane gets convolutions of its own, which the code modulates, and its size doubles; `fine_channels` is the
    width of what adds details then. 0 returns the model as it is.
    """
    if not fine_channels:
        return svr
    larger = TriplaneModel(replace(svr.config, modulated=True, fine_channels=fine_channels))
    new = larger.state_dict()
    for name, old in svr.state_dict().items():
        new[name] = old if new[name].shape == old.shape else old.repeat(PLANES, *(1,) * (old.dim() - 1))
    larger.load_state_dict(new)
    for layer in (larger.planes.fine.details, *larger.planes.styles):  # they change nothing yet
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    return larger


def train_decoder_further(
    bundle: Bundle, shapes: PackedShapes, settings: DecoderFurther, checkpoint: Path, report: ProgressCallback
) -> None:
    """Train D with L_D + L_bg, in place; E_S and the meaning of the codes stay."""
    known = KnownShapes(shapes, bundle.shapes)
    beside = checkpoint.with_stem(checkpoint.stem + "_meet")
    autoencoder = meet_codes(bundle.svr, shapes, known, settings.samples, settings.meeting, beside, report)
    batches = SVRBatches(shapes, known.numbers, settings.samples)
    _train_decoder(autoencoder, known, batches, shapes, settings, checkpoint, report)


class _Learning(nn.Module):
    """What moves in the second phase: D, and the shape encoder with it."""

    def __init__(self, decoder: list[nn.Parameter], shape_encoder: nn.Module) -> None:
        super().__init__()
        self.decoder = nn.ParameterList(decoder)
        self.shape_encoder = shape_encoder


def _train_decoder(
    autoencoder: ShapeAutoencoder,
    known: KnownShapes,
    batches: SVRBatches,
    shapes: PackedShapes,
    settings: DecoderFurther,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    svr, samples = autoencoder.svr, settings.samples
    learning = _Learning(svr.decoder_parameters(), autoencoder.shape_encoder).requires_grad_(True).train()

    def loss_of_step(step: int) -> Tensor:
        """Return L_D + lambda_bg L_bg of shapes that are in turns as the bundle knows them, and varied."""
        if step % 2:
            batch, away = batches.draw(step, samples.mirror, samples.squeeze), 0.0
            codes = autoencoder.encode(batch.shapes, batch.palettes, batch.variants)
        else:
            batch = batches.draw(step)
            batch, codes = replace(batch, palettes=known.palettes(batch.shapes)), known.codes(batch.shapes)
            away = settings.meeting.code_weight * code_distance(autoencoder.encode(batch.shapes, batch.palettes), codes)
        shown = noisy_decoder_loss(svr, shapes, batches, batch, codes, step, settings.background_rays)
        return shown.seen + settings.background_weight * shown.background + away

    run_training("decoder", learning, loss_of_step, no_evaluation, samples.loop, checkpoint, report)
    autoencoder.eval().requires_grad_(False)


class DecoderLosses(NamedTuple):
    """L_D (`seen`) and L_bg (`background`) of the same fields."""

    seen: Tensor
    background: Tensor


def noisy_decoder_loss(
    svr: SVRModel,
    shapes: PackedShapes,
    batches: SVRBatches,
    batch: SVRBatch,
    codes: Tensor,
    step: int,
    background_rays: int,
) -> DecoderLosses:
    """Return what D loses on the codes [B, C] of a batch under noise, so that it learns what lies around them too.

    Args:
        svr: whose D it is.
        shapes: the packed shapes.
        batches: what drew the batch; its settings have the noise and the weights of L_D.
        batch: the shapes that the codes are of.
        codes: theirs.
        step: the noise depends on it, and on the seed.
        background_rays: rays a shape that miss it.
    """
    samples = batches.settings
    noise = torch.randn(codes.shape, generator=torch.Generator().manual_seed(samples.seed * 1_000_003 + step))
    ends = shapes.background_points(samples.batch, background_rays, 1.0, batch.rng)
    wanted = batches.field_samples(batch)
    with mixed_precision():
        fields = svr.prepare(codes + samples.code_noise * noise)
        white = missed_colours(svr, fields, ends)
        seen = svr_point_loss(svr, fields, wanted, samples.weights)
    return DecoderLosses(seen, background_loss(white.float()))
