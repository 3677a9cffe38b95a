"""Where the add-on's code lies, and where it may write."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import bpy

# Inside Blender this is "bl_ext.<repository>.iss_text_to_shape.iss_blender_addon"; preferences belong to its parent.
ADDON = __package__.rpartition(".")[0] or __package__
CODE = Path(__file__).resolve().parents[1]  # holds iss_backend, install_deps.py and requirements
NAME = "iss_text_to_shape"


def user_folder() -> Path:
    """Return the folder for everything that the add-on writes, made where it is missing."""
    try:
        folder = bpy.utils.extension_path_user(ADDON, create=True)
    except ValueError:  # not installed as an extension: tests, or a checkout on the path
        folder = bpy.utils.user_resource("DATAFILES", path=NAME, create=True)
    # On a disk that cannot be written Blender gives none; what is written then is gone when Blender ends.
    return Path(folder or Path(bpy.app.tempdir) / NAME)


def environment_folder() -> Path:
    """Return where the backend is installed: ISS_ENV where it is set, else in the user folder.

    On Windows it is install_deps.py's own place: below the user folder PyTorch's paths grow longer than that takes.
    """
    if sys.platform == "win32":
        package = __package__.rpartition(".")[0]  # "" for a checkout on the path
        return import_module((package + ".install_deps").lstrip(".")).default_folder()
    return Path(os.environ.get("ISS_ENV") or user_folder() / "env")


def downloads_folder() -> Path:
    """Return where an installation keeps what it has downloaded, until it has succeeded."""
    return user_folder() / "downloads"


def worker_log() -> Path:
    """Return the file that takes what the worker writes to stderr."""
    return user_folder() / "worker.log"


def history_file() -> Path:
    """Return the file with former generations; the folder beside it of the same name holds their pictures."""
    return user_folder() / "history.json"
