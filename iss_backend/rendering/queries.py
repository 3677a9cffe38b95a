"""Evaluation of one field at a flat list of points, which may be empty or long."""

from __future__ import annotations

import torch
from torch import Tensor

from iss_backend.svr.base import FieldState, SVRModel

# Points per query where no gradient is wanted: bounds the memory, and keeps activations in a processor's cache.
CHUNK = 8192
CHUNK_GPU = 1 << 20


def query_points(svr: SVRModel, field: FieldState, points: Tensor) -> tuple[Tensor, Tensor]:
    """Return the logits [P] and colours [P, 3] of one field at points [P, 3]."""
    logits, colours = svr.query(field, _at_least_one(points)[None])
    return logits[0, : len(points)], colours[0, : len(points)]


def occupancy_of_points(svr: SVRModel, field: FieldState, points: Tensor) -> Tensor:
    """Return the logits [P] of one field at points [P, 3]."""
    return svr.occupancy(field, _at_least_one(points)[None])[0, : len(points)]


def background_of_points(svr: SVRModel, field: FieldState, points: Tensor) -> Tensor:
    """Return the background colours [P, 3] of one field at points [P, 3] of rays that miss it."""
    return svr.background(field, _at_least_one(points)[None])[0, : len(points)]


@torch.no_grad()
def occupancy_in_chunks(svr: SVRModel, field: FieldState, points: Tensor) -> Tensor:
    """Return the logits [P] of one field at points [P, 3], without gradients and in bounded memory."""
    size = CHUNK if points.device.type == "cpu" else CHUNK_GPU
    return torch.cat([occupancy_of_points(svr, field, some).to(points.dtype) for some in points.split(size)])


def _at_least_one(points: Tensor) -> Tensor:
    """Add a point to an empty list: decoders may refuse none, and results stay connected to what they depend on."""
    return points if len(points) else torch.cat([points, points.new_zeros(1, 3)])
