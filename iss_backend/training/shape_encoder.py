"""A shape encoder for training only: whole shape -> code, so that D need not wait until E_S can see.

As in IM-Net, the decoder is first trained as the second half of an autoencoder; the image encoder E_S then learns to
reach the same codes from one picture.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.data.orthographic import DIRECTIONS, FAR, orthographic_views
from iss_backend.data.packed import PackedShapes
from iss_backend.data.packing import BACKGROUND


class OrthographicShapes:
    """The six orthographic pictures of every packed shape, computed once when training starts."""

    def __init__(self, shapes: PackedShapes) -> None:
        pairs = [
            orthographic_views(shapes.occupancy_grids(np.array([i]))[0].numpy(), *shapes.surface(i))
            for i in range(len(shapes))
        ]
        self._colour = torch.from_numpy(np.stack([colour for colour, _ in pairs]))
        self._depth = torch.from_numpy(np.stack([depth for _, depth in pairs]))

    def layers(self, numbers: np.ndarray, palettes: Tensor) -> Tensor:
        """Return RGB and nearness of shapes under palettes [B, K, 3], [B, 6, 4, G, G]; zero where nothing is hit."""
        index, depth = self._colour[numbers], self._depth[numbers]
        flat = index.clamp(max=palettes.shape[1] - 1).long().flatten(1)
        colours = palettes.gather(1, flat[..., None].expand(-1, -1, 3)).view(*index.shape, 3)
        nearness = 1.0 - depth.float() / depth.shape[-1]
        layers = torch.cat([colours, nearness[..., None]], dim=-1)
        layers = torch.where(((index != BACKGROUND) & (depth != FAR))[..., None], layers, 0.0)
        return layers.permute(0, 1, 4, 2, 3)


class ShapeEncoder(nn.Module):
    """Orthographic layers [B, 6, 4, G, G] -> standardised codes [B, C]; the three axes share their weights."""

    def __init__(self, code_size: int, grid: int, widths: tuple[int, ...] = (64, 128, 256, 384)) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for narrow, wide in zip((DIRECTIONS // 3 * 4, *widths), widths, strict=False):
            layers += [nn.Conv2d(narrow, wide, 3, 2, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()]
        self.convs = nn.Sequential(*layers)
        self.head = nn.Linear(3 * widths[-1] * (grid // 2 ** len(widths)) ** 2, code_size)
        self.standardise = nn.BatchNorm1d(code_size, affine=False)

    def forward(self, layers: Tensor) -> Tensor:
        """Encode the orthographic layers of whole shapes."""
        batch, _, _, *size = layers.shape
        hidden = self.convs(layers.reshape(batch * 3, -1, *size))
        return self.standardise(self.head(hidden.reshape(batch, -1)).float())


def code_distance(codes: Tensor, targets: Tensor) -> Tensor:
    """Return the mean smooth L1 distance of codes to fixed targets, both [B, C]."""
    return functional.smooth_l1_loss(codes, targets.detach())
