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

from iss_backend.svr.encoder import PictureNetwork, ResidualBlock

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


class CameraNetwork(PictureNetwork):
    """Pictures [B, 3, S, S] in 0..1, an object on white, framed as the training captures are -> `CameraGuess`."""

    def __init__(self, config: CameraNetworkConfig) -> None:
        widths = config.widths
        super().__init__(widths[0])
        self.config = config
        self.blocks = nn.Sequential(*(ResidualBlock(narrow, wide, 2) for narrow, wide in itertools.pairwise(widths)))
        final = self.IMAGE_SIZE // 2 ** len(widths)
        self.head = nn.Linear(widths[-1] * final * final, AZIMUTHS + 1)

    def forward(self, images: Tensor) -> CameraGuess:
        """Guess the cameras of images of any size; they are resized first."""
        answers = self.head(torch.flatten(self.blocks(self.first_layer(images)), 1)).float()
        return CameraGuess(functional.log_softmax(answers[:, :AZIMUTHS], dim=1), answers[:, AZIMUTHS])


def bin_angles(device: torch.device | str = "cpu") -> Tensor:
    """Return the azimuths [AZIMUTHS] in radians that the bins lie about, as `orbit_cameras` counts them."""
    return torch.arange(AZIMUTHS, device=device) * (2.0 * math.pi / AZIMUTHS)
