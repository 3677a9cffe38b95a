"""L_D: how the SVR models are trained from multi-view pictures with depth."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.svr.base import FieldState, SVRModel


@dataclass(frozen=True)
class FieldSamples:
    """Supervision of B fields, from back-projected RGB-D views.

    Attributes:
        points: [B, P, 3] anywhere in the cube, and whether each is `inside`: 0 or 1, [B, P].
        surface: points [B, Q, 3] on the seen surface or just off it, and their `colours` [B, Q, 3] in 0..1.

    """

    points: Tensor
    inside: Tensor
    surface: Tensor
    colours: Tensor


@dataclass(frozen=True)
class SVRLossWeights:
    """Weights of the terms of L_D; `overlap` is that of a term of ours, see `overlap_loss`."""

    occupancy: float = 1.0
    colour: float = 2.0
    overlap: float = 0.0


def svr_point_loss(model: SVRModel, field: FieldState, samples: FieldSamples, weights: SVRLossWeights) -> Tensor:
    """Return L_D on points: the RGB-D losses of DVR (freespace, occupancy, depth and RGB) without ray marching.

    Where depth is known, DVR's freespace and occupancy terms are a binary cross-entropy on points in front of
    and behind the seen surface, and its RGB term is the L1 colour distance at the surface point itself. A model with
    an L_D of its own is trained with that.
    """
    own = model.own_point_loss(field, samples, weights)
    if own is not None:
        return own
    count = samples.points.shape[1]
    queried = model.query(field, torch.cat([samples.points, samples.surface], dim=1))
    logits, colours = (values.float() for values in queried)  # losses are sums of many: half precision is for layers
    occupancy = functional.binary_cross_entropy_with_logits(logits[:, :count], samples.inside)
    colour = (colours[:, count:] - samples.colours).abs().mean()
    loss = weights.occupancy * occupancy + weights.colour * colour
    return loss + weights.overlap * overlap_loss(logits[:, :count], samples.inside) if weights.overlap else loss


def overlap_loss(logits: Tensor, inside: Tensor) -> Tensor:
    """Return 1 - IoU of soft occupancies and the truth on B x P points, the mean over B. Not in the paper.

    1 - sum p y / sum (p + y - p y), p = sigmoid(logit), as Rahman and Wang (2016) train segmentation. Cross-entropy
    alone leaves out thin parts whose place is uncertain: every point of theirs is more likely outside than inside.
    """
    likely = torch.sigmoid(logits)
    shared = likely * inside
    return (1.0 - shared.sum(dim=1) / (likely + inside - shared).sum(dim=1).clamp(min=1e-6)).mean()
