"""SS3D (Alwala, Gupta and Tulsiani, CVPR 2022) as an SVR model: picture -> FiLM code -> SIREN density and colour.

Layers, names and arithmetic are those of the published model, so that official weights fit (see `convert_ss3d`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.svr import dvr_resnet
from iss_backend.svr.base import SVRModel
from iss_backend.svr.dvr import IMAGENET_DEVIATION, IMAGENET_MEAN

if TYPE_CHECKING:
    from iss_backend.svr.ray_losses import RayTargets

IMAGE_SIZE = 224
OMEGA = 30.0
SLOPE = 0.01
# Density at which the official code extracts the surface; the logit is how far the density exceeds it.
DENSITY_THRESHOLD = 3.0
# Black border around the object, in pixels of the input picture (official code).
BORDER = 30
# Pixels this close to white, in every channel, are background.
WHITE_MARGIN = 6.0 / 255.0
# Distance between the samples of a ray in the official renderer: 80 on a stretch of 1.8.
SAMPLE_DISTANCE = 1.8 / 80


@dataclass(frozen=True)
class Ss3dConfig:
    """Sizes of the decoder, by default the official ones; a code has a frequency and a shift for every sine."""

    width: int = 256
    layers: int = 5

    def __post_init__(self) -> None:
        if self.width < 1 or self.layers < 1:
            raise ValueError(f"{self.layers} layers of width {self.width} make no decoder")

    @property
    def code_size(self) -> int:
        """Return the length C of a shape code: 2560 in the official model."""
        return 2 * self.width * self.layers


class ResidualLayer(nn.Module):
    """leaky(x + linear2(leaky(linear1(x))))."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(width, width)
        self.linear2 = nn.Linear(width, width)

    def forward(self, hidden: Tensor) -> Tensor:
        """Map [B, C] to [B, C]."""
        inner = functional.leaky_relu(self.linear1(hidden), SLOPE)
        return functional.leaky_relu(hidden + self.linear2(inner), SLOPE)


class Ss3dEncoder(nn.Module):
    """E_S: ResNet-34 and a residual head."""

    def __init__(self, code_size: int) -> None:
        super().__init__()
        self.features = dvr_resnet.ResNetFeatures(dvr_resnet.RESNET_34)
        self.fc = nn.Sequential(
            nn.Linear(dvr_resnet.WIDTHS[-1], code_size),
            nn.LayerNorm(code_size, elementwise_affine=False),
            nn.LeakyReLU(SLOPE),
            ResidualLayer(code_size),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Return codes [B, C] of pictures [B, 3, 224, 224] in 0..1, cropped, on black."""
        mean = images.new_tensor(IMAGENET_MEAN)[:, None, None]
        deviation = images.new_tensor(IMAGENET_DEVIATION)[:, None, None]
        return self.fc(self.features((images - mean) / deviation))


class SineLayer(nn.Module):
    """sin(frequency * 30 * linear(x) + shift)."""

    def __init__(self, narrow: int, wide: int, bound: float) -> None:
        super().__init__()
        self.linear = nn.Linear(narrow, wide)
        nn.init.uniform_(self.linear.weight, -bound, bound)

    def forward(self, hidden: Tensor, frequency: Tensor | float = 1.0, shift: Tensor | float = 0.0) -> Tensor:
        """Map [B, P, narrow] to [B, P, wide]."""
        return torch.sin(frequency * OMEGA * self.linear(hidden) + shift)


class Ss3dDecoder(nn.Module):
    """D: a SIREN whose sines are modulated by the code."""

    def __init__(self, config: Ss3dConfig) -> None:
        super().__init__()
        bound = math.sqrt(6.0 / config.width) / OMEGA
        sines = [SineLayer(config.width, config.width, bound) for _ in range(config.layers)]
        last = nn.Linear(config.width, 4)
        nn.init.uniform_(last.weight, -bound, bound)
        self.net = nn.ModuleList([SineLayer(3, config.width, 1.0 / 3.0), *sines, last])

    def forward(self, modulation: Tensor, points: Tensor) -> Tensor:
        """Return colour logits and density [B, P, 4] at points [B, P, 3] under a modulation [B, 2, L, W]."""
        first, *sines, last = self.net
        hidden = first(points)
        for layer, (frequency, shift) in zip(sines, modulation.permute(2, 1, 0, 3), strict=True):
            hidden = layer(hidden, frequency[:, None], shift[:, None])
        return last(hidden)


class Ss3dModel(SVRModel):
    """E_S and D of SS3D. Its colours are those of the pictures."""

    colours_are_lit = True

    def __init__(self, config: Ss3dConfig) -> None:
        super().__init__()
        self.config = config
        self.code_size = config.code_size
        self.image_size = IMAGE_SIZE
        self.encoder = Ss3dEncoder(config.code_size)
        self.decoder = Ss3dDecoder(config)

    def encode(self, images: Tensor) -> Tensor:
        """See `SVRModel.encode`. The object is cut out, put on black and centred first."""
        return self.encoder(on_black(images))

    def prepare(self, codes: Tensor) -> Tensor:
        """Return the frequencies 1 + c and the shifts of each sine, [B, 2, L, W]."""
        halves = codes.view(-1, 2, self.config.layers, self.config.width)
        return torch.stack([1.0 + halves[:, 0], halves[:, 1]], dim=1)

    def density(self, field: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return the density [B, P], at least 0, and the colours [B, P, 3] at points [B, P, 3]."""
        outputs = self.decoder(field, points)
        return functional.relu(outputs[..., 3]), torch.sigmoid(outputs[..., :3])

    def query(self, field: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`. The logit is the density above the official threshold."""
        outputs = self.decoder(field, points)
        return outputs[..., 3] - DENSITY_THRESHOLD, torch.sigmoid(outputs[..., :3])

    def background(self, field: Tensor, points: Tensor) -> Tensor:
        """Return white seen through what haze there is at the points: empty space is white without being taught."""
        density, colours = self.density(field, points)
        opacity = 1.0 - torch.exp(-density * SAMPLE_DISTANCE)
        return 1.0 + opacity[..., None] * (colours - 1.0)

    def own_ray_loss(self, field: Tensor, targets: RayTargets) -> Tensor:
        """Return SS3D's loss of volume-rendered masks and colours in place of DVR's L_D."""
        from iss_backend.svr.ss3d_losses import volume_loss  # which builds on this model's neighbours

        return volume_loss(self, field, targets)

    def decoder_parameters(self) -> list[nn.Parameter]:
        """See `SVRModel.decoder_parameters`."""
        return list(self.decoder.parameters())


def on_black(images: Tensor) -> Tensor:
    """Cut the object out of pictures on white, as SS3D's inputs are cut out by masks.

    Args:
        images: [B, 3, H, W] in 0..1; what is white in every channel is background.

    Returns:
        [B, 3, 224, 224]: the object on black, cropped to its box, padded to a square and by 30 pixels (of a 224-pixel
        picture), and resized. A picture that is all white stays whole and becomes black.

    """
    return torch.cat([_cut_out(image)[None] for image in images])


def _cut_out(image: Tensor) -> Tensor:
    mask = (image < 1.0 - WHITE_MARGIN).any(dim=0)
    rows, columns = mask.any(dim=1).nonzero().flatten(), mask.any(dim=0).nonzero().flatten()
    image = image * mask
    if len(rows):
        image = image[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = image.shape[-2:]
    side = max(height, width)
    border = round(BORDER * max(mask.shape) / IMAGE_SIZE)
    across, down = (side - width) // 2 + border, (side - height) // 2 + border
    image = functional.pad(image, (across, across, down, down))[None]
    size = (IMAGE_SIZE, IMAGE_SIZE)
    return functional.interpolate(image, size, mode="bilinear", antialias=True, align_corners=False)[0]
