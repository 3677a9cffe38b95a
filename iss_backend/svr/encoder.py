"""The image encoder E_S of the tri-plane model: a small residual network for 64 x 64 pictures."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions with a skip connection; the first may halve the resolution."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels_out)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels_out)
        self.skip = nn.Conv2d(channels_in, channels_out, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        """Map [B, C_in, H, W] to [B, C_out, H / stride, W / stride]."""
        hidden = functional.relu(self.bn1(self.conv1(images)))
        return functional.relu(self.bn2(self.conv2(hidden)) + self.skip(images))


class PictureNetwork(nn.Module):
    """What networks for 64 x 64 pictures begin with: one size for all pictures, white taken away, the first layer."""

    IMAGE_SIZE = 64

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, 5, 2, 2, bias=False)
        self.stem_bn = nn.BatchNorm2d(width)

    def first_layer(self, images: Tensor) -> Tensor:
        """Map pictures [B, 3, S, S] in 0..1, of any size, to [B, width, 32, 32]."""
        if images.shape[-2:] != (self.IMAGE_SIZE, self.IMAGE_SIZE):
            images = functional.interpolate(images, (self.IMAGE_SIZE,) * 2, mode="bilinear", antialias=True)
        return functional.relu(self.stem_bn(self.stem(1.0 - images)))  # white background becomes zero


class ImageEncoder(PictureNetwork):
    """Pictures [B, 3, 64, 64] in 0..1 -> standardised codes [B, C].

    The last layer is a batch normalisation without parameters: over the training set, each code entry has mean 0 and
    variance 1, which is the scale that the mapper and the prior are built for.
    """

    def __init__(self, code_size: int, widths: tuple[int, ...] = (32, 64, 128, 256)) -> None:
        super().__init__(widths[0])
        blocks: list[nn.Module] = [ResidualBlock(widths[0], widths[0], 1)]
        for narrow, wide in itertools.pairwise(widths):
            blocks += [ResidualBlock(narrow, wide, 2), ResidualBlock(wide, wide, 1)]
        self.blocks = nn.Sequential(*blocks)
        final = self.IMAGE_SIZE // 2 ** len(widths)
        self.head = nn.Linear(widths[-1] * final * final, code_size)
        self.standardise = nn.BatchNorm1d(code_size, affine=False)

    def forward(self, images: Tensor) -> Tensor:
        """Encode images of any size; they are resized first."""
        hidden = self.blocks(self.first_layer(images))
        return self.standardise(self.head(torch.flatten(hidden, 1)).float())
