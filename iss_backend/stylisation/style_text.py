"""The text that a styled shape shall agree with."""

from __future__ import annotations

from iss_backend.clip.thesaurus import ENDS

ARTICLES = {"a", "an", "the"}
# Words that begin a style which follows what it describes: "a car covered in moss".
FOLLOWING = {
    "as", "covered", "from", "full", "in", "like", "made", "of", "on", "painted", "under", "with", "without",
}  # fmt: skip
# What a style replaces in the text of the base: qualities, and materials and colours that are names of things too.
QUALITIES = {
    "red", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey", "gray", "golden", "dark",
    "bright", "pale", "wooden", "metallic", "rusty",
}  # fmt: skip
NOUNS = {
    "orange", "violet", "silver", "light", "metal", "stone", "steel", "iron", "plastic", "glass", "leather", "marble",
}  # fmt: skip
REPLACED = QUALITIES | NOUNS
# What goes with a material or colour behind the thing: "of silver", "made of stone and glass", "painted red".
LEADING = {"of", "in", "from", "made", "painted"}


def styled_text(base: str, style: str) -> str:
    """Return the text of a style on a thing: "a red car" and "golden" give "a golden car".

    The official code takes the style alone; CLIPs know captions of things better.
    """
    words = _without_looks(base.split())
    article = [words.pop(0)] if words and words[0].lower() in ARTICLES else []
    if not words:
        return style
    following = style.split()[0].lower() in FOLLOWING
    named = [*words, style] if following else [style, *words]
    if article and article[0].lower() != "the":
        article = ["an" if named[0][0].lower() in "aeiou" else "a"]
    return " ".join(article + named)


def _without_looks(words: list[str]) -> list[str]:
    """Return words without colours and materials, but with the things of such a name: "a wine glass"."""
    names, kept = [word.lower().strip(",") for word in words], []
    for number, (word, name) in enumerate(zip(words, names, strict=True)):
        if name not in REPLACED:
            kept.append(word)
            continue
        if _joins_looks(names, number - 1):
            kept.pop()
        if not _ends_phrase(words, names, number):
            continue
        if kept and kept[-1].lower() in LEADING:
            while kept and kept[-1].lower() in LEADING:
                kept.pop()
        elif name in NOUNS:
            kept.append(word)
    return kept


def _joins_looks(names: list[str], number: int) -> bool:
    """Tell whether the word at a place is the "and" of "red and white"."""
    if not 0 < number < len(names) - 1:
        return False
    return names[number] in ("and", "or") and {names[number - 1], names[number + 1]} <= REPLACED


def _ends_phrase(words: list[str], names: list[str], number: int) -> bool:
    """Tell whether the word at a place is the last of a noun phrase, and so the thing itself if it is a noun."""
    following = names[number + 1 : number + 2]
    if not following or words[number].endswith(","):
        return not following or following[0] not in REPLACED
    return following[0] in ENDS and not _joins_looks(names, number + 1)
