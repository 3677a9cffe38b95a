"""Stage 1 (paper, section 3.2): M learns to reach the shape space, D learns a white background.

The paper trains both in one loop, with stop-gradients that keep them apart: L_M moves M alone (E_S and its codes are
detached), L_D + lambda_bg L_bg move D alone (its code comes from E_S, not from M). Two losses that share no parameter
can be trained one after the other, which is what happens here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from iss_backend.alignment.diversity import rotate_feature
from iss_backend.alignment.losses import Norm, background_loss, mapper_loss
from iss_backend.alignment.mapper import Mapper
from iss_backend.alignment.prior import CodePrior, flow_matching_loss
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.svr.base import FieldState, SVRModel
from iss_backend.svr.losses import svr_point_loss
from iss_backend.training.code_source import CodesOf
from iss_backend.training.pairs import FeatureCodePairs
from iss_backend.training.precision import mixed_precision
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training
from iss_backend.training.svr import SVRBatches, SVRTrainingSettings, split_indices


@dataclass(frozen=True)
class MapperTrainingSettings:
    """How M, or the prior, is trained on pairs.

    Attributes:
        batch: pairs per step.
        lowest_cosine: features are turned by a random angle, down to this cosine with what they were, because a text
            feature lies beside every image feature; 1 is the paper's clean features.
        norm: of L_M; the paper's squared L2 or the official code's L1.
        weight: lambda_M.
        text_share: how often the prior is conditioned on the feature of a caption instead of the picture's. Captions
            are what people type; M keeps to pictures, as in the paper.
    """

    batch: int = 256
    lowest_cosine: float = 0.6
    norm: Norm = "squared_l2"
    weight: float = 1.0 / 256
    text_share: float = 0.5
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=6000, learning_rate=5e-4))


PairLoss = Callable[[Tensor, Tensor, torch.Generator], Tensor]  # features [B, D] and codes [B, C] -> loss


def noisy_pairs(
    pairs: FeatureCodePairs, settings: MapperTrainingSettings, step: int
) -> tuple[Tensor, Tensor, torch.Generator]:
    """Draw the pairs of a step, features turned by random angles; also return the step's generator."""
    generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
    features, codes = pairs.draw(settings.batch, generator, settings.text_share)
    low = settings.lowest_cosine
    cosine = low + (1.0 - low) * torch.rand(len(features), 1, generator=generator)
    return rotate_feature(features, cosine, generator), codes, generator


def train_mapper(
    mapper: Mapper,
    pairs: FeatureCodePairs,
    settings: MapperTrainingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Fit M to the pairs with L_M (1), on image features alone."""

    def loss(features: Tensor, codes: Tensor, _: torch.Generator) -> Tensor:
        """Return lambda_M L_M."""
        return settings.weight * mapper_loss(mapper(features), codes, settings.norm)

    _fit("mapper", mapper, loss, pairs, replace(settings, text_share=0.0), checkpoint, report)


def train_prior(
    prior: CodePrior,
    pairs: FeatureCodePairs,
    settings: MapperTrainingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Fit the code prior to the pairs by conditional flow matching, on captions' features too where there are any."""

    def loss(features: Tensor, codes: Tensor, generator: torch.Generator) -> Tensor:
        """Return the conditional flow-matching loss."""
        return flow_matching_loss(prior, codes, features, generator)

    share = 0.0 if pairs.texts is None else settings.text_share
    _fit("prior", prior, loss, pairs, replace(settings, text_share=share), checkpoint, report)


def train_mapper_further(
    mapper: Mapper, pairs: FeatureCodePairs, steps: int, seed: int, checkpoint: Path, report: ProgressCallback
) -> None:
    """Train the M of a bundle on, in place, and freeze it again."""
    settings = MapperTrainingSettings(seed=seed, loop=_loop_further(steps))
    train_mapper(mapper.train().requires_grad_(True), pairs, settings, checkpoint, report)
    mapper.eval().requires_grad_(False)


def train_prior_further(
    prior: CodePrior, pairs: FeatureCodePairs, steps: int, seed: int, checkpoint: Path, report: ProgressCallback
) -> None:
    """Train the prior of a bundle on, in place, and freeze it again; less noise makes it follow texts more closely."""
    settings = MapperTrainingSettings(seed=seed, lowest_cosine=0.85, text_share=0.6, loop=_loop_further(steps))
    train_prior(prior.train().requires_grad_(True), pairs, settings, checkpoint, report)
    prior.eval().requires_grad_(False)


def _loop_further(steps: int) -> LoopSettings:
    return LoopSettings(steps, learning_rate=3e-4, warmup=100)


def _fit(
    name: str,
    model: nn.Module,
    loss: PairLoss,
    pairs: FeatureCodePairs,
    settings: MapperTrainingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        return loss(*noisy_pairs(pairs, settings, step))

    run_training(name, model, loss_of_step, no_evaluation, settings.loop, checkpoint, report)


@dataclass(frozen=True)
class DecoderTrainingSettings:
    """How D is fine-tuned: L_D on `svr` batches + `background_weight` L_bg on `background_rays` missed rays a shape."""

    svr: SVRTrainingSettings = field(
        default_factory=lambda: SVRTrainingSettings(loop=LoopSettings(steps=2000, learning_rate=6e-4, warmup=50))
    )
    background_weight: float = 1.0
    background_rays: int = 256
    background_depth: float = 1.0
    norm: Norm = "squared_l2"


class _Decoder(nn.Module):
    """The parameters of D alone, so that the training loop leaves E_S as it is."""

    def __init__(self, svr: SVRModel) -> None:
        super().__init__()
        self.parts = nn.ParameterList(svr.decoder_parameters())


def train_decoder(
    svr: SVRModel,
    shapes: PackedShapes,
    codes_of: CodesOf | None,
    settings: DecoderTrainingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Fine-tune D with L_D + lambda_bg L_bg (2) on the codes of whole shapes, or of E_S where there are none.

    E_S is frozen, its batch statistics too.
    """
    batches = SVRBatches(shapes, split_indices(shapes)[0], settings.svr)
    svr.eval().requires_grad_(False)
    decoder = _Decoder(svr).requires_grad_(True)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        batch = batches.draw(step)
        with torch.no_grad():
            if codes_of:
                codes = codes_of(batch.shapes, batch.palettes)
            else:
                codes = svr.encode(batches.images(batch, svr.image_size))
        with mixed_precision():
            fields = svr.prepare(codes)
        rng = np.random.default_rng((settings.svr.seed, 11, step))
        ends = shapes.background_points(settings.svr.batch, settings.background_rays, settings.background_depth, rng)
        background = missed_colours(svr, fields, ends)
        return svr_point_loss(svr, fields, batches.field_samples(batch), settings.svr.weights) + (
            settings.background_weight * background_loss(background, settings.norm)
        )

    run_training("decoder", decoder, loss_of_step, no_evaluation, settings.svr.loop, checkpoint, report)
    svr.requires_grad_(False)


def missed_colours(svr: SVRModel, fields: FieldState, ends: Tensor) -> Tensor:
    """Return D_c [B, 3, R, 1] of B fields where rays that miss end, at points [B, R, 3]: what L_bg compares."""
    return svr.background(fields, ends).transpose(1, 2)[..., None]
