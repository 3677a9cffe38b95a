"""IM-Net (Chen and Zhang, CVPR 2019) as an SVR model: grey pictures -> code in (0, 1) -> occupancy values.

Layers, names and arithmetic are those of the published single-view model, so that official weights fit (see
`convert_imnet`). IM-Net knows no colour: the colour head is ours, and is trained with D.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.svr.base import SVRModel
from iss_backend.svr.losses import FieldSamples, SVRLossWeights

SLOPE = 0.02
# Pictures of ShapeNet renderings have 137 pixels; the encoder sees the middle 128.
VIEW_SIZE = 137
CROP_SIZE = 128
LUMA = (0.299, 0.587, 0.114)
# Widths of the generator's layers in units of `width`.
LAYER_WIDTHS = (8, 8, 8, 4, 2, 1)
# The value is about 1 inside and 0 outside; at this scale its distance from 1/2 serves as a logit: +-5.
LOGIT_SCALE = 10.0
THRESHOLD = 0.5
# Colour of a head that is not trained yet, and of models without one.
LIGHT_GREY = 0.75
WHITE = 1.0


@dataclass(frozen=True)
class ImnetConfig:
    """Sizes of the model, by default those of the official files.

    Attributes:
        code_size: length C of a shape code ("z_dim").
        width: of the generator's last hidden layer ("gf_dim"); its first three are eight times as wide.
        image_width: of the image encoder's first layers ("img_ef_dim").
        colour: whether there is our colour head; shapes are light grey without.

    """

    code_size: int = 256
    width: int = 128
    image_width: int = 64
    colour: bool = True

    def __post_init__(self) -> None:
        if min(self.code_size, self.width, self.image_width) < 1:
            raise ValueError(f"sizes {self.code_size}, {self.width} and {self.image_width} have to be positive")


class ImageBlock(nn.Module):
    """Two 3 x 3 convolutions and a skip connection; where the width changes, it is projected and halved in size."""

    def __init__(self, narrow: int, wide: int) -> None:
        super().__init__()
        self._halves = narrow != wide
        self.conv_1 = nn.Conv2d(narrow, wide, 3, 2 if self._halves else 1, 1, bias=False)
        self.bn_1 = nn.BatchNorm2d(wide)
        self.conv_2 = nn.Conv2d(wide, wide, 3, 1, 1, bias=False)
        self.bn_2 = nn.BatchNorm2d(wide)
        if self._halves:
            self.conv_s = nn.Conv2d(narrow, wide, 1, 2, bias=False)
            self.bn_s = nn.BatchNorm2d(wide)

    def forward(self, images: Tensor) -> Tensor:
        """Map [B, narrow, H, W] to [B, wide, H, W], or half that size."""
        skip = self.bn_s(self.conv_s(images)) if self._halves else images
        hidden = functional.leaky_relu(self.bn_1(self.conv_1(images)), SLOPE)
        return functional.leaky_relu(self.bn_2(self.conv_2(hidden)) + skip, SLOPE)


class ImnetEncoder(nn.Module):
    """E_S: grey pictures [B, 1, 128, 128] in 0..1, white background -> codes in (0, 1)."""

    def __init__(self, config: ImnetConfig) -> None:
        super().__init__()
        width = config.image_width
        self.conv_0 = nn.Conv2d(1, width, 7, 2, 3, bias=False)
        self.bn_0 = nn.BatchNorm2d(width)
        widths = [width * factor for factor in (1, 1, 1, 2, 2, 4, 4, 8, 8)]
        for number, (narrow, wide) in enumerate(itertools.pairwise(widths), start=1):
            self.add_module(f"res_{number}", ImageBlock(narrow, wide))
        self.conv_9 = nn.Conv2d(8 * width, 8 * width, 4, 2, 1, bias=False)
        self.bn_9 = nn.BatchNorm2d(8 * width)
        self.conv_10 = nn.Conv2d(8 * width, config.code_size, 4, 1, 0)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.xavier_uniform_(layer.weight)

    def forward(self, grey: Tensor) -> Tensor:
        """Return the codes [B, C]."""
        hidden = functional.leaky_relu(self.bn_0(self.conv_0(1.0 - grey)), SLOPE)
        for number in range(1, 9):
            hidden = self.get_submodule(f"res_{number}")(hidden)
        hidden = functional.leaky_relu(self.bn_9(self.conv_9(hidden)), SLOPE)
        return torch.sigmoid(self.conv_10(hidden).flatten(1))


class ImnetGenerator(nn.Module):
    """D_o: point and code -> value, about 1 inside and 0 outside."""

    def __init__(self, config: ImnetConfig) -> None:
        super().__init__()
        widths = [3 + config.code_size, *(factor * config.width for factor in LAYER_WIDTHS), 1]
        for number, (narrow, wide) in enumerate(itertools.pairwise(widths), start=1):
            layer = nn.Linear(narrow, wide)
            # Larger than the published 0.02, with which hundreds of steps learn nothing but a constant.
            nn.init.kaiming_normal_(layer.weight, a=SLOPE)
            nn.init.zeros_(layer.bias)
            self.add_module(f"linear_{number}", layer)
        with torch.no_grad():  # values start around 1/2: outside 0..1 their gradient is a hundredth
            # Three coordinates beside 256 code numbers would hardly count, and fields start almost constant.
            self.linear_1.weight[:, :3].mul_(math.sqrt(config.code_size))
            self.linear_7.weight.mul_(0.2)
            self.linear_7.bias.fill_(THRESHOLD)

    def condition(self, codes: Tensor) -> Tensor:
        """Return what codes [B, C] add to the first layer, [B, 1, 8 W]; the same for all points of a field."""
        return functional.linear(codes, self.linear_1.weight[:, 3:], self.linear_1.bias)[:, None]

    def forward(self, condition: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return values [B, P], a little beyond 0..1, and features [B, P, 2 W], at points [B, P, 3]."""
        hidden = functional.leaky_relu(functional.linear(points, self.linear_1.weight[:, :3]) + condition, SLOPE)
        for number in range(2, 6):
            hidden = functional.leaky_relu(self.get_submodule(f"linear_{number}")(hidden), SLOPE)
        value = self.linear_7(functional.leaky_relu(self.linear_6(hidden), SLOPE)).squeeze(-1)
        return torch.maximum(torch.minimum(value, 0.01 * value + 0.99), 0.01 * value), hidden


class ColourHead(nn.Sequential):
    """D_c, ours: features of the fifth layer -> colours; light grey before training."""

    def __init__(self, width: int) -> None:
        super().__init__(nn.Linear(2 * width, width), nn.LeakyReLU(SLOPE), nn.Linear(width, 3))
        nn.init.zeros_(self[2].weight)
        nn.init.constant_(self[2].bias, math.log(LIGHT_GREY / (1.0 - LIGHT_GREY)))


class ImnetModel(SVRModel):
    """E_S and D of IM-Net, with our colour head. Its colours are albedo."""

    colours_are_lit = False
    code_ending = "sigmoid"

    def __init__(self, config: ImnetConfig) -> None:
        super().__init__()
        self.config = config
        self.code_size = config.code_size
        self.image_size = VIEW_SIZE
        self.img_encoder = ImnetEncoder(config)
        self.generator = ImnetGenerator(config)
        self.colour = ColourHead(config.width) if config.colour else None

    def encode(self, images: Tensor) -> Tensor:
        """See `SVRModel.encode`. Only grey values are looked at."""
        return self.img_encoder(grey_crop(images))

    def prepare(self, codes: Tensor) -> Tensor:
        """Return the codes' share of the first layer, [B, 1, 8 W]."""
        return self.generator.condition(codes)

    def query(self, field: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`."""
        values, features = self.generator(field, points)
        logits = LOGIT_SCALE * (values - THRESHOLD)
        if self.colour is None:
            return logits, torch.full_like(points, LIGHT_GREY)
        return logits, torch.sigmoid(self.colour(features))

    def occupancy(self, field: Tensor, points: Tensor) -> Tensor:
        """Return the logits [B, P] without the colour head."""
        return LOGIT_SCALE * (self.generator(field, points)[0] - THRESHOLD)

    def background(self, field: Tensor, points: Tensor) -> Tensor:
        """See `SVRModel.background`. Without a colour head there is nothing to learn: white."""
        return torch.full_like(points, WHITE) if self.colour is None else self.query(field, points)[1]

    def own_point_loss(self, field: Tensor, samples: FieldSamples, weights: SVRLossWeights) -> Tensor:
        """Return IM-Net's mean squared error of values, plus the L1 colour distance of our head."""
        count = samples.points.shape[1]
        logits, colours = self.query(field, torch.cat([samples.points, samples.surface], dim=1))
        values = logits[:, :count] / LOGIT_SCALE + THRESHOLD
        colour = (colours[:, count:] - samples.colours).abs().mean()
        return weights.occupancy * functional.mse_loss(values, samples.inside) + weights.colour * colour

    def decoder_parameters(self) -> list[nn.Parameter]:
        """Return all parameters but the image encoder's."""
        return [p for name, p in self.named_parameters() if not name.startswith("img_encoder.")]


def grey_crop(images: Tensor) -> Tensor:
    """Return the grey middle [B, 1, 128, 128] of images [B, 3, H, W] that are resized to 137 pixels first."""
    if images.shape[-2:] != (VIEW_SIZE, VIEW_SIZE):
        images = functional.interpolate(images, (VIEW_SIZE,) * 2, mode="bilinear", antialias=True, align_corners=False)
    grey = torch.einsum("bchw,c->bhw", images, images.new_tensor(LUMA))[:, None]
    edge = (VIEW_SIZE - CROP_SIZE) // 2
    return grey[..., edge : edge + CROP_SIZE, edge : edge + CROP_SIZE]
