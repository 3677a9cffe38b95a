"""Fine-tuning D and E_S on own shapes, held to what they were on the codes that the bundle ships."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.alignment.losses import background_loss
from iss_backend.data.carving import cell_centres
from iss_backend.progress import ProgressCallback
from iss_backend.svr.base import FieldState, SVRModel
from iss_backend.svr.losses import FieldSamples, SVRLossWeights, svr_point_loss
from iss_backend.training.augmentation import draw_augmentation
from iss_backend.training.own_shapes import OwnShapes
from iss_backend.training.remembered import unit_interval
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training
from iss_backend.training.shape_encoder import code_distance
from iss_backend.training.svr import SVRBatch, SVRBatches, SVRTrainingSettings

BACKGROUND_DEPTH = 1.0  # ray parameter at which D_c is white, as in stage 1
CODE_PACE = 20.0  # how much faster codes move than weights, in the phase that trains both


@dataclass(frozen=True)
class FieldTuning:
    """How D and E_S are fine-tuned.

    Attributes:
        code_steps, decoder_steps, encoder_steps: of the codes alone, of D and the codes, and of E_S.
        code_rate, decoder_rate, encoder_rate: learning rates.
        own, old: own shapes and old codes in a step.
        old_points: points of each old field in the whole cube, `old_near` near its surface.
        old_weight: of the rehearsal's loss.
        code_noise: standard deviation of the noise on the codes that D sees.
        code_weight: of the squared length of own codes, which keeps them where the bundle's codes lie.
    """

    code_steps: int = 120
    decoder_steps: int = 240
    encoder_steps: int = 160
    code_rate: float = 5e-2
    decoder_rate: float = 4e-4
    encoder_rate: float = 2e-4
    own: int = 8
    old: int = 8
    old_points: int = 384
    old_near: int = 640
    old_weight: float = 2.0
    code_noise: float = 0.1
    code_weight: float = 1e-3
    background_rays: int = 128
    save_every_s: float = 20.0
    weights: SVRLossWeights = field(default_factory=SVRLossWeights)

    def loop(self, steps: int, rate: float) -> LoopSettings:
        """Return the settings of a training of so many steps at a rate."""
        warm = min(20, steps // 5)
        return LoopSettings(steps, rate, warm, weight_decay=0.0, checkpoint_every_s=self.save_every_s)


class OwnCodes(nn.Module):
    """A learnable code for every item [I, C], and perhaps the weights that learn along with them."""

    def __init__(self, start: Tensor, pace: float, *others: nn.Parameter) -> None:
        super().__init__()
        self._start, self._pace = start, pace
        self.moved = nn.Parameter(torch.zeros_like(start))
        self.others = nn.ParameterList(others)

    def forward(self) -> Tensor:
        """Return the codes [I, C]."""
        return self._start + self._pace * self.moved


class FieldTuner:
    """Draws the batches of own and old shapes that both phases of D see."""

    def __init__(
        self, svr: SVRModel, old: SVRModel, own: OwnShapes, codes: Tensor, tuning: FieldTuning, seed: int
    ) -> None:
        self._svr, self._old, self._own, self._codes = svr, old, own, codes
        self._tuning, self._seed = tuning, seed
        shade = 0.75 if svr.colours_are_lit else 1.0
        samples = SVRTrainingSettings(batch=tuning.own, shade=shade)
        self._batches = SVRBatches(own.shapes, np.arange(len(own.shapes)), samples)

    def own_loss(self, codes: OwnCodes, step: int, noise: float) -> Tensor:
        """Return L_D + L_bg of some items' fields, and the weighted squared length of their codes."""
        rng = np.random.default_rng((self._seed, 3, step))
        items = rng.integers(0, len(self._own), self._tuning.own)
        chosen = codes()[torch.from_numpy(items)]
        noisy = chosen + noise * torch.from_numpy(rng.standard_normal(chosen.shape).astype(np.float32))
        fields = self._svr.prepare(noisy)
        loss = svr_point_loss(self._svr, fields, self._samples(items, rng), self._tuning.weights)
        points = self._missed(items, rng)
        white = background_loss(self._svr.query(fields, points)[1].transpose(1, 2)[..., None])
        return loss + white + self._tuning.code_weight * chosen.square().mean()

    def old_loss(self, step: int) -> Tensor:
        """Return how far the fields of shipped codes, and of mixes of them, are from what they were."""
        tuning = self._tuning
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + step)
        pair = torch.randint(len(self._codes), (2, tuning.old), generator=generator)
        mix = torch.rand(tuning.old, 1, generator=generator)
        mix = torch.where(torch.rand(tuning.old, 1, generator=generator) < 0.5, mix, 0.0)
        codes = torch.lerp(self._codes[pair[0]], self._codes[pair[1]], mix)
        points, inside, colours = self._old_answers(codes, generator)
        fields = self._svr.prepare(codes)
        logits, found = self._svr.query(fields, points)
        seen = (colours - found).abs()[:, -tuning.old_near :].mean()
        around = (colours - found).abs()[:, : -tuning.old_near].mean()
        occupancy = functional.binary_cross_entropy_with_logits(logits, inside)
        return tuning.weights.occupancy * occupancy + tuning.weights.colour * (seen + 0.25 * around)

    @torch.no_grad()
    def _old_answers(self, codes: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Return points [B, P, 3], anywhere and then near the old surface, and the old occupancy and colours there."""
        tuning = self._tuning
        fields = self._old.prepare(codes)
        candidates = torch.rand(len(codes), 4 * tuning.old_near, 3, generator=generator) - 0.5
        near = self._old.occupancy(fields, candidates).abs().topk(tuning.old_near, largest=False).indices
        spread = 1.6 * (torch.rand(len(codes), tuning.old_points, 3, generator=generator) - 0.5)
        points = torch.cat([spread, candidates.gather(1, near[..., None].expand(-1, -1, 3))], dim=1)
        logits, colours = self._old.query(fields, points)
        return points, torch.sigmoid(logits), colours

    def _samples(self, items: np.ndarray, rng: np.random.Generator) -> FieldSamples:
        palettes = self._own.palettes[torch.from_numpy(items)]
        variants = draw_augmentation(len(items), rng, 0.0, 0.0)
        return self._batches.field_samples(SVRBatch(self._own.numbers[items], palettes, variants, rng))

    def _missed(self, items: np.ndarray, rng: np.random.Generator) -> Tensor:
        return self._own.shapes.background_points(len(items), self._tuning.background_rays, BACKGROUND_DEPTH, rng)


@torch.no_grad()
def first_codes(svr: SVRModel, own: OwnShapes, rounds: int, seed: int) -> Tensor:
    """Return the mean code [I, C] of `rounds` pictures of each item, by E_S."""
    rng = np.random.default_rng((seed, 1))

    def seen() -> Tensor:
        """Return the codes of one picture of each item."""
        return torch.cat([svr.encode(own.pictures(items, rng, svr.image_size)) for items in own.parts()])

    return torch.stack([seen() for _ in range(rounds)]).mean(dim=0)


def fit_codes(tuner: FieldTuner, start: Tensor, tuning: FieldTuning, work: Path, report: ProgressCallback) -> Tensor:
    """Return codes [I, C] that the unchanged D decodes to the own shapes as well as it can."""
    codes = OwnCodes(start, 1.0)
    _run("own codes", codes, lambda step: tuner.own_loss(codes, step, 0.0), tuning.code_steps, tuning.code_rate, work,
         tuning, report)  # fmt: skip
    return codes().detach()


def tune_decoder(
    svr: SVRModel, tuner: FieldTuner, start: Tensor, tuning: FieldTuning, work: Path, report: ProgressCallback
) -> Tensor:
    """Fine-tune D on own shapes while old codes keep their fields; return the own codes [I, C], which move along."""
    decoder = svr.decoder_parameters()
    for parameter in decoder:
        parameter.requires_grad_(True)
    codes = OwnCodes(start, CODE_PACE, *decoder)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        own = tuner.own_loss(codes, step, tuning.code_noise)
        return own + tuning.old_weight * tuner.old_loss(step)

    _run("decoder", codes, loss_of_step, tuning.decoder_steps, tuning.decoder_rate, work, tuning, report)
    svr.requires_grad_(False)
    return codes().detach()


def tune_encoder(
    svr: SVRModel,
    own: OwnShapes,
    codes: Tensor,
    old: tuple[Tensor, Tensor],
    tuning: FieldTuning,
    seed: int,
    work: Path,
    report: ProgressCallback,
) -> None:
    """Fine-tune E_S towards the own codes [I, C], while it keeps what it said of old pictures.

    `old` are pictures of shipped codes, uint8 [N, 3, S, S], and E_S of them before, [N, C]. The batch statistics stay.
    """
    decoder = {id(parameter) for parameter in svr.decoder_parameters()}
    encoder = nn.ParameterList(p for p in svr.parameters() if id(p) not in decoder).requires_grad_(True)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        rng = np.random.default_rng((seed, 5, step))
        items = rng.integers(0, len(own), tuning.own)
        drawn = torch.from_numpy(rng.integers(0, len(old[0]), 2 * tuning.old))
        pictures = own.pictures(items, rng, svr.image_size)
        before = unit_interval(old[0][drawn])
        found = svr.encode(torch.cat([pictures, functional.interpolate(before, pictures.shape[-2:], mode="area")]))
        fresh, kept = found.split([len(items), len(drawn)])
        rehearsal = code_distance(kept, old[1][drawn])
        return code_distance(fresh, codes[torch.from_numpy(items)]) + tuning.old_weight * rehearsal

    _run("encoder", encoder, loss_of_step, tuning.encoder_steps, tuning.encoder_rate, work, tuning, report)
    svr.requires_grad_(False)


def _run(
    name: str,
    model: nn.Module,
    loss: Callable[[int], Tensor],
    steps: int,
    rate: float,
    work: Path,
    tuning: FieldTuning,
    report: ProgressCallback,
) -> None:
    checkpoint = work / f"{name.replace(' ', '_')}.safetensors"
    run_training(name, model, loss, no_evaluation, tuning.loop(steps, rate), checkpoint, report)


@torch.inference_mode()
def field_iou(first: SVRModel, second: SVRModel, codes: Tensor, resolution: int = 32) -> float:
    """Return the mean intersection over union of two models' fields of the same codes [N, C], in 0..1."""
    points = cell_centres(resolution).view(1, -1, 3)
    scores = []
    for part in codes.split(16):
        inside = [_inside(model, model.prepare(part), points) for model in (first, second)]
        union = (inside[0] | inside[1]).sum(1)
        scores.append((inside[0] & inside[1]).sum(1) / union.clamp(min=1))
    return float(torch.cat(scores).mean())


def _inside(model: SVRModel, fields: FieldState, points: Tensor) -> Tensor:
    return model.occupancy(fields, points.expand(len(fields), -1, -1)) > 0
