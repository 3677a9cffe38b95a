"""From a first code to the best one: stage 2 with its reports, its target, and a look at what it gained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from iss_backend.alignment.diversity import perturb_feature
from iss_backend.alignment.guess import guess_for_feature, text_agreement
from iss_backend.alignment.prior import Near
from iss_backend.alignment.stage2 import Penalty, Start, run_stage2
from iss_backend.bundle import Bundle
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.settings import EditSettings, GenerateSettings
from iss_backend.shape import Shape
from iss_backend.stylisation.losses import cube_points, shape_prior_loss
from iss_backend.svr.base import FieldState

SCORE_VIEWS = 6  # pictures from all sides by which a shape's agreement with its text is reported


@dataclass(frozen=True)
class Improved:
    """The chosen code [C], and the agreements of the first guess and of that code with what was wanted."""

    code: Tensor
    scores: dict[str, float]


def improve(
    bundle: Bundle,
    start: Start,
    wanted: Tensor,
    settings: GenerateSettings,
    generator: torch.Generator,
    report: ProgressCallback,
    show: Callable[[Tensor], None],
    penalty: Penalty | None = None,
) -> Improved:
    """Run stage 2 from a start towards a unit feature `wanted` [D].

    Args:
        bundle: its models.
        start: the first guess, step 0.
        wanted: what L_C pulls towards, noise mixed in by tau_2.
        settings: of stage 2.
        generator: source of noise and cameras.
        report: told about step 0 and every step of stage 2.
        show: given the code [C] of each.
        penalty: what else the loss holds.
    """
    meter = ProgressMeter("stage 2", settings.stage2.steps, report)
    with torch.no_grad():
        first = code = bundle.mapper(start.feature[None])[0] + start.offset
    meter.step(0)
    show(code)
    target = perturb_feature(wanted, settings.tau_2, generator) if settings.tau_2 < 1.0 else wanted
    tuning = run_stage2(bundle.mapper, bundle.svr, bundle.clip, start, target, settings.stage2, generator, penalty)
    for state in tuning:
        code = state.code
        meter.step(state.step, state.loss)
        show(code)
    before = agreement(bundle, first, wanted)
    after = before if code is first else agreement(bundle, code, wanted)
    if settings.keep_best and before > after:
        code, after = first, before
    return Improved(code, {"first": before, "final": after})


def agreement(bundle: Bundle, code: Tensor, wanted: Tensor) -> float:
    """Return the mean cosine of a unit feature [D] and pictures of a code [C] from all sides."""
    return float(text_agreement(bundle.svr, bundle.clip, code, wanted, SCORE_VIEWS))


def guess_like(
    bundle: Bundle,
    feature: Tensor,
    wanted: Tensor,
    settings: GenerateSettings,
    generator: torch.Generator,
    near: Near | None = None,
) -> Start:
    """Return where stage 2 starts for a feature, with a bundle's models; see `guess_for_feature`."""
    models = (bundle.mapper, bundle.prior, bundle.svr, bundle.clip)
    return guess_for_feature(feature, wanted, *models, settings.guess, generator, near)


def features_of(bundle: Bundle, shape: Shape, code: Tensor) -> tuple[Tensor, Tensor]:
    """Return what M reads and what L_C wants, both [D], for more shapes like one with a code [C]."""
    if not shape.text:
        seen = feature_of_views(bundle, code)
        return seen, seen
    feature = bundle.clip.encode_text([shape.text])
    return bundle.gap.close(feature)[0], feature[0]


@torch.no_grad()
def feature_of_views(bundle: Bundle, code: Tensor) -> Tensor:
    """Return the unit feature [D] of what pictures of a code [C] show: what is wanted where there is no text."""
    look = RenderSettings(size=bundle.clip.image_size, steps=48, grid=32)
    cameras = turntable_cameras(SCORE_VIEWS).to(code.device)
    features = bundle.clip.encode_image(render(bundle.svr, bundle.svr.prepare(code[None]), cameras, look).rgb)
    return torch.nn.functional.normalize(features.mean(dim=0), dim=-1)


def closeness_penalty(bundle: Bundle, initial: Tensor, code: Tensor, settings: EditSettings, seed: int) -> Penalty:
    """Return what keeps an edit near: the distance to a code [C], and L_P (5) to the field of `initial` [C]."""
    generator = torch.Generator().manual_seed(seed)
    before = bundle.svr.prepare(initial[None])

    def penalty(moved: Tensor, field: FieldState) -> Tensor:
        loss = settings.code_weight * (moved - code).square().mean()
        if not settings.prior_weight:
            return loss
        points = cube_points(settings.prior_points, generator).to(moved.device)[None]
        with torch.no_grad():
            logits = bundle.svr.occupancy(before, points)
        return loss + settings.prior_weight * shape_prior_loss(bundle.svr.occupancy(field, points), logits)

    return penalty


def code_of(shape: Shape, bundle: Bundle) -> Tensor:
    """Return the code of a shape as a batch of one, [1, C].

    Raises:
        BadInputError: the shape does not belong to the bundle.
    """
    if shape.bundle != bundle.name:
        raise BadInputError(f"The shape was made with the bundle '{shape.bundle}', not with '{bundle.name}'.")
    if shape.code.shape != (bundle.svr.code_size,):
        raise BadInputError(
            f"The shape has {shape.code.numel()} code numbers, '{bundle.name}' reads {bundle.svr.code_size}; it was "
            "made with another version of the bundle."
        )
    return shape.code[None]


def kept_code(code: Tensor) -> Tensor:
    """Return a code as shapes keep it: float32, on the CPU, without a graph."""
    return code.detach().float().cpu()
