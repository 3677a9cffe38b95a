"""A PointNet (Qi et al. 2017) with a second look: the classifier of shapes, and the network of FPD."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class PointNetworkConfig:
    """Sizes: `classes` to tell apart, width of the layers, length of the feature."""

    classes: int
    width: int = 64
    feature: int = 128


class PointNetwork(nn.Module):
    """Points of a surface -> feature -> logits of classes; the order of the points does not matter.

    After a first maximum over all points, each point is looked at again beside what the whole is like.
    """

    def __init__(self, config: PointNetworkConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.first = _layers(3, width, width, 2 * width)
        self.second = _layers(4 * width, 2 * width, 4 * width)
        self.compress = _layers(6 * width, 2 * width)
        self.dropout = nn.Dropout(0.3)
        self.to_feature = nn.Linear(2 * width, config.feature)
        self.to_class = nn.Linear(config.feature, config.classes)

    def features(self, points: Tensor) -> Tensor:
        """Return features [B, feature] of points [B, P, 3]; moved and scaled to the unit box first."""
        local = self.first(normalise_points(points))
        whole = local.amax(dim=1, keepdim=True)
        again = self.second(torch.cat([local, whole.expand_as(local)], dim=-1)).amax(dim=1)
        return self.to_feature(self.dropout(self.compress(torch.cat([again, whole[:, 0]], dim=-1))))

    def forward(self, points: Tensor) -> Tensor:
        """Return logits [B, classes] of points [B, P, 3]."""
        return self.to_class(torch.relu(self.features(points)))


def normalise_points(points: Tensor) -> Tensor:
    """Return points [B, P, 3] with their bounding box centred on 0, its longest side 2."""
    low, high = points.amin(dim=1, keepdim=True), points.amax(dim=1, keepdim=True)
    return 2.0 * (points - (low + high) / 2.0) / (high - low).amax(dim=-1, keepdim=True).clamp(min=1e-6)


class _ChannelNorm(nn.Module):
    """Batch normalisation of the last axis of [..., C]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, values: Tensor) -> Tensor:
        """Return the same shape, normalised."""
        return self.norm(values.flatten(0, -2)).view_as(values)


def _layers(*widths: int) -> nn.Sequential:
    parts: list[nn.Module] = []
    for before, after in pairwise(widths):
        parts += [nn.Linear(before, after), _ChannelNorm(after), nn.ReLU()]
    return nn.Sequential(*parts)
