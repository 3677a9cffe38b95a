"""What a picture's code is worth at each step of From Image: E_S, known shapes, the outline. Not in the paper."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.evaluation.held_out import draw_held_out
from iss_backend.evaluation.studies.sources import COLUMNS, scores_by_source
from iss_backend.evaluation.studies.table import StudyTable
from iss_backend.generation.jobs import OUTLINE_SIZE
from iss_backend.images import OPAQUE, PreparedImage
from iss_backend.outline.fit import OutlineSettings
from iss_backend.outline.reading import near_known, read_code
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.training.pictures import lit_layers
from iss_backend.training.svr import require_held_out_side, shape_ious, split_indices

RESOLUTION = 32  # cells a side at which shapes are compared


def measure_reading(
    bundle: Bundle,
    shapes: PackedShapes,
    count: int | None,
    seeds: int,
    settings: OutlineSettings,
    report: ProgressCallback,
) -> StudyTable:
    """Measure what From Image makes of `seeds` pictures each of held-out shapes, framed as renders of objects are.

    Args:
        bundle: its E_S and D, known codes and camera network.
        shapes: packed, with a held-out side.
        count: shapes to take, a fixed sample; None for all.
        seeds: pictures of each, in its own colours.
        settings: of the fit.
        report: told about every picture.

    Raises:
        BadInputError: there are fewer held-out shapes, or none.
    """
    require_held_out_side(shapes)
    chosen = split_indices(shapes)[1] if count is None else draw_held_out(shapes, count, 0)
    meter, ious = ProgressMeter("reading", len(chosen) * seeds, report), {}
    for seed in range(seeds):
        codes = []
        for place, number in enumerate(chosen):
            codes.append(_codes_of(bundle, shapes, int(number), seed, settings))
            meter.step(seed * len(chosen) + place + 1)
        for name in codes[0]:
            ious.setdefault(name, []).append(_ious(bundle, shapes, chosen, [each[name] for each in codes]))
    rows = {name: scores_by_source(shapes, chosen, torch.stack(measured)) for name, measured in ious.items()}
    about = {"bundle": bundle.name, "held-out shapes": len(chosen), "pictures of each": seeds}
    about |= {"cells a side": RESOLUTION, "steps": settings.steps}
    return StudyTable("From Image, step by step, on held-out shapes", COLUMNS, rows, about)


@torch.no_grad()
def _codes_of(
    bundle: Bundle, shapes: PackedShapes, number: int, seed: int, settings: OutlineSettings
) -> Mapping[str, Tensor]:
    """Return the codes [C] of one picture of a shape after each step."""
    picture = _picture(shapes, number, seed, bundle.svr.image_size).image[None]
    outlined, generator = _picture(shapes, number, seed, OUTLINE_SIZE), torch.Generator().manual_seed(seed)
    read = bundle.svr.encode(picture.to(bundle.device))[0]
    return {
        "E_S + D": read,
        "drawn to known shapes": near_known(read, bundle.shapes.codes),
        "fitted to the outline": read_code(bundle, picture, outlined, True, settings, generator),
    }


def _picture(shapes: PackedShapes, number: int, seed: int, size: int) -> PreparedImage:
    """Return the same picture of a shape at any size."""
    chosen, rng = np.array([number]), np.random.default_rng((seed, number))
    colour, coverage = lit_layers(shapes, chosen, torch.from_numpy(shapes.palettes[chosen]), rng, size)
    return PreparedImage((colour + (1.0 - coverage))[0], coverage[0, 0] > OPAQUE)


def _ious(bundle: Bundle, shapes: PackedShapes, chosen: np.ndarray, codes: list[Tensor]) -> Tensor:
    code_of = dict(zip(chosen.tolist(), codes, strict=True))

    def given(part: np.ndarray) -> Tensor:
        """Return the codes of shapes."""
        return torch.stack([code_of[number] for number in part.tolist()])

    return shape_ious(bundle.svr, shapes, chosen, given, RESOLUTION)
