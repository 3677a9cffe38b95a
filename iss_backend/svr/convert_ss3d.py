"""Conversion of SS3D's checkpoints (distilled_model.torch) to safetensors, strict about what is in them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch
from torch import Tensor

from iss_backend.errors import BundleError
from iss_backend.svr.checkpoints import check_fit, is_state_dict, plain, read_checkpoint, require, write_converted
from iss_backend.svr.ss3d import Ss3dConfig, Ss3dModel

OWNER = "SS3D"
# PyTorch Lightning, which SS3D is trained with, keeps the weights under this entry and prefix.
LIGHTNING_ENTRY = "state_dict"
LIGHTNING_PREFIX = "model."


def convert_ss3d_checkpoint(path: Path, output_folder: Path) -> tuple[Ss3dConfig, dict[str, Tensor]]:
    """Write an official checkpoint as svr.safetensors and svr.json.

    Args:
        path: distilled_model.torch, a bare state dictionary, or a checkpoint of the official training.
        output_folder: made where it does not exist.

    Returns:
        The sizes, inferred from the weights, and the state dictionary of `Ss3dModel`, float32.

    Raises:
        BundleError: the file is no such checkpoint.
        OutputError: `output_folder` holds a model already, or cannot be written.

    """
    weights = _read_weights(path)
    require(path, OWNER, "ss3d", weights, {"decoder.net.0.linear.weight": 2, "encoder.fc.0.weight": 2})
    sines = {name for name in weights if name.startswith("decoder.net.") and name.endswith(".linear.weight")}
    try:
        config = Ss3dConfig(len(weights["decoder.net.0.linear.weight"]), len(sines) - 1)
    except ValueError as error:
        raise BundleError(f"{path} is no SS3D model: {error}; give a checkpoint written by SS3D.") from error
    with torch.device("meta"):
        expected = Ss3dModel(config).state_dict()
    check_fit(path, OWNER, expected, weights)
    write_converted(output_folder, "ss3d", dataclasses.asdict(config), weights)
    return config, weights


def _read_weights(path: Path) -> dict[str, Tensor]:
    content = read_checkpoint(path, OWNER)
    if isinstance(content, dict) and is_state_dict(content.get(LIGHTNING_ENTRY)):
        content = {name.removeprefix(LIGHTNING_PREFIX): value for name, value in content[LIGHTNING_ENTRY].items()}
    if not is_state_dict(content):
        raise BundleError(f"{path} holds no weights as SS3D writes them; give distilled_model.torch.")
    return {name: plain(value) for name, value in content.items()}
