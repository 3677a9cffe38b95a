"""Half precision where it is faster: a processor without units for bfloat16 takes five times as long with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel


def has_fast_bfloat16(device_type: str = "cpu") -> bool:
    """Tell whether a kind of device multiplies bfloat16 in its own units."""
    if device_type != "cpu":
        return device_type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


@contextmanager
def mixed_precision(device_type: str = "cpu", wanted: bool = True) -> Iterator[None]:
    """Compute in bfloat16 where that is fast and `wanted`, and in float32 elsewhere.

    What is to be differentiated on a processor takes plain attention: the backward pass of torch's fused one makes no
    use of the units for bfloat16, and takes twice to three times as long over our short sequences.
    """
    enabled = wanted and has_fast_bfloat16(device_type)
    plain = enabled and device_type == "cpu" and torch.is_grad_enabled()
    with torch.autocast(device_type, torch.bfloat16, enabled=enabled):
        if not plain:
            yield
            return
        with sdpa_kernel(SDPBackend.MATH):
            yield


def arrange_for_training(model: nn.Module) -> None:
    """Store the weights of convolutions channels last where bfloat16 is fast: its units want them so.

    In float32 that is slower.
    """
    if has_fast_bfloat16():
        model.to(memory_format=torch.channels_last)
