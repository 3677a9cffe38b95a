"""The field of Dream Fields: integrated positional encoding, a residual perceptron, density and colour.

Lengths are those of our cube [-0.5, 0.5]^3; the published scene is twice as large. Its additional random Fourier
features are left out. Colours do not depend on the direction of view, as published.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.svr.base import SVRModel

CUBE_TO_SCENE = 2.0  # the published cube has a half side of 1
DENSITY_THRESHOLD = 10.0  # of the surface, or the mean density where that is less, as usual for such fields
MEAN_GRID = 24


@dataclass(frozen=True)
class FieldConfig:
    """Sizes, by default the published ones: trunk of `width`, `blocks` residual blocks that widen to `inner`."""

    width: int = 128
    inner: int = 256
    blocks: int = 4
    frequencies: int = 8


def integrated_encoding(means: Tensor, variances: Tensor, frequencies: int) -> Tensor:
    """Return the expected sines and cosines of Gaussians, [..., 6 * frequencies] (mip-NeRF, equation 14).

    Args:
        means, variances: of each coordinate, [..., 3], in scene units.
        frequencies: 1, 2, 4...
    """
    scales = 2.0 ** torch.arange(frequencies, device=means.device)
    angles = (means[..., None, :] * scales[:, None]).flatten(-2)
    fading = torch.exp(-0.5 * (variances[..., None, :] * scales[:, None].square()).flatten(-2))
    return torch.cat([angles.sin() * fading, angles.cos() * fading], dim=-1)


class _Block(nn.Module):
    """x + W_2 swish(W_1 swish(x))."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.widen, self.narrow = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, hidden: Tensor) -> Tensor:
        """Refine [..., width]."""
        return hidden + self.narrow(functional.silu(self.widen(functional.silu(hidden))))


class DreamField(SVRModel):
    """Density and colour of one scene; behind `SVRModel`, so that it is meshed and drawn as all others.

    Its code [3] is the scene's origin, which follows the centre of mass while the scene is optimised.
    """

    code_size, image_size, colours_are_lit = 3, 1, True

    def __init__(self, config: FieldConfig) -> None:
        super().__init__()
        self.config = config
        self.first = nn.Linear(6 * config.frequencies, config.width)
        self.blocks = nn.Sequential(*(_Block(config.width, config.inner) for _ in range(config.blocks)))
        self.head = nn.Linear(config.width, 4)
        self.register_buffer("threshold", torch.tensor(DENSITY_THRESHOLD))

    def density_and_colour(self, means: Tensor, variances: Tensor) -> tuple[Tensor, Tensor]:
        """Return densities [...] (a scene unit) and colours [..., 3] in 0..1 of Gaussians [..., 3] in scene units."""
        hidden = self.first(integrated_encoding(means, variances, self.config.frequencies))
        density, colour = self.head(functional.silu(self.blocks(hidden))).split([1, 3], dim=-1)
        return functional.softplus(density.squeeze(-1)), torch.sigmoid(colour)

    def encode(self, images: Tensor) -> Tensor:
        """Refuse: a dream field reads no pictures.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError("a dream field is optimised, not read off a picture")

    def prepare(self, codes: Tensor) -> Tensor:
        """Return the origins [B, 3] themselves."""
        return codes

    def query(self, field: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`: the logit is the logarithm of density over threshold."""
        means = CUBE_TO_SCENE * (points + field[:, None])
        density, colour = self.density_and_colour(means, torch.zeros_like(means))
        return (density.clamp(min=1e-9) / self.threshold).log(), colour

    def decoder_parameters(self) -> list[nn.Parameter]:
        """Return all parameters."""
        return list(self.parameters())

    @torch.no_grad()
    def settle_threshold(self, origin: Tensor) -> None:
        """Put the surface at the published density, or at the mean density of the cube around an origin [3]."""
        ticks = (torch.arange(MEAN_GRID, device=origin.device) + 0.5) / MEAN_GRID - 0.5
        points = torch.stack(torch.meshgrid(ticks, ticks, ticks, indexing="ij"), dim=-1).view(-1, 3) + origin
        density, _ = self.density_and_colour(CUBE_TO_SCENE * points, torch.zeros_like(points))
        self.threshold.fill_(min(DENSITY_THRESHOLD, float(density.mean())))
