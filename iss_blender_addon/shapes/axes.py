"""From the cube's axes (Y up, front +Z) to Blender's (Z up, front -Y)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def to_blender(vertices: np.ndarray, size: float) -> np.ndarray:
    """Turn and scale vertices [V, 3] of the cube; returns float32 [V, 3], C order.

    The longest side becomes `size`; the origin lies in the middle of the base: the shape stands on z = 0.
    """
    import numpy as np

    turned = np.stack([vertices[:, 0], -vertices[:, 2], vertices[:, 1]], axis=1)
    low, high = turned.min(axis=0), turned.max(axis=0)
    base = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    scale = size / max(float((high - low).max()), 1e-9)
    return np.ascontiguousarray((turned - base) * scale, dtype=np.float32)
