"""E_I + D (paper, section 3.2.1): shape codes read off frozen CLIP image features instead of off E_S."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.training.pairs import FeatureCodePairs
from iss_backend.training.pictures import input_pictures
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import MapperTrainingSettings, train_mapper
from iss_backend.training.svr import shape_ious, split_indices

CHUNK = 256
LEAST_IOU = 0.4  # of a shipped code with the captured shape of its name: below, another shape has that name
CHECK_GRID = 16


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
    numbers, rows = shipped_shapes(bundle, shapes)
    rng, meter = np.random.default_rng(seed), ProgressMeter("pictures", count, report)
    features, codes = [], []
    for done in range(0, count, CHUNK):
        part = rng.integers(0, len(numbers), min(CHUNK, count - done))
        palettes = torch.from_numpy(shapes.palettes[numbers[part]])
        pictures = input_pictures(shapes, numbers[part], palettes, rng, bundle.clip.image_size)
        features.append(bundle.clip.encode_image(pictures))
        codes.append(bundle.shapes.codes[torch.from_numpy(rows[part])])
        meter.step(done + len(part))
    return FeatureCodePairs(torch.cat(features), torch.cat(codes))


def shipped_shapes(bundle: Bundle, shapes: PackedShapes) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers [N] of the training shapes whose codes a bundle ships, and the rows [N] of those codes.

    A code that does not look like the captured shape of its name is left out: the data may be younger than the bundle.

    Raises:
        BadInputError: none is left.
    """
    row_of = {name: row for row, name in enumerate(bundle.shapes.names)}
    names = [f"{entry.group}/{entry.name}" for entry in shapes.entries]
    train = [number for number in split_indices(shapes)[0] if names[number] in row_of]
    numbers, rows = np.array(train, np.int64), np.array([row_of[names[n]] for n in train], np.int64)
    if len(numbers):
        row_by_number = dict(zip(numbers.tolist(), rows.tolist(), strict=True))
        fits = shape_ious(
            bundle.svr,
            shapes,
            numbers,
            lambda part: bundle.shapes.codes[[row_by_number[n] for n in part.tolist()]],
            CHECK_GRID,
        )
        numbers, rows = (part[fits.numpy() >= LEAST_IOU] for part in (numbers, rows))
    if not len(numbers):
        raise BadInputError(
            f"None of the {len(shapes)} packed shapes is one that the bundle '{bundle.name}' ships the code of; give "
            "the data that it was trained on."
        )
    return numbers, rows
