"""E_I + D (paper, section 3.2.1): shape codes read off frozen CLIP image features instead of off E_S."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.pairs import FeatureCodePairs
from iss_backend.training.pictures import input_pictures
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import MapperTrainingSettings, train_mapper

CHUNK = 256


@dataclass(frozen=True)
class FeatureMapperSettings:
    """How the code is regressed from f_I: `pictures` of training shapes in their own colours, and the loop of L_M."""

    pictures: int = 16000
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=2000, learning_rate=1e-3, warmup=50))


def train_feature_mapper(
    bundle: Bundle,
    shapes: PackedShapes,
    settings: FeatureMapperSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> Mapper:
    """Fit codes of whole shapes, which E_S was trained to reach, to clean features f_I of pictures, with L_M (1).

    M of stage 1 differs: it hears features turned by random angles, so that it may be asked with texts.

    Raises:
        BadInputError: the bundle ships no code of a shape of the data.
    """
    pairs = shipped_pairs(bundle, shapes, settings.pictures, settings.seed, report)
    torch.manual_seed(settings.seed)  # of the initial weights
    sizes = (bundle.clip.feature_size, bundle.svr.code_size)
    mapper = Mapper(MapperConfig(*sizes, final_activation=bundle.svr.code_ending))
    clean = MapperTrainingSettings(lowest_cosine=1.0, seed=settings.seed, loop=settings.loop)
    train_mapper(mapper, pairs, clean, checkpoint, report)
    return mapper.eval().requires_grad_(False)


@torch.no_grad()
def shipped_pairs(
    bundle: Bundle, shapes: PackedShapes, count: int, seed: int, report: ProgressCallback
) -> FeatureCodePairs:
    """Return f_I of `count` pictures of training shapes in their own colours, and the codes the bundle ships of them.

    Raises:
        BadInputError: it ships none.
    """
    known = KnownShapes(shapes, bundle.shapes)
    numbers = known.recognised(bundle.svr, shapes)
    rng, meter = np.random.default_rng(seed), ProgressMeter("pictures", count, report)
    features, codes = [], []
    for done in range(0, count, CHUNK):
        part = numbers[rng.integers(0, len(numbers), min(CHUNK, count - done))]
        pictures = input_pictures(shapes, part, known.palettes(part), rng, bundle.clip.image_size)
        features.append(bundle.clip.encode_image(pictures))
        codes.append(known.codes(part))
        meter.step(done + len(part))
    return FeatureCodePairs(torch.cat(features), torch.cat(codes))
