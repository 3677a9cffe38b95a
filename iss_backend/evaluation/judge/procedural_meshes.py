"""Procedural models as the classifier sees them: one mesh in the cube, and points of its outside alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.ndimage import binary_erosion

from iss_backend.data.procedural import CATEGORIES, generate
from iss_backend.evaluation.metrics.surfaces import sample_surface
from iss_backend.evaluation.metrics.volumes import filled_cells
from iss_backend.meshing import ColouredMesh

LONGEST_SIDE = 0.9  # of a shape in the cube, as it is captured
GRID = 96  # cells a side, to tell inside from outside
GREY = 128


def procedural_makers() -> dict[str, list[Callable[[int], ColouredMesh]]]:
    """Return, for each category of the generator, a function of the seed for each of its styles."""
    return {
        category: [partial(procedural_mesh, category, style) for style in styles]
        for category, styles in CATEGORIES.items()
    }


def procedural_mesh(category: str, style: str, seed: int) -> ColouredMesh:
    """Return a grey model of a seed, centred in the cube; its parts overlap as they do in the model."""
    solids = [part.solid for part in generate(category, style, seed).parts]
    starts = np.cumsum([0, *(len(solid.vertices) for solid in solids)])
    vertices = np.concatenate([solid.vertices for solid in solids])
    faces = np.concatenate([solid.faces + start for solid, start in zip(solids, starts, strict=False)])
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    placed = (vertices - (low + high) / 2.0) * (LONGEST_SIDE / (high - low).max())
    return ColouredMesh(placed.astype(np.float32), faces.astype(np.int32), np.full(vertices.shape, GREY, np.uint8))


def outside_points(mesh: ColouredMesh, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw points [count, 3] float32 on a mesh of overlapping parts, few of them where one part hides in another."""
    points = sample_surface(mesh, 4 * count, rng)
    buried = binary_erosion(filled_cells(mesh, GRID))
    x, y, z = ((points.T + 0.5) * GRID).clip(0, GRID - 1).astype(np.int64)
    seen = points[~buried[x, y, z]]
    return seen[rng.choice(len(seen), count, replace=len(seen) < count)] if len(seen) else points[:count]
