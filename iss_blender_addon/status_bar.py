"""What runs, in Blender's status bar."""

from __future__ import annotations

import bpy

from .language import tr

KEYS = "Esc: Cancel"  # over a 3D viewport; see keymap.py


def show_status(news: str) -> None:
    """Show what runs in the status bar of every window; gives the bar back to Blender for ""."""
    if news == _shown["news"]:
        return
    _shown["news"] = news
    text = tr("Text to Shape: {news}     {keys}", news=tr(news), keys=tr(KEYS)) if news else None
    for window in bpy.context.window_manager.windows:
        with bpy.context.temp_override(window=window):
            window.workspace.status_text_set(text)


_shown = {"news": ""}  # so that an idle Blender is left alone
