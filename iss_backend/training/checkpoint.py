"""Checkpoints that a training resumes from: safetensors for arrays, JSON for numbers, written atomically."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from iss_backend.errors import BundleError
from iss_backend.files import make_folder, write_whole


def save_checkpoint(path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, step: int) -> None:
    """Write the model, the optimiser's moments and the step to `path` (a .safetensors file).

    Raises:
        OutputError: the disk is full, or the file cannot be written.
    """
    tensors = {f"model.{name}": value.contiguous() for name, value in model.state_dict().items()}
    for index, state in optimiser.state_dict()["state"].items():
        for name, value in state.items():
            tensors[f"optimiser.{index}.{name}"] = torch.as_tensor(value).clone(memory_format=torch.contiguous_format)
    make_folder(path.parent)
    write_whole(path, save(tensors, metadata={"step": json.dumps(step)}))


def load_checkpoint(path: Path, model: nn.Module, optimiser: torch.optim.Optimizer | None) -> int:
    """Restore what `save_checkpoint` wrote; return the step, or 0 where there is no checkpoint.

    Raises:
        BundleError: the file is damaged, or does not belong to this model.
    """
    if not path.is_file():
        return 0
    try:
        tensors = load_file(path)
        model.load_state_dict(_with_prefix(tensors, "model."))
    except SafetensorError as error:
        raise BundleError(f"{path} is damaged ({error}); remove it to start again.") from error
    except RuntimeError as error:
        raise BundleError(f"{path} belongs to another model; remove it or choose another --output.") from error
    if optimiser is not None:
        _load_moments(optimiser, _with_prefix(tensors, "optimiser."))
    return _read_step(path)


def _with_prefix(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _load_moments(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})


def _read_step(path: Path) -> int:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        return int(json.loads(file.read(length))["__metadata__"]["step"])
