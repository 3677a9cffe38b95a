"""A tokenizer that keeps only some tokens of open_clip's: a compact CLIP need not carry the embeddings of all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

TOKENS_FILE = "tokens.json"  # beside the weights of a CLIP with such a tokenizer: the numbers of the tokens kept


class ReducedTokenizer:
    """open_clip's byte-pair tokenizer with some of its tokens, renumbered in order; the others are left out.

    The start and the end of a text keep the two highest numbers, as open_clip's text tower expects.
    """

    def __init__(self, base: Any, kept: Iterable[int]) -> None:
        self._base = base
        marks = {0, base.sot_token_id, base.eot_token_id}  # 0 fills the rest of the context
        self.kept = np.array(sorted({*kept, *marks}))
        self.context_length: int = base.context_length

    @property
    def vocab_size(self) -> int:
        """Return the number of tokens kept."""
        return len(self.kept)

    def encode(self, text: str) -> list[int]:
        """Return the numbers of the known tokens of a text, without marks."""
        tokens = np.array(self._base.encode(text), np.int64)
        return np.searchsorted(self.kept, tokens[np.isin(tokens, self.kept)]).tolist()

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of token numbers."""
        return self._base.decode(self.kept[np.asarray(tokens, np.int64)].tolist())

    def __call__(self, texts: str | Sequence[str]) -> Tensor:
        """Return int64 [B, context_length]: start, tokens (cut to the context), end, zeros."""
        texts = [texts] if isinstance(texts, str) else texts
        tokens = torch.zeros(len(texts), self.context_length, dtype=torch.long)
        for row, text in zip(tokens, texts, strict=True):
            marked = [self.vocab_size - 2, *self.encode(text)[: self.context_length - 2], self.vocab_size - 1]
            row[: len(marked)] = torch.tensor(marked)
        return tokens


def read_reduced_tokenizer(folder: Path, base: Any) -> ReducedTokenizer:
    """Return a tokenizer that keeps the tokens of `base` which the file in a CLIP's folder lists.

    Raises:
        OSError: there is no such file.
        ValueError, TypeError: it holds no list of numbers.
    """
    return ReducedTokenizer(base, json.loads((folder / TOKENS_FILE).read_text(encoding="utf-8")))
