"""Teaching the text tower what words mean, before it ever sees a picture.

Captions hold a few hundred words. A sentence-embedding model knows them all: the tower learns to reproduce its
embeddings of many short texts, so that a word outside the captions lands near those that mean the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.progress import ProgressCallback
from iss_backend.training.clip_config import text_features
from iss_backend.training.precision import mixed_precision
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training

EMBEDDING_SCALE = 0.03  # standard deviation of token embeddings


@dataclass(frozen=True)
class TextCorpus:
    """Texts as tokens, int64 [N, L], and the teacher's unit embeddings of them, [N, E]."""

    tokens: Tensor
    embeddings: Tensor

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Draw `count` texts: tokens and embeddings."""
        chosen = torch.from_numpy(rng.integers(0, len(self.tokens), count))
        return self.tokens[chosen], self.embeddings[chosen].float()


class TaughtTowers(nn.Module):
    """CLIP towers, and the linear head that reads the teacher's embedding off a text feature while training."""

    def __init__(self, towers: nn.Module, teacher_size: int) -> None:
        super().__init__()
        self.towers = towers
        self.head = nn.Linear(towers.text_projection.shape[-1], teacher_size)

    @torch.no_grad()
    def fit_head(self, corpus: TextCorpus, count: int = 8192) -> None:
        """Set the head to the least-squares reading of trained towers' features, on `count` texts of the corpus."""
        tokens, embeddings = corpus.draw(count, np.random.default_rng(2))
        features = torch.cat([text_features(self.towers, part) for part in tokens.split(512)])
        features = functional.pad(functional.normalize(features, dim=-1), (0, 1), value=1.0)
        solution = torch.linalg.lstsq(features, embeddings).solution
        self.head.weight.copy_(solution[:-1].T)
        self.head.bias.copy_(solution[-1])

    def distillation_loss(self, features: Tensor, embeddings: Tensor) -> Tensor:
        """Return 1 - cosine of the head's reading of unit text features [B, D] and embeddings [B, E], averaged."""
        return 1.0 - functional.cosine_similarity(self.head(features), embeddings, dim=-1).mean()


def token_strings(tokenizer: Any, vocabulary: int) -> list[str]:
    """Return the text of every token; those without a printable text give a full stop."""
    return [tokenizer.decode([token]).strip() or "." for token in range(vocabulary)]


@torch.no_grad()
def start_from_teacher(towers: nn.Module, embeddings: Tensor) -> None:
    """Start every token from the principal components of the teacher's embeddings [V, E] of their strings, scaled.

    Nearly every common English word is one token: its meaning is then in place before training starts.
    """
    centred = embeddings.float() - embeddings.float().mean(dim=0)
    width = towers.token_embedding.weight.shape[1]
    _, _, directions = torch.linalg.svd(centred[::8], full_matrices=False)
    reduced = centred @ directions[:width].T
    towers.token_embedding.weight.copy_(reduced / reduced.std() * EMBEDDING_SCALE)


def train_text_tower(
    taught: TaughtTowers, corpus: TextCorpus, batch: int, loop: LoopSettings, checkpoint: Path, report: ProgressCallback
) -> None:
    """Fit the text tower to the teacher on the whole corpus."""

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        tokens, embeddings = corpus.draw(batch, np.random.default_rng((1, step)))
        with mixed_precision():
            features = text_features(taught.towers, tokens)
        return taught.distillation_loss(functional.normalize(features.float(), dim=-1), embeddings)

    taught.train()
    run_training("clip text", taught, loss_of_step, no_evaluation, loop, checkpoint, report)
