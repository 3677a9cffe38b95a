"""Depth, normal and albedo pictures by casting one ray per pixel against Blender's BVH tree.

Pure CPU and about ten times as fast as a Cycles render of the same size, with exact depth and unlit colours.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
from mathutils.bvhtree import BVHTree

from .cameras import Camera
from .surface import Surface, face_vectors

AMBIENT = 0.45
PATCH = 10_000  # triangles of one search tree: a few hundredths of a second to make it, or to cast against it
MORTON_BITS = 5  # along each side of the cube: the codes fit into 16 bits, whose sorting is ten times as fast
CODES = 50_000  # Morton codes worked out at a time


@dataclass(frozen=True)
class View:
    """What one camera sees, all [size, size(, 3)], top row first.

    `depth` is the camera-space z (inf where nothing is hit), `normal` unit vectors in the cube's axes that face
    the camera, `albedo` and `image` sRGB in 0..1; the image is lit from the camera, on white.
    """

    depth: np.ndarray
    normal: np.ndarray
    albedo: np.ndarray
    image: np.ndarray

    @property
    def mask(self) -> np.ndarray:
        """Return where the shape is seen, bool [size, size]."""
        return np.isfinite(self.depth)


class RayCaster:
    """Casts the pixel rays of cameras against one surface, whose search trees are made when they are needed."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._patches: list[np.ndarray] = []
        self._trees: list[BVHTree] = []

    def plant(self) -> Iterator[None]:
        """Make the search trees that `view` needs, one a piece."""
        if not self._patches:
            self._patches = yield from patch_steps(self._surface.corners)
        for patch in self._patches[len(self._trees) :]:
            vertices = self._surface.corners[patch].reshape(-1, 3)
            triangles = np.arange(len(vertices)).reshape(-1, 3)
            with _no_collection():
                self._trees.append(BVHTree.FromPolygons(_rows(vertices), _rows(triangles), all_triangles=True))
            yield

    def view(self, camera: Camera, size: int) -> View:
        """Return what `camera` sees in a picture of `size` x `size` pixels."""
        *_, view = self.view_steps(camera, size)
        return view

    def view_steps(self, camera: Camera, size: int) -> Iterator[View | None]:
        """Do what `view` does in pieces: yields None after each patch of the surface, and the view at the end."""
        for _ in self.plant():
            yield None
        rays = camera.pixel_rays(size)
        index, depth = np.full((size, size), -1), np.full((size, size), np.inf)
        for patch, tree in zip(self._patches, self._trees, strict=True):
            window = self._window(camera, size, patch)
            found, distance = _cast(tree, camera.centre, rays[window])
            nearer = distance < depth[window]
            index[window] = np.where(nearer, patch[found], index[window])
            depth[window] = np.where(nearer, distance, depth[window])
            yield None
        yield self._shaded(camera, rays, index, depth)

    def _shaded(self, camera: Camera, rays: np.ndarray, index: np.ndarray, depth: np.ndarray) -> View:
        """Return the pictures of triangles `index` [S, S] (-1 for none) at `depth` [S, S]."""
        hit = index >= 0
        points = camera.centre + rays[hit] * depth[hit][:, None]
        normal, albedo = np.zeros((*hit.shape, 3)), np.ones((*hit.shape, 3))
        normal[hit] = self._facing_normals(index[hit], rays[hit])
        albedo[hit] = self._albedo_at(index[hit], points)
        return View(depth, normal, albedo, _headlight(albedo, normal, rays, hit))

    def _window(self, camera: Camera, size: int, patch: np.ndarray) -> tuple[slice, slice]:
        """Return the rows and columns that a patch's projection covers, so that few rays are wasted."""
        pixels = (camera.project(self._surface.corners[patch].reshape(-1, 3)) + 1.0) / 2.0 * size
        low = np.clip(np.floor(pixels.min(axis=0)).astype(int) - 1, 0, size)
        high = np.clip(np.ceil(pixels.max(axis=0)).astype(int) + 1, 0, size)
        return slice(low[1], high[1]), slice(low[0], high[0])

    def _facing_normals(self, index: np.ndarray, rays: np.ndarray) -> np.ndarray:
        normals = face_vectors(self._surface.corners[index])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
        away = np.einsum("nd,nd->n", normals, rays) > 0
        return np.where(away[:, None], -normals, normals)

    def _albedo_at(self, index: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Interpolate the corner colours at `points` [N, 3] on the triangles `index` [N]."""
        weights = _barycentric(self._surface.corners[index], points)
        return np.einsum("nk,nkc->nc", weights, self._surface.albedo[index])


def patch_steps(corners: np.ndarray) -> Generator[None, None, list[np.ndarray]]:
    """Return the numbers of the triangles [T, 3, 3] in each patch: runs of PATCH along a Morton curve.

    Each patch is then compact: it covers a small part of a picture.
    """
    if len(corners) <= PATCH:
        return [np.arange(len(corners))]
    codes = np.empty(len(corners), np.uint16)
    for first in range(0, len(corners), CODES):
        run = slice(first, first + CODES)
        codes[run] = _morton(corners[run, 0])
        yield
    order = np.argsort(codes, kind="stable")
    return [order[first : first + PATCH] for first in range(0, len(order), PATCH)]


def _morton(points: np.ndarray) -> np.ndarray:
    """Return where points [N, 3] of the cube lie along a Morton curve, [N]."""
    cells = ((points + 0.5) * 2**MORTON_BITS).clip(0, 2**MORTON_BITS - 1).astype(np.int64)
    return sum((cells >> bit & 1) @ (1, 2, 4) << 3 * bit for bit in range(MORTON_BITS))


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from looking for garbage among thousands of short-lived tuples: that takes up to 50 ms in Blender."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _rows(values: np.ndarray) -> list[tuple[float, ...]]:
    """Return an array [N, 3] as a list of tuples; three times as fast as `tolist`, which makes lists."""
    flat = iter(values.ravel().tolist())
    return list(zip(flat, flat, flat, strict=True))


def _cast(tree: BVHTree, origin: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the triangle index (-1 for a miss) and the ray parameter (inf for a miss) for rays [..., 3]."""
    start, ray_cast = tuple(origin), tree.ray_cast
    lengths = np.linalg.norm(rays.reshape(-1, 3), axis=1)
    with _no_collection():
        hits = [ray_cast(start, ray) for ray in rays.reshape(-1, 3).tolist()]
        index = np.array([-1 if hit[2] is None else hit[2] for hit in hits], dtype=int)
        distance = np.array([np.inf if hit[3] is None else hit[3] for hit in hits], dtype=float)
        del hits
    return index.reshape(rays.shape[:-1]), (distance / np.maximum(lengths, 1e-12)).reshape(rays.shape[:-1])


def _barycentric(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return barycentric weights [N, 3] of `points` [N, 3] in triangles `corners` [N, 3, 3]."""
    edge_a, edge_b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    offset = points - corners[:, 0]
    aa, ab, bb = (np.einsum("nd,nd->n", u, v) for u, v in ((edge_a, edge_a), (edge_a, edge_b), (edge_b, edge_b)))
    ao, bo = np.einsum("nd,nd->n", edge_a, offset), np.einsum("nd,nd->n", edge_b, offset)
    determinant = np.maximum(aa * bb - ab * ab, 1e-20)
    second = np.clip((bb * ao - ab * bo) / determinant, 0.0, 1.0)
    third = np.clip((aa * bo - ab * ao) / determinant, 0.0, 1.0)
    first = np.clip(1.0 - second - third, 0.0, 1.0)
    weights = np.stack([first, second, third], axis=1)
    return weights / weights.sum(axis=1, keepdims=True)


def _headlight(albedo: np.ndarray, normal: np.ndarray, rays: np.ndarray, hit: np.ndarray) -> np.ndarray:
    """Light the albedo from the camera (Lambert plus ambient) and put it on white."""
    cosine = -np.einsum("hwd,hwd->hw", normal, rays) / np.linalg.norm(rays, axis=-1)
    lit = albedo * (AMBIENT + (1.0 - AMBIENT) * np.clip(cosine, 0.0, 1.0))[..., None]
    return np.where(hit[..., None], lit, 1.0)
