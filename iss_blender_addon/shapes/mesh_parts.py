"""The worker's mesh as Blender stores meshes; numpy alone, so that it can be worked out beside Blender's own thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .axes import to_blender

if TYPE_CHECKING:
    import numpy as np

    from ..jobs.job import MeshArrays


@dataclass(frozen=True, eq=False)
class MeshParts:
    """The arrays of a triangle mesh.

    Attributes:
        positions: [V, 3] float32, Z up, standing on z = 0, the longest side 1.
        corners: [3 F] int32, the vertex of each face corner.
        edges: [E, 2] int32, each once, the smaller vertex first.
        corner_edges: [3 F] int32, the edge from each corner to the next one of its face.
        colours: [V, 4] float32 sRGB and alpha, 0..1.
    """

    positions: np.ndarray
    corners: np.ndarray
    edges: np.ndarray
    corner_edges: np.ndarray
    colours: np.ndarray


def parts_of(mesh: MeshArrays) -> MeshParts:
    """Work out what Blender stores for a mesh; edges too, which it would otherwise look for itself, in one long go."""
    import numpy as np

    faces = np.ascontiguousarray(mesh.faces, dtype=np.int32)
    ends = np.stack([faces, np.roll(faces, -1, axis=1)], axis=2).reshape(-1, 2)
    key = ends.min(axis=1).astype(np.int64) << 32 | ends.max(axis=1)
    found, corner_edges = np.unique(key, return_inverse=True)
    edges = np.stack([found >> 32, found & 0xFFFFFFFF], axis=1).astype(np.int32)
    colours = np.ones((len(mesh.colours), 4), np.float32)
    np.divide(mesh.colours, np.float32(255.0), out=colours[:, :3])
    return MeshParts(to_blender(mesh.vertices, 1.0), faces.ravel(), edges, corner_edges.astype(np.int32), colours)
