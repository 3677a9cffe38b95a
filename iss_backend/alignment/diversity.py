"""Different shapes for one text: CLIP features mixed with noise (paper, section 3.3)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def perturb_feature(features: Tensor, tau: float, generator: torch.Generator) -> Tensor:
    """Return f~ = tau f + (1 - tau) z, with z unit Gaussian noise, scaled back to unit length.

    tau_1 perturbs the feature that M starts from, tau_2 the text feature that L_C pulls towards; 1 changes nothing.
    z is drawn on the unit sphere, so that tau means the same for features of any size.

    Args:
        features: unit features [..., D].
        tau: share of the feature, 0..1.
        generator: source of z.
    """
    noise = torch.randn(features.shape, generator=generator).to(features.device)
    mixed = tau * features + (1.0 - tau) * functional.normalize(noise, dim=-1)
    return functional.normalize(mixed, dim=-1)


def rotate_feature(features: Tensor, cosine: Tensor, generator: torch.Generator) -> Tensor:
    """Turn unit features [B, D] by random directions, to an expected cosine [B, 1] with what they were.

    Noise given as an angle works alike for every CLIP; the official code mixes noise into raw features, whose norm
    differs between CLIPs (there 0.25 f + 0.75 z gives a cosine of about 0.96).
    """
    noise = torch.randn(features.shape, generator=generator).to(features.device)
    sideways = functional.normalize(noise - (noise * features).sum(-1, keepdim=True) * features, dim=-1)
    return cosine * features + (1.0 - cosine.square()).sqrt() * sideways
