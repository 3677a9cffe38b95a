"""ResNet-18 and 34 with torchvision's parameter names, so that official weights fit without it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (64, 128, 256, 512)
FEATURES = WIDTHS[-1]
# Blocks in each of the four layers.
RESNET_18 = (2, 2, 2, 2)
RESNET_34 = (3, 4, 6, 3)


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions and a skip connection, projected where the shape changes."""

    def __init__(self, narrow: int, wide: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(narrow, wide, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(wide)
        self.conv2 = nn.Conv2d(wide, wide, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(wide)
        self.downsample: nn.Module | None = None
        if stride > 1:
            self.downsample = nn.Sequential(nn.Conv2d(narrow, wide, 1, stride, bias=False), nn.BatchNorm2d(wide))

    def forward(self, images: Tensor) -> Tensor:
        """Map [B, narrow, H, W] to [B, wide, H / stride, W / stride]."""
        skip = images if self.downsample is None else self.downsample(images)
        hidden = functional.relu(self.bn1(self.conv1(images)))
        return functional.relu(self.bn2(self.conv2(hidden)) + skip)


class ResNetFeatures(nn.Module):
    """Normalised pictures [B, 3, H, W] -> features [B, 512], averaged over the picture; no classifier."""

    def __init__(self, blocks: tuple[int, int, int, int] = RESNET_18) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTHS[0], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTHS[0])
        self.layer1 = self._layer(WIDTHS[0], WIDTHS[0], 1, blocks[0])
        self.layer2 = self._layer(WIDTHS[0], WIDTHS[1], 2, blocks[1])
        self.layer3 = self._layer(WIDTHS[1], WIDTHS[2], 2, blocks[2])
        self.layer4 = self._layer(WIDTHS[2], WIDTHS[3], 2, blocks[3])

    @staticmethod
    def _layer(narrow: int, wide: int, stride: int, blocks: int) -> nn.Sequential:
        return nn.Sequential(BasicBlock(narrow, wide, stride), *(BasicBlock(wide, wide, 1) for _ in range(blocks - 1)))

    def forward(self, images: Tensor) -> Tensor:
        """Return the features [B, 512] of pictures that have ImageNet's mean and deviation removed."""
        hidden = functional.relu(self.bn1(self.conv1(images)))
        hidden = functional.max_pool2d(hidden, 3, 2, 1)
        hidden = self.layer4(self.layer3(self.layer2(self.layer1(hidden))))
        return torch.mean(hidden, dim=(2, 3))
