"""The compact CLIP: a standard open_clip model, small enough to be trained from scratch and shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from iss_backend.clip import Clip
from iss_backend.clip.loading import CONFIG_FILE, WEIGHTS_FILE, preprocessing_of
from iss_backend.clip.torchvision_ops import ensure_torchvision_imports
from iss_backend.files import write_whole
from iss_backend.weights import write_weights

MODEL_CONFIG: dict[str, Any] = {
    "embed_dim": 256,
    "vision_cfg": {"layers": [1, 1, 1, 1], "width": 32, "image_size": 64, "patch_size": None},
    "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 160, "heads": 5, "layers": 4},
}
PREPROCESS_CONFIG: dict[str, Any] = {
    "mean": [0.48145466, 0.4578275, 0.40821073],
    "std": [0.26862954, 0.26130258, 0.27577711],
    "interpolation": "bicubic",
    "resize_mode": "shortest",
}


def build_towers(config: dict[str, Any]) -> nn.Module:
    """Return open_clip's CLIP of a configuration with random weights, its preprocessing noted on it."""
    ensure_torchvision_imports()
    from open_clip.model import CLIP  # needs the operators to be declared first

    towers = CLIP(**config)
    towers.visual.image_mean = tuple(PREPROCESS_CONFIG["mean"])
    towers.visual.image_std = tuple(PREPROCESS_CONFIG["std"])
    return towers


def tokenizer_for(config: dict[str, Any]) -> Any:
    """Return open_clip's byte-pair tokenizer, cut to the configuration's context."""
    ensure_torchvision_imports()
    from open_clip.tokenizer import SimpleTokenizer  # needs the operators to be declared first

    return SimpleTokenizer(context_length=config["text_cfg"]["context_length"])


def as_clip(towers: nn.Module, config: dict[str, Any]) -> Clip:
    """Wrap towers in training as a frozen `Clip`, sharing their weights."""
    return Clip(towers, tokenizer_for(config), preprocessing_of(towers), "in training")


def text_features(towers: nn.Module, tokens: Tensor) -> Tensor:
    """Return the text features [B, D], not normalised, of tokens [B, L], with positions past the longest text cut.

    The tower is causal and reads its feature at the end-of-text token, so the padding behind it changes nothing.
    """
    longest = int(tokens.argmax(dim=-1).max()) + 1  # the end-of-text token has the highest number
    tokens = tokens[:, :longest]
    hidden = towers.token_embedding(tokens) + towers.positional_embedding[:longest]
    hidden = towers.transformer(hidden, attn_mask=towers.attn_mask[:longest, :longest])
    last = hidden[torch.arange(len(tokens)), tokens.argmax(dim=-1)]
    return towers.ln_final(last) @ towers.text_projection


def write_clip_folder(folder: Path, towers: nn.Module, config: dict[str, Any]) -> None:
    """Write towers as a folder that open_clip loads with the `local-dir:` schema.

    Raises:
        OutputError: the disk is full, or a file cannot be written.
    """
    about = {"model_cfg": config, "preprocess_cfg": PREPROCESS_CONFIG}
    write_weights(folder / WEIGHTS_FILE, towers.state_dict())
    write_whole(folder / CONFIG_FILE, json.dumps(about, indent=1).encode())


def read_clip_config(folder: Path) -> dict[str, Any]:
    """Return the configuration of the towers in a folder that `write_clip_folder` wrote.

    Raises:
        OSError, ValueError, KeyError, TypeError: there is none, or it is damaged.
    """
    return json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))["model_cfg"]
