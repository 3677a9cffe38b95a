"""Output files: checked before long work begins, written whole or not at all, never over something by accident."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PureWindowsPath

from iss_backend.errors import OutputError

RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(1, 10))}


def check_output(path: str | Path, suffixes: Collection[str], overwrite: bool = False) -> Path:
    """Return the real path to write to, links followed; call it before long work begins.

    Raises:
        OutputError: a suffix other than `suffixes`, a name Windows reserves, a folder that is missing or not
            writable, or a path that is a folder, a device, or (unless `overwrite`) a file already there.
    """
    if Path(path).suffix.lower() not in suffixes:
        raise OutputError(f"'{path}' does not end with a format known here; use {', '.join(suffixes)}.")
    # What Windows takes for a device ("nul.glb" too) is refused everywhere: files travel.
    if PureWindowsPath(path).name.split(".")[0].strip().lower() in RESERVED:
        raise OutputError(f"'{path}' has a name that Windows keeps for a device; choose another name.")
    try:
        target = Path(os.path.realpath(path))
        _check_target(target, path, overwrite)
    except (OSError, ValueError) as problem:
        raise OutputError(f"'{path}' cannot be written: {_reason(problem)}; choose another path.") from problem
    return target


def _check_target(target: Path, path: str | Path, overwrite: bool) -> None:
    folder = target.parent
    if not folder.is_dir():
        raise OutputError(f"'{path}' cannot be written: there is no folder '{folder}'; create it first.")
    if target.is_dir():
        raise OutputError(f"'{path}' is a folder; add the name of a file.")
    if os.path.lexists(target):
        target.stat()  # a loop of links exists but leads nowhere: OSError
        if not target.is_file():
            raise OutputError(f"'{path}' is a device and not a file; choose another path.")
        if not overwrite:
            raise OutputError(f"'{path}' exists already; choose another name or allow overwriting by --overwrite.")
        if not os.access(target, os.W_OK):
            raise OutputError(f"'{path}' is write-protected; remove the protection or choose another name.")
    else:
        with suppress(FileNotFoundError):
            target.lstat()  # OSError for a name that is too long
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"'{path}' cannot be written: no permission to write in the folder '{folder}'.")


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Say in one sentence what keeps a file or folder from being written.

    Raises:
        OutputError: instead of the OSError that was raised meanwhile.
    """
    try:
        yield
    except OSError as problem:
        raise OutputError(f"'{target}' was not written: {_reason(problem)}.") from problem


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where it is not there yet.

    Raises:
        OutputError: it cannot be made.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_whole(target: Path, contents: bytes) -> None:
    """Write beside the target, flush to the disk, and move into place; leave nothing on failure.

    Raises:
        OutputError: the disk is full, or the file cannot be written.
    """
    part = target.parent / f".iss-{secrets.token_hex(6)}.part"
    try:
        with writing(target):
            with open(part, "xb") as file:
                file.write(contents)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, target)
    finally:
        with suppress(OSError):  # after success there is none; a read-only disk refuses even to look
            part.unlink()  # also after Ctrl-C


def _reason(problem: OSError | ValueError) -> str:
    if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; free some space or choose another disk"
    return getattr(problem, "strerror", None) or str(problem)
