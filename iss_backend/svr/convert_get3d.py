"""Conversion of GET3D's checkpoints (shapenet_*.pt) to safetensors, strict about what is in them."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import torch
from torch import Tensor

from iss_backend.errors import BundleError
from iss_backend.svr.checkpoints import check_fit, is_state_dict, plain, read_checkpoint, require, write_converted
from iss_backend.svr.get3d import Get3dConfig, Get3dModel

log = logging.getLogger(__name__)

OWNER = "GET3D"
# The averaged generator is the one that is used; the other is taken where it is all there is.
ENTRIES = ("G_ema", "G")
SYNTHESIS_PREFIX = "synthesis."


def convert_get3d_checkpoint(
    path: Path, output_folder: Path, scale: float = 1.0
) -> tuple[Get3dConfig, dict[str, Tensor]]:
    """Write an official checkpoint as svr.safetensors and svr.json.

    The mapping networks are checked here. The generator's own weights can only be checked by GET3D's code: where that
    is not installed, they are copied as they are, and a line says so.

    Args:
        path: shapenet_car.pt or one like it.
        output_folder: made where it does not exist.
        scale: GET3D's option "dmtet_scale" (1.0 for cars and motorbikes, 0.8 for chairs and tables), which the file
            does not tell.

    Returns:
        The sizes, inferred from the weights, and the state dictionary, float32.

    Raises:
        BundleError: the file is no such checkpoint.
        OutputError: `output_folder` holds a model already, or cannot be written.

    """
    content = read_checkpoint(path, OWNER)
    entry = next((content[e] for e in ENTRIES if isinstance(content, dict) and is_state_dict(content.get(e))), content)
    if not is_state_dict(entry):
        raise BundleError(f"{path} has no entry 'G_ema' with weights; give a checkpoint of GET3D (shapenet_*.pt).")
    weights = {name: plain(value) for name, value in entry.items()}
    require(path, OWNER, "get3d", weights, {"mapping_geo.fc0.weight": 2, "mapping.w_avg": 1})
    layers = {name for name in weights if name.startswith("mapping_geo.fc") and name.endswith(".weight")}
    config = Get3dConfig(len(weights["mapping.w_avg"]), len(layers), generator="official", scale=scale)
    _check(path, config, weights)
    write_converted(output_folder, "get3d", dataclasses.asdict(config), weights)
    return config, weights


def _check(path: Path, config: Get3dConfig, weights: dict[str, Tensor]) -> None:
    synthesis = {name for name in weights if name.startswith(SYNTHESIS_PREFIX)}
    if not synthesis:
        raise BundleError(f"{path} holds mapping networks but no generator ('synthesis'); give the whole checkpoint.")
    try:
        expected = Get3dModel(config).state_dict()
    except BundleError as error:
        log.info("The generator's %d weights were copied unchecked: %s", len(synthesis), error)
        with torch.device("meta"):
            stand_in = Get3dModel(dataclasses.replace(config, generator="stand_in")).state_dict()
        expected = {name: value for name, value in stand_in.items() if not name.startswith(SYNTHESIS_PREFIX)}
        weights = {name: value for name, value in weights.items() if name not in synthesis}
    check_fit(path, OWNER, expected, weights)
