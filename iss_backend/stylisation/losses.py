"""The 3D prior loss L_P (5)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

Measure = Literal["probability", "logit"]


def shape_prior_loss(logits: Tensor, initial_logits: Tensor, measure: Measure = "probability") -> Tensor:
    """Return L_P (5): how far D_o has moved from the initial shape, as the mean absolute difference over points.

    Args:
        logits: D_o of the shape being sculpted at query points, of any shape.
        initial_logits: D_o of the initial shape there; no gradient reaches them.
        measure: of occupancy probabilities as in the paper, or of logits as in the official code, which asks for them
            at surface points alone.
    """
    initial = initial_logits.detach()
    if measure == "logit":
        return (logits - initial).abs().mean()
    return (torch.sigmoid(logits) - torch.sigmoid(initial)).abs().mean()


def cube_points(count: int, generator: torch.Generator) -> Tensor:
    """Return `count` query points [count, 3] spread evenly at random over the cube [-0.5, 0.5]^3."""
    return torch.rand(count, 3, generator=generator) - 0.5
