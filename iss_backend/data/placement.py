"""Where the object of a data set stands, told from masks and cameras alone; it is brought into the cube from there.

Videos of things (CO3D) have cameras in a world of any origin, size and direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iss_backend.data.carving import cell_centres
from iss_backend.data.pinhole import RawView
from iss_backend.errors import BadInputError

LEAST_VIEWS = 3
GRID = 48
# A cell belongs to the object if this share of the views that have it in the picture show the object there: masks of
# videos are found by networks, and some of them fail.
AGREEMENT = 0.85
OUTLIER = 3.0  # lines of sight this many times as far from the centre as the median one are left out


@dataclass(frozen=True)
class Placement:
    """Cube -> world `to_world` [4, 4], a similarity, and the object's `hull`: points [N, 3] of the cube."""

    to_world: np.ndarray
    hull: np.ndarray

    @property
    def scale(self) -> float:
        """Return how many units of the world the cube's side is long."""
        return float(np.linalg.norm(self.to_world[:3, 0]))


def place_by_masks(views: Sequence[RawView]) -> Placement:
    """Return where the cube has to be for the object to fill it: its longest side is 1.

    Up is the normal of the plane in which the cameras go round; the first camera sees the front.

    Raises:
        BadInputError: fewer than three views show anything, or the cameras do not look at one thing.
    """
    seen = [view for view in views if view.mask.any()]
    if len(seen) < LEAST_VIEWS:
        raise BadInputError(f"{len(seen)} views show the object by their masks; at least {LEAST_VIEWS} are needed.")
    centre = _common_centre(seen)
    axes = _axes(seen, centre)
    radius = max(_radius(view, centre) for view in seen)
    cells = cell_centres(GRID).numpy().astype(np.float64)
    hull = cells[_agreed(seen, 2.0 * radius * cells @ axes + centre)]
    if not len(hull):
        raise BadInputError(
            f"No point is on the object in {AGREEMENT:.0%} of {len(seen)} views: the cameras do not fit the masks; "
            "check their convention."
        )
    low, high = hull.min(axis=0) - 0.5 / GRID, hull.max(axis=0) + 0.5 / GRID
    middle, side = (low + high) / 2.0, float((high - low).max())
    to_world = np.eye(4)
    to_world[:3, :3] = 2.0 * radius * side * axes.T
    to_world[:3, 3] = 2.0 * radius * middle @ axes + centre
    return Placement(to_world, (hull - middle) / side)


def place_in_cube(views: Sequence[RawView]) -> Placement:
    """Return the placement of a data set whose world is the cube already.

    Raises:
        BadInputError: the cameras do not see anything in it.
    """
    cells = cell_centres(GRID).numpy().astype(np.float64)
    hull = cells[_agreed([view for view in views if view.mask.any()], cells)]
    if not len(hull):
        raise BadInputError(f"No point of the cube is on the object in {AGREEMENT:.0%} of {len(views)} views.")
    return Placement(np.eye(4), hull)


def _common_centre(views: Sequence[RawView]) -> np.ndarray:
    """Return the point of the world nearest to the lines of sight through the middles of the masks."""
    origins = np.stack([view.camera.position for view in views])
    lines = np.stack([_sight(view) for view in views])
    kept = np.ones(len(views), bool)
    for _ in range(2):  # the second time without views that look elsewhere
        across = np.eye(3) - lines[kept, :, None] * lines[kept, None, :]
        total = across.sum(axis=0)
        if np.linalg.eigvalsh(total)[0] < 1e-4 * len(views):
            raise BadInputError("All views are seen from the same direction, so the object's place is unknown.")
        centre = np.linalg.solve(total, np.einsum("vij,vj->i", across, origins[kept]))
        offset = centre - origins
        distance = np.linalg.norm(offset - (offset * lines).sum(axis=1, keepdims=True) * lines, axis=1)
        kept = distance <= OUTLIER * np.median(distance) + 1e-9
    return centre


def _sight(view: RawView) -> np.ndarray:
    """Return the unit direction [3] in the world of the middle of a view's mask."""
    rows, columns = np.nonzero(view.mask)
    ray = view.camera.directions(np.array([columns.mean() + 0.5, rows.mean() + 0.5]))
    line = ray @ view.camera.world_mat[:3, :3]
    return line / np.linalg.norm(line)


def _axes(views: Sequence[RawView], centre: np.ndarray) -> np.ndarray:
    """Return the cube's axes as rows [3, 3] in the world: right, up, front."""
    positions = np.stack([view.camera.position for view in views])
    upwards = -np.stack([view.camera.world_mat[1, :3] for view in views]).mean(axis=0)
    up = np.linalg.svd(positions - positions.mean(axis=0))[2][2]
    up = up if up @ upwards >= 0 else -up
    front = positions[0] - centre
    front = front - (front @ up) * up
    if np.linalg.norm(front) < 1e-6 * np.linalg.norm(positions[0] - centre):  # seen from right above
        front = np.cross(up, np.eye(3)[np.abs(up).argmin()])
    front /= np.linalg.norm(front)
    return np.stack([np.cross(up, front), up, front])


def _radius(view: RawView, centre: np.ndarray) -> float:
    """Return how far from the centre, in units of the world, the box of a view's mask reaches."""
    rows, columns = np.nonzero(view.mask)
    pixel, depth = view.camera.project(centre[None])
    reach = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]]) - pixel
    return float(np.linalg.norm(np.abs(reach).max(axis=0) / view.camera.focal) * abs(depth[0]))


def _agreed(views: Sequence[RawView], points: np.ndarray) -> np.ndarray:
    """Return which points [N, 3] of the world enough views show as the object, bool [N]."""
    shown, looked = np.zeros(len(points)), np.zeros(len(points))
    for view in views:
        pixel, depth = view.camera.project(points)
        height, width = view.mask.shape
        inside = (depth > 0) & (pixel >= 0).all(axis=1) & (pixel < (width, height)).all(axis=1)
        column, row = pixel[inside].astype(int).T
        looked += inside
        shown[inside] += view.mask[row, column]
    return (looked >= 0.5 * len(views)) & (shown >= AGREEMENT * looked)
