"""One evaluated mesh, copied into arrays at once: all later work on it goes in runs and needs Blender no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy
import numpy as np

from .paint import Paint, paint_of

RUN = 10_000  # triangles that are worked on at a time: a few milliseconds

Run = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class MeshArrays:
    """What a mesh holds.

    Attributes:
        positions: of vertices, float32 [V, 3].
        corner_vertices: int32 [L].
        starts: first corner of each face, int32 [P].
        slots: material slot of each face, int32 [P]; None where all have the first.
        triangles: corners of Blender's triangles, int32 [T, 3]; None where no face has more than four corners.
        paint: colours of corners.
    """

    positions: np.ndarray
    corner_vertices: np.ndarray
    starts: np.ndarray
    slots: np.ndarray | None
    triangles: np.ndarray | None
    paint: Paint

    def points(self, corners: np.ndarray) -> np.ndarray:
        """Return the coordinates [..., 3] of corners [...] by number."""
        return self.positions[self.corner_vertices[corners]].astype(np.float64)

    def colours(self, corners: np.ndarray, faces: np.ndarray) -> np.ndarray:
        """Return sRGB in 0..1, [T, 3, 3], at the corners [T, 3] of triangles of the faces [T]."""
        slots = np.zeros(len(faces), np.int32) if self.slots is None else self.slots[faces]
        return self.paint.at(corners, slots)

    def runs(self) -> Iterator[Run]:
        """Yield corners [T, 3] and faces [T] of at most RUN triangles at a time."""
        if self.triangles is not None:
            for first in range(0, len(self.triangles), RUN):
                corners = self.triangles[first : first + RUN]
                yield corners, np.searchsorted(self.starts, corners[:, 0], side="right") - 1
            return
        for first in range(0, len(self.starts), RUN // 2):
            yield self._split(np.arange(first, min(first + RUN // 2, len(self.starts))))

    def _split(self, faces: np.ndarray) -> Run:
        """Return triangles as they are, and quads halved along the diagonal that lies inside them."""
        ends = np.append(self.starts[1:], len(self.corner_vertices))
        first, is_quad = self.starts[faces], ends[faces] - self.starts[faces] == 4
        quads = first[is_quad, None] + np.arange(4, dtype=np.int32)
        is_bent = self._is_bent(quads)[:, None]
        halves = [np.where(is_bent, quads[:, bent], quads[:, flat]) for flat, bent in HALVES]
        whole = first[~is_quad, None] + np.arange(3, dtype=np.int32)
        corners = np.concatenate([whole, *halves])
        return corners, np.concatenate([faces[~is_quad], faces[is_quad], faces[is_quad]])

    def _is_bent(self, quads: np.ndarray) -> np.ndarray:
        """Tell which quads [Q, 4] leave themselves along the diagonal from their first corner to the third."""
        a, b, c, d = self.points(quads).transpose(1, 0, 2)
        return np.einsum("qi,qi->q", np.cross(b - a, c - a), np.cross(c - a, d - a)) < 0


HALVES = (([0, 1, 2], [0, 1, 3]), ([0, 2, 3], [1, 2, 3]))  # (corners with the usual diagonal, with the other one)


def arrays_of(mesh: bpy.types.Mesh, materials: list[bpy.types.Material | None]) -> MeshArrays:
    """Copy a mesh; `materials` by slot. Attributes are copied as a whole, other properties number by number."""
    positions = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.attributes["position"].data.foreach_get("vector", positions)
    corners = np.empty(len(mesh.loops), np.int32)
    mesh.attributes[".corner_vert"].data.foreach_get("value", corners)
    starts = np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("loop_start", starts)
    painted = paint_of(mesh, corners, materials)
    return MeshArrays(
        positions.reshape(-1, 3), corners, starts, _slots(mesh), _triangles(mesh, starts, len(corners)), painted
    )


def _slots(mesh: bpy.types.Mesh) -> np.ndarray | None:
    attribute = mesh.attributes.get("material_index")
    if attribute is None or attribute.domain != "FACE":
        return None
    slots = np.empty(len(attribute.data), np.int32)
    attribute.data.foreach_get("value", slots)
    return slots


def _triangles(mesh: bpy.types.Mesh, starts: np.ndarray, corners: int) -> np.ndarray | None:
    """Return Blender's triangles where a face has more than four corners; reading them takes ten times as long."""
    if not len(starts) or np.diff(starts, append=corners).max() <= 4:
        return None
    mesh.calc_loop_triangles()
    triangles = np.empty(3 * len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("loops", triangles)
    return triangles.reshape(-1, 3)
