"""Pairs of CLIP image features and shape codes of the same picture: all that M and the prior are trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.alignment.text_image_gap import TextImageGap
from iss_backend.clip import Clip
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.svr.base import SVRModel
from iss_backend.training.code_source import CodesOf
from iss_backend.training.pictures import input_pictures, random_palettes
from iss_backend.training.svr import category_weights
from iss_backend.weights import read_weights, write_weights

BATCH = 256
# Share of pictures in the shape's own colours: a text that names no colour should get the usual one.
OWN_COLOURS = 0.75
CAPTIONS = 4  # of one picture


CaptionsOf = Callable[[np.ndarray, Tensor, np.random.Generator], list[str]]


@dataclass(frozen=True)
class FeatureCodePairs:
    """Unit features f_I [N, D] of N pictures, shape codes f_S [N, C], perhaps unit f_T [N, K, D] of K captions each."""

    features: Tensor
    codes: Tensor
    texts: Tensor | None = None

    def draw(self, count: int, generator: torch.Generator, text_share: float = 0.0) -> tuple[Tensor, Tensor]:
        """Draw `count` pairs: features (a caption's with the probability `text_share`) and codes."""
        chosen = torch.randint(len(self.features), (count,), generator=generator)
        features = self.features[chosen]
        if text_share > 0.0 and self.texts is not None:
            told = torch.rand(count, 1, generator=generator) < text_share
            which = torch.randint(self.texts.shape[1], (count,), generator=generator)
            features = torch.where(told, self.texts[chosen, which], features)
        return features, self.codes[chosen]

    def with_texts_moved(self, gap: TextImageGap) -> FeatureCodePairs:
        """Return the pairs with captions' features moved to where image features lie, as those of asked texts are."""
        return self if self.texts is None else replace(self, texts=gap.close(self.texts))


def kept_pairs(path: Path, make: Callable[[], FeatureCodePairs]) -> FeatureCodePairs:
    """Return the pairs in a file, made and written first where it is not there: an interrupted training goes on there.

    Raises:
        BundleError: the file is damaged.
        OutputError: the disk is full, or the file cannot be written.
    """
    if not path.is_file():
        tensors = asdict(make())
        write_weights(path, {name: value for name, value in tensors.items() if value is not None}, half=False)
    return FeatureCodePairs(**read_weights(path))


@torch.no_grad()
def encode_pairs(
    svr: SVRModel,
    clip: Clip,
    shapes: PackedShapes,
    chosen: np.ndarray,
    count: int,
    seed: int,
    codes_of: CodesOf | None,
    report: ProgressCallback,
    captions_of: CaptionsOf | None = None,
    shape_weights: np.ndarray | None = None,
) -> FeatureCodePairs:
    """Encode `count` recoloured, lit pictures of the chosen shapes with the frozen E_I and E_S.

    L_M needs both features of the same picture, and neither encoder changes in stage 1: encoding once is the same
    as encoding in every step, and much faster. Where `codes_of` is given (shape numbers and palettes -> codes), it
    takes the place of E_S: the codes of whole shapes, which E_S was trained to reach, are free of its mistakes.
    Where `captions_of` is given (shape numbers, palettes, random source -> captions), f_T of `CAPTIONS` different
    captions of each goes along. `shape_weights` [N] multiply how often each chosen shape is drawn.
    """
    rng, weights = np.random.default_rng(seed), category_weights(shapes, chosen)
    if shape_weights is not None:
        weights = weights * shape_weights / (weights @ shape_weights)
    size = max(svr.image_size, clip.image_size)
    meter = ProgressMeter("pairs", count, report)
    features, codes, texts = [], [], []
    for done in range(0, count, BATCH):
        part = rng.choice(chosen, min(BATCH, count - done), p=weights)
        palettes = random_palettes(shapes, part, rng, OWN_COLOURS)
        images = input_pictures(shapes, part, palettes, rng, size)
        features.append(clip.encode_image(images))
        codes.append(svr.encode(images) if codes_of is None else codes_of(part, palettes))
        if captions_of is not None:
            told = [clip.encode_text(captions_of(part, palettes, rng)) for _ in range(CAPTIONS)]
            texts.append(torch.stack(told, dim=1))
        meter.step(done + len(part))
    return FeatureCodePairs(torch.cat(features), torch.cat(codes), torch.cat(texts) if texts else None)
