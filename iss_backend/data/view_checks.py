"""Whether cameras see the object that their pictures show: wrong cameras are the commonest fault of data sets.

Cells of the cube that nearly all masks show make a hull of the object; a camera sees it if the hull, projected, covers
the camera's own mask and little else. Nothing but masks and cameras is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from iss_backend.data.carving import cell_centres
from iss_backend.data.multi_view import MultiViewShape
from iss_backend.errors import BadInputError

GRID = 32
AGREEMENT = 0.9  # share of the views that have a cell in the picture and show the object there
LEAST_COMMON = 0.8  # of a mask that the hull covers, and of the hull's pixels that lie in the mask
OPENGL, PYTORCH3D = np.diag([1.0, -1.0, -1.0, 1.0]), np.diag([-1.0, -1.0, 1.0, 1.0])
WIDER = 4.0  # times the cube, in which an object is looked for that is not in it


def common_hull(masks: np.ndarray, world_mats: np.ndarray, focal: float) -> np.ndarray:
    """Return the centres [N, 3] of the cube's cells that nearly all masks show.

    Args:
        masks: bool [V, S, S].
        world_mats: cube -> camera [V, 4, 4].
        focal: in half picture widths.
    """
    size = masks.shape[1]
    cells = cell_centres(GRID).numpy().astype(np.float64)
    shown, looked = np.zeros(len(cells)), np.zeros(len(cells))
    for mask, world_mat in zip(masks, world_mats, strict=True):
        pixels, inside = _pixels(cells, world_mat, focal, size)
        grown = ndimage.binary_dilation(mask, iterations=_half_cell(world_mat, focal, size))  # thin parts miss centres
        looked += inside
        shown[inside] += grown[pixels[inside, 1], pixels[inside, 0]]
    return cells[(looked >= 0.5 * len(masks)) & (shown >= AGREEMENT * looked)]


def views_that_see(masks: np.ndarray, world_mats: np.ndarray, focal: float) -> np.ndarray:
    """Return which views see the object, bool [V]; arguments as for `common_hull`."""
    hull = common_hull(masks, world_mats, focal)
    shares = [_common_share(mask, world_mat, focal, hull) for mask, world_mat in zip(masks, world_mats, strict=True)]
    return np.array(shares) >= LEAST_COMMON


def what_is_wrong(masks: np.ndarray, world_mats: np.ndarray, focal: float) -> str:
    """Return in words with which other convention these cameras, which see nothing, would see the object."""
    if not masks.any():
        return "all masks are empty"
    if focal > 20.0:
        return f"the focal length {focal:.4g} looks like pixels; divide it by half the picture's width"
    for words, others in _other_conventions(world_mats.astype(np.float64)):
        if views_that_see(masks, others, focal).mean() > 0.5:
            return words
    return "no usual convention makes them fit; compare cameras.npz with the order of the pictures"


def require_seen(shape: MultiViewShape) -> None:
    """Refuse a shape that most of its cameras do not see.

    Raises:
        BadInputError: its cameras do not fit its masks.
    """
    seen = views_that_see(shape.masks, shape.world_mats, shape.focal)
    if 2 * seen.sum() < len(seen):
        raise BadInputError(not_seen(shape, seen))


def not_seen(shape: MultiViewShape, seen: np.ndarray) -> str:
    """Return the sentence about a shape that only the views `seen`, bool [V], of its cameras see."""
    words = f"{len(seen) - seen.sum()} of {len(seen)} cameras of {shape.group}/{shape.name} do not see the object"
    if 2 * seen.sum() >= len(seen):
        return f"{words} that the others see; take those views out."
    return f"{words}: {what_is_wrong(shape.masks, shape.world_mats, shape.focal)}."


def _other_conventions(world_mats: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    yield "the object is larger than the cube or lies beside it; scale and move it into -0.5..0.5", _wider(world_mats)
    inverse = np.linalg.inv(world_mats) if (np.abs(np.linalg.det(world_mats)) > 1e-9).all() else world_mats
    yield "world_mat leads from the camera to the world; invert it", inverse
    yield "world_mat has OpenGL's axes; negate its second and third row", OPENGL @ world_mats
    both = "world_mat leads from OpenGL's camera to the world; invert it, then negate its second and third row"
    yield both, OPENGL @ inverse
    yield "world_mat has PyTorch3D's axes; negate its first and second row", PYTORCH3D @ world_mats


def _wider(world_mats: np.ndarray) -> np.ndarray:
    """Return the same cameras for an object that is shrunk to fit a cube WIDER times as large into the cube."""
    wider = world_mats.copy()
    wider[:, :3, 3] /= WIDER
    return wider


def _pixels(points: np.ndarray, world_mat: np.ndarray, focal: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels (column, row) [N, 2] of points [N, 3], and which of them lie in the picture, bool [N]."""
    camera = points @ world_mat[:3, :3].T + world_mat[:3, 3]
    ahead = camera[:, 2] > 1e-6
    plane = camera[:, :2] / np.where(ahead, camera[:, 2], 1.0)[:, None]
    pixels = np.floor((plane * focal + 1.0) / 2.0 * size)
    inside = ahead & (pixels >= 0).all(axis=1) & (pixels < size).all(axis=1)
    return np.where(inside[:, None], pixels, 0).astype(int), inside


def _half_cell(world_mat: np.ndarray, focal: float, size: int) -> int:
    """Return how many pixels half a cell in the middle of the cube takes, at least one and at most an eighth."""
    distance = max(abs(float(world_mat[2, 3])), 1e-3)
    return int(np.clip(math.ceil(focal * size / (4.0 * GRID * distance)), 1, max(1, size // 8)))


def _common_share(mask: np.ndarray, world_mat: np.ndarray, focal: float, hull: np.ndarray) -> float:
    """Return the share of a mask that a hull [N, 3] covers, or of the hull that lies in it, whichever is less."""
    pixels, inside = _pixels(hull, world_mat, focal, len(mask))
    reach = _half_cell(world_mat, focal, len(mask))
    if not mask.any() or not inside.any():
        return 0.0
    drawn = np.zeros_like(mask)
    drawn[pixels[inside, 1], pixels[inside, 0]] = True
    covered = ndimage.binary_dilation(drawn, np.ones((3, 3), bool), iterations=reach)[mask].mean()
    within = ndimage.binary_dilation(mask, iterations=reach + 1)[drawn].sum() / drawn.sum()
    return float(min(covered, within))
