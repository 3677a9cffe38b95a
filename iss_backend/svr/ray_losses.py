"""DVR's own L_D by ray marching, for any SVR model, from RGB-D or RGB pictures of one shape.

Where depth is known, `losses.svr_point_loss` needs far fewer evaluations; this is the published form, for models
and data without depth, and for comparison.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.rendering.occupancy_grid import OccupancyGrid
from iss_backend.rendering.queries import occupancy_of_points, query_points
from iss_backend.rendering.ray_samples import intersect_box
from iss_backend.rendering.surface import SurfacePoints, attach_surface_gradient, first_hits
from iss_backend.svr.base import FieldState, SVRModel

# Sides of the cubes that random points are drawn in: free space a little beyond the shape's own cube (official code).
FREESPACE_SIDE = 1.1
OCCUPANCY_SIDE = 1.0
# Neighbouring points whose normals are compared, and the step of the central differences (official code).
NORMAL_JITTER = 0.5e-3
NORMAL_STEP = 1e-3


@dataclass(frozen=True)
class RayTargets:
    """What pictures of one shape tell about R rays.

    Attributes:
        origins: camera centres [R, 3] in the cube's axes.
        rays: ray vectors [R, 3] whose camera-space z is 1.
        rgb: [R, 3] in 0..1 as D_c predicts them: lit where `colours_are_lit`, albedo otherwise.
        mask: bool [R], True on the object.
        depth: camera-space z [R], not finite where unknown; None for RGB pictures.

    """

    origins: Tensor
    rays: Tensor
    rgb: Tensor
    mask: Tensor
    depth: Tensor | None = None


@dataclass(frozen=True)
class RayLossWeights:
    """Weights of the terms, those of DVR's combined model, and how finely rays are marched.

    Attributes:
        steps: samples along the cube's diagonal (official schedule: 16 to 128).
        refine: secant steps (official: 8).

    """

    rgb: float = 1.0
    depth: float = 10.0
    freespace: float = 1.0
    occupancy: float = 1.0
    normal: float = 0.05
    steps: int = 64
    refine: int = 8


def svr_ray_loss(
    model: SVRModel, field: FieldState, targets: RayTargets, weights: RayLossWeights, generator: torch.Generator
) -> Tensor:
    """Return DVR's L_D of one field (a batch of one): each term is a sum over the rays it concerns.

    A training divides by the number of fields in its batch, as the official code does. A model with an L_D of its
    own is trained with that.
    """
    own = model.own_ray_loss(field, targets)
    if own is not None:
        return own
    dense = OccupancyGrid(torch.ones(1, 1, 1, dtype=torch.bool, device=targets.rays.device))
    hits = first_hits(model, field, dense, targets.origins, targets.rays, weights.steps, weights.refine)
    surface = attach_surface_gradient(model, field, targets.origins[hits.index], targets.rays[hits.index], hits.depth)
    is_hit = torch.zeros_like(targets.mask).index_fill(0, hits.index, True)
    terms = [
        (weights.rgb, lambda: _rgb_loss(model, field, surface, targets, hits.index)),
        (weights.depth, lambda: _depth_loss(surface, targets, hits.index)),
        (weights.freespace, lambda: _freespace_loss(model, field, surface, targets, hits.index, generator)),
        (weights.occupancy, lambda: _occupancy_loss(model, field, targets, is_hit, generator)),
        (weights.normal, lambda: _normal_loss(model, field, surface, generator)),
    ]
    return torch.stack([weight * term() for weight, term in terms if weight]).sum()


def _rgb_loss(model: SVRModel, field: FieldState, surface: SurfacePoints, targets: RayTargets, index: Tensor) -> Tensor:
    """Return the L1 colour distance at predicted surface points on the object."""
    on_object = targets.mask[index]
    colours = query_points(model, field, surface.points[on_object])[1]
    return (colours - targets.rgb[index][on_object]).abs().sum()


def _depth_loss(surface: SurfacePoints, targets: RayTargets, index: Tensor) -> Tensor:
    """Return the L1 distance of depths on the object, where the true depth is known."""
    if targets.depth is None:
        return surface.depth.new_zeros(())
    truth = targets.depth[index]
    known = targets.mask[index] & truth.isfinite()
    return (surface.depth[known] - truth[known]).abs().sum()


def _freespace_loss(
    model: SVRModel,
    field: FieldState,
    surface: SurfacePoints,
    targets: RayTargets,
    index: Tensor,
    generator: torch.Generator,
) -> Tensor:
    """Return the cross-entropy that empties background rays: at the predicted surface, else at a random point.

    The surface points are detached: along their own gradient the logit stays 0, and nothing would be learnt.
    """
    points, in_cube = _random_points(targets, FREESPACE_SIDE, generator)
    points = points.index_put((index,), surface.points.detach())
    in_cube = in_cube.index_fill(0, index, True)
    return _occupancy_entropy(model, field, points[in_cube & ~targets.mask], 0.0)


def _occupancy_loss(
    model: SVRModel, field: FieldState, targets: RayTargets, is_hit: Tensor, generator: torch.Generator
) -> Tensor:
    """Return the cross-entropy that fills object rays without a hit: at the true depth, else at a random point."""
    points, in_cube = _random_points(targets, OCCUPANCY_SIDE, generator)
    if targets.depth is not None:
        known = targets.depth.isfinite()
        depth = torch.where(known, targets.depth, 0.0)[:, None]
        points = torch.where(known[:, None], targets.origins + targets.rays * depth, points)
        in_cube = in_cube | known
    return _occupancy_entropy(model, field, points[targets.mask & ~is_hit & in_cube], 1.0)


def _occupancy_entropy(model: SVRModel, field: FieldState, points: Tensor, inside: float) -> Tensor:
    """Return the summed binary cross-entropy of D_o at points [N, 3] that all are inside (1) or outside (0)."""
    logits = occupancy_of_points(model, field, points)
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, inside), reduction="sum")


def _random_points(targets: RayTargets, side: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return a random point [R, 3] of each ray's stretch in the centred cube, and whether there is any, [R]."""
    half = targets.rays.new_full((3,), side / 2)
    enter, leave = intersect_box(targets.origins, targets.rays, -half, half)
    share = torch.rand(len(enter), generator=generator, dtype=enter.dtype).to(enter.device)
    depth = enter + (leave - enter) * share
    return targets.origins + targets.rays * depth[:, None], leave > enter


def _normal_loss(model: SVRModel, field: FieldState, surface: SurfacePoints, generator: torch.Generator) -> Tensor:
    """Return how far the normals of surface points differ from those of random close neighbours."""
    points = surface.points.detach()
    offset = torch.rand(points.shape, generator=generator, dtype=points.dtype).to(points.device) - 0.5
    near = points + 2.0 * NORMAL_JITTER * offset
    here, there = _normals(model, field, torch.cat([points, near])).chunk(2)
    return (here - there).norm(dim=-1).sum()


def _normals(model: SVRModel, field: FieldState, points: Tensor) -> Tensor:
    """Return the unit outward normals [N, 3] by central differences, differentiable with respect to the field."""
    steps = NORMAL_STEP * torch.eye(3, dtype=points.dtype, device=points.device)
    probes = points[:, None, None] + torch.stack([steps, -steps])
    logits = occupancy_of_points(model, field, probes.view(-1, 3)).view(-1, 2, 3)
    return functional.normalize(logits[:, 1] - logits[:, 0], dim=-1)
