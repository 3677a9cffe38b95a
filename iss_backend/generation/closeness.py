"""What keeps an edited shape near to the one it was made from."""

from __future__ import annotations

import torch
from torch import Tensor

from iss_backend.alignment.stage2 import Penalty
from iss_backend.settings import EditSettings
from iss_backend.stylisation.losses import cube_points, shape_prior_loss
from iss_backend.svr.base import FieldState, SVRModel


def closeness_penalty(svr: SVRModel, initial: Tensor, first: Tensor, settings: EditSettings) -> Penalty:
    """Return the distance to the code of the first guess [C], and L_P (5) to the field of the `initial` code [C]."""
    generator = torch.Generator().manual_seed(settings.seed)
    before = svr.prepare(initial[None])

    def penalty(moved: Tensor, field: FieldState) -> Tensor:
        loss = settings.code_weight * (moved - first).square().mean()
        if not settings.prior_weight:
            return loss
        points = cube_points(settings.prior_points, generator).to(moved.device)[None]
        with torch.no_grad():
            logits = svr.occupancy(before, points)
        return loss + settings.prior_weight * shape_prior_loss(svr.occupancy(field, points), logits)

    return penalty
