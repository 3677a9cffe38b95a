"""The text that a styled shape shall agree with."""

from __future__ import annotations

# Words that begin a style which follows what it describes: "a car covered in moss".
FOLLOWING = {
    "as", "covered", "from", "full", "in", "like", "made", "of", "on", "painted", "under", "with", "without",
}  # fmt: skip
# What a style replaces in the text of the base.
REPLACED = {
    "red", "orange", "yellow", "green", "blue", "purple", "violet", "pink", "brown", "black", "white", "grey", "gray",
    "golden", "silver", "dark", "light", "bright", "pale", "wooden", "metal", "metallic", "stone", "steel", "iron",
    "plastic", "glass", "leather", "marble", "rusty",
}  # fmt: skip


def styled_text(base: str, style: str) -> str:
    """Return the text of a style on a thing: "a red car" and "golden" give "a golden car".

    The official code takes the style alone; CLIPs know captions of things better.
    """
    words = [word for word in base.split() if word.lower().strip(",") not in REPLACED]
    if not words:
        return style
    article = [words.pop(0)] if words[0].lower() in ("a", "an", "the") and len(words) > 1 else []
    following = style.split()[0].lower() in FOLLOWING
    named = [*words, style] if following else [style, *words]
    if article and article[0].lower() != "the":
        article = ["an" if named[0][0].lower() in "aeiou" else "a"]
    return " ".join(article + named)
