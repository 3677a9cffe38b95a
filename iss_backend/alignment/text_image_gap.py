"""Text and image features of a CLIP lie in two separate cones; this closes the gap before stage 2."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class TextImageGap:
    """Mean unit features of many texts, `text_mean` [D], and of many pictures, `image_mean` [D]."""

    text_mean: Tensor
    image_mean: Tensor

    def close(self, text_features: Tensor) -> Tensor:
        """Shift unit text features [B, D] by the difference of the means to where image features lie; unit again.

        M has only ever seen image features. The paper starts stage 2 from M(f_T) itself.
        """
        return functional.normalize(text_features - self.text_mean + self.image_mean, dim=-1)


def measure_gap(text_features: Tensor, image_features: Tensor) -> TextImageGap:
    """Return the gap between unit features of matching texts and pictures, both [N, D]."""
    with torch.no_grad():
        return TextImageGap(text_features.mean(dim=0), image_features.mean(dim=0))
