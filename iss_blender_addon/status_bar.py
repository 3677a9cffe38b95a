"""The running job in Blender's status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .progress_text import progress_line

if TYPE_CHECKING:
    from .jobs.queue import JobQueue


def show_status(queue: JobQueue | None) -> None:
    """Show what the queue does in the status bar of every window; gives it back where nothing runs."""
    job = queue.running if queue is not None else None
    text = f"Text to Shape: {job.title}: {progress_line(job)}" if job is not None else None
    if text == _shown["text"]:
        return
    _shown["text"] = text
    for window in bpy.context.window_manager.windows:
        with bpy.context.temp_override(window=window):
            window.workspace.status_text_set(text)


_shown: dict[str, str | None] = {"text": None}  # so that an idle Blender is left alone
