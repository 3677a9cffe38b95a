"""Texts, settings and thumbnails of former generations, kept beside the add-on, so that they outlive the file.

Several Blenders may be open: each takes in what the others have written before it changes the file.
"""

from __future__ import annotations

import json
import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from .files import write_whole
from .folders import history_file

if TYPE_CHECKING:
    from pathlib import Path

    from .generation import Generation

LOG = logging.getLogger(__name__)
MOST_KEPT = 50


@cache
def entries() -> list[dict[str, Any]]:
    """Return the entries, the latest first: "panel" (what was chosen), "seconds", "time" (Unix seconds), "picture".

    The picture is the name of a PNG file, "" where there is none. Read once, for panels may not look at the disk; the
    same list is changed by `add` and `clear`.
    """
    return _read()


def picture_file(entry: dict[str, Any]) -> Path | None:
    """Return the file of an entry's thumbnail; None where it has none."""
    name = entry.get("picture")
    return history_file().with_suffix("") / name if name else None


def add(generation: Generation) -> None:
    """Add a finished generation."""
    _take_in_others()
    entry = {"panel": generation.panel, "seconds": generation.seconds, "time": time.time()}
    entries().insert(0, entry | {"picture": _write_picture(generation)})
    del entries()[MOST_KEPT:]
    _write()


def clear() -> None:
    """Forget all entries."""
    entries().clear()
    _write()


def _read() -> list[dict[str, Any]]:
    """Return what the file holds; nothing where it cannot be read."""
    _stamp["read or written"] = _stamp_now()
    try:
        found = json.loads(history_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [entry for entry in found if isinstance(entry, dict) and isinstance(entry.get("panel"), dict)]


def _take_in_others() -> None:
    """Read the file again where another Blender has written it; what could not be written here stays otherwise."""
    if _stamp_now() != _stamp["read or written"]:
        entries()[:] = _read()


def _stamp_now() -> tuple[int, ...]:
    """Return what tells one version of the file from the next; () where there is none."""
    try:
        facts = history_file().stat()
    except OSError:
        return ()
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def _write_picture(generation: Generation) -> str:
    """Write a generation's thumbnail; returns its file's name, "" where there is none."""
    picture = generation.picture
    if picture is None:
        return ""
    from .view_capture.png import encode_png  # needs numpy, which Blender loads late

    try:
        folder = history_file().with_suffix("")
        folder.mkdir(exist_ok=True)
        (folder / f"{generation.key}.png").write_bytes(encode_png(picture))
    except OSError as error:
        LOG.warning("the history's picture cannot be kept: %s", error)
        return ""
    return f"{generation.key}.png"


def _remove_strays() -> None:
    """Remove the thumbnails that no entry names; one that cannot be removed only takes its kilobytes."""
    named = {entry.get("picture") for entry in entries()}
    for path in history_file().with_suffix("").glob("*.png"):
        try:
            if path.name not in named:
                path.unlink(missing_ok=True)
        except OSError as error:
            LOG.warning("the history's picture cannot be removed: %s", error)


def _write() -> None:
    """Write the file and tidy up; a full or read-only disk costs only the history of later sessions."""
    try:
        write_whole(history_file(), json.dumps(entries(), ensure_ascii=False))
    except OSError as error:
        LOG.warning("the history cannot be kept: %s", error)
        return
    _stamp["read or written"] = _stamp_now()
    _remove_strays()


_stamp: dict[str, tuple[int, ...]] = {"read or written": ()}
