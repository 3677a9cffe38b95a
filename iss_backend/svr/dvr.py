"""DVR (Niemeyer et al., CVPR 2020) as an SVR model: ResNet-18 encoder and a conditional residual perceptron.

Layers, names and arithmetic are those of the published model, so that official weights fit (see `convert_dvr`).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.svr.base import SVRModel
from iss_backend.svr.dvr_resnet import FEATURES, ResNetFeatures

BLOCKS = 5
IMAGE_SIZE = 224
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
# Colour of the depth-only model, which predicts none.
MID_GREY = 0.5


@dataclass(frozen=True)
class DvrConfig:
    """Sizes of the model, by default those of the official `ours_combined` that ISS starts from.

    Attributes:
        code_size: length C of a shape code.
        hidden: width H of the decoder; 128 in the official RGB-only model.
        out: 4 for occupancy and colour, 1 for the depth-only model, whose colour is then mid grey.
        leaky: LeakyReLU(0.2) in place of ReLU before the last layer.

    """

    code_size: int = 256
    hidden: int = 512
    out: int = 4
    leaky: bool = False

    def __post_init__(self) -> None:
        if self.out not in (1, 4):
            raise ValueError(f"out is {self.out}, but DVR has 1 output (occupancy) or 4 (occupancy and colour)")


class DvrEncoder(nn.Module):
    """E_S: pictures of any size in 0..1 -> codes."""

    def __init__(self, code_size: int) -> None:
        super().__init__()
        self.features = ResNetFeatures()
        self.fc = nn.Linear(FEATURES, code_size)

    def forward(self, images: Tensor) -> Tensor:
        """Return codes [B, C] of images [B, 3, H, W] in 0..1; they are resized to 224 pixels first."""
        if images.shape[-2:] != (IMAGE_SIZE, IMAGE_SIZE):
            size = (IMAGE_SIZE, IMAGE_SIZE)
            images = functional.interpolate(images, size, mode="bilinear", antialias=True, align_corners=False)
        mean = images.new_tensor(IMAGENET_MEAN)[:, None, None]
        deviation = images.new_tensor(IMAGENET_DEVIATION)[:, None, None]
        return self.fc(self.features((images - mean) / deviation))


class ResidualBlock(nn.Module):
    """x + fc_1(relu(fc_0(relu(x)))); an identity before training, as fc_1's weights start at zero."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc_0 = nn.Linear(width, width)
        self.fc_1 = nn.Linear(width, width)
        nn.init.zeros_(self.fc_1.weight)

    def forward(self, hidden: Tensor) -> Tensor:
        """Map [B, P, H] to [B, P, H]."""
        return hidden + self.fc_1(functional.relu(self.fc_0(functional.relu(hidden))))


class DvrDecoder(nn.Module):
    """D: points and the code's share of every block -> occupancy logit and colour logits."""

    def __init__(self, config: DvrConfig) -> None:
        super().__init__()
        self._slope = 0.2 if config.leaky else 0.0
        self.fc_p = nn.Linear(3, config.hidden)
        self.fc_c = nn.ModuleList(nn.Linear(config.code_size, config.hidden) for _ in range(BLOCKS))
        self.blocks = nn.ModuleList(ResidualBlock(config.hidden) for _ in range(BLOCKS))
        self.fc_out = nn.Linear(config.hidden, config.out)

    def condition(self, codes: Tensor) -> Tensor:
        """Return what codes [B, C] add before each block, [B, 5, H]; the same for all points of a field."""
        return torch.stack([layer(codes) for layer in self.fc_c], dim=1)

    def forward(self, conditions: Tensor, points: Tensor) -> Tensor:
        """Return the raw outputs [B, P, out] at points [B, P, 3] under conditions [B, 5, H]."""
        hidden = self.fc_p(points)
        for block, condition in zip(self.blocks, conditions.unbind(dim=1), strict=True):
            hidden = block(hidden + condition[:, None])
        return self.fc_out(functional.leaky_relu(hidden, self._slope))


class DvrModel(SVRModel):
    """E_S and D of DVR. Its colours are those of lit pictures."""

    colours_are_lit = True

    def __init__(self, config: DvrConfig) -> None:
        super().__init__()
        self.config = config
        self.code_size = config.code_size
        self.image_size = IMAGE_SIZE
        self.encoder = DvrEncoder(config.code_size)
        self.decoder = DvrDecoder(config)

    def encode(self, images: Tensor) -> Tensor:
        """See `SVRModel.encode`."""
        return self.encoder(images)

    def prepare(self, codes: Tensor) -> Tensor:
        """Return the codes' share of every block, [B, 5, H], which spares a product per point."""
        return self.decoder.condition(codes)

    def query(self, field: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`. The field reaches beyond the cube, as a perceptron does."""
        outputs = self.decoder(field, points)
        if self.config.out == 1:
            return outputs[..., 0], torch.full_like(points, MID_GREY)
        return outputs[..., 0], torch.sigmoid(outputs[..., 1:])

    def background(self, field: Tensor, points: Tensor) -> Tensor:
        """See `SVRModel.background`. The depth-only model has no colour to learn one with: white."""
        return torch.ones_like(points) if self.config.out == 1 else self.query(field, points)[1]

    def decoder_parameters(self) -> list[nn.Parameter]:
        """See `SVRModel.decoder_parameters`."""
        return list(self.decoder.parameters())
