"""Pictures of results: close-ups, and sheets of them as PNG files."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from iss_backend.files import write_whole
from iss_backend.images import bounds_of

DRAWN_LARGER = 3  # times as many pixels as are shown: some are cropped, the others make outlines smooth
MARGIN = 0.06  # of a close-up's side, on each side
WHITE = 0.998


def close_ups(pictures: Tensor, size: int) -> Tensor:
    """Return squares [N, 3, size, size] of pictures [N, 3, S, S] on white, each about what it shows, all at one scale.

    A picture that is all white stays so.
    """
    seen = (pictures < WHITE).any(dim=1)
    frames = [_frame(mask) for mask in seen]
    side = round(max(length for _, length in frames) / (1.0 - 2.0 * MARGIN))
    padded = functional.pad(pictures, [side] * 4, value=1.0)
    parts = []
    for picture, ((row, column), _) in zip(padded, frames, strict=True):
        top, left = row + side - side // 2, column + side - side // 2
        parts.append(picture[:, top : top + side, left : left + side])
    shrunk = functional.interpolate(torch.stack(parts), (size, size), mode="bilinear", antialias=True)
    return shrunk.clamp(0.0, 1.0)


def _frame(mask: Tensor) -> tuple[tuple[int, int], int]:
    """Return the middle pixel (row, column) of what a mask [S, S] holds, and its longer side; of all if it is empty."""
    if not mask.any():
        mask = torch.ones_like(mask)
    (top, bottom), (left, right) = bounds_of(mask)
    return ((top + bottom) // 2, (left + right) // 2), max(bottom - top, right - left)


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
