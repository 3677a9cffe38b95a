"""Choosing the device, once, at the top."""

from __future__ import annotations

import logging
import re

import torch

from iss_backend.errors import DeviceError

log = logging.getLogger(__name__)


def choose_device(name: str = "auto") -> torch.device:
    """Return the device called "auto", "cpu", "cuda", "cuda:N" or "mps".

    auto takes the first CUDA device that this PyTorch was built for, else the processor; where there is none but older
    ones, the log says so.

    Raises:
        DeviceError: the name is unknown, there is no such device here, or this PyTorch was not built for it.
    """
    if name == "auto":
        return _best_device()
    known = re.fullmatch(r"(cpu|mps|cuda)(?:(?<=cuda):([0-9]{1,3}))?", name)
    if known is None:
        raise DeviceError(f"There is no device called '{name}'; choose auto, cpu, cuda, cuda:N or mps.")
    kind, number = known.groups()
    if kind == "cuda":
        _require_cuda(int(number or 0))
    if kind == "mps" and not torch.backends.mps.is_available():
        raise DeviceError("Apple's MPS cannot be used here; use --device cpu.")
    return torch.device(kind, int(number)) if number else torch.device(kind)


def _best_device() -> torch.device:
    cards = range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    for index in cards:
        if _has_kernels(index):
            return torch.device("cuda", index) if index else torch.device("cuda")
    if cards:
        log.warning("%s; the processor is used instead.", _unsuited(0))
    return torch.device("cpu")


def _require_cuda(index: int) -> None:
    if not torch.cuda.is_available():
        why, cure = _why_no_cuda()
        raise DeviceError(f"CUDA cannot be used here ({why}); use --device cpu, or {cure}.")
    if index >= torch.cuda.device_count():
        raise DeviceError(f"There is no cuda:{index}; this machine has {torch.cuda.device_count()} CUDA devices.")
    if not _has_kernels(index):
        raise DeviceError(f"{_unsuited(index)}; use --device cpu, or another card.")


def _why_no_cuda() -> tuple[str, str]:
    """Return what keeps PyTorch from CUDA, and what to do about it."""
    if torch.version.cuda is None:
        return "this PyTorch was built without CUDA", "install the CUDA backend"
    try:
        torch.cuda.init()
    except RuntimeError as error:
        if "too old" in str(error):
            return f"the NVIDIA driver is too old, CUDA {torch.version.cuda} is needed", "update the driver"
    return "no NVIDIA driver answers", "install the driver"


def _has_kernels(index: int) -> bool:
    """Tell whether this PyTorch was built for a CUDA device; where it does not say for which (ROCm), it was.

    Binaries (sm_XY) run on devices of the same major version from their minor one on, PTX (compute_XY) on all newer
    devices too.
    """
    builds = re.findall(r"(sm|compute)_(\d+)(\d)", " ".join(torch.cuda.get_arch_list()))
    if not builds:
        return True
    major, minor = torch.cuda.get_device_capability(index)
    return any((int(x), int(y)) <= (major, minor) and (kind == "compute" or int(x) == major) for kind, x, y in builds)


def _unsuited(index: int) -> str:
    """Return the beginning of a sentence about a CUDA device without kernels."""
    name, (major, minor) = torch.cuda.get_device_name(index), torch.cuda.get_device_capability(index)
    builds = ", ".join(torch.cuda.get_arch_list())
    return f"This PyTorch has no kernels for {name} (compute capability {major}.{minor}; it was built for {builds})"
