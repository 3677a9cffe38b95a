"""Codes of about mean 0 and variance 1, which M's first layers and the prior's Gaussian noise are built for."""

from __future__ import annotations

import torch
from torch import Tensor

from iss_backend.svr.base import SVRModel
from iss_backend.svr.dvr import DvrModel

# Entries that hardly vary are not blown up: their deviation counts as this share of the largest one.
LEAST_DEVIATION = 1e-3


@torch.no_grad()
def standardise_codes(model: SVRModel, codes: Tensor) -> Tensor:
    """Return codes [N, C] of a model standardised, and change the model so that it speaks in such codes.

    The tri-plane model's encoder standardises them itself; it stays as it is. DVR's codes have any scale, but they
    leave E_S by one linear layer and enter D by linear layers: mean and deviation move into those. D(E_S(I)) stays
    the same function, the names and shapes of the weights too.
    """
    if not isinstance(model, DvrModel):
        return codes
    mean, deviation = codes.mean(dim=0), codes.std(dim=0, correction=0)
    deviation = deviation.clamp(min=max(LEAST_DEVIATION * float(deviation.max()), 1e-6))
    leaving = model.encoder.fc
    leaving.weight.div_(deviation[:, None])
    leaving.bias.sub_(mean).div_(deviation)
    for entering in model.decoder.fc_c:
        entering.bias.add_(entering.weight @ mean)
        entering.weight.mul_(deviation)
    return (codes - mean) / deviation
