"""Imports open_clip without what it does not need here.

open_clip imports all of torchvision (whose operators import PyTorch's compiler), all models of timm, and transformers
where that is installed: seconds and hundreds of modules, for one class and a few picture functions. Towers that are
open_clip's own need none of them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from iss_backend.clip.torchvision_ops import ensure_torchvision_imports

# Packages whose own __init__ is skipped; their submodules are found and imported as usual.
HOLLOW = ("torchvision", "torchvision.ops")
# Packages that are left out whole, and the modules of open_clip that note under their names whether they are there.
LEFT_OUT = {"timm": "open_clip.timm_model", "transformers": "open_clip.hf_model"}


def import_open_clip(lean: bool) -> ModuleType:
    """Return open_clip; a lean one lacks towers of timm and transformers, unless the whole one is there already.

    All is imported too where somebody has imported one of those packages before.
    """
    ensure_torchvision_imports()
    if "open_clip" not in sys.modules and lean and not {*HOLLOW, *LEFT_OUT} & sys.modules.keys():
        with _hollow_packages():
            return importlib.import_module("open_clip")
    if not lean and _is_lean():
        for name in [name for name in sys.modules if name.partition(".")[0] == "open_clip"]:
            del sys.modules[name]
    return importlib.import_module("open_clip")


def _is_lean() -> bool:
    """Tell whether open_clip was imported without a package of LEFT_OUT although that is installed."""
    return any(
        module in sys.modules
        and getattr(sys.modules[module], package) is None
        and importlib.util.find_spec(package) is not None
        for package, module in LEFT_OUT.items()
    )


@contextmanager
def _hollow_packages() -> Iterator[None]:
    """Skip the __init__ of HOLLOW and all of LEFT_OUT for a while; afterwards they can be imported whole."""
    root = importlib.util.find_spec(HOLLOW[0])
    if root is None or root.origin is None:
        yield
        return
    for name in HOLLOW:
        sys.modules[name] = _hollow_package(name, Path(root.origin).parent.joinpath(*name.split(".")[1:]))
    for name in LEFT_OUT:
        sys.modules[name] = None  # makes importing it raise ImportError, which open_clip is ready for
    try:
        yield
    finally:
        # Their submodules go too: a later whole import has to find and bind its own.
        for name in [name for name in sys.modules if name.partition(".")[0] in {HOLLOW[0], *LEFT_OUT}]:
            del sys.modules[name]


def _hollow_package(name: str, folder: Path) -> ModuleType:
    """Return a package without an __init__ whose submodules are in a folder; it has a spec, which others look for."""
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    return importlib.util.module_from_spec(spec)
