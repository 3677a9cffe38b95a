"""CLIP's contrastive loss against texts that stand still, where a text that nearly means the same is nearly right."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

LARGEST_SCALE = 60.0  # of the logits


def soft_contrastive_loss(seen: Tensor, words: Tensor, others: Tensor, sharpness: float) -> Tensor:
    """Return CLIP's cross-entropy in both directions, with right answers as soft as captions are alike (ours).

    Args:
        seen: unit features [B, D] of pictures or forms, times the scale of the logits.
        words: unit features [B, D] of their captions.
        others: unit features [M, D] of further captions, among which each has to find its own (not the other way).
        sharpness: right answers are the softmax of so many times the cosines of the captions.
    """
    every = torch.cat([words, others])
    found = functional.cross_entropy(seen @ every.T, (sharpness * words @ every.T).softmax(dim=1))
    back = functional.cross_entropy(words @ seen.T, (sharpness * words @ words.T).softmax(dim=1))
    return (found + back) / 2.0
