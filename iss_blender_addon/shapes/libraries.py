"""What belongs to the open file, and what comes from others."""

from __future__ import annotations

import bpy


def is_local(data: bpy.types.ID) -> bool:
    """Tell whether Blender saves all of a data-block in this file: it is neither linked nor a library override."""
    return data.library is None and data.override_library is None
