"""Sentences in Blender's language, English where nobody has translated them.

Names, labels and tooltips Blender looks up by itself; sentences with values in them it cannot know: they go through
`tr`. A translation is a file `languages/<locale>.json`, such as `de_DE.json`, from English sentences to others, with
the same names in braces.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "languages"
CONTEXTS = ("*", "Operator")  # where Blender looks for a word: anywhere, or on an operator's button
_blender: dict[str, Callable[[str], str]] = {}  # "look up", while the add-on is registered


def tr(sentence: str, **values: Any) -> str:
    """Return a sentence in Blender's language, with values in the places of their names in braces.

    Without values it stays as it is but for the language, braces too: it may be a person's own words.
    """
    look_up = _blender.get("look up")
    found = look_up(sentence) if look_up else sentence
    return found.format(**values) if values else found


def translations(folder: Path = FOLDER) -> dict[str, dict[tuple[str, str], str]]:
    """Return what Blender wants: for each locale, other words for (context, English)."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        words = json.loads(path.read_text(encoding="utf-8"))
        found[path.stem] = {(context, word): other for word, other in words.items() for context in CONTEXTS}
    return found


def register_language() -> None:
    """Tell Blender the translations, and ask it for them from now on."""
    import bpy

    bpy.app.translations.register(__package__, translations())
    found = bpy.app.translations
    _blender["look up"] = getattr(found, "pgettext_rpt", found.pgettext_iface)  # reports have their own from 4.3 on


def unregister_language() -> None:
    """Let Blender forget them; sentences are English again."""
    import bpy

    _blender.clear()
    bpy.app.translations.unregister(__package__)
