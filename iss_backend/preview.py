"""Pictures of results as PNG files."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from iss_backend.files import write_whole


def picture_sheet(pictures: Tensor, columns: int | None = None) -> np.ndarray:
    """Arrange pictures [N, 3, S, S] in 0..1 side by side, row by row; uint8 [rows * S, columns * S, 3]."""
    columns = columns or len(pictures)
    size = pictures.shape[-1]
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * size, columns * size, 3), 255, np.uint8)
    for number, picture in enumerate((pictures.clamp(0, 1) * 255.0).round().byte().permute(0, 2, 3, 1).numpy()):
        row, column = divmod(number, columns)
        sheet[row * size : (row + 1) * size, column * size : (column + 1) * size] = picture
    return sheet


def write_picture_sheet(pictures: Tensor, path: Path, columns: int | None = None) -> None:
    """Write pictures [N, 3, S, S] in 0..1 as one PNG, atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    buffer = io.BytesIO()
    Image.fromarray(picture_sheet(pictures, columns)).save(buffer, "PNG")
    write_whole(path, buffer.getvalue())
