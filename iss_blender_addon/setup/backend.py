"""Which Python runs the worker, with which code, and what is wrong with it. No Blender here."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..language import tr

STAMP = "iss-stamp.json"  # install_deps.py says in it what is complete
LEAKS = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONEXECUTABLE")


@dataclass(frozen=True)
class Backend:
    """How the worker is started.

    Attributes:
        python: interpreter of the environment with torch.
        code: folder that holds the package iss_backend.
        bundle: folder of a model bundle, None for the shipped one.
        device: "auto", "cpu", "cuda" or "mps".
    """

    python: Path
    code: Path
    bundle: Path | None = None
    device: str = "auto"

    @property
    def command(self) -> list[str]:
        """The command line of the worker."""
        bundle = ["--bundle", str(self.bundle)] if self.bundle else []
        return [str(self.python), "-P", "-u", "-m", "iss_backend.worker", "--device", self.device, *bundle]

    @property
    def environment(self) -> dict[str, str]:
        """The worker's environment variables: Blender's own without what would lead Python to other packages.

        The worker is told to fetch nothing, whatever Blender's environment says, and to write nothing beside the code.
        """
        inherited = {k: v for k, v in os.environ.items() if k not in LEAKS}
        return inherited | {"PYTHONPATH": str(self.code), "PYTHONDONTWRITEBYTECODE": "1", "HF_HUB_OFFLINE": "1"}

    @property
    def problem(self) -> str:
        """Why it cannot start, in one sentence; "" where nothing is known to be wrong."""
        if not self.python.is_file():
            return tr("There is no Python at {python}", python=self.python)
        if self.bundle and not (self.bundle / "manifest.json").is_file():
            return tr("The folder {bundle} holds no model bundle", bundle=self.bundle)
        return ""


def environment_python(folder: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def python_at(chosen: Path) -> Path:
    """Return the interpreter that a path means: of a virtual environment, its folder may be given."""
    return environment_python(chosen) if chosen.is_dir() else chosen


def stamp_of(folder: Path) -> dict[str, Any]:
    """Return what install_deps.py noted about an environment, {} where it was not begun."""
    with contextlib.suppress(OSError, ValueError):
        facts = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        return facts if isinstance(facts, dict) else {}
    return {}


def managed_problem(folder: Path, code: Path) -> str:
    """Return why the environment that the add-on installs cannot be used, "" where it can."""
    held = stamp_of(folder).get("requirements", {})
    if "base" not in held or not environment_python(folder).is_file():
        return "The backend is not installed yet"
    wanted = (code / "requirements" / "base.txt").read_text(encoding="utf-8").encode()
    if held["base"] != hashlib.sha256(wanted).hexdigest():
        return "The backend belongs to another version of the add-on: install it again"
    return ""


def disk_used(folder: Path) -> int:
    """Return the bytes below a folder; takes a second for an environment with torch, so not for drawing."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() or path.is_symlink())
