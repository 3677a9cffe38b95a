"""Teaching the camera network, on pictures whose cameras are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.svr.camera_network import CameraGuess, CameraNetwork, bin_angles
from iss_backend.training.pictures import draw_looks, random_palettes
from iss_backend.training.precision import arrange_for_training, mixed_precision
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training
from iss_backend.training.svr import category_weights

SHARPNESS = 12.0  # of the answers that are right: neighbours of the true bin are half as right
SINE_WEIGHT = 4.0  # of the squared error in the sine of the elevation


@dataclass(frozen=True)
class CameraTrainingSettings:
    """What a step sees: `batch` pictures of recoloured shapes, a share of them `mirrored`."""

    batch: int = 128
    mirrored: float = 0.5
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(16000, 4e-3, warmup=100, weight_decay=2e-2))


def draw_pictures(
    shapes: PackedShapes, chosen: np.ndarray, mirrored: float, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Return pictures [B, 3, S, S] on white of chosen shapes, and unit directions [B, 3] from these to the cameras.

    What a mirrored picture shows is the shape mirrored in x, seen from the mirrored place.
    """
    views, towards, light = draw_looks(shapes, chosen, rng)
    palettes = random_palettes(shapes, chosen, rng)
    colour, coverage = shapes.pictures(chosen, views, palettes, light, CameraNetwork.IMAGE_SIZE)
    flipped = torch.from_numpy(rng.random(len(chosen)) < mirrored)
    pictures = colour + (1.0 - coverage)
    pictures = torch.where(flipped[:, None, None, None], pictures.flip(-1), pictures)
    return pictures, torch.where(flipped[:, None], towards * towards.new_tensor([-1.0, 1.0, 1.0]), towards)


def camera_loss(guess: CameraGuess, towards: Tensor) -> Tensor:
    """Return the cross entropy of azimuths plus the weighed squared error of the elevation's sine.

    The right answer is spread over the bins b as softmax(k cos(azimuth - b)), a von Mises distribution.

    Args:
        guess: of B pictures.
        towards: unit directions [B, 3] from the shapes to the cameras, in the cube's axes.
    """
    azimuth = torch.atan2(towards[:, 0], towards[:, 2])
    right = functional.softmax(SHARPNESS * torch.cos(azimuth[:, None] - bin_angles(towards.device)), dim=1)
    missed = -(right * guess.azimuths).sum(dim=1).mean()
    return missed + SINE_WEIGHT * (guess.sines - towards[:, 1]).square().mean()


def train_camera_network(
    network: CameraNetwork,
    shapes: PackedShapes,
    chosen: np.ndarray,
    settings: CameraTrainingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Train the network, in place, on pictures of the chosen shapes."""
    weights = category_weights(shapes, chosen)
    arrange_for_training(network)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        rng = np.random.default_rng((settings.seed, step))
        pictures, towards = draw_pictures(shapes, rng.choice(chosen, settings.batch, p=weights), settings.mirrored, rng)
        with mixed_precision():
            guess = network(pictures)
        return camera_loss(guess, towards)

    network.train().requires_grad_(True)
    run_training("camera network", network, loss_of_step, no_evaluation, settings.loop, checkpoint, report)
    network.eval().requires_grad_(False)
