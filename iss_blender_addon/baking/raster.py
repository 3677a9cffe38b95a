"""Triangles with corner colours, drawn into a texture; numpy alone, so it works without Cycles and without a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MOST_AT_ONCE = 4_000_000  # pixel candidates held in memory
HALF_TEXEL = 0.5


def paint_triangles(uvs: np.ndarray, colours: np.ndarray, size: int, margin: int) -> np.ndarray:
    """Return a texture float32 [size, size, 4], bottom row first as Blender's images are; alpha 1 where painted.

    Args:
        uvs: of the corners, [T, 3, 2] in 0..1.
        colours: of the corners, [T, 3, 3] in 0..1; blended evenly across each triangle.
        size: pixels a side.
        margin: pixels by which painted parts grow outwards, so that nothing shines through at seams.
    """
    import numpy as np

    texture = np.zeros((size, size, 4), np.float32)
    corners = uvs.astype(np.float64) * size - HALF_TEXEL  # pixel centres lie on whole numbers
    low = np.clip(np.ceil(corners.min(axis=1) - 1e-6), 0, size - 1).astype(np.int64)
    high = np.clip(np.floor(corners.max(axis=1) + 1e-6), 0, size - 1).astype(np.int64)
    span = (high - low + 1).max(axis=1)
    for width in np.unique(1 << np.ceil(np.log2(np.maximum(span, 1))).astype(np.int64)):
        chosen = np.flatnonzero((span <= width) & (span > width // 2) & (high >= low).all(axis=1))
        batch = max(MOST_AT_ONCE // int(width) ** 2, 1)
        for start in range(0, len(chosen), batch):
            part = chosen[start : start + batch]
            _paint(texture, corners[part], colours[part], low[part], int(width))
    _grow(texture, margin)
    return texture


def _paint(texture: np.ndarray, corners: np.ndarray, colours: np.ndarray, low: np.ndarray, width: int) -> None:
    """Paint triangles whose boxes are at most `width` pixels wide and begin at the pixels `low` [T, 2]."""
    import numpy as np

    ticks = np.arange(width)
    offsets = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(1, -1, 2)
    pixels = low[:, None] + offsets
    origin, first, second = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    area = np.where(np.abs(area) < 1e-12, np.inf, area)[:, None]
    away = pixels - origin[:, None]
    b = (away[..., 0] * second[:, None, 1] - away[..., 1] * second[:, None, 0]) / area
    c = (first[:, None, 0] * away[..., 1] - first[:, None, 1] * away[..., 0]) / area
    inside = (b >= -1e-6) & (c >= -1e-6) & (b + c <= 1.0 + 1e-6) & (pixels < len(texture)).all(axis=-1)
    triangle, _ = np.nonzero(inside)
    weights = np.stack([1.0 - b[inside] - c[inside], b[inside], c[inside]], axis=1)
    columns, rows = pixels[inside].T
    texture[rows, columns, :3] = np.einsum("nk,nkc->nc", weights, colours[triangle])
    texture[rows, columns, 3] = 1.0


def _grow(texture: np.ndarray, margin: int) -> None:
    """Let painted parts grow by `margin` pixels, each new pixel the mean of its painted neighbours."""
    import numpy as np

    for _ in range(margin):
        padded = np.pad(texture * texture[..., 3:], ((1, 1), (1, 1), (0, 0)))
        size = len(texture)
        near = sum(padded[1 + y : 1 + y + size, 1 + x : 1 + x + size] for y in (-1, 0, 1) for x in (-1, 0, 1))
        new = (texture[..., 3] == 0) & (near[..., 3] > 0)
        texture[new, :3] = near[new, :3] / near[new, 3:]
        texture[new, 3] = 1.0
