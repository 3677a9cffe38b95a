"""Where shapes stand: world matrices as 16 numbers, rows first, which outlive Blender's data."""

from __future__ import annotations

from mathutils import Matrix

Place = tuple[float, ...]


def at(x: float, y: float, z: float) -> Place:
    """Return the place at a point of the world, neither turned nor scaled."""
    return (1.0, 0.0, 0.0, x, 0.0, 1.0, 0.0, y, 0.0, 0.0, 1.0, z, 0.0, 0.0, 0.0, 1.0)


def flat(matrix: Matrix) -> Place:
    """Return a world matrix [4, 4] as a place."""
    return tuple(value for row in matrix for value in row)


def matrix_of(place: Place) -> Matrix:
    """Return a place as a matrix [4, 4]."""
    return Matrix([place[row : row + 4] for row in range(0, 16, 4)])
