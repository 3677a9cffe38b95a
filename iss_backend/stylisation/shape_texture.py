"""Shape-and-texture stylisation: all of D follows the style text, held by the 3D prior loss (paper, section 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.rendering import RenderSettings, build_occupancy_grid, render, turntable_cameras
from iss_backend.stylisation.fields import StylisedModel, restore_style, weakened
from iss_backend.stylisation.losses import cube_points, shape_prior_loss
from iss_backend.stylisation.style import StyleStep, StyliseSettings, fine_tune, style_loss
from iss_backend.svr.base import SVRModel

GRID_EVERY = 4  # steps between refreshes of the occupancy grid; the shape moves little in a step
WEIGHTS = (0.3, 300.0)  # lambda_P at keep_shape 0 and 1; geometric in between
LEAST_IOU = (0.5, 0.95)  # promised at keep_shape 0 and 1
IOU_LOOK = RenderSettings(size=64, steps=64, grid=48)
IOU_VIEWS = 6
HALVINGS = 4  # which leaves the amount of a style within 1/16


def prior_weight(keep_shape: float) -> float:
    """Return lambda_P for a `keep_shape` in 0..1."""
    low, high = WEIGHTS
    return low * (high / low) ** keep_shape


def least_iou(keep_shape: float) -> float:
    """Return the mean IoU of the silhouettes before and after that a `keep_shape` in 0..1 promises."""
    low, high = LEAST_IOU
    return low + (high - low) * keep_shape


def stylise_shape_and_texture(
    model: StylisedModel,
    clip: Clip,
    code: Tensor,
    target: Tensor,
    settings: StyliseSettings,
    generator: torch.Generator,
) -> Iterator[StyleStep]:
    """Fine-tune the duplicate D in `model` with L_C + lambda_P L_P (5); yield after every step.

    Args:
        model: of part "shape".
        clip: frozen.
        code: of the shape [C].
        target: unit text feature of the style [D].
        settings: see there.
        generator: source of cameras, background colours and query points.
    """
    settings = replace(settings, render=replace(settings.render, soft_outline=True))
    initial = model.base.prepare(code[None])
    weight, grid = prior_weight(settings.keep_shape), None

    def losses(step: int) -> tuple[Tensor, Tensor]:
        nonlocal grid
        field = model.prepare(code[None])
        if step % GRID_EVERY == 0:
            grid = build_occupancy_grid(model, field, settings.render.grid, target.device)
        consistency = style_loss(model, field, clip, target, settings, grid, generator)
        points = cube_points(settings.prior_points, generator).to(target.device)[None]
        with torch.no_grad():
            before = model.base.occupancy(initial, points)
        prior = shape_prior_loss(model.occupancy(field, points), before, settings.prior_measure)
        return consistency + weight * prior, consistency

    yield from fine_tune(model, settings, losses)


def silhouette_iou(first: SVRModel, second: SVRModel, code: Tensor, second_code: Tensor | None = None) -> float:
    """Return the mean IoU of the silhouettes that two models give a code [C], or one each, seen from all sides.

    Where neither shows anything, they agree.
    """
    return _masks_iou(_silhouettes(first, code), _silhouettes(second, code if second_code is None else second_code))


@torch.no_grad()
def _silhouettes(model: SVRModel, code: Tensor) -> Tensor:
    """Return the masks [V, S, S] of a code [C] from all sides."""
    cameras = turntable_cameras(IOU_VIEWS).to(code.device)
    return render(model, model.prepare(code[None]), cameras, IOU_LOOK).mask


def _masks_iou(first: Tensor, second: Tensor) -> float:
    common, both = (first & second).sum((1, 2)), (first | second).sum((1, 2))
    return float(torch.where(both > 0, common / both.clamp(min=1), 1.0).mean())


def keep_promise(
    base: SVRModel, weights: dict[str, Tensor], code: Tensor, iou: float, alive: Callable[[], None] = lambda: None
) -> dict[str, Tensor]:
    """Weaken a style just as far as needed for its silhouettes to keep an IoU with the base's.

    Args:
        base: the bundle's model.
        weights: the style, fine-tuned or a deformation.
        code: of the shape [C].
        iou: the least mean IoU, 0..1.
        alive: called before every look; an exception that it raises (such as `Cancelled`) ends the work.
    """
    before = _silhouettes(base, code)
    low, high = 0.0, 1.0
    if _masks_iou(before, _silhouettes(restore_style(base, weights), code)) >= iou:
        return weights
    for _ in range(HALVINGS):
        alive()
        middle = (low + high) / 2.0
        fits = _masks_iou(before, _silhouettes(restore_style(base, weights, middle), code)) >= iou
        low, high = (middle, high) if fits else (low, middle)
    return weakened(weights, low)
