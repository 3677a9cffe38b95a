"""The judging CLIP: a second compact CLIP of another seed and another shape than the bundle's, used only to judge.

It is an ordinary open_clip model but for its vocabulary: it keeps only the tokens of common words, so that it is small.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from torch import nn

from iss_backend.clip import Clip
from iss_backend.clip.loading import WEIGHTS_FILE, preprocessing_of
from iss_backend.clip.reduced_tokenizer import TOKENS_FILE, ReducedTokenizer, read_reduced_tokenizer
from iss_backend.errors import BundleError
from iss_backend.files import write_whole
from iss_backend.training.clip_config import build_towers, read_clip_config, tokenizer_for, write_clip_folder
from iss_backend.weights import load_into, read_weights

CLIP_FOLDER = "clip"
# A vision transformer, where the bundle's is a convolutional network; the text tower is narrower and flatter.
JUDGING_CONFIG: dict[str, Any] = {
    "embed_dim": 128,
    "vision_cfg": {"layers": 4, "width": 192, "head_width": 64, "image_size": 64, "patch_size": 8, "mlp_ratio": 3.0},
    "text_cfg": {"context_length": 32, "width": 128, "heads": 4, "layers": 3},
}


def judging_tokenizer(words: Iterable[str], config: dict[str, Any] | None = None) -> ReducedTokenizer:
    """Return the tokenizer that keeps the tokens of the given words and texts."""
    base = tokenizer_for(config or JUDGING_CONFIG)
    return ReducedTokenizer(base, {token for word in words for token in base.encode(word)})


def judging_config(tokenizer: ReducedTokenizer, config: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the configuration of the towers for a tokenizer's vocabulary."""
    config = config or JUDGING_CONFIG
    return {**config, "text_cfg": {**config["text_cfg"], "vocab_size": tokenizer.vocab_size}}


def write_judging_clip(folder: Path, towers: nn.Module, config: dict[str, Any], tokenizer: ReducedTokenizer) -> None:
    """Write towers in half precision, their configuration and the tokens kept."""
    write_clip_folder(folder, towers, config)
    write_whole(folder / TOKENS_FILE, json.dumps(tokenizer.kept.tolist(), separators=(",", ":")).encode())


def load_judging_clip(folder: Path) -> Clip:
    """Read what `write_judging_clip` wrote, frozen.

    Raises:
        BundleError: it is missing or damaged.
    """
    try:
        config = read_clip_config(folder)
        tokenizer = read_reduced_tokenizer(folder, tokenizer_for(config))
        towers = build_towers(config)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{folder} holds no judging CLIP ({error}); train one with 'train judging-clip'.") from error
    load_into(towers, read_weights(folder / WEIGHTS_FILE), folder / WEIGHTS_FILE)
    return Clip(towers, tokenizer, preprocessing_of(towers), "judging CLIP")
