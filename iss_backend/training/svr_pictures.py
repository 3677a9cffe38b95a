"""Training SS3D on single pictures with masks, of which nobody knows the cameras (its category fine-tuning).

Each picture keeps ten hypotheses of its camera. In every step the hypotheses of the drawn picture are improved with
the field as it is, and then E_S and D with the cameras as they are believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback
from iss_backend.svr.ss3d import Ss3dModel
from iss_backend.svr.ss3d_losses import (
    POSE_STEPS,
    SAMPLES,
    CameraHypotheses,
    SinglePicture,
    find_cameras,
    hypotheses_loss,
)
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training


@dataclass(frozen=True)
class SinglePictureSettings:
    """What one step sees: `batch` pictures, `rays` pixels of each, sampled `samples` times (official: 80).

    `pose_steps` are the Adam steps of the camera hypotheses (official: 10); the loop's rate is the official 1e-5.
    """

    batch: int = 4
    rays: int = 256
    samples: int = SAMPLES
    pose_steps: int = POSE_STEPS
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=2000, learning_rate=1e-5))


class _Trained(nn.Module):
    """E_S and D, and the hypotheses of every picture's camera, which resume with them but have their own optimiser."""

    def __init__(self, model: Ss3dModel, pictures: int) -> None:
        super().__init__()
        self.model = model
        self.guesses = nn.ModuleList(CameraHypotheses() for _ in range(pictures))
        self.guesses.requires_grad_(False)


def train_ss3d_on_pictures(
    model: Ss3dModel,
    pictures: Sequence[SinglePicture],
    settings: SinglePictureSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> list[CameraHypotheses]:
    """Train E_S and D on single pictures; return the hypotheses of their cameras.

    Raises:
        BadInputError: there are no pictures.

    """
    if not pictures:
        raise BadInputError("There are no pictures to train on; give at least one with a mask.")
    trained = _Trained(model.train(), len(pictures))

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step, having improved its pictures' hypotheses."""
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        chosen = torch.randint(len(pictures), (settings.batch,), generator=generator).tolist()
        codes = model.encode(torch.stack([_on_white(pictures[number]) for number in chosen]))
        losses = []
        for number, code in zip(chosen, codes, strict=True):
            picture, guesses = pictures[number], trained.guesses[number]
            pixels = torch.randint(picture.mask.numel(), (settings.rays,), generator=generator)
            shape = model.prepare(code[None])
            _improve(model, shape.detach(), guesses, picture, pixels, settings)
            losses.append(hypotheses_loss(model, shape, guesses, picture, pixels, settings.samples))
        return torch.stack(losses).mean()

    run_training("pictures", trained, loss_of_step, no_evaluation, settings.loop, checkpoint, report)
    model.eval()
    return list(trained.guesses)


def _improve(
    model: Ss3dModel,
    shape: Tensor,
    guesses: CameraHypotheses,
    picture: SinglePicture,
    pixels: Tensor,
    settings: SinglePictureSettings,
) -> None:
    guesses.requires_grad_(True)
    find_cameras(model, shape, guesses, picture, pixels, settings.pose_steps, samples=settings.samples)
    guesses.requires_grad_(False)


def _on_white(picture: SinglePicture) -> Tensor:
    """Return the object [3, S, S] on white, as `SVRModel.encode` takes it."""
    return torch.where(picture.mask, picture.rgb, 1.0)
