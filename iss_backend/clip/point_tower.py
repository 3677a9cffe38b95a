"""E_P: a third tower beside CLIP's two, which sees the form itself (ULIP, Xue et al. 2023). Not in the paper.

Pictures of 64 pixels from three sides tell an image tower little about a form. Coloured points of the whole surface,
drawn from six sides with their depth, tell more, and a network that is small enough for a processor can read them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.clip.view_network import ViewNetwork, ViewNetworkConfig

POINTS = 2048  # of a cloud that the tower reads
FIRST_SCALE = 20.0  # of the logits, before it is learned


@dataclass(frozen=True)
class PointTowerConfig:
    """Sizes: the length D of the CLIP's features, and the `width` of the narrowest layer."""

    feature_size: int
    width: int = 32


class PointTower(nn.Module):
    """Coloured points of a surface -> unit features that lie where a CLIP's features of texts lie."""

    def __init__(self, config: PointTowerConfig) -> None:
        super().__init__()
        self.config = config
        size = config.feature_size
        self.network = ViewNetwork(ViewNetworkConfig(outputs=size, width=config.width, feature=size, colours=True))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(FIRST_SCALE)))

    def forward(self, points: Tensor) -> Tensor:
        """Return unit features [B, D] of clouds [B, P, 6]: positions, Y up and front +Z, and sRGB in 0..1."""
        return functional.normalize(self.network(points), dim=-1)
