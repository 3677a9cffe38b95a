"""Reading depth pictures in the OpenEXR format, as the official DVR and ShapeNet data sets store them.

The product's own captures do not use the format, so its reader is optional: OpenEXR or OpenCV, whichever is installed.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np

from iss_backend.errors import BadInputError

# Renderers write a huge depth, or infinity, where there is nothing; no camera of a data set stands this far away.
FAR = 1e3


def read_exr_depth(path: Path) -> np.ndarray:
    """Return the first channel of an EXR picture, camera-space z, float32 [H, W], inf where nothing is seen.

    Raises:
        BadInputError: no reader is installed, or the file is damaged.

    """
    depth = _reader(path)(path).astype(np.float32)
    return np.where(depth < FAR, depth, np.float32(np.inf))


def _reader(path: Path) -> Callable[[Path], np.ndarray]:
    openexr = _installed("OpenEXR")
    if openexr is not None and hasattr(openexr, "File"):
        return lambda file: _read_with_openexr(openexr, file)
    # OpenCV looks at this when it is imported.
    os.environ.setdefault("OPENCV_IO_ENABLE_OPENEXR", "1")
    opencv = _installed("cv2")
    if opencv is not None:
        return lambda file: _read_with_opencv(opencv, file)
    raise BadInputError(
        f"{path} is an OpenEXR picture, and no reader is installed; run 'pip install OpenEXR' in the backend's "
        "environment."
    )


def _installed(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _read_with_openexr(openexr: ModuleType, path: Path) -> np.ndarray:
    try:
        with openexr.File(str(path), separate_channels=True) as file:
            channels = file.channels()
            return channels["R" if "R" in channels else min(channels)].pixels
    except (RuntimeError, ValueError) as error:
        raise BadInputError(f"The depth picture {path} cannot be read ({error}); copy it again.") from error


def _read_with_opencv(opencv: ModuleType, path: Path) -> np.ndarray:
    try:
        pixels = opencv.imread(str(path), opencv.IMREAD_UNCHANGED)
    except opencv.error as error:
        raise BadInputError(f"The depth picture {path} cannot be read by this OpenCV; install OpenEXR.") from error
    if pixels is None:
        raise BadInputError(f"The depth picture {path} cannot be read; copy it again.")
    return pixels if pixels.ndim == 2 else pixels[..., 2]  # blue, green, red
