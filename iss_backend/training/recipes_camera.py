"""The training of a bundle's camera network as it is run from the command line: a bundle in, one with a network out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from iss_backend.progress import ProgressCallback
from iss_backend.svr.camera_network import CameraNetwork, CameraNetworkConfig
from iss_backend.training.camera_network import CameraTrainingSettings, train_camera_network
from iss_backend.training.further import begin_further
from iss_backend.training.outputs import finish_bundle
from iss_backend.training.svr import split_indices


@dataclass(frozen=True)
class CameraPlan:
    """How a camera network is trained.

    Attributes:
        name: of the new bundle.
        steps, batch, seed: of the training.
    """

    name: str
    steps: int = 16000
    batch: int = 128
    seed: int = 0


def train_camera_run(data: Path, source: Path | None, output: Path, plan: CameraPlan, report: ProgressCallback) -> None:
    """Train a camera network for the bundle in `source` (None: the shipped one), anew; write that bundle with it.

    Raises:
        BadInputError: the data set has nothing to learn from.
        OutputError: there is a bundle in `output` already, or it cannot be written.
    """
    begun = begin_further(data, source, output, plan)
    usual = CameraTrainingSettings(batch=plan.batch, seed=plan.seed)
    settings = replace(usual, loop=replace(usual.loop, steps=plan.steps))
    torch.manual_seed(plan.seed)  # of the initial weights
    network, learned = CameraNetwork(CameraNetworkConfig()), split_indices(begun.shapes)[0]
    train_camera_network(network, begun.shapes, learned, settings, begun.work / "camera.safetensors", report)
    finish_bundle(begun.folder, output, replace(begun.bundle, name=plan.name, camera_network=network), begun.work)
