"""Names of generated objects."""

from __future__ import annotations

LONGEST = 59  # bytes: Blender before 5.0 cuts names at 63, and adds ".001" where one is taken


def name_from(text: str) -> str:
    """Return a prompt as an object's name: one line, cut at a word where it is too long."""
    words = " ".join(text.split()) or "Shape"
    name = words[:1].upper() + words[1:]
    cut = name.encode()[:LONGEST].decode(errors="ignore")
    if cut != name and " " in cut:
        cut = cut.rpartition(" ")[0]
    return cut
