"""Reading and writing weight files: safetensors only, checked before anything is built from them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from iss_backend.errors import BundleError
from iss_backend.files import make_folder, write_whole

HEADER_LIMIT = 1 << 20  # bytes; our largest header has about 40 kB
DAMAGED = "is damaged ({}); install the bundle again."


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file as float32 tensors (integers stay as they are).

    Raises:
        BundleError: the file is missing, is no safetensors file, is truncated, or holds values that are not finite.
    """
    _check_header(path)
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise BundleError(f"{path} " + DAMAGED.format(error)) from error
    tensors = {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}
    broken = [name for name, value in tensors.items() if value.is_floating_point() and not value.isfinite().all()]
    if broken:
        raise BundleError(f"{path} " + DAMAGED.format(f"'{broken[0]}' holds values that are not finite"))
    return tensors


def _check_header(path: Path) -> None:
    """Refuse files whose header is too long, is not JSON, or does not describe the rest of the file exactly."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > min(HEADER_LIMIT, size):
                raise BundleError(f"{path} " + DAMAGED.format(f"its header claims {length} bytes"))
            header = json.loads(file.read(length))
        ends = [int(entry["data_offsets"][1]) for name, entry in header.items() if name != "__metadata__"]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BundleError(f"{path} " + DAMAGED.format(error)) from error
    if 8 + length + max(ends, default=0) != size:
        raise BundleError(f"{path} " + DAMAGED.format(f"it has {size} bytes, not {8 + length + max(ends, default=0)}"))


def write_weights(path: Path, tensors: dict[str, Tensor], half: bool = True) -> None:
    """Write tensors atomically, floating-point ones in half precision unless `half` is False.

    Tensors with a value beyond what half precision can hold stay as they are.

    Raises:
        OutputError: the disk is full, or the file cannot be written.
    """
    make_folder(path.parent)
    stored = {name: (_halved(value) if half else value).detach().cpu() for name, value in tensors.items()}
    copies = {name: value.clone(memory_format=torch.contiguous_format) for name, value in stored.items()}
    write_whole(path, save(copies))


def _halved(value: Tensor) -> Tensor:
    if not value.is_floating_point() or (value.numel() and value.abs().max() > torch.finfo(torch.half).max):
        return value
    return value.half()


def load_into(module: nn.Module, tensors: dict[str, Tensor], path: Path) -> None:
    """Give a module all its parameters and buffers, and no others.

    Raises:
        BundleError: names are missing or unexpected, or a shape or the kind of number differs.
    """
    expected = module.state_dict()
    wrong = [
        *(f"'{name}' is missing" for name in expected.keys() - tensors.keys()),
        *(f"'{name}' is unexpected" for name in tensors.keys() - expected.keys()),
        *(
            f"'{name}' has the shape {tuple(tensors[name].shape)}, not {tuple(expected[name].shape)}"
            for name in expected.keys() & tensors.keys()
            if tensors[name].shape != expected[name].shape
        ),
        *(
            f"'{name}' holds {tensors[name].dtype}, not {expected[name].dtype}"
            for name in expected.keys() & tensors.keys()
            if tensors[name].is_floating_point() != expected[name].is_floating_point()
        ),
    ]
    if wrong:
        raise BundleError(f"{path} does not fit the model: {sorted(wrong)[0]} ({len(wrong)} differences in all).")
    module.load_state_dict(tensors, assign=True)
