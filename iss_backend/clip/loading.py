"""Loading CLIP towers through open_clip: from a local folder, a name with a tag, or a name with a file."""

from __future__ import annotations

import os
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from safetensors import SafetensorError
from torch import nn

from iss_backend.clip.model import Clip, Preprocessing
from iss_backend.clip.open_clip_import import import_open_clip
from iss_backend.clip.reduced_tokenizer import TOKENS_FILE, read_reduced_tokenizer
from iss_backend.clip.thesaurus import read_thesaurus
from iss_backend.errors import BundleError

CONFIG_FILE = "open_clip_config.json"
WEIGHTS_FILE = "open_clip_model.safetensors"
# What open_clip lets through where a configuration or a weight file is not what it expects.
LOADING_ERRORS = (
    *(RuntimeError, ValueError, OSError, LookupError, TypeError, AttributeError, AssertionError, ImportError, EOFError),
    *(SafetensorError, UnpicklingError),
)
# Nothing is fetched: names with a tag are looked up on this machine alone, unless a person sets this to 0.
OFFLINE = "HF_HUB_OFFLINE"
os.environ.setdefault(OFFLINE, "1")


def load_clip(source: str | Path) -> Clip:
    """Load frozen CLIP towers.

    Args:
        source: a folder with open_clip_config.json and open_clip_model.safetensors (and tokens.json where it keeps
            only some of open_clip's tokens, thesaurus.json where it has one), `NAME:TAG` of an open_clip model whose
            weights are on this machine, or `NAME:FILE` with a state dict (.safetensors, or .pt read with
            weights_only=True).

    Raises:
        BundleError: the source does not exist, or its weights do not fit.
    """
    open_clip = import_open_clip(lean=_is_plain(source))
    name, weights = _parse_source(source)
    try:
        _refuse_download(open_clip.get_pretrained_cfg(name, weights) if weights else {})
        towers = open_clip.create_model(name, pretrained=weights, require_pretrained=True)
        tokenizer = open_clip.get_tokenizer(name)
        if (Path(source) / TOKENS_FILE).is_file():
            tokenizer = read_reduced_tokenizer(Path(source), tokenizer)
        _check_vocabulary(towers, tokenizer)
    except LOADING_ERRORS as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise BundleError(f"The CLIP '{source}' cannot be loaded ({reason}); check the name or the files.") from error
    return Clip(towers, tokenizer, preprocessing_of(towers), str(source), read_thesaurus(Path(source)))


def _is_plain(source: str | Path) -> bool:
    """Tell whether a source is a folder whose towers are open_clip's own, not those of timm or transformers."""
    config = Path(source) / CONFIG_FILE
    if not config.is_file():
        return False
    text = config.read_text(encoding="utf-8", errors="replace")
    return "timm_" not in text and "hf_" not in text


def _parse_source(source: str | Path) -> tuple[str, str | None]:
    """Split a source into open_clip's model name and weights."""
    if Path(source).is_dir():
        return f"local-dir:{Path(source).resolve()}", None
    name, _, weights = str(source).partition(":")
    if not weights:
        raise BundleError(f"'{source}' is neither a folder with a CLIP nor NAME:TAG or NAME:FILE, as ViT-B-32:openai.")
    return name, weights


def _refuse_download(tagged: dict[str, Any]) -> None:
    """Refuse weights that open_clip would fetch from a plain address; those of the Hugging Face hub heed OFFLINE."""
    if os.environ.get(OFFLINE) == "1" and tagged.get("url") and not tagged.get("hf_hub"):
        cached = Path("~/.cache/clip").expanduser() / Path(tagged["url"]).name
        if not cached.is_file():
            raise FileNotFoundError(f"its weights are not on this machine; save {tagged['url']} as {cached}")


def _check_vocabulary(towers: nn.Module, tokenizer: Any) -> None:
    """Refuse a tokenizer with more tokens than the text tower has embeddings: some texts would break it."""
    embeddings = getattr(towers, "token_embedding", None)  # towers that are not CLIP's keep theirs elsewhere
    if embeddings is not None and tokenizer.vocab_size > len(embeddings.weight):
        raise ValueError(
            f"the text tower has {len(embeddings.weight)} token embeddings, the tokenizer {tokenizer.vocab_size} tokens"
        )


def preprocessing_of(towers: nn.Module) -> Preprocessing:
    """Return the size, mean and standard deviation that open_clip noted on a model."""
    size = towers.visual.image_size
    side = size[0] if isinstance(size, tuple | list) else size
    return Preprocessing(side, tuple(towers.visual.image_mean), tuple(towers.visual.image_std))
