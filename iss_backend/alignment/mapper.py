"""The CLIP2Shape mapper M: CLIP feature -> shape code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

LEAKY_SLOPE = 0.02
LAYERS = 12


@dataclass(frozen=True)
class MapperConfig:
    """Sizes of M, and what follows its last layer.

    Attributes:
        feature_size: length D of a CLIP feature; `code_size`: length C of a shape code.
        hidden: width of the first eight layers; the ninth narrows to C.
        final_activation: the paper puts a Leaky-ReLU behind each of the 12 layers; the official code leaves the last
            one linear, because codes are signed; "sigmoid" is for models whose codes lie in (0, 1).
    """

    feature_size: int = 512
    code_size: int = 256
    hidden: int = 512
    final_activation: Literal["leaky_relu", "linear", "sigmoid"] = "leaky_relu"


class Mapper(nn.Module):
    """Twelve fully connected layers with Leaky-ReLU (paper, section 3.2; layer names of the official files)."""

    def __init__(self, config: MapperConfig) -> None:
        super().__init__()
        self.config = config
        widths = [config.feature_size] + [config.hidden] * 8 + [config.code_size] * 4
        for number in range(1, LAYERS + 1):
            layer = nn.Linear(widths[number - 1], widths[number])
            if not layer.weight.is_meta:  # its weights follow
                nn.init.kaiming_normal_(layer.weight, a=LEAKY_SLOPE)
                nn.init.zeros_(layer.bias)
            setattr(self, f"linear_{number}", layer)

    def forward(self, features: Tensor) -> Tensor:
        """Map unit features [B, D] to shape codes [B, C]."""
        hidden = features * self.config.feature_size**0.5  # unit features have tiny entries; the layers expect about 1
        for number in range(1, LAYERS):
            hidden = functional.leaky_relu(self.get_submodule(f"linear_{number}")(hidden), LEAKY_SLOPE)
        return self._finish(self.linear_12(hidden))

    def _finish(self, codes: Tensor) -> Tensor:
        if self.config.final_activation == "leaky_relu":
            return functional.leaky_relu(codes, LEAKY_SLOPE)
        return torch.sigmoid(codes) if self.config.final_activation == "sigmoid" else codes
