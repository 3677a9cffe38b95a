"""Texture stylisation: D_o stays, a duplicate D_c follows the style text (paper, section 3.4)."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.rendering import build_occupancy_grid
from iss_backend.stylisation.fields import StylisedModel
from iss_backend.stylisation.style import StyleStep, StyliseSettings, fine_tune, style_loss


def stylise_texture(
    model: StylisedModel,
    clip: Clip,
    code: Tensor,
    target: Tensor,
    settings: StyliseSettings,
    generator: torch.Generator,
) -> Iterator[StyleStep]:
    """Fine-tune the duplicate D_c in `model` with L_C; yield after every step.

    Args:
        model: of part "texture"; its base stays as it is, and so does every occupancy.
        clip: frozen.
        code: of the shape [C].
        target: unit text feature of the style [D].
        settings: `keep_shape` and the points of L_P have no say here.
        generator: source of cameras and background colours.
    """
    grid = build_occupancy_grid(model.base, model.base.prepare(code[None]), settings.render.grid, target.device)

    def losses(step: int) -> tuple[Tensor, Tensor]:
        consistency = style_loss(model, model.prepare(code[None]), clip, target, settings, grid, generator)
        return consistency, consistency

    yield from fine_tune(model, settings, losses)
