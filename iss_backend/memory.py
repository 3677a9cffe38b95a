"""What happens where the memory, of the machine or of a GPU, does not suffice; and how to hold a process to less of it.

One thing after the other is tried, each announced by a `LittleMemoryWarning`: fewer points in a query of the decoder
(rendering/queries.py), fewer views of a step at a time and then half precision on CUDA (alignment/stage2.py), and at
last the processor instead of the GPU (here).
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import torch

from iss_backend.errors import DeviceError, IssWarning

# How it is said where a plain RuntimeError is raised: by PyTorch's allocators on Linux, Windows, CUDA and MPS, and by
# cuBLAS and cuDNN, which find no room for their own work space on a card that others have filled.
OUT_OF_MEMORY = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "ALLOC_FAILED",
    "ALLOCATION_FAILED",
    "CUBLAS_STATUS_NOT_INITIALIZED",
    "CUDNN_STATUS_NOT_INITIALIZED",
)


class LittleMemoryWarning(IssWarning):
    """The memory was exhausted; the work goes on in a way that needs less and takes longer."""


class Movable(Protocol):
    """Something that works on a `device` and can move to another."""

    device: torch.device

    def move_to(self, device: torch.device) -> None:
        """Work there from now on."""


Owner = TypeVar("Owner", bound=Movable)
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
_busy: ContextVar[tuple[Movable, ...]] = ContextVar("owners whose methods are running", default=())


def is_out_of_memory(error: Exception) -> bool:
    """Tell whether an error says that the memory, of the device or the machine, is exhausted."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or any(
        words in str(error) for words in OUT_OF_MEMORY
    )


def warn_of_little_memory(consequence: str) -> None:
    """Warn that the memory is exhausted, and of what is done about it."""
    warnings.warn(f"The memory is exhausted; {consequence}.", LittleMemoryWarning, stacklevel=3)


def on_processor_if_full(
    method: Callable[Concatenate[Owner, Arguments], Result],
) -> Callable[Concatenate[Owner, Arguments], Result]:
    """Let a method that exhausts a GPU's memory start again on the processor, where its owner then stays.

    A function whose first argument is the owner counts as a method of it. Where such methods of one owner call each
    other, as a preview meshes in the middle of a generation, the outermost starts again: it holds tensors that would
    stay behind on the GPU.

    Raises:
        DeviceError: the machine's memory is exhausted too; says what to do.
    """

    @wraps(method)
    def run(owner: Owner, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        if any(owner is one for one in _busy.get()):
            return method(owner, *args, **kwargs)
        try:
            with _busy_with(owner):
                return method(owner, *args, **kwargs)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if owner.device.type == "cpu":
                advice = "use fewer views, a lower resolution, or a higher --memory-limit"
                raise DeviceError(f"The memory is exhausted; {advice}.") from error
        warn_of_little_memory(f"the work starts again on the processor instead of {owner.device}")
        owner.move_to(torch.device("cpu"))
        return run(owner, *args, **kwargs)

    return run


@contextmanager
def _busy_with(owner: Movable) -> Iterator[None]:
    before = _busy.set((*_busy.get(), owner))
    try:
        yield
    finally:
        _busy.reset(before)


def limit_memory(gigabytes: float, device: torch.device) -> None:
    """Hold this process to so many GB (10^9 bytes) of a CUDA device's memory, or of the machine's on the CPU.

    Raises:
        DeviceError: the memory of this device or system cannot be limited.
    """
    if device.type == "cuda":
        whole = torch.cuda.get_device_properties(device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, gigabytes * 1e9 / whole), device.index)
    elif device.type == "cpu" and sys.platform == "linux":
        _limit_data(int(gigabytes * 1e9))
    else:
        raise DeviceError(f"The memory of {device} cannot be limited on {sys.platform}; leave --memory-limit out.")


def available_memory() -> float:
    """Return about how many GB (10^9 bytes) other programs leave free; where the system does not tell, half of all."""
    if sys.platform == "linux":
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024 / 1e9
    if sys.platform == "win32":
        import ctypes

        status = (ctypes.c_uint64 * 8)(64)  # MEMORYSTATUSEX: its length and the load, all memory, the free one, ...
        ctypes.windll.kernel32.GlobalMemoryStatusEx(status)
        return status[2] / 1e9
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2e9


def _limit_data(size: int) -> None:
    """Let allocations fail that would bring what the process holds of its own to more than `size` bytes (Linux)."""
    import resource  # is not there on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))
