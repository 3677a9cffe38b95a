"""Reading and writing weight files: safetensors only, checked before anything is built from them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from iss_backend.errors import BundleError

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
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(f"{path} " + DAMAGED.format(error)) from error
    if 8 + length + max(ends, default=0) != size:
        raise BundleError(f"{path} " + DAMAGED.format(f"it has {size} bytes, not {8 + length + max(ends, default=0)}"))


def write_weights(path: Path, tensors: dict[str, Tensor], half: bool = True) -> None:
    """Write tensors atomically, floating-point ones in half precision unless `half` is False."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = {
        name: (value.half() if half and value.is_floating_point() else value).detach().cpu().contiguous()
        for name, value in tensors.items()
    }
    partial = path.with_suffix(".partial")
    save_file({name: value.clone(memory_format=torch.contiguous_format) for name, value in stored.items()}, partial)
    os.replace(partial, path)


def load_into(module: nn.Module, tensors: dict[str, Tensor], path: Path) -> None:
    """Give a module all its parameters and buffers, and no others.

    Raises:
        BundleError: names are missing or unexpected, or a shape differs.
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
    ]
    if wrong:
        raise BundleError(f"{path} does not fit the model: {sorted(wrong)[0]} ({len(wrong)} differences in all).")
    module.load_state_dict(tensors, assign=True)
