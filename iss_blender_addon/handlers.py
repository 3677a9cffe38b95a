"""What happens around the add-on: undo, a file that is saved, another file, the end of Blender."""

import atexit
from typing import Any

import bpy
from bpy.app.handlers import persistent

from .previews import remove_loaded
from .runtime import runtime


@persistent
def _after_load(*_: Any) -> None:
    # Not before it: a file that cannot be opened leaves the old one as it was. No timer runs in between.
    runtime().abandon()
    remove_loaded()


@persistent
def _before_save(*_: Any) -> None:
    runtime().let_go_of_own()


@persistent
def _after_undo(*_: Any) -> None:
    runtime().after_undo()


HANDLERS = (
    ("load_post", _after_load),
    ("save_pre", _before_save),
    ("undo_post", _after_undo),
    ("redo_post", _after_undo),
)


def _end_worker() -> None:
    runtime().queue.stop()


def register_handlers() -> None:
    """Add the handlers."""
    for name, function in HANDLERS:
        getattr(bpy.app.handlers, name).append(function)
    atexit.register(_end_worker)


def unregister_handlers() -> None:
    """Remove the handlers."""
    for name, function in HANDLERS:
        registered = getattr(bpy.app.handlers, name)
        if function in registered:
            registered.remove(function)
    atexit.unregister(_end_worker)
