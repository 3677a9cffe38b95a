"""The training of a bundle's point tower as it is run from the command line: a bundle in, one with a tower out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from iss_backend.clip.point_tower import PointTower, PointTowerConfig
from iss_backend.progress import ProgressCallback
from iss_backend.training.decoded_clouds import decode_clouds
from iss_backend.training.further import begin_further
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.outputs import finish_bundle
from iss_backend.training.point_tower import CaptionedClouds, PointTowerSettings, train_point_tower
from iss_backend.training.svr import split_indices


@dataclass(frozen=True)
class PointsPlan:
    """How a point tower is trained.

    Attributes:
        name: of the new bundle.
        steps, batch, seed: of the training.
        width: of the tower's narrowest layer.
        decoded: known shapes that it also sees as D shows them.
    """

    name: str
    steps: int = 1300
    batch: int = 64
    width: int = 32
    decoded: int = 1000
    seed: int = 0


def train_points_run(data: Path, source: Path | None, output: Path, plan: PointsPlan, report: ProgressCallback) -> None:
    """Train a point tower for the bundle in `source` (None: the shipped one), anew, and write that bundle with it.

    Raises:
        BadInputError: the bundle knows none of the shapes, or its D shows none of those that are chosen.
        OutputError: there is a bundle in `output` already, or it cannot be written.
    """
    begun = begin_further(data, source, output, plan)
    bundle, shapes, work = begun.bundle, begun.shapes, begun.work
    known = KnownShapes(shapes, bundle.shapes)
    chosen = np.sort(np.random.default_rng((plan.seed, 3)).permutation(known.numbers)[: plan.decoded])
    decoded = decode_clouds(bundle, known, chosen, work / "clouds.safetensors", report)
    usual = PointTowerSettings(batch=plan.batch, seed=plan.seed)
    settings = replace(usual, loop=replace(usual.loop, steps=plan.steps))
    clouds = CaptionedClouds(shapes, split_indices(shapes)[0], decoded, settings)
    torch.manual_seed(plan.seed)  # of the initial weights
    tower = PointTower(PointTowerConfig(bundle.clip.feature_size, plan.width))
    train_point_tower(tower, bundle.clip, clouds, settings, work / "tower.safetensors", report)
    finish_bundle(begun.folder, output, replace(bundle, name=plan.name, point_tower=tower), work)
