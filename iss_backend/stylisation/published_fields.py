"""Styles on the other published models: IM-Net, SS3D and GET3D."""

from __future__ import annotations

from types import MappingProxyType

import torch
from torch import Tensor, nn

from iss_backend.errors import BadInputError
from iss_backend.stylisation.fields import Offset, Part, StylisedModel
from iss_backend.svr.base import FieldState, SVRModel
from iss_backend.svr.get3d import Get3dModel, LatentPair
from iss_backend.svr.imnet import LOGIT_SCALE, THRESHOLD, ImnetModel
from iss_backend.svr.ss3d import DENSITY_THRESHOLD, Ss3dModel

LEAST_COLOUR = 1e-4  # colours are kept this far from 0 and 1, where their logits would be endless


class StylisedImnet(StylisedModel):
    """A style on IM-Net with our colour head: generator and head are duplicated."""

    RATES = MappingProxyType({"texture": 1e-3, "shape": 3e-4})

    def __init__(self, base: ImnetModel, part: Part) -> None:
        super().__init__(base, part)
        if base.colour is None:
            raise BadInputError(
                'This IM-Net has no colours that a text could change; train it with a colour head ("colour": true).'
            )
        self._finish(generator=base.generator, colour=base.colour)
        if part == "texture":  # what follows the features makes values alone, which stay the base's
            self.tuned["generator"].linear_6.requires_grad_(False)
            self.tuned["generator"].linear_7.requires_grad_(False)

    def decoder_parameters(self) -> list[nn.Parameter]:
        """See `StylisedModel.decoder_parameters`."""
        return [weight for weight in self.tuned.parameters() if weight.requires_grad]

    def prepare(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Return the codes' share of the first layer, for the base and for the duplicate, both [B, 1, 8 W]."""
        return self.base.prepare(codes), self.tuned["generator"].condition(codes)

    def query(self, field: tuple[Tensor, Tensor], points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`."""
        values, features = self.tuned["generator"](field[1], points)
        own = self.part == "shape"
        logits = LOGIT_SCALE * (values - THRESHOLD) if own else self.base.occupancy(field[0], points)
        return logits, torch.sigmoid(self.tuned["colour"](features))

    def occupancy(self, field: tuple[Tensor, Tensor], points: Tensor) -> Tensor:
        """See `StylisedModel.occupancy`."""
        if self.part == "texture":
            return self.base.occupancy(field[0], points)
        return LOGIT_SCALE * (self.tuned["generator"](field[1], points)[0] - THRESHOLD)

    def _colour_rows(self) -> tuple[Tensor, Tensor]:
        last = self.tuned["colour"][2]
        return last.weight, last.bias


class StylisedSs3d(StylisedModel):
    """A style on SS3D: the whole SIREN is duplicated; of its outputs the base's density or the duplicate's counts."""

    RATES = MappingProxyType({"texture": 1e-4, "shape": 1e-4})

    def __init__(self, base: Ss3dModel, part: Part) -> None:
        super().__init__(base, part)
        self._finish(decoder=base.decoder)

    def prepare(self, codes: Tensor) -> Tensor:
        """Return the modulation of the sines, the same for both decoders."""
        return self.base.prepare(codes)

    def query(self, field: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`."""
        outputs = self.tuned["decoder"](field, points)
        own = self.part == "shape"
        logits = outputs[..., 3] - DENSITY_THRESHOLD if own else self.base.occupancy(field, points)
        return logits, torch.sigmoid(outputs[..., :3])

    def occupancy(self, field: Tensor, points: Tensor) -> Tensor:
        """See `StylisedModel.occupancy`."""
        if self.part == "texture":
            return self.base.occupancy(field, points)
        return self.tuned["decoder"](field, points)[..., 3] - DENSITY_THRESHOLD

    def _colour_rows(self) -> tuple[Tensor, Tensor]:
        last = self.tuned["decoder"].net[-1]
        return last.weight[:3], last.bias[:3]


class ColourChange(nn.Module):
    """sigmoid(weight * logit(colour) + bias), at first the colour itself: the last layer that a generator lacks."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, colours: Tensor) -> Tensor:
        """Map colours [..., 3] in 0..1 to such."""
        return torch.sigmoid(self.weight * torch.logit(colours, LEAST_COLOUR) + self.bias)


class StylisedGet3d(StylisedModel):
    """A style on GET3D, whose generator is never changed: the style lives in what it reads.

    Every copy of w that the generator takes gets an offset of its own, as in inversions into StyleGAN's W+, and colours
    go through a last layer. "texture" moves the texture's copies alone, "shape" the geometry's too.
    """

    RATES = MappingProxyType({"texture": 3e-2, "shape": 3e-2})

    def __init__(self, base: Get3dModel, part: Part) -> None:
        super().__init__(base, part)
        config = base.config
        offsets = {"texture": Offset(config.texture_copies, config.code_half)}
        if part == "shape":
            offsets["geometry"] = Offset(config.geometry_copies, config.code_half)
        self._finish(colours=ColourChange(), **offsets)
        self.to(base.mapping.w_avg.device)

    def prepare(self, codes: Tensor) -> tuple[FieldState, FieldState]:
        """Return the generator's features of codes, as they are and with the offsets."""
        latents = self.base.latents(codes)
        geometry = latents.geometry
        if self.part == "shape":
            geometry = geometry + self.tuned["geometry"].planes
        moved = LatentPair(geometry, latents.texture + self.tuned["texture"].planes)
        return self.base.prepare(codes), self.base.synthesis.prepare(moved)

    def query(self, field: tuple[FieldState, FieldState], points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`."""
        logits, colours = self.base.query(field[1], points)
        if self.part == "texture":
            logits = self.base.occupancy(field[0], points)
        return logits, self.tuned["colours"](colours)

    def occupancy(self, field: tuple[FieldState, FieldState], points: Tensor) -> Tensor:
        """See `StylisedModel.occupancy`."""
        return self.base.occupancy(field[0 if self.part == "texture" else 1], points)

    def _colour_rows(self) -> tuple[Tensor, Tensor]:
        change = self.tuned["colours"]
        return change.weight, change.bias


PUBLISHED: dict[type[SVRModel], type[StylisedModel]] = {
    ImnetModel: StylisedImnet,
    Ss3dModel: StylisedSs3d,
    Get3dModel: StylisedGet3d,
}
