"""The voxel auto-encoder of CLIP-Forge: occupied cells -> code -> occupancy at any point; no colours."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.svr.base import SVRModel
from iss_backend.svr.dvr import ResidualBlock

VOXELS = 32  # cells a side that the encoder reads
WIDTHS = (1, 2, 4, 8, 16)  # of the convolutions, in units of the first
BLOCKS = 5
THRESHOLD = 0.1  # of the decoder's value; the official advice for meshes (0.05 in its metrics)
LOGIT_SCALE = 10.0
GREY = 0.75


@dataclass(frozen=True)
class ForgeConfig:
    """Sizes, by default the published ones.

    Attributes:
        code_size: length of a shape code.
        width: channels of the first convolution (then 2, 4, 8 and 16 times as many).
        hidden: width of the decoder.
        code_noise: standard deviation of the noise that training adds to codes.
    """

    code_size: int = 128
    width: int = 32
    hidden: int = 128
    code_noise: float = 0.1


class VoxelEncoder(nn.Module):
    """Cells [B, R, R, R], R = 32 -> codes [B, C]: five convolutions with batch normalisation, one linear layer."""

    def __init__(self, config: ForgeConfig) -> None:
        super().__init__()
        widths = [1, *(factor * config.width for factor in WIDTHS)]
        layers: list[nn.Module] = []
        for number, (narrow, wide) in enumerate(itertools.pairwise(widths)):
            layers += [nn.Conv3d(narrow, wide, 3, 2 if number else 1, 1, bias=False), nn.BatchNorm3d(wide), nn.ReLU()]
        self.convs = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1] * (VOXELS // 2 ** (len(WIDTHS) - 1)) ** 3, config.code_size)

    def forward(self, cells: Tensor) -> Tensor:
        """Return the codes."""
        return self.head(self.convs(cells[:, None].float()).flatten(1))


class ForgeModel(SVRModel):
    """Encoder and decoder; the decoder stands behind `SVRModel`, so that shapes are meshed and drawn as all others."""

    image_size = 1
    colours_are_lit = False

    def __init__(self, config: ForgeConfig) -> None:
        super().__init__()
        self.config, self.code_size = config, config.code_size
        self.encoder = VoxelEncoder(config)
        self.point_in = nn.Linear(3, config.hidden)
        self.code_in = nn.Linear(config.code_size, config.hidden)
        self.blocks = nn.Sequential(*(ResidualBlock(config.hidden) for _ in range(BLOCKS)))
        self.out = nn.Linear(config.hidden, 1)

    def encode(self, images: Tensor) -> Tensor:
        """Refuse: CLIP-Forge reads no pictures.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError("CLIP-Forge encodes voxels, not pictures")

    def prepare(self, codes: Tensor) -> Tensor:
        """Return the codes [B, C] themselves."""
        return codes

    def values(self, codes: Tensor, points: Tensor) -> Tensor:
        """Return values [B, P], about 1 inside and 0 outside, at points [B, P, 3]."""
        hidden = self.point_in(points) + self.code_in(codes)[:, None]
        return self.out(functional.relu(self.blocks(hidden))).squeeze(-1)

    def query(self, field: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`; all colours are light grey."""
        return self.occupancy(field, points), torch.full_like(points, GREY)

    def occupancy(self, field: Tensor, points: Tensor) -> Tensor:
        """Return logits [B, P]: the value's distance from the threshold, scaled."""
        return LOGIT_SCALE * (self.values(field, points) - THRESHOLD)

    def decoder_parameters(self) -> list[nn.Parameter]:
        """Return all parameters but the encoder's."""
        return [p for name, p in self.named_parameters() if not name.startswith("encoder.")]


def reconstruction_loss(
    model: ForgeModel, cells: Tensor, points: Tensor, inside: Tensor, generator: torch.Generator
) -> Tensor:
    """Return the mean squared error of values and occupancy (0 or 1) [B, P] at points [B, P, 3], codes with noise."""
    codes = model.encoder(cells)
    noise = torch.randn(codes.shape, generator=generator).to(codes)
    return functional.mse_loss(model.values(codes + model.config.code_noise * noise, points), inside)
