"""Codes drawn towards those of known shapes. Not in the paper.

D has learned the codes of its training shapes and little of what lies beside them, where surfaces turn rough and come
apart. A sample of the prior is never exactly where shapes are; a mix of its neighbours is.
"""

from __future__ import annotations

import torch
from torch import Tensor

NEIGHBOURS = 8
EASE = 0.1  # of the weights' equations: more of it makes them more equal
FEWEST = 64  # known codes; fewer do not tell where shapes are


def drawn_to_known(codes: Tensor, known: Tensor, share: float) -> Tensor:
    """Return codes [N, C] moved by `share` (0..1) of the way to the nearest mix of their known neighbours.

    The mix is that of locally linear embedding (Roweis and Saul 2000): the weights w, of sum 1, that minimise
    ||c - sum_i w_i k_i||^2 over the `NEIGHBOURS` known codes k_i nearest to c.

    Args:
        codes: samples.
        known: codes [M, C] of shapes that D has learned.
        share: 0 leaves the codes as they are.
    """
    if share == 0.0 or len(known) < FEWEST:
        return codes
    nearest = torch.cdist(codes, known).topk(NEIGHBOURS, largest=False).indices
    offsets = known[nearest] - codes[:, None]  # [N, K, C]
    gram = offsets @ offsets.transpose(1, 2)
    ease = EASE / NEIGHBOURS * gram.diagonal(dim1=1, dim2=2).sum(dim=1).clamp(min=1e-12)
    gram = gram + ease[:, None, None] * torch.eye(NEIGHBOURS, device=codes.device)
    weights = torch.linalg.solve(gram, torch.ones(len(codes), NEIGHBOURS, device=codes.device))
    weights = weights / weights.sum(dim=1, keepdim=True)
    return codes + share * (weights[:, :, None] * offsets).sum(dim=1)
