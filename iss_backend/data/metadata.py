"""The words for ShapeNet's categories, which its folders name by numbers."""

from __future__ import annotations

import re
from pathlib import Path

METADATA_FILE = "metadata.yaml"
ENTRY = re.compile(r"^['\"]?(\w+)['\"]?:")
NAME = re.compile(r"name:\s*['\"]?([^,'\"}]+)")  # "airplane,aeroplane,plane": the first word will do


def category_names(folder: Path) -> dict[str, str]:
    """Return folder name -> word, as the data set's metadata.yaml says; empty where it has none."""
    path = folder / METADATA_FILE
    if not path.is_file():
        return {}
    names, current = {}, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        entry, name = ENTRY.match(line), NAME.search(line)
        if entry:
            current = entry.group(1)
        if name and current:
            names[current] = name.group(1).strip()
    return names
