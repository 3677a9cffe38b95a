"""Makes `import torchvision` (and so `import open_clip`) work beside a CPU build of PyTorch.

The published torchvision wheels link against CUDA. Beside a CPU build their operator library cannot be loaded, and the
import dies because two operator schemas are unknown. open_clip uses neither operator: declaring the schemas is enough.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import torch

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


@cache
def ensure_torchvision_imports() -> torch.library.Library | None:
    """Declare torchvision's operator schemas where its own library cannot be loaded; else do nothing.

    Returns:
        The declarations, kept alive by this function's cache, or None where torchvision's own library loads.
    """
    if _native_library_loads():
        return None
    library = torch.library.Library("torchvision", "DEF")
    for schema in _SCHEMAS:
        library.define(schema)
    return library


def _native_library_loads() -> bool:
    """Tell whether torchvision's compiled operators can be loaded (loading them declares the real schemas)."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return False
    libraries = [path for path in Path(spec.origin).parent.glob("_C.*") if path.suffix in (".so", ".pyd", ".dylib")]
    try:
        for path in libraries:
            torch.ops.load_library(str(path))
    except OSError:
        return False
    return bool(libraries)
