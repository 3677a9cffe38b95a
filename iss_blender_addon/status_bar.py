"""What runs, in Blender's status bar."""

from __future__ import annotations

import bpy

from .language import tr

KEYS = "Esc: Cancel"  # over a 3D viewport; see keymap.py


def show_status(news: str) -> None:
    """Show what runs in the status bar of every window, before Blender's own words; "" for nothing."""
    if news == _shown["news"]:
        return
    _shown["news"] = news
    for window in bpy.context.window_manager.windows:
        if not window.modal_operators:  # which may have a text of their own there
            with bpy.context.temp_override(window=window):
                window.workspace.status_text_set(None)  # has the bar drawn again


def _draw(header: bpy.types.Header, _: bpy.types.Context) -> None:
    if _shown["news"]:
        news = tr("Text to Shape: {news}     {keys}", news=tr(_shown["news"]), keys=tr(KEYS))
        header.layout.label(text=news, translate=False)


def register_status_bar() -> None:
    """Take a place in the status bar: a text of a workspace (`status_text_set`) would stay in one that is left."""
    bpy.types.STATUSBAR_HT_header.prepend(_draw)


def unregister_status_bar() -> None:
    """Give it back."""
    bpy.types.STATUSBAR_HT_header.remove(_draw)


_shown = {"news": ""}  # so that an idle Blender is left alone
