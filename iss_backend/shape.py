"""A generated shape: everything that is needed to mesh it again, vary it or continue it later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from iss_backend.errors import BadInputError
from iss_backend.files import write_whole


@dataclass(frozen=True, eq=False)
class Shape:
    """One result.

    Attributes:
        text: what it was asked for.
        code: shape code [C], float32, on the CPU.
        seed: of every random draw.
        bundle: name of the model bundle whose decoder the code belongs to.
        settings: the settings of the generation, as plain numbers and texts.
        scores: CLIP agreements (cosines): "first" before stage 2, "final" after it.
    """

    text: str
    code: Tensor
    seed: int
    bundle: str
    settings: dict[str, Any]
    scores: dict[str, float]

    def save(self, path: Path) -> None:
        """Write the shape as one safetensors file whose metadata hold the rest as JSON.

        Raises:
            OutputError: the file cannot be written.
        """
        about = {
            "text": self.text,
            "seed": self.seed,
            "bundle": self.bundle,
            "settings": self.settings,
            "scores": self.scores,
        }
        write_whole(path, save({"code": self.code.contiguous()}, metadata={"shape": json.dumps(about)}))

    @staticmethod
    def load(path: Path) -> Shape:
        """Read what `save` wrote.

        Raises:
            BadInputError: the file is missing or is no saved shape.
        """
        try:
            with safe_open(path, "pt") as file:
                about = json.loads(file.metadata()["shape"])
                return Shape(code=file.get_tensor("code").to(torch.float32), **about)
        except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
            raise BadInputError(f"{path} is no saved shape ({error}); give a file written by this program.") from error
