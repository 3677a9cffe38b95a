"""What a bundle scores on shapes it was not trained on: reconstruction, and how near each feature leads to f_S."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.alignment.guess import GuessSettings, first_guess
from iss_backend.alignment.stage2 import Stage2Settings, Start, plain_start, run_stage2
from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings
from iss_backend.training.pictures import input_pictures
from iss_backend.training.svr import mean_iou, split_indices


@dataclass(frozen=True)
class HeldOutScores:
    """Means over held-out shapes.

    Attributes:
        miou: intersection over union of E_S + D on one picture, 0..1, over `shapes` shapes.
        distances: cosine distance (1 - cosine) to f_S = E_S(I) of the code that each start leads to, before stage 2,
            and after it (names ending in "after stage 2"), over `texts` captioned pictures.
        agreements: mean CLIP agreement of text and views, before and after stage 2, by start.
    """

    shapes: int
    texts: int
    miou: float
    distances: dict[str, float]
    agreements: dict[str, float]


def score_held_out(
    bundle: Bundle, shapes: PackedShapes, texts: int, settings: Stage2Settings, seed: int, report: ProgressCallback
) -> HeldOutScores:
    """Measure a bundle on the held-out shapes of a packed data set (paper, sections 3.2.1 and 3.2.2)."""
    held_out = split_indices(shapes)[1]
    chosen = np.random.default_rng(seed).choice(held_out, texts, replace=False)
    captions = CaptionedBatches(shapes, held_out, None, ClipTrainingSettings(seed=seed))
    meter = ProgressMeter("held out", texts, report)
    rows = []
    for number, shape in enumerate(chosen):
        rng = np.random.default_rng((seed, int(shape)))
        palette = shapes.palettes[shape]
        picture = input_pictures(shapes, np.array([shape]), torch.from_numpy(palette)[None], rng, bundle.svr.image_size)
        caption = captions.caption_of(int(shape), palette, rng)
        rows.append(_score_one(bundle, picture, caption, settings, seed))
        meter.step(number + 1)
    distances = {name: float(np.mean([row[0][name] for row in rows])) for name in rows[0][0]}
    agreements = {name: float(np.mean([row[1][name] for row in rows])) for name in rows[0][1]}
    return HeldOutScores(len(held_out), texts, mean_iou(bundle.svr, shapes, held_out), distances, agreements)


def _score_one(
    bundle: Bundle, picture: Tensor, caption: str, settings: Stage2Settings, seed: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Return distances to f_S and CLIP agreements of all starts for one captioned picture."""
    with torch.no_grad():
        shape_code = bundle.svr.encode(picture)[0]
        image_feature = bundle.clip.encode_image(picture)[0]
        text_feature = bundle.clip.encode_text([caption])[0]
        from_image = bundle.mapper(image_feature[None])[0]
    distances = {"M(f_I)": _distance(from_image, shape_code)}
    agreements = {}
    for name, start in _starts(bundle, text_feature, seed).items():
        code, before, after = _run(bundle, start, text_feature, settings, seed)
        with torch.no_grad():
            first = bundle.mapper(start.feature[None])[0] + start.offset
        distances |= {name: _distance(first, shape_code), f"{name} after stage 2": _distance(code, shape_code)}
        agreements |= {name: before, f"{name} after stage 2": after}
    return distances, agreements


def _starts(bundle: Bundle, text_feature: Tensor, seed: int) -> dict[str, Start]:
    """Return the paper's start, the one with the gap closed, and the prior's."""
    models = (bundle.mapper, bundle.prior, bundle.gap, bundle.svr, bundle.clip)
    generator = torch.Generator().manual_seed(seed)
    return {
        "M(f_T)": plain_start(bundle.mapper, text_feature),
        "gap closed": plain_start(bundle.mapper, bundle.gap.close(text_feature[None])[0]),
        "prior": first_guess(text_feature, *models, GuessSettings(kind="prior"), generator),
    }


def _run(
    bundle: Bundle, start: Start, target: Tensor, settings: Stage2Settings, seed: int
) -> tuple[Tensor, float, float]:
    """Run stage 2; return its last code, and the CLIP agreement of its first and its last step."""
    generator = torch.Generator().manual_seed(seed)
    steps = list(run_stage2(bundle.mapper, bundle.svr, bundle.clip, start, target, settings, generator))
    return steps[-1].code, steps[0].agreement, steps[-1].agreement


def _distance(code: Tensor, target: Tensor) -> float:
    return 1.0 - functional.cosine_similarity(code, target, dim=0).item()
