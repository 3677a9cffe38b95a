"""Backgrounds of Dream Fields: noise, chequers or smooth random colours, a third each, all blurred at random."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

CHEQUERS = 8  # a side
LARGEST_BLUR = 10.0 / 224.0  # standard deviation, as a share of the picture's side


def random_background(size: int, generator: torch.Generator) -> Tensor:
    """Return a background [3, size, size] in 0..1."""
    kind = int(torch.randint(3, (1,), generator=generator))
    picture = (_noise, _chequers, _smooth)[kind](size, generator)
    return blurred(picture, float(torch.rand(1, generator=generator)) * LARGEST_BLUR * size)


def _noise(size: int, generator: torch.Generator) -> Tensor:
    return torch.rand(3, size, size, generator=generator)


def _chequers(size: int, generator: torch.Generator) -> Tensor:
    first, second = torch.rand(2, 3, 1, 1, generator=generator)
    field = (torch.arange(size) * CHEQUERS // size) % 2
    odd = (field[:, None] != field[None]).float()
    return first * odd + second * (1.0 - odd)


def _smooth(size: int, generator: torch.Generator) -> Tensor:
    """Return random waves whose strength falls with their frequency."""
    rows, columns = torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size)[None]
    frequency = (rows.square() + columns.square()).sqrt().clamp(min=1.0 / size)
    parts = torch.randn(2, 3, *frequency.shape, generator=generator)
    waves = torch.fft.irfft2(torch.complex(parts[0], parts[1]) / frequency, s=(size, size))
    return torch.sigmoid(waves / waves.std().clamp(min=1e-6))


def blurred(picture: Tensor, sigma: float) -> Tensor:
    """Return a picture [3, S, S] under a Gaussian blur of `sigma` pixels; its borders are mirrored."""
    reach = min(int(3.0 * sigma), picture.shape[-1] - 1)
    if reach < 1:
        return picture
    places = torch.arange(-reach, reach + 1, dtype=picture.dtype)
    kernel = torch.exp(-0.5 * (places / sigma).square())
    kernel = (kernel / kernel.sum()).expand(3, 1, 1, -1)
    across = functional.conv2d(functional.pad(picture[None], (reach,) * 4, "reflect"), kernel, groups=3)
    return functional.conv2d(across, kernel.transpose(-1, -2), groups=3)[0]
