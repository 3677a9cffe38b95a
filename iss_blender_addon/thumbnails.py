"""The history's thumbnails as icons of Blender."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import bpy.utils.previews

if TYPE_CHECKING:
    from pathlib import Path


@cache
def icons() -> bpy.utils.previews.ImagePreviewCollection:
    """Return the one collection of icons, made when it is first needed."""
    return bpy.utils.previews.new()


def icon_of(picture: Path | None) -> int:
    """Return the number of a picture file's icon, 0 where there is none; Blender reads the file when it is shown."""
    if picture is None:
        return 0
    found = icons().get(picture.name) or icons().load(picture.name, str(picture), "IMAGE")
    return found.icon_id


def forget_icons() -> None:
    """Give all icons back to Blender."""
    bpy.utils.previews.remove(icons())
    icons.cache_clear()
