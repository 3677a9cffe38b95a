"""Choosing the device, once, at the top."""

from __future__ import annotations

import re

import torch

from iss_backend.errors import DeviceError


def choose_device(name: str = "auto") -> torch.device:
    """Return the device called "auto", "cpu", "cuda", "cuda:N" or "mps"; auto takes CUDA where there is one.

    Raises:
        DeviceError: the name is unknown, or there is no such device here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    known = re.fullmatch(r"(cpu|mps|cuda)(?:(?<=cuda):([0-9]{1,3}))?", name)
    if known is None:
        raise DeviceError(f"There is no device called '{name}'; choose auto, cpu, cuda, cuda:N or mps.")
    kind, number = known.groups()
    if kind == "cuda" and not torch.cuda.is_available():
        why = "this PyTorch was built without CUDA" if torch.version.cuda is None else "no NVIDIA driver answers"
        raise DeviceError(f"CUDA cannot be used here ({why}); use --device cpu, or install the CUDA backend.")
    if kind == "cuda" and number and int(number) >= torch.cuda.device_count():
        raise DeviceError(f"There is no {name}; this machine has {torch.cuda.device_count()} CUDA devices.")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise DeviceError("Apple's MPS cannot be used here; use --device cpu.")
    return torch.device(kind, int(number)) if number else torch.device(kind)
