"""Codes of a bundle's training shapes that move freely, D with them, as DeepSDF's auto-decoder (Park et al. 2019).

What an encoder says about a shape falls short of the code that D would show it best with: where D stands still and a
shape's code alone is fitted to it, much of what was missing appears. Everything else of a bundle speaks of codes too,
and has to be trained again afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from iss_backend.bundle import ShapeCodes
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.svr.losses import SVRLossWeights
from iss_backend.training.decoder import noisy_decoder_loss
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.precision import arrange_for_training
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training
from iss_backend.training.svr import ShapeAutoencoder, SVRBatch, SVRBatches, SVRTrainingSettings


@dataclass(frozen=True)
class AutoDecodingSettings:
    """How codes and D move.

    Attributes:
        samples: what a step sees, how D moves (`loop`), and the weights of L_D.
        recoloured: share of shapes in other colours; their codes are moved by what these change for a shape encoder.
        code_rate: codes move so many times as fast as weights of D. A code's turn comes once in an epoch, but Adam
            goes on moving it for some steps, about 12 times the learning rate in all where an epoch has 150 steps.
        anchor_weight: of the mean squared distance of a code to where it was: near it, codes are dense and E_S,
            M and the prior know their way.
        background_weight, background_rays: of L_bg, and rays a shape that miss it.
    """

    samples: SVRTrainingSettings = field(
        default_factory=lambda: SVRTrainingSettings(
            batch=32,
            near_points=896,
            rod_points=448,
            surface_points=640,
            colour_evenness=0.6,
            code_noise=0.12,
            loop=LoopSettings(steps=6000, learning_rate=1e-3, warmup=60),
            weights=SVRLossWeights(colour=3.0, overlap=0.5),
        )
    )
    recoloured: float = 0.25
    code_rate: float = 2.5
    anchor_weight: float = 0.05
    background_weight: float = 1.0
    background_rays: int = 64


class _Free(nn.Module):
    """What moves: D, and packed shapes' codes by number: how far they are from where they were, in `code_rate`."""

    def __init__(self, decoder: list[nn.Parameter], size: tuple[int, int]) -> None:
        super().__init__()
        self.decoder = nn.ParameterList(decoder)
        self.moves = nn.Parameter(torch.zeros(size))


def auto_decode(
    autoencoder: ShapeAutoencoder,
    shapes: PackedShapes,
    known: KnownShapes,
    settings: AutoDecodingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> ShapeCodes:
    """Train D, in place, and the codes of the known shapes with L_D + L_bg; return the codes.

    The loss of a shape with the code z is L_D(D(z + noise)) + lambda_bg L_bg + w mean((z - z_0)^2).

    Args:
        autoencoder: its shape encoder knows the codes as they were, and stands still.
        shapes: the packed shapes.
        known: those whose codes move.
        settings: how.
        checkpoint: where it is resumed from.
        report: told about every step.
    """
    svr, samples = autoencoder.svr, settings.samples
    autoencoder.eval().requires_grad_(False)
    arrange_for_training(svr)
    batches, codes_of = SVRBatches(shapes, known.numbers, samples), known.codes_by(autoencoder)
    learning = _Free(svr.decoder_parameters(), (len(shapes), svr.code_size)).requires_grad_(True)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        batch = _mostly_in_own_colours(batches.draw(step), known, settings.recoloured)
        moves = settings.code_rate * learning.moves[batch.shapes]
        codes = codes_of(batch.shapes, batch.palettes) + moves
        shown = noisy_decoder_loss(svr, shapes, batches, batch, codes, step, settings.background_rays)
        away = settings.anchor_weight * moves.square().mean()
        return shown.seen + settings.background_weight * shown.background + away

    run_training("codes and decoder", learning, loss_of_step, no_evaluation, samples.loop, checkpoint, report)
    svr.requires_grad_(False)
    codes = known.codes(known.numbers) + settings.code_rate * learning.moves.detach()[known.numbers]
    return ShapeCodes(codes, tuple(shapes.entries[number].full_name for number in known.numbers))


def _mostly_in_own_colours(batch: SVRBatch, known: KnownShapes, recoloured: float) -> SVRBatch:
    """Return the batch with all but the share `recoloured` of its shapes in their own colours."""
    own = round((1.0 - recoloured) * len(batch.shapes))
    palettes = torch.cat([known.palettes(batch.shapes[:own]), batch.palettes[own:]])
    return replace(batch, palettes=palettes)
