"""The tri-plane SVR model: shape code -> three feature planes -> small perceptron -> occupancy and albedo.

About 390 times fewer operations per point than DVR's 512-wide decoder, which is what lets stage 2 run on a CPU.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.svr.base import SVRModel
from iss_backend.svr.encoder import ImageEncoder

# Which two coordinates of a point address each plane.
PLANE_AXES = ((0, 1), (0, 2), (1, 2))
PLANES = len(PLANE_AXES)
NORM_GROUPS = 4


@dataclass(frozen=True)
class TriplaneConfig:
    """Sizes of the model: planes of `plane_size` x `plane_size` with `plane_channels` features.

    Attributes:
        modulated: the code also scales and shifts the channels at every size, as in StyleGAN, and each plane has
            convolutions of its own instead of shared ones: more to learn with, at the same number of operations.
        fine_channels: the width of a residual convolution that refines the planes to twice `plane_size`; 0 for none.
    """

    code_size: int = 256
    plane_size: int = 48
    plane_channels: int = 16
    start_size: int = 6
    channels: tuple[int, ...] = (96, 64, 32)
    hidden: int = 64
    encoder_widths: tuple[int, ...] = (32, 64, 128, 256)
    modulated: bool = False
    fine_channels: int = 0


class PlaneGenerator(nn.Module):
    """Codes [B, C] -> planes [B, 3, F, R, R], by a linear layer and up-sampling convolutions."""

    def __init__(self, config: TriplaneConfig) -> None:
        super().__init__()
        groups = PLANES if config.modulated else 1
        self._start = (groups * config.channels[0], config.start_size, config.start_size)
        self.project = nn.Linear(config.code_size, PLANES * config.channels[0] * config.start_size**2)
        widths = (*config.channels, config.plane_channels)
        doublings = (config.plane_size // config.start_size).bit_length() - 1
        if config.start_size * 2**doublings != config.plane_size or doublings != len(widths) - 1:
            raise ValueError(f"{len(widths) - 1} doublings of {config.start_size} do not give {config.plane_size}")
        self.convs = nn.ModuleList(_conv(narrow, wide, groups) for narrow, wide in itertools.pairwise(widths))
        # Without normalisation the signal of the code fades on its way to the planes, and training stalls.
        self.norms = nn.ModuleList(nn.GroupNorm(groups * NORM_GROUPS, groups * width) for width in widths)
        self.styles = nn.ModuleList(
            nn.Linear(config.code_size, 2 * groups * width) for width in widths if config.modulated
        )
        self.last = _conv(config.plane_channels, config.plane_channels, groups)
        self.fine = FinePlanes(config.plane_channels, config.fine_channels, groups) if config.fine_channels else None

    def forward(self, codes: Tensor) -> Tensor:
        """Return the planes of codes [B, C]."""
        planes = self.project(codes).view(-1, *self._start)
        for level, conv in enumerate(self.convs):
            planes = functional.interpolate(self._activated(planes, codes, level), scale_factor=2.0, mode="nearest")
            planes = conv(planes)
        hidden = self._activated(planes, codes, len(self.convs))
        planes = self.last(hidden)
        if self.fine is not None:
            planes = self.fine(planes, hidden)
        return planes.float().view(len(codes), PLANES, -1, *planes.shape[-2:])

    def _activated(self, planes: Tensor, codes: Tensor, level: int) -> Tensor:
        planes = self.norms[level](planes)
        if self.styles:
            scale, shift = self.styles[level](codes)[..., None, None].chunk(2, dim=1)
            planes = planes * (1.0 + scale) + shift
        return functional.silu(planes)


class FinePlanes(nn.Module):
    """Planes [N, F, R, R] and what they were made of, [N, F, R, R] -> planes [N, F, 2R, 2R], details added."""

    def __init__(self, plane_channels: int, width: int, groups: int) -> None:
        super().__init__()
        self.widen = _conv(plane_channels, width, groups)
        self.norm = nn.GroupNorm(groups * NORM_GROUPS, groups * width)
        self.details = _conv(width, plane_channels, groups)

    def forward(self, planes: Tensor, hidden: Tensor) -> Tensor:
        """Return the planes at twice their size."""
        wide = self.widen(functional.interpolate(hidden, scale_factor=2.0, mode="nearest"))
        smooth = functional.interpolate(planes, scale_factor=2.0, mode="bilinear", align_corners=False)
        return smooth + self.details(functional.silu(self.norm(wide)))


def _conv(narrow: int, wide: int, groups: int) -> nn.Conv2d:
    return nn.Conv2d(groups * narrow, groups * wide, 3, padding=1, groups=groups)


class TriplaneModel(SVRModel):
    """E_S and D of the bundled model. Its colours are albedo: pictures of it are shaded by the renderer."""

    colours_are_lit = False
    can_be_sharpened = True

    def __init__(self, config: TriplaneConfig) -> None:
        super().__init__()
        self.config = config
        self.code_size = config.code_size
        self.image_size = ImageEncoder.IMAGE_SIZE
        self.encoder = ImageEncoder(config.code_size, config.encoder_widths)
        self.planes = PlaneGenerator(config)
        self.trunk = nn.Sequential(
            nn.Linear(3 * config.plane_channels, config.hidden),
            nn.SiLU(),
            nn.Linear(config.hidden, config.hidden),
            nn.SiLU(),
        )
        for layer in (*self.planes.modules(), *self.trunk):
            # Drawing numbers without a place for them (a model whose weights follow) would import a compiler: a second.
            if isinstance(layer, nn.Conv2d | nn.Linear) and not layer.weight.is_meta:
                nn.init.kaiming_normal_(layer.weight)
                nn.init.zeros_(layer.bias)
        self.occupancy_head = nn.Linear(config.hidden, 1)
        self.colour_head = nn.Linear(config.hidden, 3)

    def encode(self, images: Tensor) -> Tensor:
        """See `SVRModel.encode`."""
        return self.encoder(images)

    def prepare(self, codes: Tensor) -> Tensor:
        """Return the feature planes [B, 3, F, R, R] of codes [B, C]."""
        return self.planes(codes)

    def query(self, field: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`. Points outside the cube get the features of its border."""
        hidden = self.trunk(sample_planes(field, points))
        return self.occupancy_head(hidden).squeeze(-1), torch.sigmoid(self.colour_head(hidden))

    def occupancy(self, field: Tensor, points: Tensor) -> Tensor:
        """Return the logits [B, P] without the colour head."""
        return self.occupancy_head(self.trunk(sample_planes(field, points))).squeeze(-1)

    def decoder_parameters(self) -> list[nn.Parameter]:
        """Return all parameters but the encoder's."""
        return [p for name, p in self.named_parameters() if not name.startswith("encoder.")]


def sample_planes(planes: Tensor, points: Tensor) -> Tensor:
    """Look points [B, P, 3] up in planes [B, 3, F, R, R], bilinearly; return the features side by side [B, P, 3F]."""
    batch, count, _ = points.shape
    coordinates = (points * 2.0).unbind(dim=-1)
    grid = torch.stack([torch.stack([coordinates[axis] for axis in axes], dim=-1) for axes in PLANE_AXES], dim=1)
    features = functional.grid_sample(
        planes.flatten(0, 1), grid.view(batch * 3, count, 1, 2), padding_mode="border", align_corners=False
    )
    return features.view(batch, 3, planes.shape[2], count).permute(0, 3, 1, 2).reshape(batch, count, -1)
