"""Shapes made as rough as a decoder makes them, which a classifier of generated shapes has to see through."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, label

from iss_backend.evaluation.metrics.surfaces import sample_surface
from iss_backend.meshing import ColouredMesh
from iss_backend.meshing.marching import marching_cubes

BLUR = (0.006, 0.015)  # least and greatest standard deviation of the blur, in units of the cube
NOISE = 0.18  # greatest standard deviation of what is added to the occupancy
WAVES = 0.02  # standard deviation of the blur that makes white noise smooth, in units of the cube
LEVEL, LEAST_SHARE = 0.5, 0.6  # of the surface; of the greatest occupancy where that is thin
EVERY_NEIGHBOUR = np.ones((3, 3, 3))
GREY = 128


def roughened_points(cells: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw points [count, 3] float32 on the surface of a shape that was blurred, shaken, and lost its loose pieces.

    Edges are rounded, flat sides uneven, thin parts thick or broken off.

    Args:
        cells: occupancy in 0..1 of the cells of the cube, [R, R, R], indexed x, y, z; not all 0.
        count: points.
        rng: of the blur, the noise and the points.
    """
    size = len(cells)
    occupancy = gaussian_filter(cells.astype(np.float32), rng.uniform(*BLUR) * size)
    waves = gaussian_filter(rng.standard_normal(cells.shape, dtype=np.float32), WAVES * size)
    level = min(LEVEL, LEAST_SHARE * float(occupancy.max()))
    height = occupancy + rng.uniform(0.0, NOISE) / waves.std() * waves - level
    height = np.pad(np.where(_main_piece(height > 0.0) | (height <= 0.0), height, -level), 1, constant_values=-level)
    nodes, faces = marching_cubes(height)
    vertices = (nodes.astype(np.float32) - 0.5) / size - 0.5  # cell centres, one cell of padding before them
    mesh = ColouredMesh(vertices.astype(np.float32), faces.astype(np.int32), np.full(nodes.shape, GREY, np.uint8))
    return sample_surface(mesh, count, rng)


def _main_piece(inside: np.ndarray) -> np.ndarray:
    """Return the largest connected part of a bool grid."""
    pieces, _ = label(inside, EVERY_NEIGHBOUR)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return pieces == sizes.argmax()
