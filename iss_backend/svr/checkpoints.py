"""Reading official PyTorch checkpoints without running what they may hold, and saying exactly what does not fit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor

from iss_backend.errors import BundleError, OutputError
from iss_backend.files import write_whole, writing
from iss_backend.weights import write_weights

WEIGHTS_FILE = "svr.safetensors"
CONFIG_FILE = "svr.json"
SHAPE_ENCODER_FILE = "shape_encoder.safetensors"  # knows the codes of the model beside it

# A weight that only one of the published models has.
TELLTALES = {
    "dvr": "decoder.fc_out.weight",
    "imnet": "img_encoder.conv_0.weight",
    "ss3d": "decoder.net.0.linear.weight",
    "get3d": "mapping_geo.fc0.weight",
}


def read_checkpoint(path: Path, owner: str) -> Any:
    """Return what a .pt or .pth file holds: tensors in plain containers, on the CPU.

    Args:
        path: the file.
        owner: whose checkpoint it should be, for the messages: "DVR".

    Raises:
        BundleError: there is no such file, it is damaged, or it holds more than tensors and plain values.

    """
    try:
        with torch.serialization.safe_globals(_numpy_scalar_globals()):
            return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise BundleError(f"There is no file {path}; give the path of a checkpoint of {owner}.") from error
    except (UnpicklingError, RuntimeError, EOFError, OSError, ValueError, LookupError) as error:
        raise BundleError(
            f"{path} cannot be read as a PyTorch checkpoint; download the official file again."
        ) from error


def _numpy_scalar_globals() -> list[object]:
    """Return what a best loss kept as a NumPy scalar needs: under the module names of NumPy 1 and of NumPy 2."""
    rebuild = np.float64(0.0).__reduce__()[0]
    names = ["numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"]
    kinds = [type(np.dtype(kind)) for kind in (np.float32, np.float64)]
    return [*((rebuild, name) for name in names), np.dtype, *kinds]


def is_state_dict(content: object) -> bool:
    """Tell whether something is a non-empty dictionary of tensors by name."""
    return isinstance(content, dict) and bool(content) and all(isinstance(value, Tensor) for value in content.values())


def plain(value: Tensor) -> Tensor:
    """Return a contiguous float32 copy; integers (batch counters) stay."""
    return (value.float() if value.is_floating_point() else value).clone(memory_format=torch.contiguous_format)


def by_prefix(names: Iterable[str]) -> str:
    """Return the first two parts of the names with counts, such as 'decoder.blocks (20)'."""
    counts = Counter(".".join(name.split(".")[:2]) for name in names)
    return ", ".join(f"{prefix} ({count})" for prefix, count in sorted(counts.items())) or "nothing"


def require(path: Path, owner: str, kind: str, weights: Mapping[str, Tensor], dimensions: Mapping[str, int]) -> None:
    """Refuse weights without the tensors that the sizes are inferred from.

    Args:
        path: the file, and `owner`, the model it should be of, for the message.
        owner: see above.
        kind: key of `TELLTALES`, so that a file of another model is named.
        weights: what was read.
        dimensions: names that have to be there, with their number of dimensions.

    Raises:
        BundleError: one is missing or of another number of dimensions.

    """
    lacking = [name for name, count in dimensions.items() if name not in weights or weights[name].dim() != count]
    if not lacking:
        return
    other = next((k for k, name in TELLTALES.items() if k != kind and name in weights), None)
    hint = f"it looks like a checkpoint of '{other}', convert it as that" if other else f"give a {owner} checkpoint"
    raise BundleError(f"{path} is no {owner} model: it has no {lacking[0]} (it holds {by_prefix(weights)}); {hint}.")


def check_fit(path: Path, owner: str, expected: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> None:
    """Compare names and shapes with those of the model that was built for them.

    Raises:
        BundleError: names are missing or unexpected, or shapes differ; they are listed by prefix.

    """
    troubles = {
        "missing": expected.keys() - weights.keys(),
        "unexpected": weights.keys() - expected.keys(),
        "of another shape": {n for n in expected.keys() & weights.keys() if expected[n].shape != weights[n].shape},
    }
    found = [f"{what}: {by_prefix(names)}" for what, names in troubles.items() if names]
    if found:
        raise BundleError(f"{path} does not fit {owner} ({'; '.join(found)}); give a checkpoint written by {owner}.")


def write_converted(
    folder: Path,
    kind: str,
    config: dict[str, Any],
    weights: dict[str, Tensor],
    more: Mapping[str, dict[str, Tensor]] | None = None,
) -> None:
    """Write a converted model into a folder that holds none, and `more` weights by the names of their files.

    Raises:
        OutputError: there is one of the files already, the disk is full, or a file cannot be written.
    """
    more = more or {}
    there = [name for name in (WEIGHTS_FILE, CONFIG_FILE, *more) if (folder / name).exists()]
    if there:
        raise OutputError(f"There is '{folder / there[0]}' already; choose another folder for the converted model.")
    for name, tensors in more.items():
        write_weights(folder / name, tensors, half=False)
    write_model(folder, kind, config, weights)


def write_model(
    folder: Path, kind: str, config: dict[str, Any], weights: dict[str, Tensor], half: bool = False
) -> None:
    """Write svr.safetensors and svr.json; the folder is made where it does not exist.

    A shape encoder that lies there knows the codes of a former model, and is removed.

    Raises:
        OutputError: the disk is full, or a file cannot be written.
    """
    with writing(folder):
        (folder / SHAPE_ENCODER_FILE).unlink(missing_ok=True)
    write_weights(folder / WEIGHTS_FILE, weights, half)
    about = json.dumps({"kind": kind, "config": config}, indent=2)
    write_whole(folder / CONFIG_FILE, (about + "\n").encode())
