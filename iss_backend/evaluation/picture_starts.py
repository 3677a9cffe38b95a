"""How near a shape from one picture comes to the shape in the picture, on shapes that a bundle was not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from iss_backend.alignment.guess import GuessSettings
from iss_backend.data.packed import PackedShapes
from iss_backend.evaluation.held_out import draw_held_out
from iss_backend.evaluation.metrics.intervals import Score, mean_score
from iss_backend.pipeline import FromImageSettings, TextToShape
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.training.pictures import input_pictures
from iss_backend.training.svr import shape_ious

WAYS = {
    "svr": FromImageSettings(way="svr"),
    "svr-framed": FromImageSettings(way="svr", framing="picture"),
    "mapper": FromImageSettings(way="clip", guess=GuessSettings(kind="mapper")),
    "prior": FromImageSettings(way="clip", guess=GuessSettings(kind="prior")),
}
PICTURE_SIZE = 128  # pixels per side of the pictures that are read


def score_pictures(
    studio: TextToShape,
    shapes: PackedShapes,
    count: int,
    seed: int,
    report: ProgressCallback,
    ways: Sequence[str] = tuple(WAYS),
) -> dict[str, Score]:
    """Return the mean IoU, 0..1, with held-out shapes of what `TextToShape.from_image` makes of a picture of each.

    Pictures are lit renders on white from about eye level; they go the way of any picture: object found, centred,
    scaled; but for "svr-framed", which keeps the place and size that the object has in the captures. The codes are read
    off with E_S, fitted to the outline, and sharpened, or through CLIP by M or by the prior; there is no text and no
    stage 2.

    Args:
        studio: the bundle.
        shapes: packed shapes, of which the held-out side is drawn from.
        count: how many are drawn.
        seed: of the draw, the views, the light, and the prior.
        report: told about every picture.
        ways: which of `WAYS`.

    Raises:
        BadInputError: there are fewer held-out shapes.
    """
    chosen = draw_held_out(shapes, count, seed)
    codes = {name: {} for name in ways}
    for shape in with_progress("pictures", chosen, report):
        picture = _picture(shapes, int(shape), seed)
        for name in ways:
            codes[name][int(shape)] = studio.from_image(picture, None, WAYS[name]).code
    with torch.inference_mode():
        return {name: _iou(studio, shapes, chosen, made) for name, made in codes.items()}


def _picture(shapes: PackedShapes, number: int, seed: int) -> Tensor:
    """Return one picture [3, S, S] of a shape in its own colours."""
    palette = torch.from_numpy(shapes.palettes[number])[None]
    rng = np.random.default_rng((seed, number))
    return input_pictures(shapes, np.array([number]), palette, rng, PICTURE_SIZE)[0]


def _iou(studio: TextToShape, shapes: PackedShapes, chosen: np.ndarray, codes: dict[int, Tensor]) -> Score:
    def codes_of(numbers: np.ndarray) -> Tensor:
        """Return the codes [B, C] of shape numbers."""
        return torch.stack([codes[int(number)] for number in numbers]).to(studio.device)

    return mean_score(shape_ious(studio.bundle.svr, shapes, chosen, codes_of).tolist(), chosen.tolist())
