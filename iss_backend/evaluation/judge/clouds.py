"""Point clouds that the classifier learns from: held-out captured shapes, and procedural ones of seeds kept for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from iss_backend.data.packed import PackedShapes
from iss_backend.data.procedural.counts import ModelCounts
from iss_backend.evaluation.judge.classes import judged_class
from iss_backend.evaluation.judge.procedural_meshes import outside_points
from iss_backend.meshing import ColouredMesh
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.training.cloud_variants import roughened, varied

STORED_POINTS = 2048  # of a cloud, whether it is learned from or judged
# Seeds of the procedural generator from here on belong to the judge: no bundle is trained on them.
FIRST_JUDGE_SEED = 1_000_000_000
TORN_SHARE, BLURRED_SHARE, JITTER, STRETCH = 1 / 3, 1 / 2, 0.015, 0.3  # of the clouds that a step sees
MeshMaker = Callable[[int], ColouredMesh]  # the mesh of a seed


@dataclass(frozen=True)
class LabelledClouds:
    """Surface points [N, P, 3] float32 of shapes in the cube, and the names of their classes [N]."""

    points: Tensor
    labels: tuple[str, ...]

    def of_classes(self, classes: Sequence[str]) -> LabelledClouds:
        """Return those whose class is among `classes`."""
        kept = [number for number, label in enumerate(self.labels) if label in classes]
        return LabelledClouds(self.points[kept], tuple(self.labels[number] for number in kept))

    def joined(self, *others: LabelledClouds) -> LabelledClouds:
        """Return all one after the other."""
        points = torch.cat([self.points, *(other.points for other in others)])
        return LabelledClouds(points, sum((other.labels for other in others), self.labels))


def packed_clouds(shapes: PackedShapes, chosen: Sequence[int], rng: np.random.Generator) -> LabelledClouds:
    """Return the seen surfaces of the chosen packed shapes that are of a class."""
    points, labels = [], []
    for number in chosen:
        label = judged_class(shapes.entries[number].category)
        if label is not None:
            stored = shapes.surface(number)[0]
            points.append(stored[rng.choice(len(stored), STORED_POINTS)].astype(np.float32))
            labels.append(label)
    return _stacked(points, labels)


def made_clouds(
    makers: Mapping[str, Sequence[MeshMaker]], counts: ModelCounts, first_seed: int, report: ProgressCallback
) -> LabelledClouds:
    """Make shapes of each category in turn of its styles, the n-th with the seed `first_seed` + n."""
    meter = ProgressMeter("shapes for the judge", sum(counts.of(len(styles)) for styles in makers.values()), report)
    points, labels = [], []
    for category, styles in makers.items():
        for number in range(counts.of(len(styles))):
            mesh = styles[number % len(styles)](first_seed + number)
            points.append(outside_points(mesh, STORED_POINTS, np.random.default_rng(first_seed + number)))
            labels.append(judged_class(category) or category)
            meter.step(len(labels))
    return _stacked(points, labels)


def _stacked(points: Sequence[np.ndarray], labels: Sequence[str]) -> LabelledClouds:
    array = np.stack(points) if points else np.zeros((0, STORED_POINTS, 3), np.float32)
    return LabelledClouds(torch.from_numpy(array), tuple(labels))


def augmented(points: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Return `count` points each of clouds [B, P, 3], turned about the vertical, stretched, mirrored and shaken.

    Generated shapes are smoother and less exact than the ones learned from, lack pieces, and may look any way.
    """
    points = roughened(points, TORN_SHARE, BLURRED_SHARE, JITTER, generator)
    chosen = torch.randint(points.shape[1], (len(points), count), generator=generator)
    return varied(points.gather(1, chosen[..., None].expand(-1, -1, 3)), STRETCH, generator)
