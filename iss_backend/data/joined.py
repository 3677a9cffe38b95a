"""Several packed folders read as one set, without copying their arrays."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from iss_backend.data.kinds import LISTING, is_packed
from iss_backend.errors import BadInputError, OutputError
from iss_backend.files import make_folder, write_whole


class JoinedRows:
    """Arrays [N_i, ...] that are indexed like their concatenation, but stay where they are.

    Raises:
        BadInputError: their rows have different shapes.
    """

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self._arrays = list(arrays)
        self._starts = np.cumsum([0, *(len(array) for array in arrays)])
        row = same_of_all([array.shape[1:] for array in arrays], "sizes of views or pixels")
        self.shape: tuple[int, ...] = (int(self._starts[-1]), *row)

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return what the concatenation would: `key` is a row or an integer array of rows, or begins with one."""
        rows, *rest = key if isinstance(key, tuple) else (key,)
        if len(self._arrays) == 1:
            return np.asarray(self._arrays[0][key])
        members = np.searchsorted(self._starts, rows, side="right") - 1
        if np.ndim(rows) == 0:
            return np.asarray(self._arrays[members][(rows - self._starts[members], *rest)])
        return self._gathered(np.asarray(rows), members, rest)

    def _gathered(self, rows: np.ndarray, members: np.ndarray, rest: list[Any]) -> np.ndarray:
        """Index each array with the rows that are its own; further indices have the same shape or broadcast."""
        rows, members, *rest = np.broadcast_arrays(rows, members, *rest)
        tail = self.shape[1 + len(rest) :]
        found = np.empty((*rows.shape, *tail), self._arrays[0].dtype)
        for number, array in enumerate(self._arrays):
            own = members == number
            if own.any():
                found[own] = array[(rows[own] - self._starts[number], *(index[own] for index in rest))]
        return found

    def all_rows(self) -> np.ndarray:
        """Return the concatenation itself, in memory."""
        return np.concatenate(self._arrays)


def same_of_all(values: Sequence[Any], what: str) -> Any:
    """Return the value that all sets share; raises BadInputError where they differ."""
    if any(value != values[0] for value in values):
        raise BadInputError(f"The packed sets have different {what}: {list(values)}; capture and pack them alike.")
    return values[0]


def same_width(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Concatenate arrays [N_i, K_i, ...], those with fewer columns padded with zeros."""
    width = max(array.shape[1] for array in arrays)
    padding = [[(0, 0), (0, width - array.shape[1]), *[(0, 0)] * (array.ndim - 2)] for array in arrays]
    return np.concatenate([np.pad(array, pad) for array, pad in zip(arrays, padding, strict=True)])


def write_joined(output: Path, folders: Sequence[Path]) -> None:
    """Write a folder that stands for several packed ones together; their arrays stay where they are.

    Raises:
        OutputError: `output` lists shapes already, or it cannot be written.
    """
    listing = output / LISTING
    if listing.exists():
        raise OutputError(f"There is '{listing}' already, of other shapes; choose another folder for the joined set.")
    make_folder(output)
    names = [_path_from(output, member) for folder in folders for member in joined_folders(folder)]
    write_whole(listing, json.dumps({"joined": names}, indent=1).encode())


def _path_from(output: Path, folder: Path) -> str:
    """Return a path that still holds when both are moved together, where there is one."""
    try:
        return os.path.relpath(folder, output)
    except ValueError:  # on another drive of Windows
        return str(folder.absolute())


def joined_folders(folder: Path) -> list[Path]:
    """Return the packed folders that a folder stands for: itself, unless `write_joined` wrote it.

    Raises:
        BadInputError: one that it stands for is no packed folder any more.
    """
    try:
        about = json.loads((folder / LISTING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return [folder]  # whoever reads it says what is wrong with it
    if "joined" not in about:
        return [folder]
    members = [folder / name for name in about["joined"]]
    missing = [member for member in members if not is_packed(member)]
    if missing:
        raise BadInputError(
            f"{folder} stands for {missing[0]}, which is no packed folder (any more); pack it again, or join others."
        )
    return members
