"""Blender's images as arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..language import tr
from .orientation import orientation_of, turned_upright

if TYPE_CHECKING:
    import numpy as np

LARGEST_SIDE = 1024  # pixels; the backend shrinks pictures to a fraction of it
FAINTEST = 1e-4  # alpha below which a pixel has no colour


class PictureError(ValueError):
    """A picture cannot be had; one sentence says why."""


def pixels_of(image: bpy.types.Image) -> np.ndarray:
    """Return an image's sRGB colours and alpha as uint8 [H, W, 4], top row first, at most LARGEST_SIDE a side.

    Raises:
        PictureError: it holds no pixels, for example because its file is missing.
    """
    import numpy as np

    from ..view_capture.paint import linear_to_srgb

    if image.source == "VIEWER":  # such as the render result
        raise PictureError(
            tr("Blender gives add-ons no pixels of “{image}”; save it as a file and choose that.", image=image.name)
        )
    width, height = image.size
    if not width or not height or not image.channels:
        raise PictureError(tr("The image “{image}” holds no pixels; load or pack its file first.", image=image.name))
    values = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(values)
    values = values.reshape(height, width, image.channels)[::-1]
    if image.channels == 4 and not image.is_float:  # as Blender keeps floats: what is transparent counts for nothing
        values[..., :3] *= values[..., 3:]
    values = _shrunk(values)
    coloured = image.channels >= 3
    rgb = values[..., :3] if coloured else np.repeat(values[..., :1], 3, axis=2)
    alpha = values[..., 3:4] if image.channels == 4 else np.ones_like(rgb[..., :1])
    rgb = rgb / np.maximum(alpha, FAINTEST)
    if image.is_float:  # scene-linear, and possibly out of range
        rgb = linear_to_srgb(rgb)
    return to_bytes(np.concatenate([rgb, alpha], axis=2))


def read_picture(path: Path) -> np.ndarray:
    """Return a picture file's colours and alpha as `pixels_of` does, upright; nothing stays in the open file.

    Raises:
        PictureError: it is missing, or no picture.
    """
    if not path.is_file():
        raise PictureError(tr("There is no file {path}; choose a picture.", path=path))
    try:
        image = bpy.data.images.load(str(path))
    except RuntimeError as error:
        raise PictureError(tr("{path} cannot be read as a picture; give a PNG or JPEG file.", path=path)) from error
    try:
        if not all(image.size):
            raise PictureError(tr("{path} cannot be read as a picture; give a PNG or JPEG file.", path=path))
        return turned_upright(pixels_of(image), orientation_of(path))
    finally:
        bpy.data.images.remove(image)


def to_bytes(values: np.ndarray) -> np.ndarray:
    """Return values in 0..1 as bytes, C order."""
    import numpy as np

    return np.ascontiguousarray((np.clip(values, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8))


def _shrunk(values: np.ndarray) -> np.ndarray:
    """Average blocks of pixels [H, W, C] until the longer side fits; what does not fill a block is cut off."""
    block = -(-max(values.shape[:2]) // LARGEST_SIDE)
    if block <= 1:
        return values
    rows, columns = (max(side // block, 1) for side in values.shape[:2])
    cut = values[: rows * block, : columns * block]
    if min(values.shape[:2]) < block:
        return cut[::block, ::block]
    return cut.reshape(rows, block, columns, block, -1).mean(axis=(1, 3))
