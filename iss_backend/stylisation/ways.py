"""The ways to stylise a shape, and which of them a style takes: D is fine-tuned, paint laid on, or the field bent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from iss_backend.alignment.guess import text_agreement
from iss_backend.bundle import Bundle
from iss_backend.data.materials import Material
from iss_backend.errors import BadInputError
from iss_backend.shape import Shape
from iss_backend.stylisation.bend import SEEDS, BentModel, BentStyle
from iss_backend.stylisation.deformation import stylise_deformation
from iss_backend.stylisation.fields import Kind, Part, StylisedModel, duplicate_decoder, kind_of, restore_style
from iss_backend.stylisation.material import stylise_material
from iss_backend.stylisation.paint import PaintedModel, layers_of
from iss_backend.stylisation.shape_texture import stylise_shape_and_texture
from iss_backend.stylisation.style import StyleStep, StyliseSettings
from iss_backend.stylisation.style_choice import choose_bend, choose_material, colours_named
from iss_backend.stylisation.texture import stylise_texture
from iss_backend.stylisation.tint import tint_towards

SCORE_VIEWS = 6
Model = StylisedModel | PaintedModel | BentModel


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


class Way(Protocol):
    """A way to stylise."""

    def begin(self, task: Task) -> Model:
        """Return the model that takes the style on.

        Raises:
            BadInputError: the style that the shape has cannot be continued in this way.
        """

    def steps(self, task: Task, model: Model) -> Iterator[StyleStep]:
        """Give the model the style, step by step."""


@dataclass(frozen=True)
class FineTuning:
    """A duplicate of D, or of its `part` that makes colours, follows the style's text as in the paper."""

    part: Part

    def begin(self, task: Task) -> StylisedModel:
        """See `Way.begin`; without a style to continue, colours are tinted."""
        _require_kind(task, self.part)
        model, settings = duplicate_decoder(task.bundle.svr, self.part), task.settings
        if task.begun.weights:
            model.apply_differences(task.begun.weights)
        elif settings.tint:
            tint_towards(model, task.bundle.clip, task.code, task.target, settings.tint, settings.render)
        return model

    def steps(self, task: Task, model: StylisedModel) -> Iterator[StyleStep]:
        """See `Way.steps`."""
        stylise = stylise_shape_and_texture if self.part == "shape" else stylise_texture
        return stylise(model, task.bundle.clip, task.code, task.target, task.settings, task.generator)


@dataclass(frozen=True)
class Painting:
    """A coat of a solid texture is laid on."""

    material: Material

    def begin(self, task: Task) -> PaintedModel:
        """See `Way.begin`."""
        _require_kind(task, "paint")
        return PaintedModel(task.bundle.svr, layers_of(task.begun.weights)).eval()

    def steps(self, task: Task, model: PaintedModel) -> Iterator[StyleStep]:
        """See `Way.steps`."""
        return stylise_material(
            model,
            task.bundle.clip,
            task.code,
            task.target,
            task.settings,
            task.generator,
            self.material,
            colours_named(task.style),
        )


@dataclass(frozen=True)
class Deforming:
    """The field is bent by a deformation, `name` in `BENDS`."""

    name: str

    def begin(self, task: Task) -> BentModel:
        """See `Way.begin`; a deformation continues no style."""
        if task.begun.weights:
            raise BadInputError(
                f"'{task.style}' bends the form, which cannot be added to another style; start again from the "
                "unstylised shape."
            )
        return BentModel(task.bundle.svr, BentStyle(self.name, 1.0, task.settings.seed % SEEDS)).eval()

    def steps(self, task: Task, model: BentModel) -> Iterator[StyleStep]:
        """See `Way.steps`."""
        return stylise_deformation(model, task.bundle.clip, task.code, task.target, task.settings)


def way_of(task: Task) -> Way:
    """Return the way that a style takes: that of a deformation or a material that its text names, or fine-tuning."""
    part = "shape" if task.settings.mode == "shape_texture" else "texture"
    return _deforming(task) or _painting(task) or FineTuning(part)


def _deforming(task: Task) -> Deforming | None:
    """Return the way of the deformation that is named; None where colours alone change or D is to be fine-tuned."""
    mode, way = task.settings.mode, task.settings.way
    if mode == "texture" or way == "field":
        return None
    name = choose_bend(task.bundle.clip, task.style, at_any_price=way == "procedural" and mode == "shape_texture")
    return None if name is None else Deforming(name)


def _painting(task: Task) -> Painting | None:
    """Return the way of the material that is named; None where the form changes or D is to be fine-tuned."""
    mode, way = task.settings.mode, task.settings.way
    if mode == "shape_texture" or way == "field":
        return None
    material = choose_material(task.bundle.clip, task.style, at_any_price=way == "procedural")
    return None if material is None else Painting(material)


def _require_kind(task: Task, kind: Kind) -> None:
    if task.begun.weights and kind_of(task.begun.weights) != kind:
        raise BadInputError(
            f"The shape's style is of another kind than '{task.style}' needs, so it cannot be continued; use the same "
            "mode and way, or start again from the unstylised shape."
        )
