"""What the kinds of stylisation share: settings, L_C on views before random backgrounds, and the fine-tuning of D."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
from torch import Tensor

from iss_backend.alignment.losses import clip_consistency_loss
from iss_backend.clip import Clip
from iss_backend.errors import BadInputError
from iss_backend.rendering import OccupancyGrid, RenderSettings, random_cameras, render
from iss_backend.stylisation.fields import StylisedModel
from iss_backend.stylisation.losses import Measure
from iss_backend.svr.base import FieldState, SVRModel

Mode = Literal["texture", "shape_texture", "auto"]
Way = Literal["auto", "field", "procedural"]


@dataclass(frozen=True)
class StyliseSettings:
    """How a shape is stylised.

    Attributes:
        mode: "texture" changes colours alone, geometry stays bit for bit; "shape_texture" sculpts as well; "auto" does
            the latter where the text names a deformation ("spiky", "melting"), the former elsewhere.
        way: "field" fine-tunes D as in the paper; "procedural" lays on the solid texture, or bends the field by the
            deformation, whose captions agree best with the text, both finer than a fine-tuned field; "auto" does the
            latter where captions agree well, the former elsewhere.
        seed: of cameras, backgrounds and query points.
        steps: optimiser steps; of the procedural way, pieces of a solid texture that are tried, or a twelfth as
            many pieces of a deformation.
        views: m random views per step, all of which count (the official code renders 3 and trains on the last).
        learning_rate: of Adam on the duplicate D; None takes the model's default (`StylisedModel.RATES`).
        tint: share of the best plain colour in the colours that the duplicate starts from, see tint.py; 0 starts from
            the base's colours, as in the paper.
        keep_shape: how firmly the initial shape is held while sculpting or bending, 0 (freely) to 1 (hardly a change):
            sets lambda_P, and the least IoU of the silhouettes before and after, see `shape_texture.least_iou`.
        prior_points: query points of L_P per step, in the whole cube.
        prior_measure: occupancy probabilities as in the paper, or logits as in the official code.
        continue_style: go on from the style that the shape has; otherwise start again from its base.
        render: size and sampling of the views; their background colour is replaced at random.
    """

    mode: Mode = "texture"
    way: Way = "auto"
    seed: int = 0
    steps: int = 25
    views: int = 4
    learning_rate: float | None = None
    tint: float = 0.7
    keep_shape: float = 0.5
    prior_points: int = 4096
    prior_measure: Measure = "probability"
    continue_style: bool = False
    render: RenderSettings = field(default_factory=RenderSettings)

    def __post_init__(self) -> None:
        if self.mode not in ("texture", "shape_texture", "auto"):
            raise BadInputError(f"There is no stylisation '{self.mode}'; choose texture, shape_texture or auto.")
        if self.way not in ("auto", "field", "procedural"):
            raise BadInputError(f"There is no way '{self.way}' to stylise; choose auto, field or procedural.")
        positive = self.learning_rate is None or self.learning_rate > 0
        if self.steps < 0 or min(self.views, self.prior_points) < 1 or not positive:
            raise BadInputError(
                f"No stylisation with {self.steps} steps of {self.views} views and {self.prior_points} points at a "
                f"rate of {self.learning_rate}; choose positive numbers."
            )
        if not 0.0 <= self.tint < 1.0:
            raise BadInputError(f"tint is {self.tint}; choose 0 (the base's colours) to below 1 (a plain colour).")
        if not 0.0 <= self.keep_shape <= 1.0:
            raise BadInputError(f"keep_shape is {self.keep_shape}; choose 0 (sculpt freely) to 1 (keep the shape).")


@dataclass(frozen=True)
class StyleStep:
    """The state after `step` steps: the `loss`, and the mean CLIP `agreement` of that step's views."""

    step: int
    loss: float
    agreement: float


def style_loss(
    model: SVRModel,
    field_state: FieldState,
    clip: Clip,
    target: Tensor,
    settings: StyliseSettings,
    grid: OccupancyGrid,
    generator: torch.Generator,
) -> Tensor:
    """Return L_C (3), averaged over m random views before one random background colour, towards `target` [D]."""
    cameras = random_cameras(settings.views, generator).to(target.device)
    colour = tuple(torch.rand(3, generator=generator).tolist())
    look = replace(settings.render, background="composite", background_colour=colour)
    views = render(model, field_state, cameras, look, grid)
    return clip_consistency_loss(clip.encode_image(views.rgb), target) / settings.views


def fine_tune(
    model: StylisedModel, settings: StyliseSettings, losses: Callable[[int], tuple[Tensor, Tensor]]
) -> Iterator[StyleStep]:
    """Minimise a loss over the parameters of D that are the style's own, with Adam; yield after every step.

    Args:
        model: of whose decoder a duplicate is tuned.
        settings: steps and learning rate.
        losses: returns the whole loss of a step, counted from 0, and L_C, which is part of it.
    """
    optimiser = torch.optim.Adam(model.decoder_parameters(), settings.learning_rate or model.learning_rate)
    for step in range(settings.steps):
        loss, consistency = losses(step)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        yield StyleStep(step + 1, loss.item(), 1.0 - consistency.item())
