"""Fields whose decoder carries a style: an SVR model for renderer and mesher, a few differences for the disk.

What is stored of a style are differences to the weights of the bundle's D, so that a style can be weakened, or two be
mixed, by arithmetic on them.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor, nn

from iss_backend.errors import BadInputError
from iss_backend.stylisation import bend, paint
from iss_backend.svr.base import SVRModel
from iss_backend.svr.dvr import DvrModel
from iss_backend.svr.triplane import TriplaneModel, sample_planes

Part = Literal["texture", "shape"]
Kind = Literal["texture", "shape", "paint", "bend"]
KINDS = ("texture", "shape", paint.PREFIX, bend.PREFIX)


class StylisedModel(SVRModel):
    """An SVR model with a duplicate of its D.

    Attributes:
        base: the bundle's model, which is never changed.
        part: "texture" takes the occupancy from the base's D_o and only the colours from the duplicate D_c; "shape"
            takes both from the duplicate.
        tuned: the duplicate's modules, which the optimiser changes.
        RATES: the default learning rate of Adam for each part.
    """

    RATES: Mapping[Part, float]

    def __init__(self, base: SVRModel, part: Part) -> None:
        super().__init__()
        self.base = base
        self.part = part
        self.code_size, self.image_size = base.code_size, base.image_size
        self.colours_are_lit, self.code_ending = base.colours_are_lit, base.code_ending
        self.tuned = nn.ModuleDict()

    def _finish(self, **modules: nn.Module) -> None:
        """Take copies of modules as the duplicate, and remember what they were."""
        self.tuned.update({name: copy.deepcopy(module).requires_grad_(True) for name, module in modules.items()})
        self._initial = {name: weight.detach().clone() for name, weight in self.tuned.named_parameters()}

    @property
    def learning_rate(self) -> float:
        """Return the default learning rate of Adam."""
        return self.RATES[self.part]

    def encode(self, images: Tensor) -> Tensor:
        """See `SVRModel.encode`; a style does not change E_S."""
        return self.base.encode(images)

    def decoder_parameters(self) -> list[nn.Parameter]:
        """Return what stylisation fine-tunes."""
        return list(self.tuned.parameters())

    def differences(self) -> dict[str, Tensor]:
        """Return the style: how far each weight has moved, in half precision on the CPU; names begin with the part."""
        return {
            f"{self.part}.{name}": (weight.detach() - self._initial[name]).half().cpu()
            for name, weight in self.tuned.named_parameters()
        }

    @torch.no_grad()
    def apply_differences(self, weights: dict[str, Tensor], amount: float = 1.0) -> None:
        """Set the duplicate to the base's weights plus `amount` times a style's differences.

        Raises:
            BadInputError: the differences belong to a decoder of another form.
        """
        own = dict(self.tuned.named_parameters())
        given = {name.partition(".")[2]: weight for name, weight in weights.items()}
        if {name: w.shape for name, w in own.items()} != {name: w.shape for name, w in given.items()}:
            raise BadInputError("The style of this shape does not fit the bundle's decoder; stylise the shape anew.")
        for name, weight in own.items():
            weight.copy_(self._initial[name] + amount * given[name].to(weight))

    @torch.no_grad()
    def tint(self, logits: Tensor, share: float) -> None:
        """Mix a plain colour, given by its logits [3], into what the duplicate's last layer makes."""
        weight, bias = self._colour_rows()
        weight.mul_(1.0 - share)
        bias.mul_(1.0 - share).add_(share * logits)

    @abstractmethod
    def _colour_rows(self) -> tuple[Tensor, Tensor]:
        """Return the rows of the last layer that make the colours: views of its weight [3, H] and bias [3]."""

    @abstractmethod
    def occupancy(self, field: tuple[Tensor, Tensor], points: Tensor) -> Tensor:
        """Return the logits [B, P]; for "texture" the very bits that the base returns."""


class Offset(nn.Module):
    """A learnable tensor, zero at first, that is added to the feature planes."""

    def __init__(self, *size: int) -> None:
        super().__init__()
        self.planes = nn.Parameter(torch.zeros(size))


class StylisedTriplane(StylisedModel):
    """A style on the tri-plane model.

    The equivalent of "duplicate D up to the output layers": the generator of the planes serves one shape only here,
    so in its place the planes themselves are duplicated, as an offset [3, F, R, R], with the trunk and the heads.
    """

    # Tried from 3e-4 to 1e-2. Texture: below 1e-3, 25 steps leave colours dull; above 3e-3, they turn to patches.
    # Shape: at 1e-3 the surface hardly moves; at 1e-2 colours run wild before it does.
    RATES = MappingProxyType({"texture": 2e-3, "shape": 4e-3})

    def __init__(self, base: TriplaneModel, part: Part) -> None:
        super().__init__(base, part)
        config = base.config
        heads = {"colour_head": base.colour_head}
        if part == "shape":
            heads["occupancy_head"] = base.occupancy_head
        offset = Offset(3, config.plane_channels, config.plane_size, config.plane_size)
        self._finish(offset=offset.to(base.colour_head.weight.device), trunk=base.trunk, **heads)

    def prepare(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Return the base's planes of codes [B, C] and the duplicate's, both [B, 3, F, R, R]."""
        planes = self.base.prepare(codes)
        return planes, planes + self.tuned["offset"].planes

    def query(self, field: tuple[Tensor, Tensor], points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`."""
        hidden = self.tuned["trunk"](sample_planes(field[1], points))
        colours = torch.sigmoid(self.tuned["colour_head"](hidden))
        if self.part == "texture":
            return self.base.occupancy(field[0], points), colours
        return self.tuned["occupancy_head"](hidden).squeeze(-1), colours

    def occupancy(self, field: tuple[Tensor, Tensor], points: Tensor) -> Tensor:
        """See `StylisedModel.occupancy`."""
        if self.part == "texture":
            return self.base.occupancy(field[0], points)
        return self.tuned["occupancy_head"](self.tuned["trunk"](sample_planes(field[1], points))).squeeze(-1)

    def _colour_rows(self) -> tuple[Tensor, Tensor]:
        head = self.tuned["colour_head"]
        return head.weight, head.bias


class StylisedDvr(StylisedModel):
    """A style on DVR as published: the whole decoder is duplicated; of D_o's and D_c's outputs each gives its own."""

    RATES = MappingProxyType({"texture": 1e-4, "shape": 1e-4})  # of the official code

    def __init__(self, base: DvrModel, part: Part) -> None:
        super().__init__(base, part)
        if base.config.out == 1:
            raise BadInputError("This DVR model predicts no colours and cannot be stylised; use one with four outputs.")
        self._finish(decoder=base.decoder)

    def prepare(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Return what codes [B, C] add before each block, for the base and for the duplicate, both [B, 5, H]."""
        return self.base.prepare(codes), self.tuned["decoder"].condition(codes)

    def query(self, field: tuple[Tensor, Tensor], points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`."""
        outputs = self.tuned["decoder"](field[1], points)
        logits = self.base.occupancy(field[0], points) if self.part == "texture" else outputs[..., 0]
        return logits, torch.sigmoid(outputs[..., 1:])

    def occupancy(self, field: tuple[Tensor, Tensor], points: Tensor) -> Tensor:
        """See `StylisedModel.occupancy`."""
        if self.part == "texture":
            return self.base.occupancy(field[0], points)
        return self.tuned["decoder"](field[1], points)[..., 0]

    def _colour_rows(self) -> tuple[Tensor, Tensor]:
        last = self.tuned["decoder"].fc_out
        return last.weight[1:], last.bias[1:]


STYLISED: dict[type[SVRModel], type[StylisedModel]] = {TriplaneModel: StylisedTriplane, DvrModel: StylisedDvr}


def duplicate_decoder(base: SVRModel, part: Part) -> StylisedModel:
    """Return a model whose duplicate D still equals the base's.

    Raises:
        BadInputError: this kind of model, or one that knows no colours, cannot be stylised.
    """
    from iss_backend.stylisation.published_fields import PUBLISHED  # which builds on this module

    kind = {**STYLISED, **PUBLISHED}.get(type(base))
    if kind is None:
        raise BadInputError(f"A {type(base).__name__} cannot be stylised; use a bundle of one of the SVR models.")
    return kind(base, part).eval()


def restore_style(base: SVRModel, weights: dict[str, Tensor], amount: float = 1.0) -> SVRModel:
    """Return the model of a stored style, frozen; without weights, the base itself.

    Args:
        base: the bundle's model.
        weights: `StylisedModel.differences` of some time.
        amount: share of a fine-tuned style or of a deformation, 0 (none) to 1 (all of it); paint has all its coats.

    Raises:
        BadInputError: the weights belong to a decoder of another form.
    """
    if not weights:
        return base
    kind = kind_of(weights)
    if kind == "bend":
        left = bend.weakened(weights, amount)
        return bend.BentModel(base, bend.BentStyle.from_weights(left)).requires_grad_(False).eval() if left else base
    if kind == "paint":
        return paint.PaintedModel(base, paint.layers_of(weights)).requires_grad_(False).eval()
    model = duplicate_decoder(base, kind)
    model.apply_differences(weights, amount)
    return model.requires_grad_(False)


def kind_of(weights: dict[str, Tensor]) -> Kind:
    """Return what a stored style is: fine-tuned colours, a fine-tuned shape with its colours, paint, or a deformation.

    Raises:
        BadInputError: the names of the weights tell of no style.
    """
    kinds = {name.partition(".")[0] for name in weights}
    kind = kinds.pop() if len(kinds) == 1 else ""
    if kind not in KINDS:
        raise BadInputError("The shape carries weights that are no style of this program; stylise the shape anew.")
    return kind


def weakened(weights: dict[str, Tensor], amount: float) -> dict[str, Tensor]:
    """Return a stored style, fine-tuned or a deformation, of which a share `amount` is left; {} is none."""
    if not amount:
        return {}
    if weights and kind_of(weights) == "bend":
        return bend.weakened(weights, amount)
    return {name: weight * amount for name, weight in weights.items()}
