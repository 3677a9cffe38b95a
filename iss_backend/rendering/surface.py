"""Where rays meet the surface of a field, and the gradient of that depth (implicit differentiation of DVR)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.rendering.march import Brackets, march
from iss_backend.rendering.occupancy_grid import EMPTY_LOGIT, OccupancyGrid
from iss_backend.rendering.queries import occupancy_in_chunks, occupancy_of_points
from iss_backend.rendering.ray_samples import Reach
from iss_backend.svr.base import FieldState, SVRModel

# |grad f . w| is kept above this, with its sign: rays that graze the surface would give endless gradients.
GRAZING = 1e-3
# A hit with a logit beyond this is no root of the field but the place where a face of the cube cuts the shape.
ROOT_TOLERANCE = 1.0


@dataclass(frozen=True)
class RayHits:
    """Which of R rays hit: `index` [H] of those rays, ascending, and the `depth` [H] of their first surface point."""

    index: Tensor
    depth: Tensor


@torch.no_grad()
def first_hits(
    svr: SVRModel,
    field: FieldState,
    grid: OccupancyGrid,
    origins: Tensor,
    rays: Tensor,
    steps: int,
    refine: int,
    reach: Reach | None = None,
) -> RayHits:
    """March rays [R, 3] from origins [R, 3] and refine the first crossing from outside to inside by secants.

    Only samples in the grid's occupied cells are evaluated; the others count as outside, and so does all that is
    outside the cube: a shape that reaches through a face is cut there. A ray that starts inside the shape is no hit
    (the camera would stand in it). `steps` samples span the cube's diagonal; smaller occupied boxes need fewer.
    `reach` (see `OccupancyGrid.reach`) spares samples, and changes nothing.
    """
    brackets = march(svr, field, grid, origins, rays, steps, reach)
    origins, rays = origins[brackets.index], rays[brackets.index]
    brackets = _with_asked_ends(svr, field, origins, rays, brackets)
    return RayHits(brackets.index, _secant(svr, field, origins, rays, brackets, refine))


def _with_asked_ends(svr: SVRModel, field: FieldState, origins: Tensor, rays: Tensor, brackets: Brackets) -> Brackets:
    """Give outer ends in empty cells their own logits, from which secants converge faster.

    Where a face of the box cuts the shape the field has no root there, and the end stays as it is.
    """
    empty = (brackets.low_logit == EMPTY_LOGIT).nonzero().squeeze(-1)
    asked = occupancy_in_chunks(svr, field, origins[empty] + rays[empty] * brackets.low[empty, None])
    low_logit = brackets.low_logit.index_put((empty,), torch.where(asked < 0, asked, EMPTY_LOGIT))
    return replace(brackets, low_logit=low_logit)


def _secant(
    svr: SVRModel, field: FieldState, origins: Tensor, rays: Tensor, brackets: Brackets, iterations: int
) -> Tensor:
    """Find the roots [H] in the brackets by regula falsi.

    An end that stays twice has its logit halved (Illinois), without which convergence is slow where f is curved. As
    that may overshoot in the last iteration, the best point seen is returned.
    """
    low, low_value, high, high_value = brackets.low, brackets.low_logit, brackets.high, brackets.high_logit
    best, best_value = high, high_value
    was_inside = torch.ones_like(high, dtype=torch.bool)
    for iteration in range(iterations):
        depth = low - low_value * (high - low) / (high_value - low_value)
        value = occupancy_in_chunks(svr, field, origins + rays * depth[:, None])
        better = value.abs() < best_value.abs()
        best, best_value = torch.where(better, depth, best), torch.where(better, value, best_value)
        is_inside = value > 0
        halve = 0.5 if iteration else 1.0
        low_value = torch.where(is_inside, torch.where(was_inside, halve * low_value, low_value), value)
        high_value = torch.where(is_inside, value, torch.where(was_inside, high_value, halve * high_value))
        low, high = torch.where(is_inside, low, depth), torch.where(is_inside, depth, high)
        was_inside = is_inside
    return best


@dataclass(frozen=True)
class SurfacePoints:
    """Surface points with gradients: `points` [H, 3], `depth` [H], and unit outward `normals` [H, 3] (detached)."""

    points: Tensor
    depth: Tensor
    normals: Tensor


def attach_surface_gradient(
    svr: SVRModel, field: FieldState, origins: Tensor, rays: Tensor, depth: Tensor
) -> SurfacePoints:
    """Make root depths [H] differentiable with respect to the field.

    DVR's implicit gradient is d(depth)/d(theta) = -(grad f . w)^-1 df/d(theta) at the surface point, for ray
    vector w. One Newton step whose slope is held constant has that very derivative, and, at a root, does not move.
    Where a face of the cube cuts the shape there is no root: the depth is constant, the normal that of the face.
    """
    probe = (origins + rays * depth[:, None]).detach().requires_grad_(True)
    with torch.enable_grad():
        logits = occupancy_of_points(svr, field, probe)
        (gradient,) = torch.autograd.grad(logits.sum(), probe, retain_graph=True)
    slope = (gradient * rays).sum(dim=-1)
    slope = torch.where(slope.abs() < GRAZING, torch.where(slope < 0, -GRAZING, GRAZING).to(slope), slope)
    is_root = logits.detach().abs() < ROOT_TOLERANCE
    # The logit is subtracted out: zero in value, so that the depth stays what the root finder returned.
    depth = depth - torch.where(is_root, (logits - logits.detach()) / slope, 0.0)
    normals = -gradient / gradient.norm(dim=-1, keepdim=True).clamp(min=1e-9)
    normals = torch.where(is_root[:, None], normals, _face_normals(probe.detach()))
    return SurfacePoints(origins + rays * depth[:, None], depth, normals)


def _face_normals(points: Tensor) -> Tensor:
    """Return the outward normals [H, 3] of the cube's faces that points [H, 3] lie on."""
    faces = functional.one_hot(points.abs().argmax(dim=-1), 3)
    return faces * points.sign()
