"""Conversion of official DVR and ISS checkpoints (.pt) to safetensors, strict about what is in them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch
from torch import Tensor

from iss_backend.errors import BundleError
from iss_backend.svr.checkpoints import check_fit, is_state_dict, plain, read_checkpoint, require, write_converted
from iss_backend.svr.dvr import DvrConfig, DvrModel

# What ISS adds to DVR's weights: its mapper, and a copy of CLIP that is not wanted.
MAPPER_PREFIX = "generator."
CLIP_PREFIX = "clip_model."
MAPPER_FILE = "mapper.safetensors"
OWNER = "DVR or ISS"


@dataclasses.dataclass(frozen=True)
class DvrCheckpoint:
    """What an official file holds: DVR's `weights` under their own names, and ISS's `mapper` ({} in DVR's files)."""

    config: DvrConfig
    weights: dict[str, Tensor]
    mapper: dict[str, Tensor]


def convert_dvr_checkpoint(path: Path, output_folder: Path, leaky: bool = False) -> tuple[DvrConfig, dict[str, Tensor]]:
    """Write an official checkpoint as svr.safetensors and svr.json (and ISS's mapper as mapper.safetensors).

    Args:
        path: the official .pt file of DVR (RGB, RGB-D, single-view or depth-only), or of stage 1 or 2 of ISS.
        output_folder: made where it does not exist.
        leaky: whether the model was trained with DVR's option of that name; the weights do not tell.

    Returns:
        The sizes, inferred from the weights, and the state dictionary of `DvrModel`, float32.

    Raises:
        BundleError: the file is no such checkpoint.
        OutputError: `output_folder` holds a model already, or cannot be written.

    """
    checkpoint = read_dvr_checkpoint(path, leaky)
    mapper = {MAPPER_FILE: checkpoint.mapper} if checkpoint.mapper else {}
    write_converted(output_folder, "dvr", dataclasses.asdict(checkpoint.config), checkpoint.weights, mapper)
    return checkpoint.config, checkpoint.weights


def read_dvr_checkpoint(path: Path, leaky: bool = False) -> DvrCheckpoint:
    """Read and check an official checkpoint; see `convert_dvr_checkpoint`."""
    weights, mapper = {}, {}
    for name, value in _load_model_entry(path).items():
        if name.startswith(MAPPER_PREFIX):
            mapper[name.removeprefix(MAPPER_PREFIX)] = plain(value)
        elif not name.startswith(CLIP_PREFIX):
            weights[name] = plain(value)
    config = _infer_config(path, weights, leaky)
    with torch.device("meta"):
        expected = DvrModel(config).state_dict()
    check_fit(path, OWNER, expected, weights)
    return DvrCheckpoint(config, weights, mapper)


def _load_model_entry(path: Path) -> dict[str, Tensor]:
    content = read_checkpoint(path, "DVR")
    model = content.get("model") if isinstance(content, dict) else None
    if is_state_dict(model):
        return model
    if is_state_dict(content):  # of another model, whose weights stand there without an entry
        require(path, OWNER, "dvr", content, {"decoder.fc_out.weight": 2})
    raise BundleError(f"{path} has no 'model' entry with weights; give a checkpoint written by {OWNER}.")


def _infer_config(path: Path, weights: dict[str, Tensor], leaky: bool) -> DvrConfig:
    require(path, OWNER, "dvr", weights, {"decoder.fc_out.weight": 2, "encoder.fc.weight": 2})
    last, code = weights["decoder.fc_out.weight"], weights["encoder.fc.weight"]
    try:
        return DvrConfig(code_size=len(code), hidden=last.shape[1], out=last.shape[0], leaky=leaky)
    except ValueError as error:
        raise BundleError(f"{path} is no DVR model: {error}; give a checkpoint written by {OWNER}.") from error
