"""A network that reads points of a surface by drawing them from six sides (MVCNN, Su et al. 2015).

The point tower and the judge of shapes are each one of these; they share no weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

PIXELS = 40  # a side of a picture
SIDES, VIEWS = 4, 6
FARTHEST = 0.2  # how near the far wall of the box is; 1 is the near one, 0 where nothing is


@dataclass(frozen=True)
class ViewNetworkConfig:
    """Sizes of the network, and what it sees.

    Attributes:
        outputs: numbers that it answers with, of classes or of a feature.
        width, feature: of the narrowest layer, and of the last one before the answer.
        colours: whether its points have colours.
    """

    outputs: int
    width: int = 24
    feature: int = 128
    colours: bool = False


class ViewNetwork(nn.Module):
    """Points of a surface -> pictures with depth -> feature -> answer; the order of the points does not matter.

    Points are [B, P, 3], or [B, P, 6] with sRGB colours in 0..1.

    All pictures pass the same convolutions. Of the four sides the strongest answers count, so that a quarter turn
    changes nothing; from above and from below a shape is seen by itself.
    """

    def __init__(self, config: ViewNetworkConfig) -> None:
        super().__init__()
        self.config = config
        widths = [config.width * factor for factor in (1, 2, 3, 4, 4)]
        self.stem = nn.Conv2d(5 if config.colours else 2, widths[0], 5, stride=2, padding=2)
        self.kind = nn.Parameter(torch.zeros(3, widths[0], 1, 1))  # of a view: a side, from above, from below
        self.start = nn.Sequential(nn.BatchNorm2d(widths[0]), nn.ReLU())
        first, *others, last = (_convolution(*pair) for pair in pairwise(widths))
        self.convolutions = nn.Sequential(first, nn.MaxPool2d(2), *others, nn.MaxPool2d(2), last)
        self.dropout = nn.Dropout(0.3)
        self.to_feature = nn.Linear(3 * 2 * widths[-1], config.feature)
        self.to_class = nn.Linear(config.feature, config.outputs)  # the name that weights are stored under

    def features(self, points: Tensor) -> Tensor:
        """Return features [B, feature] of points; they are moved and scaled to the unit box first."""
        places, colours = normalise_points(points[..., :3]), points[..., 3:] if self.config.colours else None
        layers = view_pictures(places, colours)
        kinds = self.kind[[0] * SIDES + [1, 2]]
        hidden = self.stem(layers.flatten(0, 1)).unflatten(0, (-1, VIEWS)) + kinds
        hidden = self.convolutions(self.start(hidden.flatten(0, 1)))
        views = torch.cat([hidden.amax(dim=(2, 3)), hidden.mean(dim=(2, 3))], dim=1).unflatten(0, (-1, VIEWS))
        whole = torch.cat([views[:, :SIDES].amax(dim=1), views[:, SIDES], views[:, SIDES + 1]], dim=1)
        return self.to_feature(self.dropout(whole))

    def forward(self, points: Tensor) -> Tensor:
        """Return `outputs` numbers [B, outputs] of points."""
        return self.to_class(torch.relu(self.features(points)))


def normalise_points(points: Tensor) -> Tensor:
    """Return points [B, P, 3] with their bounding box centred on 0, its longest side 2."""
    low, high = points.amin(dim=1, keepdim=True), points.amax(dim=1, keepdim=True)
    return 2.0 * (points - (low + high) / 2.0) / (high - low).amax(dim=-1, keepdim=True).clamp(min=1e-6)


def view_pictures(points: Tensor, colours: Tensor | None = None) -> Tensor:
    """Draw points [B, P, 3] in -1..1 as seen from +z, +x, -z, -x, above and below.

    A point fills its pixel and those around it, so that a surface hides what lies behind it.

    Args:
        points: where they are.
        colours: of the points, [B, P, 3] in 0..1.

    Returns:
        [B, 6, 2 or 5, S, S]: nearness, 1 where anything is, and with colours these less 1/2; all 0 where nothing is.
    """
    x, y, z = points.unbind(dim=-1)
    towards = [(x, y, z), (-z, y, x), (-x, y, -z), (z, y, -x), (x, -z, y), (x, z, -y)]
    across, upwards, nearer = (torch.stack(axis, dim=1) for axis in zip(*towards, strict=True))
    column, row = (((axis + 1.0) / 2.0 * (PIXELS - 1)).round().long() for axis in (across, -upwards))
    pixel, nearness = row * PIXELS + column, FARTHEST + (1.0 - FARTHEST) * (nearer + 1.0) / 2.0
    empty = nearness.new_zeros(len(points), VIEWS, PIXELS**2)
    near = empty.scatter_reduce(2, pixel, nearness, "amax")
    picture, source = functional.max_pool2d(near.unflatten(2, (PIXELS, PIXELS)), 3, 1, 1, return_indices=True)
    layers = [picture, (picture > 0.0).float()]
    if colours is not None:
        in_front = nearness == near.gather(2, pixel)
        layers += _colours_in_front(pixel, in_front, colours - 0.5, source).unbind(dim=2)
    return torch.stack(layers, dim=2)


def _colours_in_front(pixel: Tensor, in_front: Tensor, colours: Tensor, source: Tensor) -> Tensor:
    """Return pictures [B, 6, 3, S, S] of the nearest points' colours; where several are as near, of the lightest.

    Args:
        pixel: of each point, [B, 6, P]; `in_front`: whether no point of its pixel is nearer.
        colours: of the points.
        source: [B, 6, S, S], the pixel whose point each pixel shows.
    """
    hidden = PIXELS**2  # a place beside the picture
    canvas = colours.new_zeros(*pixel.shape[:2], 3, hidden + 1)
    places = torch.where(in_front, pixel, hidden)[:, :, None].expand(-1, -1, 3, -1)
    painted = colours.transpose(1, 2)[:, None].expand_as(places)
    canvas = canvas.scatter_reduce(3, places, painted, "amax", include_self=False)[..., :hidden]
    return canvas.gather(3, source.flatten(2)[:, :, None].expand(-1, -1, 3, -1)).unflatten(3, (PIXELS, PIXELS))


def _convolution(narrow: int, wide: int) -> nn.Sequential:
    convolution = nn.Conv2d(narrow, wide, 3, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(wide), nn.ReLU())
