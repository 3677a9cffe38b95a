"""A zip of meshes, opened beside nothing that lies outside it."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath

MOST_BYTES = 16 << 30  # unpacked: more than any set of meshes, less than what bombs make

Skipped = Callable[[str, str], None]  # told the name of a member and why it is left out


class ArchiveError(ValueError):
    """The archive cannot be used; the message says why."""


@contextlib.contextmanager
def opened(source: Path, skipped: Skipped) -> Iterator[Path]:
    """Yield a folder of meshes: `source` itself, or what a zip holds, in a temporary folder that goes at the end.

    Members whose names lead out of the archive, and encrypted or damaged ones, are left out and told.

    Raises:
        ArchiveError: the file is no zip, or holds too much.
    """
    if not source.is_file():
        yield source
        return
    if not zipfile.is_zipfile(source):
        raise ArchiveError(f"{source} is neither a folder nor a whole zip file; give one of these.")
    with zipfile.ZipFile(source) as archive, tempfile.TemporaryDirectory(prefix="meshes_") as folder:
        members = [member for member in archive.infolist() if not member.is_dir()]
        total = sum(member.file_size for member in members)
        if total > MOST_BYTES:
            raise ArchiveError(f"{source} would unpack to {total >> 30} GB; the most is {MOST_BYTES >> 30} GB.")
        for member in members:
            reason = _unpack(archive, member, Path(folder))
            if reason:
                skipped(member.filename, reason)
        yield Path(folder)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> str:
    """Write one member below the folder; return why that was not done, "" where it was."""
    name = PureWindowsPath(member.filename)  # sees through both kinds of slashes
    if name.anchor or ".." in name.parts:
        return "its name leads out of the archive"
    try:
        archive.extract(member, folder)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        return f"it cannot be unpacked ({error})"
    return ""
