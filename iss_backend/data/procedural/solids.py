"""Closed solids that models are put together from: boxes, turned bodies, tubes, extrusions, lofts.

Axes as in the cube: Y up, front +Z. Units are free, because a model is normalised when it is captured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import ConvexHull

AXES = "xyz"
_CORNERS = np.array(np.meshgrid(*[[-1.0, 1.0]] * 3)).reshape(3, -1).T
LONGEST_MITRE = 2.5  # how far a tube's sharp bend may reach, in radii


@dataclass(frozen=True, eq=False)
class Solid:
    """A closed triangle mesh: vertices float64 [V,3], faces int32 [F,3], counter-clockwise seen from outside."""

    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]

    @property
    def volume(self) -> float:
        """Return the enclosed volume, positive where faces look outwards."""
        a, b, c = (self.vertices[self.faces[:, corner]] for corner in range(3))
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Solid:
        """Return the solid moved along the axes."""
        return Solid(self.vertices + np.array([x, y, z], float), self.faces)

    def scaled(self, sx: float, sy: float, sz: float) -> Solid:
        """Return the solid scaled about the origin; negative factors mirror it."""
        faces = self.faces if sx * sy * sz > 0 else self.faces[:, ::-1]
        return Solid(self.vertices * np.array([sx, sy, sz], float), faces)

    def turned(self, axis: str, degrees: float) -> Solid:
        """Return the solid turned about an axis ("x", "y" or "z") through the origin, right-handed."""
        first, second = (AXES.index(axis) + 1) % 3, (AXES.index(axis) + 2) % 3
        turn, angle = np.eye(3), np.radians(degrees)
        turn[first, first] = turn[second, second] = np.cos(angle)
        turn[first, second], turn[second, first] = -np.sin(angle), np.sin(angle)
        return Solid(self.vertices @ turn.T, self.faces)

    def mirrored(self, axis: str) -> Solid:
        """Return the mirror image in the plane through the origin across an axis."""
        return self.scaled(*(-1.0 if name == axis else 1.0 for name in AXES))


def joined(*solids: Solid) -> Solid:
    """Return several solids as one, unconnected."""
    starts = np.cumsum([0] + [len(solid.vertices) for solid in solids])
    faces = [solid.faces + start for solid, start in zip(solids, starts[:-1], strict=True)]
    return Solid(np.concatenate([solid.vertices for solid in solids]), np.concatenate(faces).astype(np.int32))


def box(size: Sequence[float], centre: Sequence[float] = (0.0, 0.0, 0.0), bevel: float = 0.0) -> Solid:
    """Return a box of sides ``size`` [3] whose edges are cut off by ``bevel`` (0: sharp)."""
    half = np.asarray(size, float) / 2
    cut = min(bevel, 0.95 * half.min())
    if cut <= 0:
        return Solid(_CORNERS * half + centre, _box_faces(False))
    return Solid(_bevelled(half, cut) + centre, _box_faces(True))


def _bevelled(half: NDArray[np.float64], cut: float) -> NDArray[np.float64]:
    """Return the corners [24,3] of the six faces that are left of a box when its edges are cut off."""
    return np.concatenate([_CORNERS * np.where(np.arange(3) == axis, half, half - cut) for axis in range(3)])


@cache
def _box_faces(bevelled: bool) -> NDArray[np.int32]:
    """Return the faces of every sharp or bevelled box: how they are joined does not depend on its size."""
    return hull(_bevelled(np.ones(3), 0.5) if bevelled else _CORNERS).faces


def hull(points: ArrayLike) -> Solid:
    """Return the convex hull of points [N,3] that do not lie in a plane."""
    points = np.asarray(points, float)
    found = ConvexHull(points)
    corners = points[found.simplices]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    inwards = np.einsum("ij,ij->i", normals, found.equations[:, :3]) < 0
    faces = np.where(inwards[:, None], found.simplices[:, ::-1], found.simplices)
    used, renumbered = np.unique(faces, return_inverse=True)
    return Solid(points[used], renumbered.reshape(-1, 3).astype(np.int32))


def cylinder(radius: float, height: float, top_radius: float | None = None, sides: int = 24) -> Solid:
    """Return a cylinder or frustum about Y, its base at y = 0; a ``top_radius`` of 0 makes a cone."""
    return lathe([(radius, 0.0), (radius if top_radius is None else top_radius, height)], sides)


def lathe(profile: Sequence[tuple[float, float]], sides: int = 24) -> Solid:
    """Return the body that a contour of (radius, y) makes about Y, from its lowest to its last point.

    Ends of radius above 0 are closed flat; a contour that turns and comes down again inside makes a hollow body.
    """
    angles = 2 * np.pi * np.arange(sides) / sides
    ring = np.stack([np.cos(angles), np.zeros(sides), -np.sin(angles)], axis=1)
    return _skin([ring * max(radius, 0.0) + np.array([0.0, y, 0.0]) for radius, y in profile])


def ellipsoid(
    radii: Sequence[float], centre: Sequence[float] = (0.0, 0.0, 0.0), rings: int = 12, sides: int = 20
) -> Solid:
    """Return an ellipsoid of radii [3] about ``centre``."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    ball = lathe([(0.0, -1.0), *zip(np.cos(angles[1:-1]), np.sin(angles[1:-1]), strict=True), (0.0, 1.0)], sides)
    return ball.scaled(*radii).moved(*centre)


def cushion(size: Sequence[float], centre: Sequence[float] = (0.0, 0.0, 0.0), roundness: float = 0.5) -> Solid:
    """Return a soft box of sides ``size`` [3]; roundness 0.1 is nearly a box, 1 an ellipsoid."""
    ball = ellipsoid((1.0, 1.0, 1.0), rings=14, sides=28).turned("y", 360 / 56).vertices
    ball = np.sign(ball) * np.abs(ball) ** roundness
    shape = Solid(ball, ellipsoid((1.0, 1.0, 1.0), rings=14, sides=28).faces)
    low, high = ball.min(axis=0), ball.max(axis=0)
    return shape.moved(*(-(low + high) / 2)).scaled(*(np.asarray(size, float) / (high - low))).moved(*centre)


def tube(path: ArrayLike, radius: float | ArrayLike, sides: int = 10) -> Solid:
    """Return a round tube along points [N,3]; a path that ends where it begins makes a ring.

    ``radius`` is one number or one for each point (the last one is not used for a ring).
    """
    points = np.asarray(path, float)
    closed = len(points) > 3 and np.allclose(points[0], points[-1])
    radii = np.broadcast_to(np.asarray(radius, float), len(points))
    points, radii = (points[:-1], radii[:-1]) if closed else (points, radii)
    before, after = _directions(points, closed)
    angles = 2 * np.pi * np.arange(sides) / sides
    rings, normal = [], _any_normal(before[0] + after[0])
    for point, size, old, new in zip(points, radii, before, after, strict=True):
        tangent = _unit(old + new)
        normal = _unit(normal - tangent * (normal @ tangent))
        ring = np.outer(np.cos(angles), normal) + np.outer(np.sin(angles), np.cross(tangent, normal))
        rings.append(point + size * _mitred(ring, tangent, old, new))
    return _skin(rings, closed)


def extrude(polygon: ArrayLike, depth: float) -> Solid:
    """Return the prism over a simple polygon [N,2] in the x-y plane, which may be concave; centred in z."""
    polygon = np.asarray(polygon, float)
    return loft([polygon, polygon], [-depth / 2, depth / 2])


def loft(sections: Sequence[ArrayLike], z_values: Sequence[float]) -> Solid:
    """Return the skin over closed rings [N,2] of (x, y), all with the same N, at the given z, rising or falling.

    Both ends are closed flat; an end ring of equal points makes a tip.
    """
    pairs = zip(sections, z_values, strict=True)
    return _skin([np.column_stack([np.asarray(ring, float), np.full(len(ring), z)]) for ring, z in pairs])


def ring_section(
    width: float, height: float, centre_y: float = 0.0, sharpness: float = 1.0, sides: int = 20
) -> NDArray[np.float64]:
    """Return a closed ring [sides,2] for lofts: an ellipse (sharpness 1) to nearly a rectangle (0.2)."""
    angles = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    squarish = np.sign(circle) * np.abs(circle) ** sharpness
    return squarish / np.abs(squarish).max(axis=0) * np.array([width / 2, height / 2]) + np.array([0.0, centre_y])


def arc(radius: float, start: float, end: float, count: int = 12) -> NDArray[np.float64]:
    """Return points [count,2] of a circle about the origin from ``start`` to ``end`` degrees, 0 at +x, ccw."""
    angles = np.radians(np.linspace(start, end, count))
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _skin(rings: list[NDArray[np.float64]], closed: bool = False) -> Solid:
    """Return the solid through rings [S,3] of equal length; end rings are filled, rings of one point become it."""
    sides = len(rings[0])
    numbers = np.arange(len(rings) * sides).reshape(len(rings), sides)
    points = np.concatenate(rings)
    for number, ring in enumerate(rings):
        if np.ptp(ring, axis=0).max() < 1e-12:
            numbers[number] = numbers[number, 0]
    below, above = (numbers, np.roll(numbers, -1, axis=0)) if closed else (numbers[:-1], numbers[1:])
    a, b, c, d = below, np.roll(below, -1, axis=1), np.roll(above, -1, axis=1), above
    faces = [np.stack([a, b, c], axis=-1).reshape(-1, 3), np.stack([a, c, d], axis=-1).reshape(-1, 3)]
    if not closed:
        faces += [_cap(points, numbers[0])[:, ::-1], _cap(points, numbers[-1])]
    triangles = np.concatenate(faces)
    whole = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)  # those at a tip have two equal corners
    used, renumbered = np.unique(triangles[whole], return_inverse=True)
    solid = Solid(points[used], renumbered.reshape(-1, 3).astype(np.int32))
    return solid if solid.volume >= 0 else Solid(solid.vertices, solid.faces[:, ::-1])


def _cap(points: NDArray[np.float64], ring: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the triangles [T,3] that fill a flat ring of vertex numbers, wound like the ring."""
    if len(np.unique(ring)) < 3:
        return np.zeros((0, 3), np.int64)
    corners = points[ring] - points[ring].mean(axis=0)
    products = corners.T @ np.roll(corners, -1, axis=0)
    normal = (products - products.T)[[1, 2, 0], [2, 0, 1]]  # the sum of the cross products
    right = _any_normal(normal)
    up = np.cross(_unit(normal), right)
    return ring[_ears(np.stack([corners @ right, corners @ up], axis=1))]


def _ears(polygon: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return triangles [N-2,3] of a counter-clockwise polygon [N,2] by ear clipping."""
    if (_turn(np.roll(polygon, 1, axis=0).T, polygon.T, np.roll(polygon, -1, axis=0)) > 1e-15).all():
        return _fan(len(polygon))
    left, triangles = list(range(len(polygon))), []
    while len(left) > 3:
        ear = next((at for at in range(len(left)) if _is_ear(polygon, left, at)), 0)
        triangles.append([left[ear - 1], left[ear], left[(ear + 1) % len(left)]])
        del left[ear]
    return np.array([*triangles, left])


def _fan(corners: int) -> NDArray[np.int64]:
    """Return the triangles [N-2,3] of a convex polygon about its last corner."""
    first = np.arange(corners - 2)
    return np.stack([np.full_like(first, corners - 1), first, first + 1], axis=1)


def _is_ear(polygon: NDArray[np.float64], left: list[int], at: int) -> bool:
    a, b, c = polygon[left[at - 1]], polygon[left[at]], polygon[left[(at + 1) % len(left)]]
    if _turn(a, b, c) <= 1e-15:
        return False
    others = polygon[left]
    inside = (_turn(a, b, others) > 0) & (_turn(b, c, others) > 0) & (_turn(c, a, others) > 0)
    return not inside.any()


def _turn(a: NDArray, b: NDArray, c: NDArray) -> NDArray:
    return (b[0] - a[0]) * (c[..., 1] - a[1]) - (b[1] - a[1]) * (c[..., 0] - a[0])


def _directions(points: NDArray[np.float64], closed: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the unit directions [N,3] before and after each point."""
    steps = np.roll(points, -1, axis=0) - points
    if not closed:
        steps[-1] = steps[-2]
    after = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    before = np.roll(after, 1, axis=0)
    if not closed:
        before[0] = after[0]
    return before, after


def _mitred(ring: NDArray, tangent: NDArray, old: NDArray, new: NDArray) -> NDArray:
    """Return a ring [S,3] stretched across a bend, so that the tube keeps its width."""
    bend = new - old
    if np.linalg.norm(bend) < 1e-9:
        return ring
    across = _unit(bend)
    stretch = min(1 / max(tangent @ new, 1e-6), LONGEST_MITRE)
    return ring + np.outer(ring @ across, across) * (stretch - 1)


def _any_normal(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a unit vector at right angles to a direction."""
    helper = np.eye(3)[np.abs(direction).argmin()]
    return _unit(np.cross(direction, helper))


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
