"""The shapes between two shapes."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from iss_backend.errors import BadInputError
from iss_backend.shape import Shape
from iss_backend.stylisation.bend import between_bends
from iss_backend.stylisation.fields import kind_of
from iss_backend.stylisation.paint import between_paints


def blend_shapes(first: Shape, second: Shape, amount: float) -> Shape:
    """Return the shape at `amount` of the way from one shape (0) to another (1) of the same bundle, styles too.

    Raises:
        BadInputError: the bundles differ, the styles change different parts, or the amount is outside 0..1.
    """
    if (first.bundle, first.decoder) != (second.bundle, second.decoder):
        raise BadInputError(
            f"The shapes were made with different bundles, '{first.bundle}' and '{second.bundle}', or versions of one, "
            "and have nothing in between; blend two shapes of one bundle."
        )
    if not 0.0 <= amount <= 1.0:
        raise BadInputError(f"The amount of a blend is {amount}; choose 0 (the first shape) to 1 (the second).")
    texts = [shape.without_style().text for shape in (first, second)]
    text = f"between {' and '.join(text for text in texts if text) or 'two shapes'}"
    base = {"text": text, "seed": first.seed, "settings": {"job": "blend", "amount": amount}, "scores": {}}
    return replace(
        first,
        text=text,
        code=between_codes(first.code, second.code, amount),
        settings={"job": "blend", "amount": amount, "base": base},
        scores={},
        weights=_between_styles(first.weights, second.weights, amount),
    )


def between_codes(first: Tensor, second: Tensor, amount: float) -> Tensor:
    """Return the code [C] at `amount` of the way along the arc between codes [C], their lengths interpolated.

    Codes of a standardised space lie near a sphere; the straight line runs through its inside, where shapes are mush.
    """
    lengths = first.norm(), second.norm()
    angle = torch.acos((first @ second / (lengths[0] * lengths[1])).clamp(-1.0, 1.0))
    # The very ends; or one direction, opposite ones between which no arc is the shortest, or (NaN) none at all.
    if amount in (0.0, 1.0) or not angle.sin() > 1e-4:
        return torch.lerp(first, second, amount)
    direction = (
        torch.sin((1.0 - amount) * angle) * first / lengths[0] + torch.sin(amount * angle) * second / lengths[1]
    ) / angle.sin()
    return torch.lerp(*lengths, amount) * direction


def _between_styles(first: dict[str, Tensor], second: dict[str, Tensor], amount: float) -> dict[str, Tensor]:
    """Mix two styles; a shape without a style has none. The ends are the styles themselves."""
    kinds = {kind_of(style) for style in (first, second) if style}
    if len(kinds) > 1:
        raise BadInputError(
            f"One shape has a style of the kind '{min(kinds)}', the other of the kind '{max(kinds)}', which cannot be "
            "blended; stylise both in one mode and way."
        )
    if amount in (0.0, 1.0):
        return second if amount else first
    if kinds == {"paint"}:
        return between_paints(first, second, amount)
    if kinds == {"bend"}:
        return between_bends(first, second, amount)
    none = torch.zeros(())
    return {
        name: ((1.0 - amount) * first.get(name, none).float() + amount * second.get(name, none).float()).half()
        for name in {**first, **second}
    }
