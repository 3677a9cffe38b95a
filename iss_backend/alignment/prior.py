"""A prior over shape codes given a CLIP feature, by conditional flow matching. Not in the paper.

Regression answers an ambiguous text with the mean of its shapes, a blob; a sampled code is one shape among them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

TIME_FREQUENCIES = 16


@dataclass(frozen=True)
class PriorConfig:
    """Sizes of the velocity network."""

    feature_size: int = 256
    code_size: int = 256
    hidden: int = 384
    blocks: int = 4


class PriorBlock(nn.Module):
    """A residual block whose input is scaled and shifted by the condition."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden, elementwise_affine=False)
        self.modulate = nn.Linear(hidden, 2 * hidden)
        self.widen = nn.Linear(hidden, 2 * hidden)
        self.narrow = nn.Linear(2 * hidden, hidden)
        nn.init.zeros_(self.narrow.weight)
        nn.init.zeros_(self.narrow.bias)

    def forward(self, hidden: Tensor, condition: Tensor) -> Tensor:
        """Refine hidden [B, H] under a condition [B, H]."""
        scale, shift = self.modulate(condition).chunk(2, dim=-1)
        return hidden + self.narrow(functional.silu(self.widen(self.norm(hidden) * (1.0 + scale) + shift)))


class CodePrior(nn.Module):
    """Velocity v(x_t, t, f) of the flow from Gaussian noise (t = 0) to standardised shape codes (t = 1)."""

    def __init__(self, config: PriorConfig) -> None:
        super().__init__()
        self.config = config
        self.code_in = nn.Linear(config.code_size, config.hidden)
        self.feature_in = nn.Linear(config.feature_size, config.hidden)
        self.time_in = nn.Linear(2 * TIME_FREQUENCIES, config.hidden)
        self.no_feature = nn.Parameter(torch.zeros(config.feature_size))
        self.blocks = nn.ModuleList(PriorBlock(config.hidden) for _ in range(config.blocks))
        self.code_out = nn.Linear(config.hidden, config.code_size)

    def forward(self, noisy: Tensor, time: Tensor, features: Tensor) -> Tensor:
        """Return the velocity [B, C] at codes [B, C], times [B] in 0..1, under unit features [B, D]."""
        frequencies = math.pi * 2.0 ** torch.linspace(-1, 6, TIME_FREQUENCIES, device=time.device)
        angles = time[:, None] * frequencies
        times = self.time_in(torch.cat([angles.sin(), angles.cos()], dim=-1))
        features = features * self.config.feature_size**0.5
        condition = functional.silu(self.feature_in(features) + times)
        hidden = self.code_in(noisy)
        for block in self.blocks:
            hidden = block(hidden, condition)
        return self.code_out(hidden)

    def without_condition(self, count: int) -> Tensor:
        """Return the learned stand-in for "no feature", [count, D], used for classifier-free guidance."""
        return self.no_feature.expand(count, -1)


def flow_matching_loss(
    prior: CodePrior, codes: Tensor, features: Tensor, generator: torch.Generator, drop: float = 0.1
) -> Tensor:
    """Return the conditional flow-matching loss: the velocity's squared distance to (code - noise).

    Args:
        prior: the network.
        codes: standardised codes [B, C].
        features: unit CLIP features [B, D] that belong to them.
        generator: source of noise, times and dropped conditions.
        drop: share of the samples trained without condition.
    """
    noise = torch.randn(codes.shape, generator=generator).to(codes.device)
    time = torch.rand(len(codes), generator=generator).to(codes.device)
    dropped = torch.rand(len(codes), 1, generator=generator).to(codes.device) < drop
    condition = torch.where(dropped, prior.without_condition(len(codes)), features)
    noisy = (1.0 - time[:, None]) * noise + time[:, None] * codes
    return (prior(noisy, time, condition) - (codes - noise)).square().mean()


@dataclass(frozen=True)
class Near:
    """A code [C] that samples shall resemble, and the share of it that they keep: 0 nothing, 1 everything."""

    code: Tensor
    keep: float


@torch.no_grad()
def sample_codes(
    prior: CodePrior,
    features: Tensor,
    generator: torch.Generator,
    steps: int = 24,
    guidance: float = 1.5,
    near: Near | None = None,
) -> Tensor:
    """Draw one code [B, C] per unit feature [B, D] by the two-step Adams-Bashforth method, its first step Heun's.

    With one evaluation a step it comes as near to the flow's exact end as Heun's method with two.

    Args:
        prior: the trained network.
        features: conditions.
        generator: source of the starting noise.
        steps: integration steps.
        guidance: 1 follows the condition as trained, more exaggerates it.
        near: start on the way from noise to this code, at the time `keep` (as SDEdit does with pictures).
    """
    codes = torch.randn(len(features), prior.config.code_size, generator=generator).to(features.device)
    first = 0.0
    if near is not None:
        first = near.keep
        codes = (1.0 - first) * codes + first * near.code
    width = (1.0 - first) / steps
    before = None
    for step in range(steps):
        begin = first + step * width
        velocity = _guided(prior, codes, begin, features, guidance)
        if before is None:
            ahead = _guided(prior, codes + velocity * width, begin + width, features, guidance)
            codes = codes + (velocity + ahead) * width / 2.0
        else:
            codes = codes + (3.0 * velocity - before) * width / 2.0
        before = velocity
    return codes


def _guided(prior: CodePrior, codes: Tensor, time: float, features: Tensor, guidance: float) -> Tensor:
    """Return free + guidance (conditioned - free), the velocities [B, C] of classifier-free guidance, in one pass."""
    if guidance == 1.0:
        return prior(codes, torch.full((len(codes),), time, device=codes.device), features)
    conditions = torch.cat([features, prior.without_condition(len(codes))])
    times = torch.full((len(conditions),), time, device=codes.device)
    conditioned, free = prior(torch.cat([codes, codes]), times, conditions).chunk(2)
    return free + guidance * (conditioned - free)
