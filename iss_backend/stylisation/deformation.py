"""Stylisation with a deformation: of a few pieces, the one that agrees best with the text. Not in the paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from iss_backend.alignment.guess import text_agreement
from iss_backend.clip import Clip
from iss_backend.stylisation.bend import BentModel
from iss_backend.stylisation.style import StyleStep, StyliseSettings

STEPS_OF_A_PIECE = 12  # of `StyliseSettings.steps`: bending a field takes about as long as so many optimiser steps


@torch.no_grad()
def stylise_deformation(
    model: BentModel, clip: Clip, code: Tensor, target: Tensor, settings: StyliseSettings
) -> Iterator[StyleStep]:
    """Bend `model` by the piece of its deformation (spikes elsewhere, another lean) that minimises L_C.

    Args:
        model: gets the seed of the best piece; its first is the first that is tried.
        clip: frozen.
        code: of the shape [C].
        target: unit text feature of the style [D].
        settings: of which `steps` and `views` are read.

    Yields:
        The state after each piece.
    """
    first, best = model.style, -torch.inf
    for step in range(STEPS_OF_A_PIECE, settings.steps + 1, STEPS_OF_A_PIECE):
        piece = replace(first, seed=first.seed + step // STEPS_OF_A_PIECE - 1)
        value = float(text_agreement(BentModel(model.base, piece), clip, code, target, settings.views))
        if value > best:
            best, model.style = value, piece
        yield StyleStep(step, 1.0 - best, best)
