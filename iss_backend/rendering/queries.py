"""Evaluation of one field at a flat list of points, which may be empty or long."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from iss_backend.memory import is_out_of_memory, warn_of_little_memory
from iss_backend.svr.base import FieldState, SVRModel

# Points per query where no gradient is wanted: bounds the memory, and keeps activations in a processor's cache, which
# is a third faster than 65536.
CHUNK = 8192
CHUNK_GPU = 1 << 20
SMALLEST_CHUNK = 1024


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
    """Return the logits [P] of one field at points [P, 3], without gradients and in bounded memory.

    Warns:
        LittleMemoryWarning: the memory does not hold a chunk; it is taken by halves.
    """
    return _in_chunks(lambda some: occupancy_of_points(svr, field, some), points)


@torch.no_grad()
def colours_in_chunks(svr: SVRModel, field: FieldState, points: Tensor) -> Tensor:
    """Return the colours [P, 3] of one field at points [P, 3]; the rest as for `occupancy_in_chunks`."""
    return _in_chunks(lambda some: query_points(svr, field, some)[1], points)


def _in_chunks(ask: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """Return what `ask` answers to points [P, 3], of which it gets so many at a time as the memory holds."""
    size = CHUNK if points.device.type == "cpu" else CHUNK_GPU
    return torch.cat([_whole_or_halves(ask, some).to(points.dtype) for some in points.split(size)])


def _whole_or_halves(ask: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    try:
        return ask(points)
    except (RuntimeError, MemoryError) as error:
        if len(points) <= SMALLEST_CHUNK or not is_out_of_memory(error):
            raise
    warn_of_little_memory(f"the decoder is asked for fewer than {len(points)} points at a time")
    return torch.cat([_whole_or_halves(ask, half) for half in points.chunk(2)])


def _at_least_one(points: Tensor) -> Tensor:
    """Add a point to an empty list: decoders may refuse none, and results stay connected to what they depend on."""
    return points if len(points) else torch.cat([points, points.new_zeros(1, 3)])
