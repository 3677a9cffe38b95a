"""Teaching the image tower alone, against captions whose features stand still: the other way round than LiT.

Not in the paper, whose CLIP is finished. The text tower has its meanings from a sentence encoder, and pictures teach it
little; E_I, by which M finds codes and views are judged, can be shown new pictures without end. What was made of texts
alone (the thesaurus, the point tower) keeps its meaning.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from iss_backend.clip import Clip
from iss_backend.progress import ProgressCallback
from iss_backend.training.align import encode_texts
from iss_backend.training.clip import CaptionedBatches
from iss_backend.training.precision import arrange_for_training, mixed_precision
from iss_backend.training.schedule import LoopSettings, run_training
from iss_backend.training.soft_contrast import LARGEST_SCALE, soft_contrastive_loss

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ImagesSettings:
    """What a step sees beside the pictures of `CaptionedBatches`.

    Attributes:
        short_share: of the captions, those that say no more than a noun and colours.
        others, bank: captions beside those of the pictures, and how many are made to draw them from.
        sharpness: of the answers that are right, see `soft_contrastive_loss`.
    """

    short_share: float = 0.5
    others: int = 1024
    bank: int = 12000
    sharpness: float = 20.0
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(6000, 8e-4, weight_decay=1e-2))


class _Scaled(nn.Module):
    """What learns: the image tower, and by how much cosines are scaled to logits, which begins at 20."""

    def __init__(self, visual: nn.Module) -> None:
        super().__init__()
        self.visual, self.logit_scale = visual, nn.Parameter(torch.tensor(20.0).log())


def train_images_on_texts(
    clip: Clip,
    batches: CaptionedBatches,
    held_out: CaptionedBatches,
    settings: ImagesSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Train E_I, in place, to put pictures where the frozen text tower puts their captions.

    What it says of held-out pictures is logged now and then.
    """
    bank = encode_texts(clip, batches.captions(settings.bank, settings.short_share, _draws(settings, 8)))
    learning = _Scaled(clip.towers.visual)

    def loss_of(pictures: CaptionedBatches, rng: np.random.Generator, step: int) -> Tensor:
        """Return the loss of one batch."""
        batch = pictures.draw(step, clip.image_size)
        captions = pictures.told(batch.shown, settings.short_share, rng)
        with mixed_precision():
            words, images = clip.encode_text(captions), clip.encode_image(batch.pictures)
        scale = learning.logit_scale.exp().clamp(max=LARGEST_SCALE)
        others = bank[torch.from_numpy(rng.integers(0, len(bank), settings.others))]
        return soft_contrastive_loss(scale * images, words, others, settings.sharpness)

    @torch.no_grad()
    def evaluate(step: int) -> None:
        """Log what was reached."""
        learning.eval()
        loss = float(np.mean([loss_of(held_out, _draws(settings, 2, number), number) for number in range(4)]))
        log.info("step %d: loss on held-out pictures %.4f", step, loss)
        learning.train()

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        return loss_of(batches, _draws(settings, 1, step), step)

    arrange_for_training(learning)
    learning.train().requires_grad_(True)
    run_training("image tower", learning, loss_of_step, evaluate, settings.loop, checkpoint, report)
    learning.eval().requires_grad_(False)


def _draws(settings: ImagesSettings, *purpose: int) -> np.random.Generator:
    return np.random.default_rng((settings.seed, *purpose))
