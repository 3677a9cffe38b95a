"""Imports open_clip without what it does not need here.

open_clip imports all of torchvision (whose operators import PyTorch's compiler) and all models of timm: over a second
and hundreds of modules, for one class and a few picture functions. Towers that are open_clip's own need none of them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from iss_backend.clip.torchvision_ops import ensure_torchvision_imports

# Packages whose own __init__ is skipped; their submodules are found and imported as usual.
HOLLOW = ("torchvision", "torchvision.ops")
LEFT_OUT = "timm"


def import_open_clip(lean: bool) -> ModuleType:
    """Return open_clip; a lean one lacks towers of timm, unless somebody has imported the whole one before."""
    ensure_torchvision_imports()
    if "open_clip" not in sys.modules and lean and not {*HOLLOW, LEFT_OUT} & sys.modules.keys():
        with _hollow_packages():
            return importlib.import_module("open_clip")
    if not lean and _is_lean():
        for name in [name for name in sys.modules if name.partition(".")[0] == "open_clip"]:
            del sys.modules[name]
    return importlib.import_module("open_clip")


def _is_lean() -> bool:
    """Tell whether open_clip was imported without timm although that is installed."""
    towers = sys.modules.get("open_clip.timm_model")
    return towers is not None and towers.timm is None and importlib.util.find_spec(LEFT_OUT) is not None


@contextmanager
def _hollow_packages() -> Iterator[None]:
    """Skip the __init__ of HOLLOW and all of LEFT_OUT for a while; afterwards they can be imported whole."""
    root = importlib.util.find_spec(HOLLOW[0])
    if root is None or root.origin is None:
        yield
        return
    for name in HOLLOW:
        package = ModuleType(name)
        package.__path__ = [str(Path(root.origin).parent.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
    sys.modules[LEFT_OUT] = None  # makes `import timm` raise ImportError, which open_clip is ready for
    try:
        yield
    finally:
        # Their submodules go too: a later whole import has to find and bind its own.
        for name in [name for name in sys.modules if name.partition(".")[0] in (HOLLOW[0], LEFT_OUT)]:
            del sys.modules[name]
