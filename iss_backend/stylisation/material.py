"""Texture stylisation with a solid texture: the piece of a material is sought that agrees best with the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.data.materials import Material, draw_grain, draw_paints
from iss_backend.rendering import Cameras, RenderSettings, render, turntable_cameras
from iss_backend.rendering.shading import headlight
from iss_backend.stylisation.paint import Layer, PaintedModel
from iss_backend.stylisation.style import StyleStep, StyliseSettings


@dataclass(frozen=True)
class SeenSurface:
    """What cameras see of one shape: N points with normals, colours and rays [N, 3], and `mask` [V, S, S]."""

    points: Tensor
    normals: Tensor
    colours: Tensor
    rays: Tensor
    mask: Tensor

    def pictures(self, layer: Layer, ambient: float) -> Tensor:
        """Return shaded pictures [V, 3, S, S] on white of the surface under a coat of paint."""
        lit = headlight(layer.colours(self.points, self.normals, self.colours), self.normals, self.rays, ambient)
        pictures = torch.ones(*self.mask.shape, 3)
        pictures[self.mask] = lit
        return pictures.permute(0, 3, 1, 2)


@torch.no_grad()
def see_surface(model: PaintedModel, code: Tensor, cameras: Cameras, look: RenderSettings) -> SeenSurface:
    """Return what cameras see of a code [C], on the processor: found once, painted many times."""
    field = model.prepare(code[None])
    views = render(model, field, cameras, look)
    rays = cameras.rays(look.size).view(*views.mask.shape, 3)
    points = cameras.centres[:, None, None] + rays * views.depth.nan_to_num(posinf=0.0)[..., None]
    colours = model.query(field, points[views.mask][None])[1][0]
    seen = (points[views.mask], views.normals[views.mask], colours, rays[views.mask], views.mask)
    return SeenSurface(*(part.cpu() for part in seen))


def stylise_material(
    model: PaintedModel,
    clip: Clip,
    code: Tensor,
    target: Tensor,
    settings: StyliseSettings,
    generator: torch.Generator,
    material: Material,
    colours: Sequence[str] = (),
) -> Iterator[StyleStep]:
    """Lay a coat of a material on `model` and seek the piece that minimises L_C; yield after every try.

    A texture's numbers (place in the noise, scale, paints) have cliffs, so pieces are drawn rather than descended to.

    Args:
        model: gets the best coat on top of those it has.
        clip: frozen.
        code: of the shape [C].
        target: unit text feature of the style [D].
        settings: `steps` pieces are tried on `views` views; at least one is.
        generator: source of the pieces.
        material: what to paint with.
        colours: names of the basic colours that its patterns shall have, the ground first, where it takes paints.
    """
    rng = np.random.default_rng(torch.randint(2**31, (), generator=generator).item())
    cameras = turntable_cameras(settings.views).to(target.device)
    surface = see_surface(model, code, cameras, replace(settings.render, background="composite"))
    below, best = model.layers, -torch.inf
    for step in range(max(1, settings.steps)):
        layer = Layer(material.name, draw_grain(_paints(material, colours, rng), rng))
        pictures = surface.pictures(layer, settings.render.ambient).to(target.device)
        with torch.no_grad():
            value = float((clip.encode_image(pictures) @ target).mean())
        if value > best:
            best, model.layers = value, (*below, layer)
        if settings.steps:
            yield StyleStep(step + 1, 1.0 - best, best)


def _paints(material: Material, named: Sequence[str], rng: np.random.Generator) -> tuple[str, ...]:
    """Return two paints: those named first, a single one as the pattern on a ground of any colour."""
    drawn = draw_paints(material, rng)
    if not drawn or not named:
        return drawn
    other = next(name for name in (*drawn, "white", "black") if name != named[0])
    return (named[0], named[1]) if len(named) > 1 else (other, named[0])
