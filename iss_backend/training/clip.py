"""Training the compact CLIP: pictures against captions, with the teacher's word meanings kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.data.backgrounds import random_backgrounds
from iss_backend.data.captions import caption, noun_choices, plain_nouns
from iss_backend.data.colour_names import palette_colours
from iss_backend.data.material_captions import material_caption
from iss_backend.data.materials import Piece, draw_material
from iss_backend.data.packed import PackedShapes
from iss_backend.data.packing import ShapeEntry
from iss_backend.data.word_captions import described_caption, in_other_colours, nouns_of
from iss_backend.progress import ProgressCallback
from iss_backend.training.clip_config import PREPROCESS_CONFIG, text_features
from iss_backend.training.clip_text import TaughtTowers, TextCorpus
from iss_backend.training.pictures import lit_layers, random_palettes
from iss_backend.training.precision import arrange_for_training, mixed_precision
from iss_backend.training.reconstructions import Reconstructions
from iss_backend.training.schedule import LoopSettings, run_training
from iss_backend.training.svr import category_weights, split_indices

log = logging.getLogger(__name__)

LARGEST_SCALE = 100.0  # of the logits, as in CLIP
SMALLEST_SHARE = 0.01  # palette entries that cover less of a shape are not named


@dataclass(frozen=True)
class ClipTrainingSettings:
    """What one step sees: `batch` captioned pictures, a share of them reconstructions, and texts for the teacher.

    `material_share` of the other pictures show the shape in a solid texture ("a golden chair") instead of a palette.
    """

    batch: int = 256
    reconstruction_share: float = 0.3
    material_share: float = 0.2
    teacher_texts: int = 128
    teacher_weight: float = 1.0
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=3000, learning_rate=1e-3))


class Shown(NamedTuple):
    """What a picture shows: a shape by its number, its palette [K, 3] in 0..1, the material that it is painted with."""

    number: int
    palette: np.ndarray
    piece: Piece | None = None


@dataclass(frozen=True)
class CaptionedPictures:
    """Pictures [B, 3, S, S] in 0..1, a caption of each, and what they show."""

    pictures: Tensor
    captions: list[str]
    shown: list[Shown]


class CaptionedBatches:
    """Draws captioned pictures; batch number `step` is the same in every run with the same seed."""

    def __init__(
        self,
        shapes: PackedShapes,
        chosen: np.ndarray,
        reconstructions: Reconstructions | None,
        settings: ClipTrainingSettings,
    ) -> None:
        self._shapes, self._chosen, self._settings = shapes, chosen, settings
        self._reconstructions = reconstructions
        self._probabilities = category_weights(shapes, chosen)
        self._nouns = [_nouns_of_entry(entry) for entry in shapes.entries]

    def draw(self, step: int, size: int) -> CaptionedPictures:
        """Return batch number `step`, pictures of `size` pixels."""
        settings = self._settings
        rng = np.random.default_rng((settings.seed, step))
        rendered = int(settings.batch * settings.reconstruction_share) if self._reconstructions else 0
        numbers, palettes, pieces = self._draw_shown(settings.batch - rendered, rng)
        paints = [piece.paint if piece else None for piece in pieces]
        colour, coverage = lit_layers(self._shapes, numbers, palettes, rng, size, paints)
        if self._reconstructions is not None:
            extra = torch.from_numpy(rng.integers(0, len(self._reconstructions.shapes), rendered))
            layers = self._reconstructions.pictures[extra].float() / 255.0
            colour = torch.cat([colour, layers[:, :3] * layers[:, 3:]])
            coverage = torch.cat([coverage, layers[:, 3:]])
            numbers = np.concatenate([numbers, self._reconstructions.shapes[extra].numpy()])
            palettes = torch.cat([palettes, _widened(self._reconstructions.palettes[extra], palettes.shape[1])])
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        pictures = colour + (1.0 - coverage) * random_backgrounds(settings.batch, size, generator)
        flipped = torch.rand(settings.batch, 1, 1, 1, generator=generator) < 0.5
        pieces += [None] * rendered
        shown = [Shown(*each) for each in zip(numbers, palettes.numpy(), pieces, strict=True)]
        captions = [self.caption_of(each, rng) for each in shown]
        return CaptionedPictures(torch.where(flipped, pictures.flip(-1), pictures), captions, shown)

    def _draw_shown(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, Tensor, list[Piece | None]]:
        numbers = rng.choice(self._chosen, count, p=self._probabilities)
        palettes = random_palettes(self._shapes, numbers, rng)
        share = self._settings.material_share
        return numbers, palettes, [draw_material(rng) if rng.random() < share else None for _ in numbers]

    def captions(self, count: int, short_share: float, rng: np.random.Generator) -> list[str]:
        """Return captions of `count` shapes, drawn and painted as those of pictures are."""
        numbers, palettes, pieces = self._draw_shown(count, rng)
        shown = [Shown(*each) for each in zip(numbers, palettes.numpy(), pieces, strict=True)]
        return self.told(shown, short_share, rng)

    def told(self, shown: Sequence[Shown], short_share: float, rng: np.random.Generator) -> list[str]:
        """Return a caption of each, a short one with the probability `short_share`."""
        return [(self.short_caption_of if rng.random() < short_share else self.caption_of)(each, rng) for each in shown]

    def captions_of(self, numbers: np.ndarray, palettes: Tensor, rng: np.random.Generator) -> list[str]:
        """Describe shapes [B] under palettes [B, K, 3]."""
        return [self.caption_of(Shown(*each), rng) for each in zip(numbers, palettes.numpy(), strict=True)]

    def caption_of(self, shown: Shown, rng: np.random.Generator) -> str:
        """Describe what a picture shows."""
        nouns, words = self._nouns[shown.number], self._shapes.entries[shown.number].words
        if shown.piece is not None:
            return material_caption(nouns.plain, shown.piece, rng)
        own_colours = self._has_own_colours(shown)
        if words is not None:
            return described_caption(words, self._colours(shown), own_colours, rng)
        return caption(nouns.described if own_colours else nouns.recoloured, self._colours(shown), rng)

    def short_caption_of(self, shown: Shown, rng: np.random.Generator) -> str:
        """Say no more than a noun, any of the shape's, and perhaps its colours: what people type most."""
        nouns = self._nouns[shown.number]
        if shown.piece is not None:
            return material_caption(nouns.plain, shown.piece, rng)
        choices = nouns.described if self._has_own_colours(shown) else nouns.recoloured
        return caption([choices[rng.integers(len(choices))]], self._colours(shown), rng)

    def _has_own_colours(self, shown: Shown) -> bool:
        return np.array_equal(shown.palette, self._shapes.palettes[shown.number])

    def _colours(self, shown: Shown) -> list[tuple[str, float]]:
        shares = self._shapes.shares[shown.number]
        used = shares > SMALLEST_SHARE
        return palette_colours((shown.palette[used] * 255.0).astype(np.uint8), shares[used])


@dataclass(frozen=True)
class _Nouns:
    """What a shape is called: alone, with form and material in its own colours, and with form in others."""

    plain: Sequence[str]
    described: Sequence[str]
    recoloured: Sequence[str]


def _nouns_of_entry(entry: ShapeEntry) -> _Nouns:
    if entry.words is not None:
        nouns = nouns_of(in_other_colours(entry.words))
        return _Nouns(nouns, nouns, nouns)
    name = (entry.group, entry.name, entry.category)
    return _Nouns(plain_nouns(*name), noun_choices(*name), noun_choices(*name, recoloured=True))


def _widened(palettes: Tensor, width: int) -> Tensor:
    """Pad palettes [B, K, 3] with black entries, which no pixel uses, to `width` entries."""
    return functional.pad(palettes, (0, 0, 0, width - palettes.shape[1]))


def contrastive_loss(image_features: Tensor, text_features: Tensor, scale: Tensor, captions: Sequence[str]) -> Tensor:
    """Return CLIP's symmetric cross-entropy of unit features [B, D] each; equal captions are all right answers."""
    logits = scale * image_features @ text_features.T
    numbers = {text: number for number, text in enumerate(dict.fromkeys(captions))}
    labels = torch.tensor([numbers[text] for text in captions])
    targets = (labels[:, None] == labels[None]).float()
    targets = targets / targets.sum(dim=1, keepdim=True)
    both = functional.cross_entropy(logits, targets) + functional.cross_entropy(logits.T, targets)
    return both / 2.0


def train_clip(
    taught: TaughtTowers,
    tokenizer: Any,
    shapes: PackedShapes,
    reconstructions: Reconstructions | None,
    corpus: TextCorpus,
    settings: ClipTrainingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Train both towers; log the retrieval accuracy on held-out shapes now and then."""
    train, test = split_indices(shapes)
    batches = CaptionedBatches(shapes, train, reconstructions, settings)
    held_out = CaptionedBatches(shapes, test, None, settings)
    size = taught.towers.visual.image_size
    arrange_for_training(taught.towers.visual)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        batch = batches.draw(step, size)
        known, embeddings = corpus.draw(settings.teacher_texts, np.random.default_rng((settings.seed, 7, step)))
        texts = torch.cat([tokenizer(batch.captions), known])
        with mixed_precision():
            images = taught.towers.encode_image(normalise(batch.pictures))
            words = text_features(taught.towers, texts)
        images, words = (functional.normalize(features.float(), dim=-1) for features in (images, words))
        count = len(batch.captions)
        scale = taught.towers.logit_scale.exp().clamp(max=LARGEST_SCALE)
        distillation = taught.distillation_loss(words[count:], embeddings)
        contrast = contrastive_loss(images, words[:count], scale, batch.captions)
        return contrast + settings.teacher_weight * distillation

    def evaluate(step: int) -> None:
        """Log what was reached."""
        taught.eval()
        top1 = np.mean([retrieval(taught, tokenizer, held_out.draw(number, size)) for number in range(3)])
        log.info("step %d: held-out retrieval among %d captions: %.3f", step, settings.batch, top1)
        taught.train()

    taught.train()
    run_training("clip", taught, loss_of_step, evaluate, settings.loop, checkpoint, report)


def normalise(pictures: Tensor) -> Tensor:
    """Normalise pictures [B, 3, S, S] in 0..1 as the compact CLIP's configuration says."""
    mean, std = (pictures.new_tensor(PREPROCESS_CONFIG[name])[:, None, None] for name in ("mean", "std"))
    return (pictures - mean) / std


@torch.no_grad()
def retrieval(taught: TaughtTowers, tokenizer: Any, batch: CaptionedPictures) -> float:
    """Return the share of pictures whose nearest caption in the batch reads like their own."""
    images = functional.normalize(taught.towers.encode_image(normalise(batch.pictures)), dim=-1)
    words = functional.normalize(text_features(taught.towers, tokenizer(batch.captions)), dim=-1)
    nearest = (images @ words.T).argmax(dim=1)
    return float(np.mean([batch.captions[i] == batch.captions[j] for i, j in enumerate(nearest.tolist())]))
