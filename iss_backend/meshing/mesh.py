"""The coloured triangle mesh that leaves this package, and the predicates that say whether it is sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class ColouredMesh:
    """Triangles with one colour a vertex, in the cube [-0.5, 0.5]^3: Y up, front +Z (the axes of glTF).

    Attributes:
        vertices: [V, 3] float32, units of the cube.
        faces: [F, 3] int32 vertex indices, counter-clockwise seen from outside.
        colours: [V, 3] uint8 sRGB.

    Raises:
        ValueError: an array of another shape or type, a position that is not finite, an index out of range.
    """

    vertices: np.ndarray
    faces: np.ndarray
    colours: np.ndarray

    def __post_init__(self) -> None:
        _check("vertices", self.vertices, np.float32)
        _check("faces", self.faces, np.int32)
        _check("colours", self.colours, np.uint8)
        if len(self.colours) != len(self.vertices):
            raise ValueError(f"{len(self.vertices)} vertices need as many colours, not {len(self.colours)}")
        if not np.isfinite(self.vertices).all():
            raise ValueError("vertices must be finite")
        if self.faces.size and not 0 <= self.faces.min() <= self.faces.max() < len(self.vertices):
            raise ValueError(
                f"faces use the indices {self.faces.min()}..{self.faces.max()}, "
                f"but there are {len(self.vertices)} vertices"
            )

    @classmethod
    def empty(cls) -> ColouredMesh:
        """Return the mesh of a field that is outside everywhere: no vertices, no faces."""
        return cls(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros((0, 3), np.uint8))

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to see: no faces."""
        return len(self.faces) == 0

    @property
    def bounds(self) -> np.ndarray:
        """Lowest and highest corner [2, 3] float32; zeros for a mesh without vertices."""
        if not len(self.vertices):
            return np.zeros((2, 3), np.float32)
        return np.stack([self.vertices.min(axis=0), self.vertices.max(axis=0)])

    @property
    def volume(self) -> float:
        """Signed volume (divergence theorem): positive where a closed mesh has its faces turned outwards."""
        return float(face_volumes(self).sum())

    @property
    def is_watertight(self) -> bool:
        """Tell whether every directed edge occurs exactly once, and its reverse too.

        That is: closed, manifold along edges, consistently wound. An empty mesh encloses nothing: False.
        """
        if self.is_empty:
            return False
        tail, head = self.faces.astype(np.int64), np.roll(self.faces, -1, axis=1).astype(np.int64)
        forward = np.sort((tail * len(self.vertices) + head).ravel())
        backward = np.sort((head * len(self.vertices) + tail).ravel())
        once = bool((np.diff(forward) > 0).all())
        return once and bool((tail != head).all()) and np.array_equal(forward, backward)


def face_normals(mesh: ColouredMesh) -> np.ndarray:
    """Return the outward normals [F, 3] float64 of the faces, as long as twice their area."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]].astype(np.float64) for i in range(3))
    return np.cross(b - a, c - a)


def face_volumes(mesh: ColouredMesh) -> np.ndarray:
    """Return the signed volumes [F] float64 of the tetrahedra between the faces and the origin."""
    first = mesh.vertices[mesh.faces[:, 0]].astype(np.float64)
    return np.einsum("fi,fi->f", first, face_normals(mesh)) / 6.0


def vertex_normals(mesh: ColouredMesh) -> np.ndarray:
    """Return unit normals [V, 3] float32, the mean of the faces around by area; +Y where they cancel."""
    normals, corners = face_normals(mesh), mesh.faces.ravel()
    sums = np.stack([np.bincount(corners, np.repeat(normals[:, i], 3), len(mesh.vertices)) for i in range(3)], axis=1)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    # glTF demands unit length: a vertex that has no direction of its own must still be given one.
    return np.where(lengths > 1e-30, sums / np.maximum(lengths, 1e-30), [0.0, 1.0, 0.0]).astype(np.float32)


def _check(name: str, array: np.ndarray, dtype: type) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != dtype or array.ndim != 2 or array.shape[1] != 3:
        found = f"{array.dtype} {list(array.shape)}" if isinstance(array, np.ndarray) else type(array).__name__
        raise ValueError(f"{name} must be {np.dtype(dtype)} [N, 3], not {found}")
