"""The prior of CLIP-Forge: a RealNVP over shape codes, conditioned on a CLIP image feature."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

MOMENTUM = 0.1
EPSILON = 1e-5


@dataclass(frozen=True)
class FlowConfig:
    """Sizes, by default the published ones."""

    code_size: int = 128
    feature_size: int = 512
    hidden: int = 1024
    blocks: int = 5


def _network(width_in: int, hidden: int, width_out: int, activation: type[nn.Module]) -> nn.Sequential:
    layers = (nn.Linear(width_in, hidden), activation(), nn.Linear(hidden, hidden), activation())
    last = nn.Linear(hidden, width_out)
    nn.init.zeros_(last.weight)  # the flow starts as the identity
    nn.init.zeros_(last.bias)
    return nn.Sequential(*layers, last)


class Coupling(nn.Module):
    """y = b x + (1 - b) (x exp(s) + t), where s and t read b x and the condition; b is one half of the entries."""

    def __init__(self, config: FlowConfig, first_half: bool) -> None:
        super().__init__()
        mask = torch.arange(config.code_size) < config.code_size // 2
        self.register_buffer("mask", (mask if first_half else ~mask).float())
        sizes = (config.code_size + config.feature_size, config.hidden, config.code_size)
        self.scale, self.translate = _network(*sizes, nn.Tanh), _network(*sizes, nn.ReLU)

    def _terms(self, kept: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        given = torch.cat([kept * self.mask, features], dim=-1)
        return self.scale(given) * (1.0 - self.mask), self.translate(given) * (1.0 - self.mask)

    def forward(self, codes: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Map codes [B, C] towards noise; return them and log|det| [B]."""
        scale, shift = self._terms(codes, features)
        return codes * scale.exp() + shift, scale.sum(dim=-1)

    def inverse(self, noise: Tensor, features: Tensor) -> Tensor:
        """Undo `forward`."""
        scale, shift = self._terms(noise, features)
        return (noise - shift) * (-scale).exp()


class FlowBatchNorm(nn.Module):
    """Batch normalisation as a step of a flow: invertible, with its log-determinant."""

    def __init__(self, code_size: int) -> None:
        super().__init__()
        self.log_gamma, self.beta = nn.Parameter(torch.zeros(code_size)), nn.Parameter(torch.zeros(code_size))
        self.register_buffer("mean", torch.zeros(code_size))
        self.register_buffer("variance", torch.ones(code_size))

    def forward(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Map codes [B, C] towards noise; return them and log|det| [B]. Training uses the batch's own moments."""
        mean, variance = self.mean, self.variance
        if self.training:
            mean, variance = codes.mean(dim=0), codes.var(dim=0) + EPSILON
            self.mean.lerp_(mean.detach(), MOMENTUM)
            self.variance.lerp_(variance.detach(), MOMENTUM)
        determinant = (self.log_gamma - 0.5 * variance.log()).sum().expand(len(codes))
        return self.log_gamma.exp() * (codes - mean) / variance.sqrt() + self.beta, determinant

    def inverse(self, noise: Tensor) -> Tensor:
        """Undo `forward` in evaluation mode."""
        return (noise - self.beta) * (-self.log_gamma).exp() * self.variance.sqrt() + self.mean


class CodeFlow(nn.Module):
    """Blocks of coupling and flow batch normalisation, the halves taking turns."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.config = config
        self.couplings = nn.ModuleList(Coupling(config, number % 2 == 0) for number in range(config.blocks))
        self.norms = nn.ModuleList(FlowBatchNorm(config.code_size) for _ in range(config.blocks))

    def forward(self, codes: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Map codes [B, C] under unit features [B, D] to noise [B, C]; also return log|det| [B]."""
        total = codes.new_zeros(len(codes))
        for coupling, norm in zip(self.couplings, self.norms, strict=True):
            codes, determinant = coupling(codes, features)
            codes, more = norm(codes)
            total = total + determinant + more
        return codes, total

    def inverse(self, noise: Tensor, features: Tensor) -> Tensor:
        """Map noise [B, C] to codes under unit features [B, D]."""
        for coupling, norm in zip(reversed(self.couplings), reversed(self.norms), strict=True):
            noise = coupling.inverse(norm.inverse(noise), features)
        return noise


def negative_log_likelihood(flow: CodeFlow, codes: Tensor, features: Tensor) -> Tensor:
    """Return the mean -log p(code | feature) in nats under a unit Gaussian of the noise."""
    noise, determinant = flow(codes, features)
    log_density = -0.5 * (noise.square() + math.log(2.0 * math.pi)).sum(dim=-1)
    return -(log_density + determinant).mean()
