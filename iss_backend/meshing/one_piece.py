"""Makes one piece of samples in which thin parts are broken: near pieces are bridged, specks and far ones removed.

A decoder of limited resolution tears thin legs and poles into pieces. What hangs in the air close to the main piece is
nearly always a part of it; what hangs far away is nearly always a mistake (but see `holding`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from iss_backend.meshing.marching import usual_step

REACH = 0.14  # cube units: the widest gap that is bridged
THINNEST, THICKEST = 0.012, 0.03  # cube units: radius of a bridge
SPECK = 0.003  # share of the main piece's cells: smaller pieces are not worth a bridge
MOST_BRIDGES = 12

Cells = NDArray[np.int64]


def in_one_piece(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return samples whose inside is connected over faces of grid cells.

    Args:
        values: [R, R, R] samples of a field over the cube, positive inside; bridges fall across their surface alike.
    """
    labels, sizes = labelled_pieces(values > 0)
    count = len(sizes) - 1
    if count < 2:
        return values
    by_size = np.argsort(-sizes, kind="stable")[:count]
    main, others = by_size[0], by_size[1:]
    worth = [piece for piece in others if sizes[piece] >= max(SPECK * sizes[main], 2)][:MOST_BRIDGES]
    values = values.copy()
    kept = _bridged(values, labels, int(main), worth, usual_step(values))
    removed = (labels > 0) & ~np.isin(labels, kept)
    values[removed] = -np.abs(values[removed])
    return _largest_only(values)


def labelled_pieces(inside: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the number [R, R, R] of the piece that each inside cell belongs to, 0 outside, and their cells [1 + N].

    The size of number 0 is 0.
    """
    labels, _ = ndimage.label(inside)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return labels, sizes


def _bridged(values: NDArray[np.float32], labels: NDArray, main: int, pieces: list[int], step: float) -> list[int]:
    """Add a bridge to `values` for each piece near what is joined already, nearest first; return what is joined."""
    places = ndimage.find_objects(labels)
    cells = {piece: _rim(labels, piece, places[piece - 1]) for piece in (main, *pieces)}
    joined, waiting = [main], list(pieces)
    reach = REACH * (len(values) - 1)
    while waiting:
        tree_cells = np.concatenate([cells[piece] for piece in joined])
        tree = cKDTree(tree_cells)
        found = [_nearest(tree, cells[piece]) for piece in waiting]
        best = int(np.argmin([distance for distance, _, _ in found]))
        distance, at, to = found[best]
        if distance > reach:
            break
        piece = waiting.pop(best)
        _add_bridge(values, cells[piece][at], tree_cells[to], _radius(len(values), len(cells[piece])), step)
        joined.append(piece)
    return joined


def _rim(labels: NDArray, piece: int, place: tuple[slice, ...]) -> Cells:
    """Return the cells [N, 3] of a piece, which fills the box `place`, that touch its outside."""
    inside = labels[place] == piece
    rim = inside & ~ndimage.binary_erosion(inside)
    return np.argwhere(rim) + [axis.start for axis in place]


def _nearest(tree: cKDTree, cells: Cells) -> tuple[float, int, int]:
    """Return the smallest distance of cells to those of a tree, and the numbers of both."""
    distances, numbers = tree.query(cells)
    at = int(distances.argmin())
    return float(distances[at]), at, int(numbers[at])


def _radius(resolution: int, rim: int) -> float:
    """Return the radius of a bridge in cells: the larger the surface of a piece, the stronger its bridge."""
    return float(np.clip(0.09 * rim**0.5, THINNEST * resolution, THICKEST * resolution))


def _add_bridge(values: NDArray[np.float32], start: Cells, end: Cells, radius: float, step: float) -> None:
    """Raise the values around the line between two cells, a little way into both pieces."""
    margin = int(np.ceil(radius)) + 2
    low = np.maximum(np.minimum(start, end) - margin, 0)
    high = np.minimum(np.maximum(start, end) + margin + 1, len(values))
    place = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(*[np.arange(a, b) for a, b in zip(low, high, strict=True)], indexing="ij"), axis=-1)
    along = (end - start).astype(float)
    share = np.clip((grid - start) @ along / max(float(along @ along), 1e-9), 0.0, 1.0)
    distance = np.linalg.norm(grid - start - share[..., None] * along, axis=-1)
    values[place] = np.maximum(values[place], ((radius - distance) * step).astype(np.float32))


def _largest_only(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the values with all but the largest inside piece turned to outside."""
    labels, sizes = labelled_pieces(values > 0)
    if len(sizes) > 2:
        others = (labels > 0) & (labels != sizes.argmax())
        values[others] = -np.abs(values[others])
    return values
