"""Blender's data by what outlasts names and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import bpy

if TYPE_CHECKING:
    from collections.abc import Iterable

Data = TypeVar("Data", bound=bpy.types.ID)


def by_uid(data: Iterable[Data], uid: int) -> Data | None:
    """Return the one of such data-blocks with a session_uid; None where it was deleted, or the number is 0."""
    return next((one for one in data if one.session_uid == uid), None) if uid else None
