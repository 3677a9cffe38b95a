"""What each part of a stage-2 step costs, by the number of views and the size of the pictures."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from iss_backend.alignment.losses import background_loss, clip_consistency_loss
from iss_backend.bundle import Bundle
from iss_backend.evaluation.benchmark.clock import Timing, measure
from iss_backend.rendering import RenderSettings, build_occupancy_grid, random_cameras, render
from iss_backend.rendering.queries import query_points
from iss_backend.rendering.surface import attach_surface_gradient, first_hits
from iss_backend.settings import OUR_STAGE2


@dataclass(frozen=True)
class Step:
    """One stage-2 step of V views of S x S pixels.

    Attributes:
        views, size: V and S.
        parts: the timing of each part by name; those within "render" are not part of the sum.
        whole: all of it in one piece, the grid refreshed as often as by default.
        hits: share of the rays that hit.
    """

    views: int
    size: int
    parts: dict[str, Timing]
    whole: Timing
    hits: float


def measure_step(bundle: Bundle, code: Tensor, target: Tensor, views: int, size: int, repeats: int) -> Step:
    """Time a stage-2 step at a code [C] towards a unit feature [D]."""
    device = code.device
    look = replace(OUR_STAGE2.render, size=size)
    cameras = random_cameras(views, torch.Generator().manual_seed(0)).to(device)
    tuned = copy.deepcopy(bundle.mapper).requires_grad_(True)
    optimiser = torch.optim.Adam(tuned.parameters(), 1e-9)  # goes nowhere: all repeats see one shape
    with torch.no_grad():
        offset = code - tuned(target[None])[0]
    field = bundle.svr.prepare(code[None])
    grid = build_occupancy_grid(bundle.svr, field, look.grid, device)
    picture = render(bundle.svr, field, cameras, look, grid)

    def loss(codes: Tensor) -> Tensor:
        seen = render(bundle.svr, bundle.svr.prepare(codes), cameras, look, grid)
        agreement = clip_consistency_loss(bundle.clip.encode_image(seen.rgb), target)
        return OUR_STAGE2.clip_weight * agreement + OUR_STAGE2.background_weight * views * background_loss(
            seen.missed_rgb
        )

    def whole() -> None:
        optimiser.zero_grad(set_to_none=True)
        loss(tuned(target[None]) + offset).backward()
        optimiser.step()

    actions: dict[str, Callable[[], Any]] = {
        "mapper": lambda: tuned(target[None]),
        "prepare": lambda: bundle.svr.prepare(code[None]),
        "grid": lambda: build_occupancy_grid(bundle.svr, field, look.grid, device),
        "render": lambda: render(bundle.svr, field.detach().requires_grad_(True), cameras, look, grid),
        **_parts_of_render(bundle, field, cameras, look, grid),
        "CLIP forward": lambda: bundle.clip.encode_image(picture.rgb.detach().requires_grad_(True)),
    }
    parts = {name: measure(action, repeats, device) for name, action in actions.items()}
    parts["backward"] = _backward(lambda: loss(tuned(target[None]) + offset), repeats, device)
    parts["optimiser"] = measure(optimiser.step, repeats, device)
    total = measure(whole, repeats, device) + parts["grid"].scaled(1.0 / OUR_STAGE2.grid_every)
    return Step(views, size, parts, total, picture.mask.float().mean().item())


def _parts_of_render(
    bundle: Bundle, field: Tensor, cameras: Any, look: RenderSettings, grid: Any
) -> dict[str, Callable[[], Any]]:
    """Return the march and the query at the surface, which "render" holds too."""
    rays = cameras.rays(look.size)
    origins = cameras.centres[:, None].expand_as(rays).reshape(-1, 3)
    rays = rays.reshape(-1, 3)
    hits = first_hits(bundle.svr, field, grid, origins, rays, look.steps, look.refine)

    def query() -> None:
        planes = field.detach().requires_grad_(True)
        surface = attach_surface_gradient(bundle.svr, planes, origins[hits.index], rays[hits.index], hits.depth)
        query_points(bundle.svr, planes, surface.points)

    def march() -> None:
        reach = grid.reach(cameras, look.size)
        first_hits(bundle.svr, field, grid, origins, rays, look.steps, look.refine, reach)

    return {"render: march": march, "render: query": query}


def _backward(loss: Callable[[], Tensor], repeats: int, device: torch.device) -> Timing:
    """Return the timing of the backward pass alone, on graphs that were built before."""
    graphs = [loss() for _ in range(repeats + 1)]
    return measure(lambda: graphs.pop().backward(), repeats, device)
