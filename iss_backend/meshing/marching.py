"""Marching cubes with either of two libraries, with the care that makes it closed and free of slivers."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import numpy as np

SLIVER = 1e-3  # no vertex comes nearer to a grid node than about this fraction of an edge
OVERHANG = 0.01  # voxels by which a shape that reaches the border may stand out of the grid


def marching_cubes(values: np.ndarray, library: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the zero level set of values [X, Y, Z] (positive inside), closed at the border of the grid.

    Args:
        values: float array, indexed x, y, z.
        library: "mcubes" or "skimage"; None takes the first that is installed.

    Returns:
        Vertices [V, 3] float64 in grid indices (value [i, j, k] lies at (i, j, k) exactly) and faces [F, 3]
        int32, counter-clockwise seen from outside. Every directed edge occurs once, and its reverse too.
    """
    inside = np.argwhere(values > 0)
    if not len(inside):
        return np.zeros((0, 3)), np.zeros((0, 3), np.int32)
    first = np.maximum(inside.min(axis=0) - 1, 0)
    box = tuple(slice(a, b + 2) for a, b in zip(first, inside.max(axis=0), strict=True))
    vertices, faces = LIBRARIES[library or installed_library()](_conditioned(values[box]))
    last = np.array(values.shape) - 1
    vertices = np.clip(vertices.astype(np.float64) - 1 + first, -OVERHANG, last + OVERHANG)
    return vertices, faces.astype(np.int32)


def installed_library() -> str:
    """Return the marching cubes to use: PyMCubes (faster) where it is installed, else scikit-image."""
    return "mcubes" if find_spec("mcubes") else "skimage"


def _conditioned(values: np.ndarray) -> np.ndarray:
    """Return the values with a layer of outside around them, limited so that no two vertices coincide.

    A value of (almost) zero at a node would put the vertices of all its edges at one place. Only the ratio
    along an edge counts, so values are kept within SLIVER..1 times a limit: a few steps across the surface.
    """
    limit = 8.0 * usual_step(values)
    size = np.clip(np.abs(values), SLIVER * limit, limit)
    signed = np.where(values > 0, size, -size)
    return np.pad(signed, 1, constant_values=-limit)


def usual_step(values: np.ndarray) -> float:
    """Return the median difference along grid edges that cross the surface; 1 where none does."""
    steps = []
    for axis in range(3):
        crossing = np.diff(values > 0, axis=axis)
        steps.append(np.abs(np.diff(values, axis=axis)[crossing]))
    steps = np.concatenate(steps)
    return float(np.median(steps)) if len(steps) else 1.0


def _with_mcubes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return import_module("mcubes").marching_cubes(values, 0.0)


def _with_skimage(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Lewiner's variant, the default there, lets four faces meet in one edge where the values are ambiguous.
    measure = import_module("skimage.measure")
    vertices, faces, _, _ = measure.marching_cubes(values, 0.0, method="lorensen", gradient_direction="ascent")
    return vertices, faces


LIBRARIES = {"mcubes": _with_mcubes, "skimage": _with_skimage}
