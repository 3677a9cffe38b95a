"""A generated shape: everything that is needed to mesh it again, vary it or continue it later."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from iss_backend.errors import BadInputError
from iss_backend.files import write_whole

HEADER_LENGTH = 8  # bytes of a safetensors file that hold the length of its JSON header, little-endian
WEIGHTS = "weights."


@dataclass(frozen=True, eq=False)
class Shape:
    """One result.

    Attributes:
        text: what it was asked for.
        code: shape code [C], float32, on the CPU.
        seed: of every random draw.
        bundle: name of the model bundle whose decoder the code belongs to, and `decoder`, the mark of that decoder:
            another version of the bundle may have another.
        settings: the settings of the generation, as plain numbers and texts.
        scores: CLIP agreements (cosines): "first" before stage 2, "final" after it.
        weights: what stylisation changed in the decoder, by name, in half precision on the CPU; empty where
            the bundle's own decoder makes the shape.
    """

    text: str
    code: Tensor
    seed: int
    bundle: str
    settings: dict[str, Any]
    scores: dict[str, float]
    weights: dict[str, Tensor] = field(default_factory=dict)
    decoder: str = ""

    def to_bytes(self) -> bytes:
        """Return the shape as one safetensors file whose metadata hold all but the tensors as JSON."""
        about = {
            "text": self.text,
            "seed": self.seed,
            "bundle": self.bundle,
            "decoder": self.decoder,
            "settings": self.settings,
            "scores": self.scores,
        }
        weights = {WEIGHTS + name: weight.contiguous() for name, weight in self.weights.items()}
        return save({"code": self.code.contiguous(), **weights}, metadata={"shape": json.dumps(about)})

    @staticmethod
    def from_bytes(contents: bytes) -> Shape:
        """Read what `to_bytes` returned.

        Raises:
            BadInputError: these are not the bytes of a shape.
        """
        try:
            return _read(contents)
        except (SafetensorError, ValueError, TypeError, KeyError) as error:
            raise BadInputError(
                f"{len(contents)} bytes are no shape ({error}); give what this program has written."
            ) from error

    def without_style(self) -> Shape:
        """Return the shape as it was before it was stylised, even where nothing of the style was left."""
        return replace(self, weights={}, **self.settings.get("base", {}))

    def save(self, path: Path) -> None:
        """Write `to_bytes` to a file.

        Raises:
            OutputError: the file cannot be written.
        """
        write_whole(path, self.to_bytes())

    @staticmethod
    def load(path: Path) -> Shape:
        """Read what `save` wrote.

        Raises:
            BadInputError: the file is missing or is no saved shape.
        """
        try:
            return _read(Path(path).read_bytes())
        except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
            raise BadInputError(f"{path} is no saved shape ({error}); give a file written by this program.") from error


PreviewCallback = Callable[[Shape], None]  # is given a shape that is still worked on


def ignore_preview(shape: Shape) -> None:
    """Do nothing with a preview (the default callback)."""


def _read(contents: bytes) -> Shape:
    tensors = load(contents)  # checks the whole file, its header too
    length = int.from_bytes(contents[:HEADER_LENGTH], "little")
    header = json.loads(contents[HEADER_LENGTH : HEADER_LENGTH + length])
    about = json.loads(header["__metadata__"]["shape"])
    weights = {name[len(WEIGHTS) :]: weight for name, weight in tensors.items() if name.startswith(WEIGHTS)}
    return Shape(code=tensors["code"].to(torch.float32), weights=weights, **about)
