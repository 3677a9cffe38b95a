"""The losses of ISS: L_M (1), L_bg (2) and L_C (3)."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

Norm = Literal["squared_l2", "l1"]


def mapper_loss(codes: Tensor, targets: Tensor, norm: Norm = "squared_l2") -> Tensor:
    """Return L_M (1): the distance of M(f_I) to E_S(I), both [B, C]; no gradient reaches the targets.

    The paper sums squared differences over a code; the official code ("l1") takes the mean absolute difference (and
    weighs it 2000). Both are averaged over the batch.
    """
    difference = codes - targets.detach()
    return difference.abs().mean() if norm == "l1" else difference.square().sum(dim=-1).mean()


def background_loss(missed_rgb: Tensor, norm: Norm = "squared_l2") -> Tensor:
    """Return L_bg (2): how far D_c is from white along rays that miss the foreground.

    Args:
        missed_rgb: D_c [V, 3, S, S] at those rays, and 1 at the others, which then add nothing.
        norm: squared L2 over channels as in the paper, or the official code's L1; averaged over all pixels.
    """
    difference = 1.0 - missed_rgb
    return difference.abs().mean() if norm == "l1" else difference.square().sum(dim=1).mean()


def clip_consistency_loss(view_features: Tensor, text_features: Tensor) -> Tensor:
    """Return L_C (3): minus the CLIP agreement of text and views, as 1 - cosine summed over the m views.

    Args:
        view_features: unit features f_I of the m rendered views [m, D].
        text_features: unit feature f_T of the text [D], or one per view [m, D].
    """
    return (1.0 - (view_features * text_features).sum(dim=-1)).sum()
