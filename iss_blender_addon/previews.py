"""What a person sees of a job while it runs: an object, until they delete it, or edit it and so make it their own.

The object bears the key of its job as a mark, and its own session_uid, by which it is told from copies that a person
makes of it: they bear both too. A person's own are copies, what is being edited, and what was given modifiers and such.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from .shapes.objects import remove_object

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(eq=False)
class Preview:
    """The preview of one job. No Blender data is kept, for undo may take it.

    Attributes:
        key: of the job.
        count: which of the job's meshes was brought to Blender last; 0 where none was, or undo may have taken it.
        is_wanted: whether meshes are shown; not any more once a person has deleted the object, or has edited it.
        was_edited: whether a person has edited the object, which is theirs since.
    """

    key: str
    count: int = 0
    is_wanted: bool = True
    was_edited: bool = False

    @property
    def object(self) -> bpy.types.Object | None:
        """The object, None where there is none (any more)."""
        return next((obj for obj in marked(self.key) if not _is_copy(obj)), None)

    def begin(self, obj: bpy.types.Object) -> None:
        """Make a new object the preview."""
        obj.iss_shape.preview_of, obj.iss_shape.preview_id = self.key, obj.session_uid

    def advance(self, count: int) -> bpy.types.Object | None:
        """Go on to another mesh; returns the object, None where there is none: where it was deleted, it stays away."""
        obj = self.object
        if obj is None and self.count:
            self.is_wanted = False
        self.count = count
        return obj

    def notice_undo(self) -> None:
        """Let the latest mesh come again: undo may have taken it, and the object with it."""
        self.count = 0

    def let_go(self, obj: bpy.types.Object) -> None:
        """Leave the object to a person who edits it."""
        unmark(obj)
        self.is_wanted, self.was_edited = False, True

    def end(self, keep: bpy.types.Mesh | None) -> None:
        """Remove the object, and its mesh where that is not to be kept; what is a person's own stays."""
        for obj in marked(self.key):
            end_preview(obj, keep)


def marked(key: str = "") -> Iterator[bpy.types.Object]:
    """Yield the objects with the mark of a job, or of any: previews, and copies of them."""
    for obj in list(bpy.data.objects):
        mark = obj.iss_shape.preview_of
        if mark and (not key or mark == key):
            yield obj


def edited_previews() -> Iterator[bpy.types.Object]:
    """Yield the previews that a person edits, has built on, or has turned into something else than a mesh."""
    return (obj for obj in marked() if not _is_copy(obj) and _is_edited(obj))


def is_own(obj: bpy.types.Object) -> bool:
    """Tell whether an object with a mark is a person's own: a copy of a preview, or one that is edited or built on."""
    return _is_copy(obj) or _is_edited(obj)


def unmark(obj: bpy.types.Object) -> None:
    """Make an object one like any other."""
    obj.iss_shape.preview_of = ""


def end_preview(obj: bpy.types.Object, keep: bpy.types.Mesh | None = None) -> None:
    """Remove an object with a mark, and its mesh where that is not to be kept; a person's own stays, without mark."""
    if is_own(obj):
        unmark(obj)
    else:
        remove_object(obj, keep)


def remove_loaded() -> None:
    """Remove the previews that a file was saved with."""
    for obj in marked():
        remove_object(obj)


def _is_copy(obj: bpy.types.Object) -> bool:
    return obj.iss_shape.preview_id != obj.session_uid


def _is_edited(obj: bpy.types.Object) -> bool:
    return obj.mode != "OBJECT" or obj.type != "MESH" or _is_built_on(obj)


def _is_built_on(obj: bpy.types.Object) -> bool:
    """Tell whether an object has what would go with it: modifiers, constraints, parents, children or animation."""
    return bool(obj.modifiers or obj.constraints or obj.parent or obj.children or obj.animation_data)
