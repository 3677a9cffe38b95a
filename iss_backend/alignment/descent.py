"""Adam on a few numbers. PyTorch's own would import a compiler first: a second."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

BETAS = (0.9, 0.999)


def descended(gradient_at: Callable[[Tensor], Tensor], start: Tensor, rates: Iterable[float]) -> Tensor:
    """Return where Adam (Kingma and Ba 2015) comes to from `start`, of any shape; one learning rate for each step."""
    place, mean, square = start, torch.zeros_like(start), torch.zeros_like(start)
    for step, rate in enumerate(rates, start=1):
        gradient = gradient_at(place)
        mean = mean.lerp(gradient, 1.0 - BETAS[0])
        square = square.lerp(gradient.square(), 1.0 - BETAS[1])
        deviation = (square / (1.0 - BETAS[1] ** step)).sqrt() + 1e-8
        place = place - rate / (1.0 - BETAS[0] ** step) * mean / deviation
    return place
