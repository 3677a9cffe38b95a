"""CLIP as ISS uses it: frozen towers E_T and E_I with L2-normalised features."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.clip.thesaurus import Thesaurus
from iss_backend.errors import IssWarning


class TextTruncatedWarning(IssWarning):
    """A text is longer than the CLIP's context; its end was cut."""


@dataclass(frozen=True)
class Preprocessing:
    """What an image tower expects: square pictures of `size` pixels, normalised per channel by `mean` and `std`."""

    size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def __call__(self, images: Tensor) -> Tensor:
        """Prepare upright RGB images [B, 3, H, W] in 0..1 -> [B, 3, size, size]; differentiable."""
        if images.shape[-2:] != (self.size, self.size):
            images = functional.interpolate(images, (self.size, self.size), mode="bilinear", antialias=True)
        mean, std = images.new_tensor(self.mean), images.new_tensor(self.std)
        return (images - mean[:, None, None]) / std[:, None, None]


class Clip(nn.Module):
    """E_T and E_I. Parameters are frozen, but gradients flow through `encode_image` to the image.

    Attributes:
        name: where the towers come from, for messages and for the bundle's manifest.
        preprocessing: the model's own size, mean and standard deviation.
        thesaurus: plainer terms for those that the text tower never saw; empty for a CLIP that has read everything.
    """

    def __init__(
        self,
        towers: nn.Module,
        tokenizer: Any,
        preprocessing: Preprocessing,
        name: str,
        thesaurus: Thesaurus | None = None,
    ) -> None:
        super().__init__()
        # Convolutions of few channels run a third faster on a CPU with the channels last; the numbers are the same.
        self.towers = towers.eval().requires_grad_(False).to(memory_format=torch.channels_last)
        self.preprocessing = preprocessing
        self.name = name
        self.thesaurus = thesaurus or Thesaurus()
        self._tokenizer = tokenizer

    @property
    def feature_size(self) -> int:
        """Return the length D of a feature."""
        return int(self.towers.text_projection.shape[-1])

    @property
    def image_size(self) -> int:
        """Return the pixels per side of the image tower's input."""
        return self.preprocessing.size

    def encode_image(self, images: Tensor) -> Tensor:
        """Return f_I: unit features [B, D] of upright RGB images [B, 3, H, W] in 0..1."""
        prepared = self.preprocessing(images).contiguous(memory_format=torch.channels_last)
        return functional.normalize(self.towers.encode_image(prepared).float(), dim=-1)

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Return f_T: unit features [B, D] of texts, rare words read as plainer ones.

        Warns:
            TextTruncatedWarning: a text has more tokens than the context; the warning quotes what was cut.
        """
        texts = [self.thesaurus.plain(text) for text in texts]
        for text in texts:
            self._warn_if_cut(text)
        tokens = self._tokenizer(texts).to(next(self.towers.parameters()).device)
        with torch.no_grad():
            return functional.normalize(self.towers.encode_text(tokens).float(), dim=-1)

    def _warn_if_cut(self, text: str) -> None:
        room = self._tokenizer.context_length - 2  # start and end of text
        cut = self._tokenizer.encode(text)[room:]
        if cut:
            lost = self._tokenizer.decode(cut).strip()
            warnings.warn(
                f"The text is too long by {len(cut)} tokens; this end was not used: '{lost[:200]}'",
                TextTruncatedWarning,
                stacklevel=3,
            )
