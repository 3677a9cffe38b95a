"""The split into training and held-out shapes, by the stem of the name: near-duplicates must not be divided."""

from __future__ import annotations

import re
import zlib

HELD_OUT_PERCENT = 8
SEEDED = re.compile(r"_seed\d+$")  # how procedural models are named
# Words that tell near-duplicates of one model apart: levels, sizes, seasons, teams, damage, open and closed.
_VARIANT_TEXT = """
a b c d e f g h i j k l m n o p q r s t u v w x y z
first second third age level small medium large big tiny tall short long wide thin thick high low red blue green
yellow orange purple pink black white brown grey gray gold silver snow snowy autumn dead winter open closed broken
damaged half full empty left right front back new old alt variation transformed tmp obj harvested crop plain
decorated detailed color colored basic
"""
VARIANT_WORDS = frozenset(_VARIANT_TEXT.split())


def name_stem(name: str) -> str:
    """Return what is left of a mesh's name without numbers and words for variants: 'Tree_Snow_2' -> 'tree'."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = [word for word in re.split(r"[^a-z]+", spaced.lower()) if word]
    kept = [word for word in words if word not in VARIANT_WORDS]
    return " ".join(kept or words)


def split_of(name: str) -> str:
    """Return "train" or "test" for a mesh's name.

    Every variant of one stem is on the same side. A procedural model ("chair-office_seed12") is a shape of its own for
    each seed, and goes by its whole name; so does one that is named by numbers alone, like CO3D's videos.
    """
    stem = "" if SEEDED.search(name) else name_stem(name)
    return "test" if zlib.crc32((stem or name).encode()) % 100 < HELD_OUT_PERCENT else "train"
