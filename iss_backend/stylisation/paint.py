"""Fields painted with solid textures: D_c gives way to a function of place and normal, finer than any field.

A texture's stripes, veins and grains are narrower than the cells of the feature planes, so that no fine-tuned D_c can
hold them. D_o stays untouched. A painted style is stored as one tensor of `Layer.to_tensor` for each layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.data.materials import SOLID_MATERIALS
from iss_backend.data.textures import Grain
from iss_backend.errors import BadInputError
from iss_backend.svr.base import FieldState, SVRModel

PREFIX = "paint"
REACH = 0.01  # half the distance over which differences of D_o give the normals; half a cell of the shipped planes


@dataclass(frozen=True)
class Layer:
    """A coat of paint: `share` (0..1) of the texture of a material, a key of `SOLID_MATERIALS`, over what is below."""

    material: str
    grain: Grain
    share: float = 1.0

    def colours(self, points: Tensor, normals: Tensor, below: Tensor) -> Tensor:
        """Return colours [P, 3] in 0..1 at points [P, 3] with outward unit normals [P, 3] over colours [P, 3]."""
        painted = SOLID_MATERIALS[self.material].texture(points, normals, below, self.grain).clamp(0.0, 1.0)
        return torch.lerp(below, painted, self.share)

    def to_tensor(self) -> Tensor:
        """Return all numbers, float32 [11]: place in the noise, scale, share, two paints."""
        return torch.cat([self.grain.offset, torch.tensor([self.grain.scale, self.share]), self.grain.paints.flatten()])

    @staticmethod
    def from_tensor(material: str, numbers: Tensor) -> Layer:
        """Read what `to_tensor` returned.

        Raises:
            BadInputError: the material is not known, or these are other numbers.
        """
        if material not in SOLID_MATERIALS or numbers.shape != (11,):
            raise BadInputError(f"This version knows no such paint as '{material}'; stylise the shape anew.")
        numbers = numbers.float().cpu()
        return Layer(material, Grain(numbers[:3], float(numbers[3]), numbers[5:].view(2, 3)), float(numbers[4]))


class PaintedModel(SVRModel):
    """An SVR model whose colours are coats of paint over those of its D_c; every occupancy is the base's.

    Attributes:
        base: the bundle's model, which is never changed.
        layers: the coats, the lowest first.
    """

    colours_are_lit = False  # textures are albedo

    def __init__(self, base: SVRModel, layers: Sequence[Layer]) -> None:
        super().__init__()
        self.base, self.layers = base, tuple(layers)
        self.code_size, self.image_size, self.code_ending = base.code_size, base.image_size, base.code_ending

    def encode(self, images: Tensor) -> Tensor:
        """See `SVRModel.encode`; paint does not change E_S."""
        return self.base.encode(images)

    def prepare(self, codes: Tensor) -> FieldState:
        """See `SVRModel.prepare`."""
        return self.base.prepare(codes)

    def query(self, field: FieldState, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`. Textures are computed on the processor, wherever the field lives."""
        logits, below = self.base.query(field, points)
        flat = [part.detach().float().cpu().reshape(-1, 3) for part in (points, self._normals(field, points), below)]
        for layer in self.layers:
            flat[2] = layer.colours(*flat)
        return logits, flat[2].view(below.shape).to(below)

    def occupancy(self, field: FieldState, points: Tensor) -> Tensor:
        """See `SVRModel.occupancy`: the very bits that the base returns."""
        return self.base.occupancy(field, points)

    def decoder_parameters(self) -> list[nn.Parameter]:
        """Return nothing: the numbers of a paint are searched, not descended to."""
        return []

    def differences(self) -> dict[str, Tensor]:
        """Return the style as it is stored, by names that keep the layers' order and materials."""
        return {f"{PREFIX}.{number}.{coat.material}": coat.to_tensor() for number, coat in enumerate(self.layers)}

    def _normals(self, field: FieldState, points: Tensor) -> Tensor:
        """Return outward unit normals [B, P, 3] at points [B, P, 3], from central differences of D_o."""
        steps = REACH * torch.cat([torch.eye(3), -torch.eye(3)]).to(points)
        around = (points[:, None] + steps[:, None]).flatten(1, 2)
        ahead, behind = self.base.occupancy(field, around).view(len(points), 2, 3, -1).unbind(1)
        return functional.normalize((behind - ahead).transpose(1, 2), dim=-1)


def layers_of(weights: dict[str, Tensor]) -> list[Layer]:
    """Return the layers of a stored painted style, the lowest first.

    Raises:
        BadInputError: one of them is not known here.
    """
    named = sorted((int(name.split(".")[1]), name.split(".", 2)[2], numbers) for name, numbers in weights.items())
    return [Layer.from_tensor(material, numbers) for _, material, numbers in named]


def between_paints(first: dict[str, Tensor], second: dict[str, Tensor], amount: float) -> dict[str, Tensor]:
    """Return the painted style at `amount` (0..1) of the way from one stored style to another; {} is no paint.

    The same materials slide from grain to grain; others fade, the second's over the first's.
    """
    if first.keys() == second.keys():
        return {name: torch.lerp(numbers, second[name], amount) for name, numbers in first.items()}
    fading = [replace(coat, share=(1.0 - amount) * coat.share) for coat in layers_of(first)]
    rising = [replace(coat, share=amount * coat.share) for coat in layers_of(second)]
    coats = [coat for coat in (*fading, *rising) if coat.share > 0.0]
    return {f"{PREFIX}.{number}.{coat.material}": coat.to_tensor() for number, coat in enumerate(coats)}
