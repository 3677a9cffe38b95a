"""How different the variations of one shape are, and pictures of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from iss_backend.evaluation.judge.shape_judge import ShapeJudge
from iss_backend.evaluation.metrics.diversity import mean_pairwise_distance
from iss_backend.evaluation.metrics.volumes import filled_cells, intersection_over_union
from iss_backend.meshing import MeshSettings
from iss_backend.pipeline import GenerateSettings, TextToShape, VarySettings
from iss_backend.progress import ProgressCallback, with_progress

MESHES = MeshSettings(resolution=64)
CELLS = 64  # a side, on which shapes are compared


@dataclass(frozen=True)
class VariationScores:
    """What one text gave.

    Attributes:
        text: it.
        codes, shapes: mean pairwise distance of the codes (Euclidean) and of the shapes (1 - IoU).
        judged: what the judge takes each shape for.
        pictures: one of each, [N, 3, S, S] in 0..1.
    """

    text: str
    codes: float
    shapes: float
    judged: list[str]
    pictures: Tensor


def score_variations(
    studio: TextToShape,
    judge: ShapeJudge,
    text: str,
    count: int,
    settings: VarySettings,
    size: int,
    report: ProgressCallback,
) -> VariationScores:
    """Generate a text once and vary it `count` - 1 times, by successive seeds.

    Args:
        studio: the bundle.
        judge: tells the category of each shape.
        text: what to make.
        count: shapes, 2 or more.
        settings: of the variations; their seed is the first one.
        size: pixels per side of the pictures.
        report: told about every variation.
    """
    first = studio.generate(text, GenerateSettings(seed=0, stage2=settings.stage2))
    seeds = with_progress(text, range(settings.seed, settings.seed + count - 1), report)
    shapes = [first, *(studio.vary(first, replace(settings, seed=seed)) for seed in seeds)]
    meshes = [studio.mesh(shape, MESHES) for shape in shapes]
    cells = [filled_cells(mesh, CELLS) for mesh in meshes]
    apart = [1.0 - intersection_over_union(*pair) for pair in combinations(cells, 2)]
    codes = mean_pairwise_distance(np.stack([shape.code.numpy() for shape in shapes]))
    pictures = torch.cat([studio.pictures(shape, 3, size)[:1] for shape in shapes])
    rng = np.random.default_rng(0)
    judged = judge.classify(torch.stack([judge.points_of(mesh, rng) for mesh in meshes]))
    return VariationScores(text, codes, float(np.mean(apart)), judged, pictures)
