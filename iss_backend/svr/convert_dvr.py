"""Conversion of official DVR and ISS checkpoints (.pt) to safetensors, strict about what is in them."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from iss_backend.errors import BundleError
from iss_backend.svr.dvr import DvrConfig, DvrModel

# What ISS adds to DVR's weights: its mapper, and a copy of CLIP that is not wanted.
MAPPER_PREFIX = "generator."
CLIP_PREFIX = "clip_model."
WEIGHTS_FILE = "svr.safetensors"
CONFIG_FILE = "svr.json"
MAPPER_FILE = "mapper.safetensors"


@dataclasses.dataclass(frozen=True)
class DvrCheckpoint:
    """What an official file holds: DVR's `weights` under their own names, and ISS's `mapper` ({} in DVR's files)."""

    config: DvrConfig
    weights: dict[str, Tensor]
    mapper: dict[str, Tensor]


def convert_dvr_checkpoint(path: Path, output_folder: Path, leaky: bool = False) -> tuple[DvrConfig, dict[str, Tensor]]:
    """Write an official checkpoint as svr.safetensors and svr.json (and ISS's mapper as mapper.safetensors).

    Args:
        path: the official .pt file of DVR, or of stage 1 or 2 of ISS.
        output_folder: made where it does not exist.
        leaky: whether the model was trained with DVR's option of that name; the weights do not tell.

    Returns:
        The sizes, inferred from the weights, and the state dictionary of `DvrModel`, float32.

    Raises:
        BundleError: the file is no such checkpoint.

    """
    checkpoint = read_dvr_checkpoint(path, leaky)
    output_folder.mkdir(parents=True, exist_ok=True)
    save_file(checkpoint.weights, output_folder / WEIGHTS_FILE)
    about = {"kind": "dvr", "config": dataclasses.asdict(checkpoint.config)}
    (output_folder / CONFIG_FILE).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    if checkpoint.mapper:
        save_file(checkpoint.mapper, output_folder / MAPPER_FILE)
    return checkpoint.config, checkpoint.weights


def read_dvr_checkpoint(path: Path, leaky: bool = False) -> DvrCheckpoint:
    """Read and check an official checkpoint; see `convert_dvr_checkpoint`."""
    stored = _load_model_entry(path)
    weights, mapper = {}, {}
    for name, value in stored.items():
        if name.startswith(MAPPER_PREFIX):
            mapper[name.removeprefix(MAPPER_PREFIX)] = _plain(value)
        elif not name.startswith(CLIP_PREFIX):
            weights[name] = _plain(value)
    config = _infer_config(path, weights, leaky)
    _check_names_and_shapes(path, weights, config)
    return DvrCheckpoint(config, weights, mapper)


def _plain(value: Tensor) -> Tensor:
    """Return a contiguous float32 copy; integers (batch counters) stay."""
    return (value.float() if value.is_floating_point() else value).clone(memory_format=torch.contiguous_format)


def _load_model_entry(path: Path) -> dict[str, Tensor]:
    try:
        with torch.serialization.safe_globals(_numpy_scalar_globals()):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise BundleError(f"There is no file {path}; give the path of a DVR checkpoint (.pt).") from error
    except (UnpicklingError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BundleError(
            f"{path} cannot be read as a PyTorch checkpoint; download the official file again."
        ) from error
    model = content.get("model") if isinstance(content, dict) else None
    if not isinstance(model, dict) or not all(isinstance(value, Tensor) for value in model.values()):
        raise BundleError(f"{path} has no 'model' entry with weights; give a checkpoint written by DVR or ISS.")
    return model


def _numpy_scalar_globals() -> list[object]:
    """Return what `loss_val_best`, a NumPy scalar, needs: under the module names of NumPy 1 and of NumPy 2."""
    rebuild = np.float64(0.0).__reduce__()[0]
    names = ["numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"]
    kinds = [type(np.dtype(kind)) for kind in (np.float32, np.float64)]
    return [*((rebuild, name) for name in names), np.dtype, *kinds]


def _infer_config(path: Path, weights: dict[str, Tensor], leaky: bool) -> DvrConfig:
    last, code = weights.get("decoder.fc_out.weight"), weights.get("encoder.fc.weight")
    if last is None or last.dim() != 2 or code is None:
        found = _by_prefix(weights)
        raise BundleError(
            f"{path} has no decoder.fc_out.weight or encoder.fc.weight (it holds {found}); give a DVR model, or one "
            "of ISS's stages 1 and 2."
        )
    try:
        return DvrConfig(code_size=len(code), hidden=last.shape[1], out=last.shape[0], leaky=leaky)
    except ValueError as error:
        raise BundleError(f"{path} is no DVR model: {error}; give a checkpoint written by DVR or ISS.") from error


def _check_names_and_shapes(path: Path, weights: dict[str, Tensor], config: DvrConfig) -> None:
    with torch.device("meta"):
        expected = {name: value.shape for name, value in DvrModel(config).state_dict().items()}
    troubles = {
        "missing": expected.keys() - weights.keys(),
        "unexpected": weights.keys() - expected.keys(),
        "of another shape": {n for n in expected.keys() & weights.keys() if expected[n] != weights[n].shape},
    }
    found = [f"{what}: {_by_prefix(names)}" for what, names in troubles.items() if names]
    if found:
        raise BundleError(f"{path} does not fit DVR ({'; '.join(found)}); give a checkpoint written by DVR or ISS.")


def _by_prefix(names: Iterable[str]) -> str:
    """Return the first two parts of the names with counts, such as 'decoder.blocks (20)'."""
    counts = Counter(".".join(name.split(".")[:2]) for name in names)
    return ", ".join(f"{prefix} ({count})" for prefix, count in sorted(counts.items())) or "nothing"
