"""What a bundle scores on shapes it was not trained on: reconstruction, and how near each feature leads to f_S."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.alignment.stage2 import Stage2Settings, Start, plain_start, run_stage2
from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.generation.attempt import Attempt
from iss_backend.progress import ProgressCallback, ignore_progress, with_progress
from iss_backend.settings import GenerateSettings
from iss_backend.shape import ignore_preview
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings, Shown
from iss_backend.training.pictures import input_pictures
from iss_backend.training.svr import mean_iou, split_indices

AFTER = "{} after stage 2"


@dataclass(frozen=True)
class HeldOutScores:
    """Means over held-out shapes.

    Attributes:
        miou: intersection over union of E_S + D on one picture, 0..1, over `shapes` shapes.
        distances, agreements: see `PictureScores`, over `texts` captioned pictures.
    """

    shapes: int
    texts: int
    miou: float
    distances: dict[str, float]
    agreements: dict[str, float]


@dataclass(frozen=True)
class CaptionedPicture:
    """A picture [1, 3, S, S] of held-out shape number `shape`, and its caption."""

    shape: int
    picture: Tensor
    caption: str


@dataclass(frozen=True)
class PictureScores:
    """What one captioned picture tells (paper, section 3.2.2).

    Attributes:
        gap: cosine distance (1 - cosine) of f_T and f_I.
        distances: cosine distance to f_S = E_S(I) of the code that each start leads to, before stage 2, and after it
            (names ending in "after stage 2").
        agreements: mean CLIP agreement of text and views, before and after stage 2, by start.
    """

    gap: float
    distances: dict[str, float]
    agreements: dict[str, float]


def score_held_out(
    bundle: Bundle, shapes: PackedShapes, texts: int, settings: Stage2Settings, seed: int, report: ProgressCallback
) -> HeldOutScores:
    """Measure a bundle on the held-out shapes of a packed data set (paper, sections 3.2.1 and 3.2.2)."""
    pictures = with_progress("held out", captioned_pictures(bundle, shapes, texts, seed), report, texts)
    rows = [score_picture(bundle, seen, settings, seed) for seen in pictures]
    distances = {name: float(np.mean([row.distances[name] for row in rows])) for name in rows[0].distances}
    agreements = {name: float(np.mean([row.agreements[name] for row in rows])) for name in rows[0].agreements}
    held_out = split_indices(shapes)[1]
    return HeldOutScores(len(held_out), texts, mean_iou(bundle.svr, shapes, held_out), distances, agreements)


def draw_held_out(shapes: PackedShapes, count: int, seed: int) -> np.ndarray:
    """Return the numbers [count] of different held-out shapes, in random order.

    Raises:
        BadInputError: there are fewer held-out shapes.
    """
    held_out = split_indices(shapes)[1]
    if count > len(held_out):
        raise BadInputError(f"{count} held-out shapes are asked for, the data have {len(held_out)}; ask for fewer.")
    return np.random.default_rng(seed).choice(held_out, count, replace=False)


def captioned_pictures(bundle: Bundle, shapes: PackedShapes, count: int, seed: int) -> Iterator[CaptionedPicture]:
    """Yield captioned pictures of `count` held-out shapes, in their own colours.

    Raises:
        BadInputError: there are fewer held-out shapes.
    """
    chosen = draw_held_out(shapes, count, seed)
    captions = CaptionedBatches(shapes, split_indices(shapes)[1], None, ClipTrainingSettings(seed=seed))
    for shape in chosen:
        rng, palette = np.random.default_rng((seed, int(shape))), shapes.palettes[shape]
        picture = input_pictures(shapes, np.array([shape]), torch.from_numpy(palette)[None], rng, bundle.svr.image_size)
        yield CaptionedPicture(int(shape), picture, captions.caption_of(Shown(int(shape), palette), rng))


def score_picture(bundle: Bundle, seen: CaptionedPicture, settings: Stage2Settings, seed: int) -> PictureScores:
    """Run stage 2 for the caption from all starts, and compare with what E_S makes of the picture."""
    with torch.no_grad():
        shape_code = bundle.svr.encode(seen.picture)[0]
        image_feature = bundle.clip.encode_image(seen.picture)[0]
        text_feature = bundle.clip.encode_text([seen.caption])[0]
        from_image = bundle.mapper(image_feature[None])[0]
    distances = {"M(f_I)": cosine_distance(from_image, shape_code)}
    agreements = {}
    for name, start in _starts(bundle, seen.caption, text_feature, seed).items():
        code, before, after = _run(bundle, start, text_feature, settings, seed)
        distances[name] = cosine_distance(start.code(bundle.mapper), shape_code)
        distances[AFTER.format(name)] = cosine_distance(code, shape_code)
        agreements |= {name: before, AFTER.format(name): after}
    return PictureScores(cosine_distance(text_feature, image_feature), distances, agreements)


def _starts(bundle: Bundle, text: str, text_feature: Tensor, seed: int) -> dict[str, Start]:
    """Return the paper's start, the one with the gap closed, and the prior's where the bundle has one."""
    closed = bundle.gap.close(text_feature[None])[0]
    starts = {"M(f_T)": plain_start(bundle.mapper, text_feature), "gap closed": plain_start(bundle.mapper, closed)}
    if bundle.prior is not None:
        attempt = Attempt(bundle, text, GenerateSettings(seed=seed), ignore_progress, ignore_preview)
        starts["prior"] = attempt.guess(closed, text_feature)
    return starts


def _run(
    bundle: Bundle, start: Start, target: Tensor, settings: Stage2Settings, seed: int
) -> tuple[Tensor, float, float]:
    """Run stage 2; return its last code, and the CLIP agreement of its first and its last step."""
    generator = torch.Generator().manual_seed(seed)
    steps = list(run_stage2(bundle.mapper, bundle.svr, bundle.clip, start, target, settings, generator))
    return steps[-1].code, steps[0].agreement, steps[-1].agreement


def cosine_distance(first: Tensor, second: Tensor) -> float:
    """Return 1 - cosine of two vectors [C]."""
    return 1.0 - functional.cosine_similarity(first, second, dim=0).item()
