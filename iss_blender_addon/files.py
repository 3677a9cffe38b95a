"""Files of the add-on that are whole at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(target: Path, text: str) -> None:
    """Write a text in UTF-8 beside the target and move it into place.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    draft = target.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)
