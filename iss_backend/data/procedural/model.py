"""What a builder makes: named, painted parts, and the words that tell what is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from iss_backend.data.procedural.solids import Solid


@dataclass(frozen=True)
class Part:
    """One closed piece: its name in captions ("seat", "legs"), its solid and its paint, a key of PAINTS."""

    name: str
    solid: Solid
    paint: str


@dataclass(frozen=True)
class Model:
    """A model and its words.

    Attributes:
        category: one of the thirteen, or another word of everyday life.
        style: the builder's name.
        nouns: what it may be called, plainest first ("chair", "office chair").
        adjectives: what fits before the noun ("tall", "wooden").
        features: what fits behind the noun ("with armrests", "with five wheels").
        parts: the pieces, the main one first; equal pieces share their name. Pieces may overlap.
    """

    category: str
    style: str
    nouns: tuple[str, ...]
    adjectives: tuple[str, ...]
    features: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the lowest and the highest coordinates, each [3]."""
        points = np.concatenate([part.solid.vertices for part in self.parts])
        return points.min(axis=0), points.max(axis=0)


Builder = Callable[[np.random.Generator], Model]
