"""The interface of single-view reconstruction (SVR) models: image -> shape code -> occupancy and colour.

ISS works on top of any such model. Points live in the *cube* [-0.5, 0.5]^3, Y up, front +Z.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

if TYPE_CHECKING:  # both build on this module
    from iss_backend.svr.losses import FieldSamples, SVRLossWeights
    from iss_backend.svr.ray_losses import RayTargets

FieldState = Any  # whatever `prepare` returns for its own `query`: feature planes, or the codes themselves


class SVRModel(nn.Module, ABC):
    """Encoder E_S and decoder D = (D_o, D_c) of the paper.

    Attributes:
        code_size: length C of a shape code.
        image_size: pixels per side that `encode` resizes its input to.
        colours_are_lit: True where D_c predicts colours as they appear in lit pictures (as in DVR), False where
            it predicts albedo, so that renderings have to be shaded.
        code_ending: what ends E_S and therefore has to end M: nothing, or a sigmoid that keeps codes in (0, 1).
        can_be_sharpened: whether `alignment.sharpening` is for this model: its logits are log-odds, which it was
            trained to make, and its codes of any numbers, spread by about one.

    """

    code_size: int
    image_size: int
    colours_are_lit: bool
    code_ending: Literal["linear", "sigmoid"] = "linear"
    can_be_sharpened: bool = False

    @abstractmethod
    def encode(self, images: Tensor) -> Tensor:
        """Return the shape codes f_S [B, C] of images [B, 3, H, W] in 0..1 (object on white, top row first)."""

    @abstractmethod
    def prepare(self, codes: Tensor) -> FieldState:
        """Turn codes [B, C] into what `query` needs, once per code rather than once per point."""

    @abstractmethod
    def query(self, field: FieldState, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return occupancy logits [B, P] (> 0 inside) and colours [B, P, 3] in 0..1 at points [B, P, 3]."""

    def occupancy(self, field: FieldState, points: Tensor) -> Tensor:
        """Return the occupancy logits [B, P] alone; models override it where colours cost extra."""
        return self.query(field, points)[0]

    @abstractmethod
    def decoder_parameters(self) -> list[nn.Parameter]:
        """Return the parameters of D, which stage 1 fine-tunes; those of E_S stay frozen."""

    def as_code(self, raw: Tensor) -> Tensor:
        """Bring any numbers [B, C] into the range of this model's codes."""
        return torch.sigmoid(raw) if self.code_ending == "sigmoid" else raw

    def background(self, field: FieldState, points: Tensor) -> Tensor:
        """Return what L_bg compares with white: the colours [B, P, 3] of missed rays at their points [B, P, 3]."""
        return self.query(field, points)[1]

    def own_point_loss(self, field: FieldState, samples: FieldSamples, weights: SVRLossWeights) -> Tensor | None:
        """Return this model's published L_D on points of B fields, or None where DVR's is to be taken."""
        return None

    def own_ray_loss(self, field: FieldState, targets: RayTargets) -> Tensor | None:
        """Return this model's published L_D along the rays of one field, or None where DVR's is to be taken."""
        return None
