"""Six orthographic pictures of a packed shape, along +-x, +-y, +-z: all of its outside at once, in a fixed pose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from iss_backend.data.packing import BACKGROUND

DIRECTIONS = 6
FAR = 255  # depth where nothing is hit


def orthographic_views(
    occupied: NDArray[np.bool_], points: NDArray[np.floating], colours: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Look at a carved shape along the three axes, from both ends.

    Args:
        occupied: carved cells [G, G, G], indexed x, y, z.
        points: seen surface points [N, 3] in the cube.
        colours: palette index of each point, uint8 [N].

    Returns:
        Palette indices uint8 [6, G, G] (255 where nothing is hit; a hit cell without a point takes the most common
        colour) and depths in cells uint8 [6, G, G] (255 where nothing is hit), for the axes x, y, z, each from its
        low and its high end; the pictures' axes are the other two in order.
    """
    grid = occupied.shape[0]
    cells = np.clip(((points.astype(np.float32) + 0.5) * grid).astype(int), 0, grid - 1)
    paint = np.full(occupied.shape, np.bincount(colours).argmax(), np.uint8)
    paint[tuple(cells.T)] = colours
    pictures = [_first_cells(occupied, paint, axis, flip) for axis in range(3) for flip in (False, True)]
    return np.stack([colour for colour, _ in pictures]), np.stack([depth for _, depth in pictures])


def _first_cells(
    occupied: NDArray[np.bool_], paint: NDArray[np.uint8], axis: int, flip: bool
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return colour and depth [G, G] of the first occupied cells along an axis, from its high end if `flip`."""
    if flip:
        occupied, paint = np.flip(occupied, axis), np.flip(paint, axis)
    hit, depth = occupied.any(axis), occupied.argmax(axis)
    colour = np.take_along_axis(paint, np.expand_dims(depth, axis), axis).squeeze(axis)
    return np.where(hit, colour, BACKGROUND).astype(np.uint8), np.where(hit, depth, FAR).astype(np.uint8)
