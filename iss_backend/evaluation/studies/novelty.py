"""Novelty: are generated shapes copies of training shapes? The nearest ones by CLIP, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from iss_backend.bundle import Bundle
from iss_backend.evaluation.gallery import GalleryItem, contact_sheet
from iss_backend.evaluation.methods import training_shape, training_shape_features, view_feature
from iss_backend.evaluation.metrics.volumes import intersection_over_union
from iss_backend.evaluation.studies.table import StudyTable, scores_of_columns
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.rendering import cell_logits

COLUMNS = {"nearest": "cosine of the nearest", "iou": "IoU with it", "best_iou": "best IoU of 3", "copy": "copies"}
NEAREST = 3
GRID = 32  # cells a side by which shapes are compared
COPY_IOU = 0.9
SHEET_VIEWS, SHEET_SIZE = 2, 96


@dataclass(frozen=True)
class Neighbours:
    """The `NEAREST` training shapes: their `rows` in the bundle, cosines, and IoU [NEAREST] with the shape."""

    rows: tuple[int, ...]
    cosines: tuple[float, ...]
    ious: tuple[float, ...]

    def sample(self) -> dict[str, float]:
        """Return what the table holds of them."""
        best = max(self.ious)
        return {"nearest": self.cosines[0], "iou": self.ious[0], "best_iou": best, "copy": float(best >= COPY_IOU)}


class TrainingShapes:
    """The training shapes of a bundle, as CLIP sees their views and as they fill the cube."""

    def __init__(self, bundle: Bundle, cache: Path, report: ProgressCallback) -> None:
        self._bundle = bundle
        self._features = training_shape_features(bundle, cache, report)

    def neighbours(self, code: Tensor, without: int | None = None) -> Neighbours:
        """Return the nearest training shapes of a code [C]; the one in the row `without` is left out."""
        cosines = self._features @ view_feature(self._bundle, code)
        if without is not None:
            cosines[without] = -2.0
        values, rows = cosines.topk(min(NEAREST, len(cosines) - (without is not None)))
        own, codes = self._cells(code), self._bundle.shapes.codes
        ious = tuple(intersection_over_union(own, self._cells(codes[row])) for row in rows.tolist())
        return Neighbours(tuple(rows.tolist()), tuple(values.tolist()), ious)

    @torch.no_grad()
    def _cells(self, code: Tensor) -> np.ndarray:
        svr = self._bundle.svr
        return (cell_logits(svr, svr.prepare(code[None]), GRID, code.device) > 0).cpu().numpy()


def measure_novelty(
    studio: TextToShape,
    texts: Sequence[str],
    seeds: int,
    settings: GenerateSettings,
    cache: Path,
    report: ProgressCallback,
) -> tuple[StudyTable, Image.Image]:
    """Generate texts and look for the nearest training shapes.

    Returns:
        The table, whose second row says how near training shapes are to each other; and a sheet: each shape of the
        first seed beside its three nearest training shapes.
    """
    bundle, known = studio.bundle, TrainingShapes(studio.bundle, cache, report)
    meter, samples, items = ProgressMeter("novelty", len(texts) * seeds, report), [], []
    for seed in range(seeds):
        for text in texts:
            shape = studio.generate(text, replace(settings, seed=seed))
            found = known.neighbours(shape.code.to(studio.device))
            samples.append(found.sample())
            if seed == 0:
                items += [GalleryItem(text, studio.pictures(shape, SHEET_VIEWS, SHEET_SIZE)), *_shown(studio, found)]
            meter.step(len(samples))
    rows = {"generated": scores_of_columns(samples, list(texts) * seeds)}
    chosen = np.random.default_rng(0).permutation(len(bundle.shapes.names))[: max(2, len(texts))].tolist()
    others = [known.neighbours(bundle.shapes.codes[row], without=row).sample() for row in chosen]
    rows["training shapes, to each other"] = scores_of_columns(others, chosen)
    about = {"bundle": bundle.name, "texts": len(texts), "seeds": seeds, "a copy": f"IoU of {COPY_IOU} and more"}
    sheet = contact_sheet(items, columns=len(items) // len(texts))
    return StudyTable("Novelty: the nearest training shapes by CLIP", COLUMNS, rows, about), sheet


def _shown(studio: TextToShape, found: Neighbours) -> list[GalleryItem]:
    """Return pictures of the nearest training shapes, with their names, cosines and IoU."""
    items = []
    for row, cosine, iou in zip(found.rows, found.cosines, found.ious, strict=True):
        shape = training_shape(studio.bundle, row)
        label = f"{shape.text[-18:]} {cosine:.2f} / {iou:.2f}"
        items.append(GalleryItem(label, studio.pictures(shape, SHEET_VIEWS, SHEET_SIZE)))
    return items
