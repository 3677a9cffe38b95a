"""Texts, settings and thumbnails of former generations, kept beside the add-on, so that they outlive the file."""

from __future__ import annotations

import json
import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from .folders import history_file

if TYPE_CHECKING:
    from pathlib import Path

    from .generation import Generation

LOG = logging.getLogger(__name__)
MOST_KEPT = 50


@cache
def entries() -> list[dict[str, Any]]:
    """Return the entries, the latest first: "panel" (what was chosen), "seconds", "time" (Unix seconds), "picture".

    The picture is the name of a PNG file, "" where there is none. Read once; the same list is changed by `add` and
    `clear`.
    """
    try:
        found = json.loads(history_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [entry for entry in found if isinstance(entry, dict) and isinstance(entry.get("panel"), dict)]


def picture_file(entry: dict[str, Any]) -> Path | None:
    """Return the file of an entry's thumbnail; None where it has none."""
    name = entry.get("picture")
    return history_file().with_suffix("") / name if name else None


def add(generation: Generation) -> None:
    """Add a finished generation."""
    entry = {"panel": generation.panel, "seconds": generation.seconds, "time": time.time()}
    entries().insert(0, entry | {"picture": _write_picture(generation)})
    for dropped in entries()[MOST_KEPT:]:
        _remove_picture(dropped)
    del entries()[MOST_KEPT:]
    _write()


def clear() -> None:
    """Forget all entries."""
    for entry in entries():
        _remove_picture(entry)
    entries().clear()
    _write()


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


def _remove_picture(entry: dict[str, Any]) -> None:
    """Remove an entry's thumbnail; one that cannot be removed only takes its kilobytes."""
    path = picture_file(entry)
    try:
        if path is not None:
            path.unlink(missing_ok=True)
    except OSError as error:
        LOG.warning("the history's picture cannot be removed: %s", error)


def _write() -> None:
    """Write the file; a full or read-only disk costs only the history of later sessions."""
    try:
        draft = history_file().with_suffix(".draft")
        draft.write_text(json.dumps(entries(), ensure_ascii=False), encoding="utf-8")
        draft.replace(history_file())
    except OSError as error:
        LOG.warning("the history cannot be kept: %s", error)
