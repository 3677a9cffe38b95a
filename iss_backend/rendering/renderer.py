"""Pictures of one field from many cameras: colour, mask, depth and normals, with gradients to D and the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from iss_backend.rendering.cameras import Cameras
from iss_backend.rendering.occupancy_grid import OccupancyGrid, build_occupancy_grid
from iss_backend.rendering.queries import background_of_points, query_points
from iss_backend.rendering.shading import headlight
from iss_backend.rendering.silhouette import Outline, soften_outline
from iss_backend.rendering.surface import SurfacePoints, attach_surface_gradient, first_hits
from iss_backend.svr.base import FieldState, SVRModel

Background = Literal["field", "composite"]
# Pixels per side of the tiles for which one ray asks for the field's background colour where it is not painted.
TILE = 4


@dataclass(frozen=True)
class RenderSettings:
    """How fields are rendered.

    Attributes:
        size: pixels per side.
        steps: samples along the cube's diagonal, fewer through smaller occupied boxes; crossings are refined by
            `refine` secant steps.
        grid: cells per side of the occupancy grid; 0 is none, and rays march through the whole cube as in DVR and ISS.
        background: "field" takes the colour of D_c at `background_depth` along rays that miss, as DVR and ISS do;
            "composite" paints `background_colour` there.
        background_depth: ray parameter where the field's background colour is taken (official code: 1).
        ambient: share of light without direction in the headlight shading of albedo models.
        soft_outline: blend the shape into the background over about a pixel, by its logits, so that the outline has a
            gradient too (see silhouette.py); DVR and ISS have none.
    """

    size: int = 64
    steps: int = 48
    refine: int = 6
    grid: int = 40
    background: Background = "composite"
    background_depth: float = 1.0
    background_colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    ambient: float = 0.45
    soft_outline: bool = False


@dataclass(frozen=True)
class Rendering:
    """What V cameras see, S x S pixels, top row first.

    Attributes:
        rgb: [V, 3, S, S] in 0..1, differentiable.
        missed_rgb: colour D_c of the field where rays miss, for L_bg (2), [V, 3, S, S]; 1 where the shape is hit. With
            the background "composite", one of them for each tile of pixels.
        mask: bool [V, S, S].
        depth: camera-space z [V, S, S], differentiable, inf where nothing is hit.
        normals: unit vectors in the cube's axes [V, S, S, 3], 0 where nothing is hit.
    """

    rgb: Tensor
    missed_rgb: Tensor
    mask: Tensor
    depth: Tensor
    normals: Tensor


def render(
    svr: SVRModel,
    field: FieldState,
    cameras: Cameras,
    settings: RenderSettings,
    grid: OccupancyGrid | None = None,
) -> Rendering:
    """Render one field (a batch of one) from all cameras.

    Gradients reach D and the code through D_c at the surface and through the surface's depth; not through the
    silhouette, and not through the normals. Pass `grid` to reuse an occupancy grid between similar fields.
    """
    device = cameras.world_mats.device
    if grid is None:
        grid = build_occupancy_grid(svr, field, settings.grid, device)
    reach = grid.reach(cameras, settings.size)
    rays = cameras.rays(settings.size)
    origins = cameras.centres[:, None].expand_as(rays).reshape(-1, 3)
    rays = rays.reshape(-1, 3)
    hits = first_hits(svr, field, grid, origins, rays, settings.steps, settings.refine, reach)
    surface = attach_surface_gradient(svr, field, origins[hits.index], rays[hits.index], hits.depth)
    colours = query_points(svr, field, surface.points)[1]
    if not svr.colours_are_lit:
        colours = headlight(colours, surface.normals, rays[hits.index], settings.ambient)
    missed = torch.ones(len(rays), dtype=torch.bool, device=device).index_fill(0, hits.index, False)
    behind = _field_background(svr, field, origins, rays, missed, settings)
    canvas = _canvas(behind, settings).index_put((hits.index,), colours)
    if settings.soft_outline:
        mask = ~missed.view(len(cameras), settings.size, settings.size)
        outline = soften_outline(svr, field, grid, origins, rays, mask, settings.steps)
        canvas = _blend(canvas, outline, _canvas(behind, settings), missed, settings)
    return _assemble(len(cameras), settings.size, hits.index, surface, canvas, behind, missed)


def _canvas(behind: Tensor, settings: RenderSettings) -> Tensor:
    """Return the background colours [R, 3]."""
    if settings.background == "field":
        return behind
    return behind.new_tensor(settings.background_colour).expand_as(behind)


def _blend(canvas: Tensor, outline: Outline, behind: Tensor, missed: Tensor, settings: RenderSettings) -> Tensor:
    """Mix the colours [R, 3] of rays beside the outline with the background, by coverage.

    A ray that misses shows what it nearly touches, half lit, as on average beside an outline.
    """
    half_lit = outline.colours * (1.0 + settings.ambient) / 2.0
    near = torch.where(missed[outline.index, None], half_lit, canvas[outline.index])
    coverage = outline.coverage[:, None]
    return canvas.index_put((outline.index,), coverage * near + (1.0 - coverage) * behind[outline.index])


def _field_background(
    svr: SVRModel, field: FieldState, origins: Tensor, rays: Tensor, missed: Tensor, settings: RenderSettings
) -> Tensor:
    """Return D_c [R, 3] at the background depth of rays that miss, 1 elsewhere.

    Where nobody sees it, one ray speaks for the tile around it: L_bg (2) wants the mean of what varies little.
    """
    wanted = missed.nonzero().squeeze(-1)
    asked, answer = wanted, None
    if settings.background == "composite":
        asked, answer = torch.unique(_tile_centres(wanted, settings.size), return_inverse=True)
    points = origins[asked] + rays[asked] * settings.background_depth
    colours = background_of_points(svr, field, points)
    colours = colours if answer is None else colours[answer]
    return torch.ones_like(rays).index_put((wanted,), colours)


def _tile_centres(pixels: Tensor, size: int) -> Tensor:
    """Return the flat indices [N] of the middle pixels of the tiles around pixels [N] of S x S pictures."""
    row, column = pixels // size % size, pixels % size
    row, column = ((part // TILE * TILE + TILE // 2).clamp(max=size - 1) for part in (row, column))
    return pixels // size**2 * size**2 + row * size + column


def _assemble(
    views: int, size: int, index: Tensor, surface: SurfacePoints, rgb: Tensor, behind: Tensor, missed: Tensor
) -> Rendering:
    """Scatter the hits into pictures."""
    depths = torch.full_like(behind[:, 0], torch.inf).index_put((index,), surface.depth)
    normals = torch.zeros_like(behind).index_put((index,), surface.normals)
    return Rendering(
        rgb.view(views, size, size, 3).permute(0, 3, 1, 2),
        behind.view(views, size, size, 3).permute(0, 3, 1, 2),
        ~missed.view(views, size, size),
        depths.view(views, size, size),
        normals.view(views, size, size, 3),
    )
