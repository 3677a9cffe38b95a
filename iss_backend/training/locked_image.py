"""Teaching the text tower alone, against pictures whose features stand still (locked-image tuning, Zhai et al. 2022).

Not in the paper, whose CLIP is finished. A compact CLIP confuses the rarer of the nouns that it was trained on. With
the image tower locked every picture is encoded once, a caption costs a third of what it costs with its picture, and
whatever was made of image features (M, what the prior knows of pictures) keeps its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.clip import Clip
from iss_backend.errors import BundleError
from iss_backend.files import write_whole
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.training.clip import LARGEST_SCALE, CaptionedBatches, Shown, contrastive_loss
from iss_backend.training.clip_config import text_features
from iss_backend.training.clip_text import TaughtTowers, TextCorpus
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training
from iss_backend.weights import read_weights, write_weights

PIECES = 4  # of a batch of texts, each as long as its longest text
CAPTIONS, SHORT_CAPTIONS = 5, 4  # of one picture: of all kinds, and those that say no more than a noun and colours


@dataclass(frozen=True)
class LockedSettings:
    """What a step sees: `batch` pictures with one caption each, and `teacher_texts` for the teacher's lesson."""

    batch: int = 384
    teacher_texts: int = 96
    teacher_weight: float = 1.0
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=1500, learning_rate=7e-4, warmup=50))


@dataclass(frozen=True)
class LockedPictures:
    """Unit features f_I [N, D] of N pictures; of each K `captions`, and their tokens [N, K, L] int64."""

    features: Tensor
    tokens: Tensor
    captions: list[list[str]]


def kept_pictures(folder: Path, make: Callable[[], LockedPictures]) -> LockedPictures:
    """Return the pictures in a folder, made and written first where they are not there: a training resumes with them.

    Raises:
        BundleError: the files are damaged.
        OutputError: the disk is full, or they cannot be written.
    """
    encoded, told = folder / "pictures.safetensors", folder / "captions.json"
    if not encoded.is_file():
        made = make()
        write_whole(told, json.dumps(made.captions).encode())
        write_weights(encoded, {"features": made.features, "tokens": made.tokens}, half=False)
    return LockedPictures(**read_weights(encoded), captions=_read_captions(told))


def _read_captions(file: Path) -> list[list[str]]:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{file} cannot be read ({error}); remove its folder to have it made again.") from error


@torch.no_grad()
def encode_pictures(
    clip: Clip, tokenizer: Any, batches: CaptionedBatches, count: int, report: ProgressCallback
) -> LockedPictures:
    """Encode `count` batches of captioned pictures with E_I, each picture under several captions."""
    meter = ProgressMeter("captioned pictures", count, report)
    features: list[Tensor] = []
    captions: list[list[str]] = []
    for number in range(count):
        batch = batches.draw(number, clip.image_size)
        features.append(clip.encode_image(batch.pictures))
        rng = np.random.default_rng((number, 5))
        captions.extend(_captions_of(batches, shown, rng) for shown in batch.shown)
        meter.step(number + 1)
    flat = [text for each in captions for text in each]
    tokens = tokenizer(flat).view(len(captions), -1, tokenizer.context_length)
    return LockedPictures(torch.cat(features), tokens, captions)


def _captions_of(batches: CaptionedBatches, shown: Shown, rng: np.random.Generator) -> list[str]:
    told = [batches.caption_of(shown, rng) for _ in range(CAPTIONS)]
    return told + [batches.short_caption_of(shown, rng) for _ in range(SHORT_CAPTIONS)]


def train_text_on_pictures(
    taught: TaughtTowers,
    pictures: LockedPictures,
    corpus: TextCorpus,
    settings: LockedSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Train the text tower, in place, with CLIP's contrastive loss on fixed image features and the teacher's lesson."""
    taught.train().requires_grad_(True)
    taught.towers.visual.requires_grad_(False)
    scale = taught.towers.logit_scale.detach().exp().clamp(max=LARGEST_SCALE)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        rng = np.random.default_rng((settings.seed, 9, step))
        chosen = rng.integers(0, len(pictures.features), settings.batch)
        told = rng.integers(0, CAPTIONS + SHORT_CAPTIONS, settings.batch)
        known, embeddings = corpus.draw(settings.teacher_texts, rng)
        tokens = torch.cat([pictures.tokens[chosen, told], known])
        words = functional.normalize(_features_by_length(taught.towers, tokens), dim=-1)
        captions = [pictures.captions[picture][number] for picture, number in zip(chosen, told, strict=True)]
        contrast = contrastive_loss(pictures.features[chosen], words[: settings.batch], scale, captions)
        return contrast + settings.teacher_weight * taught.distillation_loss(words[settings.batch :], embeddings)

    run_training("words", taught, loss_of_step, no_evaluation, settings.loop, checkpoint, report)
    taught.eval()


def _features_by_length(towers: nn.Module, tokens: Tensor) -> Tensor:
    """Return the text features [B, D], not normalised, of tokens [B, L]; short texts wait for no long ones."""
    order = tokens.argmax(dim=-1).argsort()
    features = torch.cat([text_features(towers, tokens[part]) for part in order.chunk(PIECES)])
    return features[order.argsort()]
