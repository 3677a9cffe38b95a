"""A first guess for a style's colour: the one of many plain colours that CLIP likes best. Not in the paper.

L_C is far from convex in colour: on the way from red to blue, gradients wander off to whatever a CLIP confuses with
blue. So the duplicate D_c may start from the base's colours mixed with the best of a palette.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.stylisation.fields import StylisedModel

VIEWS = 3
# Least gain in agreement for which colours are given up: a CLIP that does not know a word likes some tint a little.
LEAST_GAIN = 0.05
MARGIN = 1e-2  # colours are kept this far from 0 and 1, where their logits would be endless
LEVELS = (0.05, 0.45, 0.85)


def palette() -> Tensor:
    """Return the plain colours [27, 3]: all mixtures of three levels of red, green and blue."""
    levels = torch.tensor(LEVELS)
    return torch.cartesian_prod(levels, levels, levels)


def tinted(colours: Tensor, tint: Tensor, share: float) -> Tensor:
    """Mix colours [..., 3] in 0..1 with a tint [3] by their logits; share 0 leaves them, 1 is the tint alone."""
    mixed = (1.0 - share) * torch.logit(colours, MARGIN) + share * torch.logit(tint, MARGIN)
    return torch.sigmoid(mixed)


@torch.no_grad()
def tint_towards(
    model: StylisedModel, clip: Clip, code: Tensor, target: Tensor, share: float, look: RenderSettings
) -> None:
    """Mix the colour of the palette that agrees best with a unit feature `target` [D] into the duplicate D_c.

    The candidates are judged in pictures, where shading and tint change places, which is near enough for a choice.
    Nothing happens where none agrees clearly better than the pictures as they are.
    """
    cameras = turntable_cameras(VIEWS).to(target.device)
    views = render(model, model.prepare(code[None]), cameras, replace(look, background="composite"))
    pictures, mask = views.rgb.permute(0, 2, 3, 1), views.mask[..., None]
    best, colour = clip_agreement(clip, pictures, target) + LEAST_GAIN, None
    for candidate in palette().to(target.device):
        value = clip_agreement(clip, torch.where(mask, tinted(pictures, candidate, share), pictures), target)
        if value > best:
            best, colour = value, candidate
    if colour is not None:
        model.tint(torch.logit(colour, MARGIN), share)


def clip_agreement(clip: Clip, pictures: Tensor, target: Tensor) -> float:
    """Return the mean cosine of pictures [V, S, S, 3] and a unit feature [D]."""
    return float((clip.encode_image(pictures.permute(0, 3, 1, 2)) @ target).mean())
