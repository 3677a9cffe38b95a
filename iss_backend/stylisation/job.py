"""One stylisation from a shape to a shape."""

from __future__ import annotations

from dataclasses import asdict, replace

from iss_backend.bundle import Bundle
from iss_backend.codes import code_of
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.shape import PreviewCallback, Shape
from iss_backend.stylisation.fields import kind_of
from iss_backend.stylisation.shape_texture import keep_promise, least_iou
from iss_backend.stylisation.style import StyliseSettings
from iss_backend.stylisation.style_text import styled_text
from iss_backend.stylisation.ways import Task, way_of


def stylise_shape(
    bundle: Bundle,
    shape: Shape,
    style: str,
    settings: StyliseSettings,
    report: ProgressCallback,
    preview: PreviewCallback,
) -> Shape:
    """Return a shape with a style, see `TextToShape.stylise`; its `scores` are agreements with the style's text.

    Raises:
        BadInputError: the shape belongs to another bundle, the model has no such stylisation, or a style of the other
            kind shall be continued.
    """
    plain = shape.without_style()
    begun = shape if settings.continue_style else plain
    target = bundle.clip.encode_text([styled_text(plain.text, style)])[0]
    task = Task(bundle, begun, code_of(shape, bundle)[0], style, target, settings)
    way = way_of(task)
    model = way.begin(task)
    before = task.score(begun.weights)
    blank, loss = _blank(shape, task), None
    meter = ProgressMeter("stylise", settings.steps, report)
    meter.step(0)
    for state in way.steps(task, model):
        loss = state.loss
        if state.step < settings.steps:  # the last one is reported when all is done
            meter.step(state.step, loss)
        preview(replace(blank, weights=model.differences()))
    weights = model.differences()
    if weights and kind_of(weights) in ("shape", "bend"):
        weights = keep_promise(bundle.svr, weights, task.code, least_iou(settings.keep_shape), meter.again)
    scores = {"first": before, "final": task.score(weights)}
    if settings.steps:
        meter.step(settings.steps, loss)
    return replace(blank, weights=weights, scores=scores)


def _blank(shape: Shape, task: Task) -> Shape:
    """Return the result without its weights and scores; the base goes with the settings, to restart from."""
    plain = shape.without_style()
    base = {"text": plain.text, "seed": plain.seed, "settings": plain.settings, "scores": plain.scores}
    about = {"job": "stylise", **asdict(task.settings), "style": task.style, "base": base}
    full = ", ".join(part for part in (task.begun.text, task.style) if part)
    return replace(shape, text=full, seed=task.settings.seed, settings=about, scores={}, weights={})
