"""Conversion of IM-Net's single-view checkpoints (IM_SVR.model-*.pth) to safetensors, strict about what is in them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch
from torch import Tensor

from iss_backend.errors import BundleError
from iss_backend.svr.checkpoints import check_fit, is_state_dict, plain, read_checkpoint, require, write_converted
from iss_backend.svr.imnet import ColourHead, ImnetConfig, ImnetModel

OWNER = "IM-Net"
COLOUR_PREFIX = "colour."
AUTOENCODER_PREFIX = "encoder."
GIVEN = {"img_encoder.conv_0.weight": 4, "img_encoder.conv_10.weight": 4, "generator.linear_7.weight": 2}


def convert_imnet_checkpoint(path: Path, output_folder: Path) -> tuple[ImnetConfig, dict[str, Tensor]]:
    """Write an official checkpoint as svr.safetensors and svr.json, with a grey colour head that stage 1 trains.

    Args:
        path: IM_SVR.model-*.pth; the autoencoder's IM_AE.model-*.pth has no image encoder.
        output_folder: made where it does not exist.

    Returns:
        The sizes, inferred from the weights, and the state dictionary of `ImnetModel`, float32.

    Raises:
        BundleError: the file is no such checkpoint.
        OutputError: `output_folder` holds a model already, or cannot be written.

    """
    content = read_checkpoint(path, OWNER)
    if not is_state_dict(content):
        raise BundleError(f"{path} holds no bare state dictionary, as IM-Net writes it; give IM_SVR.model-*.pth.")
    weights = {name: plain(value) for name, value in content.items()}
    if any(name.startswith(AUTOENCODER_PREFIX) for name in weights) and "generator.linear_7.weight" in weights:
        raise BundleError(f"{path} is IM-Net's autoencoder, which cannot see pictures; give IM_SVR.model-*.pth.")
    require(path, OWNER, "imnet", weights, GIVEN)
    last, first = weights["img_encoder.conv_10.weight"], weights["img_encoder.conv_0.weight"]
    config = ImnetConfig(len(last), weights["generator.linear_7.weight"].shape[1], len(first))
    with torch.device("meta"):
        expected = ImnetModel(config).state_dict()
    published = {name: value for name, value in expected.items() if not name.startswith(COLOUR_PREFIX)}
    check_fit(path, OWNER, published, weights)
    weights |= _new_colour_head(config)
    write_converted(output_folder, "imnet", dataclasses.asdict(config), weights)
    return config, weights


def _new_colour_head(config: ImnetConfig) -> dict[str, Tensor]:
    """Return the weights of an untrained colour head, the same for every file of a size."""
    head, generator = ColourHead(config.width), torch.Generator().manual_seed(0)
    torch.nn.init.kaiming_normal_(head[0].weight, generator=generator)
    torch.nn.init.zeros_(head[0].bias)
    return {COLOUR_PREFIX + name: value for name, value in head.state_dict().items()}
