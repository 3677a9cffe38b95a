"""One stylisation from a shape to a shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import torch
from torch import Tensor

from iss_backend.alignment.guess import text_agreement
from iss_backend.bundle import Bundle
from iss_backend.codes import code_of
from iss_backend.data.materials import Material
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.shape import PreviewCallback, Shape
from iss_backend.stylisation.bend import SEEDS, BentModel, BentStyle
from iss_backend.stylisation.deformation import stylise_deformation
from iss_backend.stylisation.fields import Kind, StylisedModel, duplicate_decoder, kind_of, restore_style
from iss_backend.stylisation.material import stylise_material
from iss_backend.stylisation.paint import PaintedModel, layers_of
from iss_backend.stylisation.shape_texture import keep_promise, least_iou, stylise_shape_and_texture
from iss_backend.stylisation.style import StyleStep, StyliseSettings
from iss_backend.stylisation.style_choice import choose_bend, choose_material, colours_named
from iss_backend.stylisation.style_text import styled_text
from iss_backend.stylisation.texture import stylise_texture
from iss_backend.stylisation.tint import tint_towards

SCORE_VIEWS = 6
Model = StylisedModel | PaintedModel | BentModel
STYLISE: dict[Kind, Callable[..., Iterator[StyleStep]]] = {
    "texture": stylise_texture,
    "shape": stylise_shape_and_texture,
    "paint": stylise_material,
    "bend": stylise_deformation,
}


@dataclass(frozen=True)
class Task:
    """What every way to stylise is given: models, the shape begun with, its code [C], the style and its feature [D]."""

    bundle: Bundle
    begun: Shape
    code: Tensor
    style: str
    target: Tensor
    settings: StyliseSettings

    @property
    def generator(self) -> torch.Generator:
        """A fresh generator of the task's seed."""
        return torch.Generator().manual_seed(self.settings.seed)

    def score(self, weights: dict[str, Tensor]) -> float:
        """Return the agreement of the style's text with pictures of the shape under a stored style."""
        model = restore_style(self.bundle.svr, weights)
        return float(text_agreement(model, self.bundle.clip, self.code, self.target, SCORE_VIEWS))


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
    model, steps = _begin(task)
    before = task.score(begun.weights)
    blank, loss = _blank(shape, task), None
    meter = ProgressMeter("stylise", settings.steps, report)
    meter.step(0)
    for state in steps:
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


def _begin(task: Task) -> tuple[Model, Iterator[StyleStep]]:
    """Return the model that takes the style on, and the steps, still to be taken, that give it."""
    bend = _bend(task)
    if bend is not None:
        return _begin_bend(task, bend)
    material = _material(task)
    if material is not None:
        return _begin_paint(task, material)
    kind = "shape" if task.settings.mode == "shape_texture" else "texture"
    _require_kind(task, kind)
    model = duplicate_decoder(task.bundle.svr, kind)
    if task.begun.weights:
        model.apply_differences(task.begun.weights)
    elif task.settings.tint:
        tint_towards(model, task.bundle.clip, task.code, task.target, task.settings.tint, task.settings.render)
    return model, STYLISE[kind](model, task.bundle.clip, task.code, task.target, task.settings, task.generator)


def _begin_paint(task: Task, material: Material) -> tuple[PaintedModel, Iterator[StyleStep]]:
    _require_kind(task, "paint")
    model = PaintedModel(task.bundle.svr, layers_of(task.begun.weights)).eval()
    rest = (task.settings, task.generator, material, colours_named(task.style))
    return model, STYLISE["paint"](model, task.bundle.clip, task.code, task.target, *rest)


def _begin_bend(task: Task, name: str) -> tuple[BentModel, Iterator[StyleStep]]:
    if task.begun.weights:
        raise BadInputError(
            f"'{task.style}' bends the form, which cannot be added to another style; start again from the unstylised "
            "shape."
        )
    model = BentModel(task.bundle.svr, BentStyle(name, 1.0, task.settings.seed % SEEDS)).eval()
    return model, STYLISE["bend"](model, task.bundle.clip, task.code, task.target, task.settings)


def _bend(task: Task) -> str | None:
    """Return the deformation that shall bend the field; None where colours alone change or D is to be fine-tuned."""
    if task.settings.mode == "texture" or task.settings.way == "field":
        return None
    at_any_price = task.settings.way == "procedural" and task.settings.mode == "shape_texture"
    return choose_bend(task.bundle.clip, task.style, at_any_price)


def _material(task: Task) -> Material | None:
    """Return the solid texture that shall be laid on; None where D is to be fine-tuned."""
    if task.settings.mode == "shape_texture" or task.settings.way == "field":
        return None
    return choose_material(task.bundle.clip, task.style, at_any_price=task.settings.way == "procedural")


def _require_kind(task: Task, kind: Kind) -> None:
    if task.begun.weights and kind_of(task.begun.weights) != kind:
        raise BadInputError(
            f"The shape's style is of another kind than '{task.style}' needs, so it cannot be continued; use the same "
            "mode and way, or start again from the unstylised shape."
        )


def _blank(shape: Shape, task: Task) -> Shape:
    """Return the result without its weights and scores; the base goes with the settings, to restart from."""
    plain = shape.without_style()
    base = {"text": plain.text, "seed": plain.seed, "settings": plain.settings, "scores": plain.scores}
    about = {"job": "stylise", **asdict(task.settings), "style": task.style, "base": base}
    full = ", ".join(part for part in (task.begun.text, task.style) if part)
    return replace(shape, text=full, seed=task.settings.seed, settings=about, scores={}, weights={})
