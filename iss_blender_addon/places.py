"""Where shapes stand: world matrices as 16 numbers, rows first, which outlive Blender's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mathutils import Matrix, Vector

if TYPE_CHECKING:
    from collections.abc import Iterable

Place = tuple[float, ...]
APART = 1.25  # from a shape to the one beside it, in sizes
MOST_STEPS = 100


def at(x: float, y: float, z: float) -> Place:
    """Return the place at a point of the world, neither turned nor scaled."""
    return (1.0, 0.0, 0.0, x, 0.0, 1.0, 0.0, y, 0.0, 0.0, 1.0, z, 0.0, 0.0, 0.0, 1.0)


def flat(matrix: Matrix) -> Place:
    """Return a world matrix [4, 4] as a place."""
    return tuple(value for row in matrix for value in row)


def matrix_of(place: Place) -> Matrix:
    """Return a place as a matrix [4, 4]."""
    return Matrix([place[row : row + 4] for row in range(0, 16, 4)])


def free_places(start: Matrix, size: float, taken: Iterable[Place], count: int) -> list[Place]:
    """Return places beside one that something of this size takes, nearest first.

    They are moved by whole steps along X to where nothing of `taken` stands; far away they are free or not.
    """
    step, others = APART * max(size, 1e-3), [matrix_of(place).translation for place in taken]
    places: list[Place] = []
    for number in range(1, MOST_STEPS + count):
        here = start.translation + Vector((number * step, 0.0, 0.0))
        if number < MOST_STEPS and any((other - here).length < 0.5 * step for other in others):
            continue
        matrix = start.copy()
        matrix.translation = here
        places.append(flat(matrix))
        if len(places) == count:
            break
    return places
