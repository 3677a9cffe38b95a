"""The classifier of shapes, and the network of FPD: depth pictures from six sides (MVCNN, Su et al. 2015)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

PIXELS = 40  # a side of a depth picture
SIDES, VIEWS = 4, 6
FARTHEST = 0.2  # how near the far wall of the box is; 1 is the near one, 0 where nothing is


@dataclass(frozen=True)
class ViewNetworkConfig:
    """Sizes: `classes` to tell apart, the narrowest layer's `width`, length of the `feature`."""

    classes: int
    width: int = 24
    feature: int = 128


class ViewNetwork(nn.Module):
    """Points of a surface -> depth pictures -> feature -> logits of classes; the order of the points does not matter.

    All pictures pass the same convolutions. Of the four sides the strongest answers count, so that a quarter turn
    changes nothing; from above and from below a shape is seen by itself.
    """

    def __init__(self, config: ViewNetworkConfig) -> None:
        super().__init__()
        self.config = config
        widths = [config.width * factor for factor in (1, 2, 3, 4, 4)]
        self.stem = nn.Conv2d(2, widths[0], 5, stride=2, padding=2)
        self.kind = nn.Parameter(torch.zeros(3, widths[0], 1, 1))  # of a view: a side, from above, from below
        self.start = nn.Sequential(nn.BatchNorm2d(widths[0]), nn.ReLU())
        first, *others, last = (_convolution(*pair) for pair in pairwise(widths))
        self.convolutions = nn.Sequential(first, nn.MaxPool2d(2), *others, nn.MaxPool2d(2), last)
        self.dropout = nn.Dropout(0.3)
        self.to_feature = nn.Linear(3 * 2 * widths[-1], config.feature)
        self.to_class = nn.Linear(config.feature, config.classes)

    def features(self, points: Tensor) -> Tensor:
        """Return features [B, feature] of points [B, P, 3]; moved and scaled to the unit box first."""
        near = depth_pictures(normalise_points(points))
        layers = torch.stack([near, (near > 0.0).float()], dim=2)
        kinds = self.kind[[0] * SIDES + [1, 2]]
        hidden = self.stem(layers.flatten(0, 1)).unflatten(0, (-1, VIEWS)) + kinds
        hidden = self.convolutions(self.start(hidden.flatten(0, 1)))
        views = torch.cat([hidden.amax(dim=(2, 3)), hidden.mean(dim=(2, 3))], dim=1).unflatten(0, (-1, VIEWS))
        whole = torch.cat([views[:, :SIDES].amax(dim=1), views[:, SIDES], views[:, SIDES + 1]], dim=1)
        return self.to_feature(self.dropout(whole))

    def forward(self, points: Tensor) -> Tensor:
        """Return logits [B, classes] of points [B, P, 3]."""
        return self.to_class(torch.relu(self.features(points)))


def normalise_points(points: Tensor) -> Tensor:
    """Return points [B, P, 3] with their bounding box centred on 0, its longest side 2."""
    low, high = points.amin(dim=1, keepdim=True), points.amax(dim=1, keepdim=True)
    return 2.0 * (points - (low + high) / 2.0) / (high - low).amax(dim=-1, keepdim=True).clamp(min=1e-6)


def depth_pictures(points: Tensor) -> Tensor:
    """Draw points [B, P, 3] in -1..1 as seen from +z, +x, -z, -x, above, below: nearness [B, 6, S, S], 0 for nothing.

    A point fills its pixel and those around it, so that a surface hides what lies behind it.
    """
    x, y, z = points.unbind(dim=-1)
    towards = [(x, y, z), (-z, y, x), (-x, y, -z), (z, y, -x), (x, -z, y), (x, z, -y)]
    across, upwards, nearer = (torch.stack(axis, dim=1) for axis in zip(*towards, strict=True))
    column, row = (((axis + 1.0) / 2.0 * (PIXELS - 1)).round().long() for axis in (across, -upwards))
    nearness = FARTHEST + (1.0 - FARTHEST) * (nearer + 1.0) / 2.0
    empty = nearness.new_zeros(len(points), VIEWS, PIXELS**2)
    near = empty.scatter_reduce(2, row * PIXELS + column, nearness, "amax").unflatten(2, (PIXELS, PIXELS))
    return functional.max_pool2d(near, 3, stride=1, padding=1)


def _convolution(narrow: int, wide: int) -> nn.Sequential:
    convolution = nn.Conv2d(narrow, wide, 3, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(wide), nn.ReLU())
