"""The interface of single-view reconstruction (SVR) models: image -> shape code -> occupancy and colour.

ISS works on top of any such model. Points live in the *cube* [-0.5, 0.5]^3, Y up, front +Z.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from torch import Tensor, nn

FieldState = Any  # whatever `prepare` returns for its own `query`: feature planes, or the codes themselves


class SVRModel(nn.Module, ABC):
    """Encoder E_S and decoder D = (D_o, D_c) of the paper.

    Attributes:
        code_size: length C of a shape code.
        image_size: pixels per side that `encode` resizes its input to.
        colours_are_lit: True where D_c predicts colours as they appear in lit pictures (as in DVR), False where
            it predicts albedo, so that renderings have to be shaded.

    """

    code_size: int
    image_size: int
    colours_are_lit: bool

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
