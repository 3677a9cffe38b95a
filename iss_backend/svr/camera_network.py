"""Where the camera of a picture stood: a small network that knows the fronts of things. Not in the paper.

E_S gives the same code for a shape from whatever side it is seen, so that nothing of it tells the side.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.svr.encoder import ResidualBlock

AZIMUTHS = 24  # bins over the circle, the first about the front


@dataclass(frozen=True)
class CameraNetworkConfig:
    """Sizes of the network: channels of its stem and of each block, which halves the resolution."""

    widths: tuple[int, ...] = (16, 24, 40, 64)


@dataclass(frozen=True)
class CameraGuess:
    """What pictures say of their cameras: `azimuths`, log-probabilities [B, AZIMUTHS], and `sines` of elevation [B]."""

    azimuths: Tensor
    sines: Tensor


class CameraNetwork(nn.Module):
    """Pictures [B, 3, S, S] in 0..1, an object on white, framed as the training captures are -> `CameraGuess`."""

    IMAGE_SIZE = 64

    def __init__(self, config: CameraNetworkConfig) -> None:
        super().__init__()
        self.config = config
        widths = config.widths
        self.stem = nn.Conv2d(3, widths[0], 5, 2, 2, bias=False)
        self.stem_bn = nn.BatchNorm2d(widths[0])
        self.blocks = nn.Sequential(*(ResidualBlock(narrow, wide, 2) for narrow, wide in itertools.pairwise(widths)))
        final = self.IMAGE_SIZE // 2 ** len(widths)
        self.head = nn.Linear(widths[-1] * final * final, AZIMUTHS + 1)

    def forward(self, images: Tensor) -> CameraGuess:
        """Guess the cameras of images of any size; they are resized first."""
        if images.shape[-2:] != (self.IMAGE_SIZE, self.IMAGE_SIZE):
            images = functional.interpolate(images, (self.IMAGE_SIZE,) * 2, mode="bilinear", antialias=True)
        hidden = functional.relu(self.stem_bn(self.stem(1.0 - images)))  # white background becomes zero
        answers = self.head(torch.flatten(self.blocks(hidden), 1)).float()
        return CameraGuess(functional.log_softmax(answers[:, :AZIMUTHS], dim=1), answers[:, AZIMUTHS])


def bin_angles(device: torch.device | str = "cpu") -> Tensor:
    """Return the azimuths [AZIMUTHS] in radians that the bins lie about, as `orbit_cameras` counts them."""
    return torch.arange(AZIMUTHS, device=device) * (2.0 * math.pi / AZIMUTHS)
