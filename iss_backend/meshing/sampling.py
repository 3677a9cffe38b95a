"""Samples D_o on a regular grid, from coarse to fine: only where the surface may be.

A coarse look at the field marks the blocks that the surface crosses or may cross. Their fine samples are
taken; wherever a wall of a block shows that the surface runs on into a block left out, that block follows. So
each part of the surface that one marked block touches is sampled completely, and the mesh is the dense one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import maximum_filter

from iss_backend.errors import BundleError
from iss_backend.meshing.settings import MeshSettings
from iss_backend.rendering.queries import occupancy_in_chunks
from iss_backend.svr.base import FieldState, SVRModel

FAR = 1e4  # logits of samples that were not taken: surely inside, or surely outside with a minus


@dataclass(frozen=True, eq=False)
class FieldSamples:
    """Logits above the level of the surface at the nodes of a grid that spans [-0.5, 0.5]^3, ends included.

    Attributes:
        values: [R, R, R] float32, indexed x, y, z; positive inside; +-FAR where no sample was needed.
        evaluated: how many points the decoder was asked for.
    """

    values: np.ndarray
    evaluated: int


@torch.inference_mode()
def sample_field(svr: SVRModel, field: FieldState, settings: MeshSettings) -> FieldSamples:
    """Sample the field of one code; with `coarse_resolution` >= `resolution`, at every node.

    Raises:
        BundleError: the decoder answers with something that is no number.
    """
    planes = _coarse_planes(settings)
    coarse = _evaluate(svr, field, _flat_nodes(planes, settings.resolution), settings)
    coarse = coarse.reshape((len(planes),) * 3)
    if len(planes) == settings.resolution:
        return FieldSamples(coarse, coarse.size)
    active = _blocks_near_surface(coarse)
    values, known = _first_guess(coarse, planes)
    while True:
        wanted = np.flatnonzero(_nodes_of_blocks(active, planes) & ~known)
        values.flat[wanted] = _evaluate(svr, field, wanted, settings)
        known.flat[wanted] = True
        crossed = _crosses(*_block_extremes(values, planes)) & ~active
        if not crossed.any():
            return FieldSamples(values, int(known.sum()))
        active |= crossed


def grid_points(flat: torch.Tensor, resolution: int) -> torch.Tensor:
    """Return the positions [P, 3] float32 of the nodes with flat indices [P] (x slowest) in the cube."""
    x = torch.div(flat, resolution**2, rounding_mode="floor")
    y = torch.div(flat, resolution, rounding_mode="floor") % resolution
    return torch.stack([x, y, flat % resolution], dim=-1).to(torch.float32) / (resolution - 1) - 0.5


def device_of(svr: SVRModel) -> torch.device:
    """Return the device of the model's weights; the CPU for a model without any."""
    return next((p.device for p in svr.parameters()), torch.device("cpu"))


def _coarse_planes(settings: MeshSettings) -> np.ndarray:
    """Return the sorted fine indices [M] of the coarse nodes along each axis, first and last included."""
    count = min(settings.coarse_resolution, settings.resolution)
    return np.round(np.linspace(0, settings.resolution - 1, count)).astype(np.int64)


def _flat_nodes(planes: np.ndarray, resolution: int) -> np.ndarray:
    steps = planes * resolution
    return (steps[:, None, None] * resolution + steps[None, :, None] + planes[None, None, :]).ravel()


def _evaluate(svr: SVRModel, field: FieldState, flat: np.ndarray, settings: MeshSettings) -> np.ndarray:
    """Return the logits above the level [P] float32 at flat node indices [P], a chunk at a time."""
    device = device_of(svr)
    values = np.empty(len(flat), np.float32)
    for start in range(0, len(flat), settings.chunk):
        part = torch.from_numpy(flat[start : start + settings.chunk]).to(device)
        logits = occupancy_in_chunks(svr, field, grid_points(part, settings.resolution))
        values[start : start + settings.chunk] = logits.cpu().numpy()
    values -= settings.level
    if np.isnan(values).any():
        raise BundleError(
            f"The decoder answered {int(np.isnan(values).sum())} of {len(flat)} points with NaN: its weights "
            "are damaged or a fine-tuning diverged; lower the learning rate or install the bundle again."
        )
    return np.clip(values, -FAR, FAR)


def _crosses(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return (low <= 0) & (high > 0)


def _blocks_near_surface(coarse: np.ndarray) -> np.ndarray:
    """Return which blocks [M-1]^3 to sample, given the coarse logits [M]^3."""
    low, high = _block_extremes(coarse, np.arange(len(coarse)))
    # A block whose corners agree may still be crossed (by a plate between two layers of nodes, say) if the
    # logits around here change by more from node to node than they are away from zero.
    change = maximum_filter(high - low, size=3)
    return _crosses(low, high) | (np.minimum(np.abs(low), np.abs(high)) < change)


def _first_guess(coarse: np.ndarray, planes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return grids [R]^3: values, FAR with the sign of the first corner of the block, and what is known."""
    block = np.searchsorted(planes, np.arange(planes[-1] + 1), side="right") - 1
    values = np.where(coarse > 0, np.float32(FAR), np.float32(-FAR))[np.ix_(block, block, block)]
    known = np.zeros(values.shape, bool)
    values[np.ix_(planes, planes, planes)] = coarse
    known[np.ix_(planes, planes, planes)] = True
    return values, known


def _nodes_of_blocks(active: np.ndarray, planes: np.ndarray) -> np.ndarray:
    """Return which nodes [R]^3 lie in an active block, its walls included."""
    nodes = np.arange(planes[-1] + 1)
    right = np.minimum(np.searchsorted(planes, nodes, side="right") - 1, len(planes) - 2)
    left = np.maximum(np.searchsorted(planes, nodes, side="left") - 1, 0)
    for axis in range(3):
        active = np.take(active, left, axis) | np.take(active, right, axis)
    return active


def _block_extremes(values: np.ndarray, planes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest value [M-1]^3 of each block, its walls included."""
    low = high = values
    for axis in range(3):
        wall_low, wall_high = np.take(low, planes[1:], axis), np.take(high, planes[1:], axis)
        low = np.minimum(np.minimum.reduceat(low, planes[:-1], axis), wall_low)
        high = np.maximum(np.maximum.reduceat(high, planes[:-1], axis), wall_high)
    return low, high
