"""Texts and settings of former generations, kept beside the add-on, so that they outlive the file."""

from __future__ import annotations

import json
import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from .folders import history_file

if TYPE_CHECKING:
    from .generation import Generation

LOG = logging.getLogger(__name__)
MOST_KEPT = 50


@cache
def entries() -> list[dict[str, Any]]:
    """Return the entries, the latest first: "panel" (what was chosen), "seconds", "time" (Unix seconds).

    Read once; the same list is changed by `add` and `clear`.
    """
    try:
        found = json.loads(history_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [entry for entry in found if isinstance(entry, dict) and isinstance(entry.get("panel"), dict)]


def add(generation: Generation) -> None:
    """Add a finished generation."""
    entry = {"panel": generation.panel, "seconds": generation.seconds, "time": time.time()}
    entries().insert(0, entry)
    del entries()[MOST_KEPT:]
    _write()


def clear() -> None:
    """Forget all entries."""
    entries().clear()
    _write()


def _write() -> None:
    """Write the file; a full or read-only disk costs only the history of later sessions."""
    try:
        draft = history_file().with_suffix(".draft")
        draft.write_text(json.dumps(entries(), ensure_ascii=False), encoding="utf-8")
        draft.replace(history_file())
    except OSError as error:
        LOG.warning("the history cannot be kept: %s", error)
