"""Where pixels lie in the plane of a picture."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from torch import Tensor

Numbers = TypeVar("Numbers", np.ndarray, Tensor)


def pixel_centres(index: Numbers, size: int) -> Numbers:
    """Return where the centres of pixels lie along a picture, -1..1 from edge to edge.

    Args:
        index: rows or columns of the pixels, of any form.
        size: pixels along that side.
    """
    return (2.0 * index + 1.0) / size - 1.0
