"""Teaching the point tower E_P, against features of texts that stand still (ULIP, Xue et al. 2023)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.clip.point_tower import POINTS, PointTower
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.training.align import encode_texts
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings, Shown
from iss_backend.training.cloud_variants import roughened, varied
from iss_backend.training.decoded_clouds import DecodedClouds
from iss_backend.training.pictures import random_palettes
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training
from iss_backend.training.soft_contrast import LARGEST_SCALE, soft_contrastive_loss
from iss_backend.training.svr import category_weights

TORN_SHARE, BLURRED_SHARE, JITTER, STRETCH = 1 / 3, 0.6, 0.012, 0.15  # of the clouds that a step sees


@dataclass(frozen=True)
class PointTowerSettings:
    """What a step sees: `batch` coloured clouds with one caption each, and other captions to tell theirs from.

    Attributes:
        decoded_share: of the clouds, those of shapes as D shows them.
        short_share: of the captions, those that say no more than a noun and colours.
        others, bank: captions beside those of the batch, and how many are made to draw them from.
        sharpness: of the answers that are right, see `soft_contrastive_loss`.
    """

    batch: int = 64
    decoded_share: float = 0.3
    short_share: float = 0.6
    others: int = 768
    bank: int = 12000
    sharpness: float = 20.0
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(1300, 2e-3, warmup=50, weight_decay=1e-2))


class CaptionedClouds:
    """Draws coloured clouds of packed shapes and captions of them; a draw depends on the given generator alone."""

    def __init__(
        self, shapes: PackedShapes, chosen: np.ndarray, decoded: DecodedClouds, settings: PointTowerSettings
    ) -> None:
        self._shapes, self._chosen, self._decoded, self._settings = shapes, chosen, decoded, settings
        self._captions = CaptionedBatches(shapes, chosen, None, ClipTrainingSettings(seed=settings.seed))
        self._weights = category_weights(shapes, chosen)
        self._decoded_weights = category_weights(shapes, decoded.shapes)

    def draw(self, rng: np.random.Generator) -> tuple[Tensor, list[str]]:
        """Return clouds [B, P, 6], some recoloured and roughened, some as D shows them, and a caption of each."""
        settings = self._settings
        count = round(settings.batch * settings.decoded_share)
        numbers = rng.choice(self._chosen, settings.batch - count, p=self._weights)
        palettes = random_palettes(self._shapes, numbers, rng)
        points = torch.cat(self._shapes.surface_samples(numbers, palettes, rng, POINTS), dim=-1)
        rows = rng.choice(len(self._decoded.shapes), count, p=self._decoded_weights)
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        rough = roughened(points, TORN_SHARE, BLURRED_SHARE, JITTER, generator)
        clouds = varied(torch.cat([rough, self._decoded.points[rows]]), STRETCH, generator)
        shown = [Shown(*each) for each in zip(numbers, palettes.numpy(), strict=True)]
        shown += [Shown(number, self._shapes.palettes[number]) for number in self._decoded.shapes[rows]]
        return clouds, self._captions.told(shown, settings.short_share, rng)

    def captions(self, count: int, rng: np.random.Generator) -> list[str]:
        """Return captions of `count` shapes, recoloured as the ones that are drawn."""
        numbers = rng.choice(self._chosen, count, p=self._weights)
        palettes = random_palettes(self._shapes, numbers, rng).numpy()
        shown = [Shown(*each) for each in zip(numbers, palettes, strict=True)]
        return self._captions.told(shown, self._settings.short_share, rng)


def train_point_tower(
    tower: PointTower,
    clip: Clip,
    clouds: CaptionedClouds,
    settings: PointTowerSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Train the tower, in place, to put clouds where the CLIP's frozen text tower puts their captions."""
    rng = np.random.default_rng((settings.seed, 8))
    bank = encode_texts(clip, clouds.captions(settings.bank, rng))

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        rng = np.random.default_rng((settings.seed, 1, step))
        points, captions = clouds.draw(rng)
        torch.manual_seed(int(rng.integers(2**63)))  # of the dropout: a resumed training sees what it would have seen
        words, forms = clip.encode_text(captions), tower(points)
        others = bank[torch.from_numpy(rng.integers(0, len(bank), settings.others))]
        scale = tower.logit_scale.exp().clamp(max=LARGEST_SCALE)
        return soft_contrastive_loss(scale * forms, words, others, settings.sharpness)

    tower.train().requires_grad_(True)
    run_training("point tower", tower, loss_of_step, no_evaluation, settings.loop, checkpoint, report)
    tower.eval().requires_grad_(False)
