"""Thin parts of a shape: found, and made wide enough for a decoder of few planes.

Planes cannot hold what is about as narrow as their own cells: trained on the carved cells as they are, D showed 96 % of
their bulk, but half of the plates of one cell, a third of the rods of two and three quarters of those of three, and
legs came out as crumbs. A leg that is half as wide again as it should be is a leg still.
"""

from __future__ import annotations

import numpy as np

Size = tuple[int, int, int]  # cells along x, y, z

AXES = range(3)
WIDEST_ROD = 4  # cells; D shows wider ones nearly as well as bulk


def rods(cells: np.ndarray) -> np.ndarray:
    """Return the cells of rods of up to `WIDEST_ROD` cells across.

    Args:
        cells: occupied ones, bool [G, G, G], indexed x, y, z.
    """
    plates = _plates(cells, WIDEST_ROD + 1)
    return _without_bumps(cells & ~plates, plates)


def sturdy(cells: np.ndarray) -> np.ndarray:
    """Return the cells with thin parts a cell wider along every axis, and rods of one cell so on every side.

    Rods of one and of two cells are at least three across then, and plates of one cell two. Thin parts grow down,
    backwards and away from the plane x = 0, so that shapes which are mirrored there stay so; bars with a cell between
    them become one.

    Args:
        cells: occupied ones, bool [G, G, G], indexed x, y, z, with an even G.
    """
    bulk = _plates(cells, 3) & _opened(cells, (2, 2, 2))
    thin = _without_bumps(cells & ~bulk, bulk)
    wires = thin & ~_plates(cells, 2)  # rods of one cell
    crosses = (_grown(wires, tuple(3 if axis == along else 1 for axis in AXES)) for along in AXES)
    return np.logical_or.reduce([cells, _one_cell_wider(thin), *crosses])


def _plates(cells: np.ndarray, side: int) -> np.ndarray:
    """Return the cells that lie in squares of `side` x `side` full ones, of one cell in the third direction."""
    squares = [tuple(1 if axis == flat else side for axis in AXES) for flat in AXES]
    return np.logical_or.reduce([_opened(cells, square) for square in squares])


def _without_bumps(thin: np.ndarray, bulk: np.ndarray) -> np.ndarray:
    """Return the thin cells that stand, or lie beside one that stands, more than a cell off the bulk.

    Others are the roughness of a carved surface.
    """
    standing = thin & ~_grown(bulk, (3, 3, 3))
    return thin & _grown(standing, (3, 3, 3))


def _one_cell_wider(cells: np.ndarray) -> np.ndarray:
    """Return the cells grown by one along every axis: down, backwards and away from the plane x = 0."""
    left, right = np.split(cells, 2)
    return np.concatenate([_upwards_in_x(left[::-1])[::-1], _upwards_in_x(right)])


def _upwards_in_x(cells: np.ndarray) -> np.ndarray:
    return _dilated(cells, (2, 2, 2))[:-1, 1:, 1:]


def _opened(cells: np.ndarray, size: Size) -> np.ndarray:
    """Return the union of all boxes of a size that are full: a morphological opening."""
    for axis in AXES:
        cells = np.logical_and.reduce(_shifts(cells, axis, size[axis]))
    return _dilated(cells, size)


def _grown(cells: np.ndarray, size: Size) -> np.ndarray:
    """Return all cells in boxes of an odd size around the given ones, within the grid."""
    inner = tuple(slice(side // 2, side // 2 + length) for side, length in zip(size, cells.shape, strict=True))
    return _dilated(cells, size)[inner]


def _dilated(cells: np.ndarray, size: Size) -> np.ndarray:
    """Return a box for each cell, which it is the first corner of, in a grid that is larger by `size` - 1."""
    for axis in AXES:
        beyond = [(size[axis] - 1,) * 2 if axis == other else (0, 0) for other in AXES]
        cells = np.logical_or.reduce(_shifts(np.pad(cells, beyond), axis, size[axis]))
    return cells


def _shifts(cells: np.ndarray, axis: int, size: int) -> list[np.ndarray]:
    """Return the `size` views of the grid that a window of this length sees along an axis, one cell apart."""
    length = cells.shape[axis] - size + 1
    return [cells[(slice(None),) * axis + (slice(first, first + length),)] for first in range(size)]
