"""GET3D (Gao et al., NeurIPS 2022) behind the SVR interface: a generator, whose codes are its w space.

A code is (w of the geometry, w of the texture); the mapping networks that draw such codes are here, with the published
names. The generator itself needs GET3D's own code (and its CUDA operators), which its licence keeps out of this
program: `get3d_official` drives the person's installation. A small stand-in with the same interface takes its place in
tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.errors import BadInputError
from iss_backend.svr.base import SVRModel

SLOPE = 0.2
RATE_FACTOR = 0.01  # the weights of mapping networks are stored a hundred times as large as they act
MOMENT_FLOOR = 1e-8
IMAGE_SIZE = 224
# Signed distances are a few hundredths near the surface; as logits they should pass 1 within a cell or two.
LOGIT_SCALE = 30.0


@dataclass(frozen=True)
class Get3dConfig:
    """Sizes of the code and the mapping networks, by default those of the official ShapeNet models.

    Attributes:
        code_half: numbers of one w; a code has two, geometry first.
        mapping_layers: of each mapping network.
        geometry_copies, texture_copies: how often the generator takes each w.
        generator: "official" drives the person's own GET3D, "stand_in" is a small perceptron for tests.
        scale: side of the generator's tetrahedral grid ("dmtet_scale": 1.0 for cars, 0.8 for chairs and tables).
        hidden: width of the stand-in.

    """

    code_half: int = 512
    mapping_layers: int = 8
    geometry_copies: int = 22
    texture_copies: int = 9
    generator: Literal["official", "stand_in"] = "stand_in"
    scale: float = 1.0
    hidden: int = 64

    def __post_init__(self) -> None:
        if self.generator not in ("official", "stand_in"):
            raise ValueError(f"generator is '{self.generator}', not 'official' or 'stand_in'")


@dataclass(frozen=True)
class LatentPair:
    """What the generator reads: `geometry` [B, 22, W] and `texture` [B, 9, W], each one w repeated."""

    geometry: Tensor
    texture: Tensor


class Generator(Protocol):
    """A field generator under GET3D's name for it, "synthesis"."""

    def prepare(self, latents: LatentPair) -> object:
        """Return what `query` needs of codes."""

    def query(self, field: object, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return signed distances [B, P], positive inside, and colours [B, P, 3] in 0..1 at points [B, P, 3]."""


class ScaledLinear(nn.Module):
    """A linear layer of StyleGAN2 with its leaky ReLU: stored weights act after scaling."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(width, width) / RATE_FACTOR)
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, hidden: Tensor) -> Tensor:
        """Map [B, W] to [B, W]."""
        weight = self.weight * (RATE_FACTOR / self.weight.shape[1] ** 0.5)
        return functional.leaky_relu(functional.linear(hidden, weight, self.bias * RATE_FACTOR), SLOPE) * 2.0**0.5


class MappingNetwork(nn.Module):
    """z -> w, with the moving average of w that truncation pulls towards."""

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self._layers = layers
        for number in range(layers):
            self.add_module(f"fc{number}", ScaledLinear(width))
        self.register_buffer("w_avg", torch.zeros(width))

    def forward(self, z: Tensor, truncation: float = 1.0) -> Tensor:
        """Return w [B, W] of Gaussian z [B, W]; `truncation` below 1 moves it towards the average."""
        hidden = z * (z.square().mean(dim=1, keepdim=True) + MOMENT_FLOOR).rsqrt()
        for number in range(self._layers):
            hidden = self.get_submodule(f"fc{number}")(hidden)
        return self.w_avg + truncation * (hidden - self.w_avg)


class StandInGenerator(nn.Module):
    """A small perceptron with GET3D's inputs and outputs; its untrained field is a ball that w deforms."""

    RADIUS = 0.3

    def __init__(self, config: Get3dConfig) -> None:
        super().__init__()
        self.geometry = nn.Linear(config.code_half, config.hidden)
        self.texture = nn.Linear(config.code_half, config.hidden)
        self.points = nn.Linear(3, config.hidden)
        self.distance = nn.Linear(config.hidden, 1)
        self.colour = nn.Linear(config.hidden, 3)
        nn.init.normal_(self.distance.weight, 0.0, 0.2 / config.hidden)

    def prepare(self, latents: LatentPair) -> tuple[Tensor, Tensor]:
        """Return the codes' shares of the hidden layer for geometry and for texture, [B, 1, H] each."""
        return self.geometry(latents.geometry[:, :1]), self.texture(latents.texture[:, :1])

    def query(self, field: tuple[Tensor, Tensor], points: Tensor) -> tuple[Tensor, Tensor]:
        """See `Generator.query`."""
        place = self.points(4.0 * points)
        bump = self.distance(functional.silu(place + field[0])).squeeze(-1)
        colours = torch.sigmoid(self.colour(functional.silu(place + field[1])))
        return self.RADIUS - points.norm(dim=-1) + bump, colours


class Get3dModel(SVRModel):
    """GET3D's generator as D; there is no E_S, and nothing to fine-tune in the official D. Its colours are lit."""

    colours_are_lit = True

    def __init__(self, config: Get3dConfig) -> None:
        super().__init__()
        self.config = config
        self.code_size = 2 * config.code_half
        self.image_size = IMAGE_SIZE
        self.mapping = MappingNetwork(config.code_half, config.mapping_layers)
        self.mapping_geo = MappingNetwork(config.code_half, config.mapping_layers)
        self.synthesis: nn.Module = _build_generator(config)

    def encode(self, images: Tensor) -> Tensor:
        """Refuse: GET3D draws shapes, it does not look at pictures.

        Raises:
            BadInputError: always.

        """
        raise BadInputError(
            "GET3D has no image encoder, so pictures cannot become its codes; pair pictures of sampled codes with "
            "those codes instead, as 'train generator' does."
        )

    def sample_codes(self, count: int, generator: torch.Generator, truncation: float = 1.0) -> Tensor:
        """Return `count` codes [N, 2 W] drawn as GET3D draws its shapes; these are what M learns to reach."""
        z = torch.randn(2, count, self.config.code_half, generator=generator).to(self.mapping.w_avg)
        return torch.cat([self.mapping_geo(z[0], truncation), self.mapping(z[1], truncation)], dim=1)

    def latents(self, codes: Tensor) -> LatentPair:
        """Return the repeated w of codes [B, 2 W], as the generator takes them."""
        geometry, texture = codes.chunk(2, dim=1)
        config = self.config
        return LatentPair(
            geometry[:, None].expand(-1, config.geometry_copies, -1),
            texture[:, None].expand(-1, config.texture_copies, -1),
        )

    def prepare(self, codes: Tensor) -> object:
        """Return the generator's features of codes."""
        return self.synthesis.prepare(self.latents(codes))

    def query(self, field: object, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`; signed distances are scaled to logits."""
        distance, colours = self.synthesis.query(field, points)
        return LOGIT_SCALE * distance, colours

    def background(self, field: object, points: Tensor) -> Tensor:
        """Return white: GET3D's meshes are shown on it, and have no colour of their own where rays miss."""
        return torch.ones_like(points)

    def decoder_parameters(self) -> list[nn.Parameter]:
        """Return the stand-in's parameters; the official generator is never fine-tuned."""
        return [] if self.config.generator == "official" else list(self.synthesis.parameters())


def _build_generator(config: Get3dConfig) -> nn.Module:
    if config.generator == "stand_in":
        return StandInGenerator(config)
    from iss_backend.svr.get3d_official import OfficialGenerator  # only here is GET3D itself needed

    return OfficialGenerator(config)


def code_of_latents(geometry: np.ndarray, texture: np.ndarray) -> Tensor:
    """Return the code [2 W] of latents as ISS saves them with a sampled picture (geo.npy and tex.npy).

    Args:
        geometry: [22, W]; `texture`: [9, W]. Each repeats one w, of which the first row is taken.
        texture: see above.

    Raises:
        BadInputError: the arrays are not of that form.

    """
    if geometry.ndim != 2 or texture.ndim != 2 or geometry.shape[1] != texture.shape[1]:
        raise BadInputError(
            f"Latents of GET3D are two arrays of equally long rows, not of the shapes {geometry.shape} and "
            f"{texture.shape}; give geo.npy [22, 512] and tex.npy [9, 512]."
        )
    return torch.from_numpy(np.concatenate([geometry[0], texture[0]]).astype(np.float32))
