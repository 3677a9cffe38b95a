"""One stylisation from a shape to a shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

import torch
from torch import Tensor

from iss_backend.alignment.guess import text_agreement
from iss_backend.bundle import Bundle
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.shape import Shape
from iss_backend.stylisation.fields import StylisedModel, duplicate_decoder, part_of, restore_style
from iss_backend.stylisation.shape_texture import keep_promise, least_iou, stylise_shape_and_texture
from iss_backend.stylisation.style import StyliseSettings
from iss_backend.stylisation.style_text import styled_text
from iss_backend.stylisation.texture import stylise_texture
from iss_backend.stylisation.tint import tint_towards

SCORE_VIEWS = 6
STYLISE = {"texture": stylise_texture, "shape_texture": stylise_shape_and_texture}


def stylise_shape(
    bundle: Bundle,
    device: torch.device,
    shape: Shape,
    text: str,
    settings: StyliseSettings,
    report: ProgressCallback,
    preview: Callable[[Shape], None],
) -> Shape:
    """Return a shape with a style, see `TextToShape.stylise`; its `scores` are agreements with the style's text.

    Raises:
        BadInputError: the model has no such stylisation, or a style of the other kind shall be continued.
    """
    begun = shape if settings.continue_style else shape.without_style()
    model = _duplicate(bundle, begun, settings)
    code = shape.code.to(device)
    blank = _blank(shape, begun, text, settings)
    target = bundle.clip.encode_text([styled_text(shape.without_style().text, text)])[0]
    meter = ProgressMeter("stylise", settings.steps, report)
    before = _score(bundle, model, code, target)
    meter.step(0)
    if settings.tint and not begun.weights:
        tint_towards(model, bundle.clip, code, target, settings.tint, settings.render)
    generator = torch.Generator().manual_seed(settings.seed)
    for state in STYLISE[settings.mode](model, bundle.clip, code, target, settings, generator):
        meter.step(state.step, state.loss)
        preview(replace(blank, weights=model.differences()))
    weights = model.differences()
    if settings.mode == "shape_texture":
        weights = keep_promise(bundle.svr, weights, code, least_iou(settings.keep_shape))
    after = _score(bundle, restore_style(bundle.svr, weights), code, target)
    return replace(blank, weights=weights, scores={"first": before, "final": after})


def _duplicate(bundle: Bundle, begun: Shape, settings: StyliseSettings) -> StylisedModel:
    part = "texture" if settings.mode == "texture" else "shape"
    model = duplicate_decoder(bundle.svr, part)
    if begun.weights:
        if part_of(begun.weights) != part:
            raise BadInputError(
                f"The shape's style is of another kind than '{settings.mode}', so it cannot be continued; use the same "
                "kind, or start again from the unstylised shape."
            )
        model.apply_differences(begun.weights)
    return model


def _blank(shape: Shape, begun: Shape, text: str, settings: StyliseSettings) -> Shape:
    """Return the result without its weights and scores; the base goes with the settings, to restart from."""
    plain = shape.without_style()
    base = {"text": plain.text, "seed": plain.seed, "settings": plain.settings, "scores": plain.scores}
    about = {"job": "stylise", **asdict(settings), "style": text, "base": base}
    full = ", ".join(part for part in (begun.text, text) if part)
    return replace(shape, text=full, seed=settings.seed, settings=about, scores={}, weights={})


def _score(bundle: Bundle, model: torch.nn.Module, code: Tensor, target: Tensor) -> float:
    return float(text_agreement(model, bundle.clip, code, target, SCORE_VIEWS))
