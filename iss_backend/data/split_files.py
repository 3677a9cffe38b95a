"""Which captured shapes are trained on: as a data set's own split files say, or by name where it has none."""

from __future__ import annotations

from pathlib import Path

from iss_backend.data.split import split_of

# As the official data sets name their split files (those rendered for SoftRas have a prefix).
PREFIXES = ("", "softras_")


def split_folders(folders: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return the folders of training shapes and of held-out shapes.

    A category's train.lst, val.lst and test.lst beside its shapes' folders list their names. Held out are the shapes
    of test.lst, or of val.lst where there is no test.lst; shapes that no file lists are left out of both.
    """
    listed = {parent: _listed_sides(parent) for parent in {folder.parent for folder in folders}}
    train, test = [], []
    for folder in folders:
        sides = listed[folder.parent]
        side = split_of(folder.name) if sides is None else sides.get(folder.name)
        if side is not None:
            (train if side == "train" else test).append(folder)
    return train, test


def _listed_sides(category: Path) -> dict[str, str] | None:
    """Return name -> "train" or "test" of a category, or None where it has no train.lst."""
    train, val, test = (_read_names(category, part) for part in ("train", "val", "test"))
    if train is None:
        return None
    held_out = test if test is not None else val or []
    return dict.fromkeys(held_out, "test") | dict.fromkeys(train, "train")


def _read_names(category: Path, part: str) -> list[str] | None:
    for prefix in PREFIXES:
        path = category / f"{prefix}{part}.lst"
        if path.is_file():
            return path.read_text(encoding="utf-8").split()
    return None
