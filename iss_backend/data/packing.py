"""Packing captured shapes into a few memory-mapped arrays, because reading many small files is slower than training.

Colours are stored as indices into a palette per shape: a recoloured variant is then just another palette, with
true colour words, and costs no rendering.
"""

from __future__ import annotations

import csv
import hashlib
import json
import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from iss_backend.data.carving import GRID, carve, seen_surface
from iss_backend.data.kinds import LISTING
from iss_backend.data.multi_view import MultiViewShape, read_shape, shape_folders
from iss_backend.data.shape_words import ShapeWords, read_words
from iss_backend.data.thin_parts import rods, sturdy
from iss_backend.errors import BadInputError
from iss_backend.files import make_folder, write_whole, writing
from iss_backend.progress import ProgressCallback, with_progress

logger = logging.getLogger(__name__)

PALETTE_SIZE = 32
SURFACE_POINTS = 16384
FORMAT = 2  # of the arrays; 1 had no sturdy cells and no rods
ARRAYS = (
    "palette", "palette_share", "colour_index", "normal", "depth", "world_mat", "occupancy", "sturdy", "rods",
    "surface_point", "surface_colour",
)  # fmt: skip
INDEX_COLUMNS = ("pack", "ply", "category")
BACKGROUND = 255  # palette index of pixels that show no shape


@dataclass(frozen=True)
class ShapeEntry:
    """Where a packed shape comes from: its folder names, its category, and what else is known of it in words."""

    group: str
    name: str
    category: str
    words: ShapeWords | None = None

    @property
    def full_name(self) -> str:
        """What tells it from all other shapes."""
        return f"{self.group}/{self.name}"

    @staticmethod
    def from_json(stored: dict[str, Any]) -> ShapeEntry:
        """Read what `to_json` wrote."""
        words = stored.get("words")
        known = None if words is None else ShapeWords.from_json(words)
        return ShapeEntry(stored["group"], stored["name"], stored["category"], known)

    def to_json(self) -> dict[str, Any]:
        """Return the same as dictionaries; words are left out where there are none."""
        place = {"group": self.group, "name": self.name, "category": self.category}
        return place if self.words is None else {**place, "words": self.words.to_json()}


def read_categories(index: Path | None) -> dict[tuple[str, str], str]:
    """Read (pack, name) -> category from a CSV with the columns pack, ply, category; empty without a file.

    Raises:
        BadInputError: the file cannot be read, or lacks one of them.
    """
    if index is None:
        return {}
    try:
        return {(row["pack"], Path(row["ply"]).stem): row["category"] for row in _index_rows(index)}
    except (OSError, ValueError, csv.Error) as error:
        raise BadInputError(f"The index {index} cannot be read ({error}); give a CSV file in UTF-8.") from error


def _index_rows(index: Path) -> Iterator[dict[str, str]]:
    with index.open(encoding="utf-8-sig", newline="") as file:  # spreadsheets begin it with a mark
        rows = csv.DictReader(file)
        for row in rows:
            empty = [column for column in INDEX_COLUMNS if not row.get(column)]
            if empty:
                raise BadInputError(
                    f"The index {index} tells no '{empty[0]}' in line {rows.line_num}; "
                    f"give the columns {', '.join(INDEX_COLUMNS)}."
                )
            yield row


def pack_dataset(
    root: Path,
    output: Path,
    index: Path | None,
    report: ProgressCallback,
    workers: int = 2,
    captions: Path | None = None,
) -> int:
    """Pack every captured shape below `root` into the folder `output`, over what is packed there; return their number.

    A shape that cannot be packed (damaged files, no pixel that shows it, no depths) is skipped with a logged warning.
    Categories come from the `captions` of a generator of shapes, else from the `index`, else from the folder's name.
    A shape's group is the name of the folder above it, or where two shapes would be called alike, that folder's path.
    Without `workers` all is done in this process.

    Raises:
        BadInputError: nothing that can be packed is captured there, or a shape has other numbers of views or pixels
            or another focal length than the first.
        OutputError: the disk is full, or a file cannot be written.
    """
    folders, categories, words = shape_folders(root), read_categories(index), read_words(captions)
    make_folder(output)
    pack, groups = _Pack(output, len(folders)), _groups(root, folders)
    with ProcessPoolExecutor(workers) if workers else nullcontext() as pool:
        results = pool.map(_pack_folder, folders, chunksize=4) if pool else map(_pack_here, folders)
        for folder, packed in zip(with_progress("pack", folders, report), results, strict=True):
            if isinstance(packed, BadInputError):
                logger.warning("skipped %s: %s", folder, packed)
            else:
                above, name = folder.parent.name, folder.name
                known = words.get(f"{above}/{name}")
                category = known.category if known else categories.get((above, name), above)
                pack.add(ShapeEntry(groups[folder], name, category, known), *packed)
    pack.finish()
    if len(pack.entries) < len(folders):
        logger.warning("%d of %d captured shapes were skipped", len(folders) - len(pack.entries), len(folders))
    return len(pack.entries)


def _groups(root: Path, folders: Sequence[Path]) -> dict[Path, str]:
    """Return the group of each shape's folder, such that no two shapes of a data set have the same full name."""
    named = Counter((folder.parent.name, folder.name) for folder in folders)

    def group_of(folder: Path) -> str:
        """Return the shortest group that will do."""
        alone = named[folder.parent.name, folder.name] == 1
        return folder.parent.name if alone else folder.parent.relative_to(root).as_posix()

    return {folder: group_of(folder) for folder in folders}


class _Pack:
    """The memory-mapped arrays under construction, with room for `room` shapes."""

    def __init__(self, output: Path, room: int) -> None:
        self._output, self._room, self._focal = output, room, 0.0
        self._arrays: dict[str, np.memmap] = {}
        self._contents = hashlib.sha256()
        self.entries: list[ShapeEntry] = []

    def add(self, entry: ShapeEntry, packed: dict[str, np.ndarray], focal: float) -> None:
        """Store one shape as the next row.

        Raises:
            BadInputError: its arrays have other shapes than the first one's, or its cameras another focal length.
        """
        if not self._arrays:
            self._arrays, self._focal = _create_arrays(self._output, self._room, packed), focal
        where = entry.full_name
        if not np.isclose(focal, self._focal):
            raise BadInputError(
                f"{where} has the focal length {focal:.4f}, the others {self._focal:.4f}; capture all alike."
            )
        _store(self._arrays, len(self.entries), packed, where)
        for array in packed.values():
            self._contents.update(array.tobytes())
        self.entries.append(entry)

    def finish(self) -> None:
        """Give back the room that skipped shapes left, and write the list of shapes.

        Raises:
            BadInputError: no shape was added.
        """
        if not self.entries:
            raise BadInputError(f"None of the {self._room} captured shapes can be packed; capture them again.")
        for name, array in self._arrays.items():
            array.flush()
            _cut_rows(self._output / f"{name}.npy", len(self.entries))
        _write_listing(self._output, self.entries, self._focal, self._contents.hexdigest())


def _cut_rows(path: Path, count: int) -> None:
    """Shorten the array in a .npy file to its first `count` rows in place; numpy pads the header for this."""
    array = np.load(path, mmap_mode="r")
    if len(array) == count:
        return
    header = np.lib.format.header_data_from_array_1_0(array[:count])
    with path.open("r+b") as file:
        np.lib.format.write_array_header_1_0(file, header)
        if file.tell() != array.offset:
            raise BadInputError(f"{path} cannot be shortened to {count} shapes; remove the damaged captures first.")
        file.truncate(array.offset + array[:count].nbytes)


def _write_listing(output: Path, entries: Iterable[ShapeEntry], focal: float, contents: str) -> None:
    """List the shapes; the check sum of their arrays tells the same shapes captured anew from those before."""
    about = {"format": FORMAT, "focal": focal, "grid": GRID, "contents": contents}
    about["shapes"] = [entry.to_json() for entry in entries]
    write_whole(output / LISTING, json.dumps(about, indent=0).encode())


def _create_arrays(output: Path, count: int, first: dict[str, np.ndarray]) -> dict[str, np.memmap]:
    """Return empty arrays, for which the disk has room, in a folder that is no pack until it lists its shapes again."""
    paths = {name: output / f"{name}.npy" for name in first}
    with writing(output):
        (output / LISTING).unlink(missing_ok=True)
        try:
            return {name: _create_array(paths[name], (count, *row.shape), row.dtype) for name, row in first.items()}
        except OSError:
            for path in paths.values():
                path.unlink(missing_ok=True)
            raise


def _create_array(path: Path, shape: tuple[int, ...], dtype: np.dtype) -> np.memmap:
    array = np.lib.format.open_memmap(path, "w+", dtype, shape)
    if hasattr(os, "posix_fallocate"):  # where files may have holes, a full disk would kill the process (SIGBUS)
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def _store(arrays: dict[str, np.memmap], number: int, packed: dict[str, np.ndarray], where: str) -> None:
    for name, array in packed.items():
        if array.shape != arrays[name].shape[1:]:
            raise BadInputError(
                f"{where} has {name} of shape {array.shape}, the others {arrays[name].shape[1:]}; "
                "capture all shapes with the same number of views and pixels."
            )
        arrays[name][number] = array


def _pack_folder(folder: Path) -> tuple[dict[str, np.ndarray], float] | BadInputError:
    """Return what `_pack_here` returns, in a process of its own, of which there is one for each core."""
    torch.set_num_threads(1)
    return _pack_here(folder)


def _pack_here(folder: Path) -> tuple[dict[str, np.ndarray], float] | BadInputError:
    """Return a shape's arrays and focal length, or why it cannot be packed."""
    try:
        shape = read_shape(folder)
        return pack_shape(shape), shape.focal
    except BadInputError as error:
        return error


def pack_shape(shape: MultiViewShape) -> dict[str, np.ndarray]:
    """Return one shape's arrays: palette and its shares, pictures, occupied cells, surface points, cameras.

    Cells are there as they are carved, with thin parts made sturdy, and those of rods alone.

    Raises:
        BadInputError: it has no depths or normals, or no pixel shows it.
    """
    if shape.depths is None or shape.normals is None:
        raise BadInputError(f"{shape.name} has no depth and normal pictures, from which its surface is taken.")
    visible = np.isfinite(shape.depths) & shape.masks
    if not visible.any():
        raise BadInputError(f"No pixel shows {shape.name}; capture it again.")
    palette, shares, index = quantise(shape.albedo, shape.masks)
    points, normals, _ = seen_surface(shape)
    cells = carve(shape, points, normals)
    wider = sturdy(cells.reshape(GRID, GRID, GRID))
    rng = np.random.default_rng(0)  # the same points at every packing
    chosen = rng.integers(0, len(points), SURFACE_POINTS)
    return {
        "palette": palette,
        "palette_share": shares,
        "colour_index": index,
        "normal": np.round(shape.normals * 127.0).astype(np.int8),
        "depth": shape.depths.astype(np.float16),
        "world_mat": shape.world_mats,
        "occupancy": np.packbits(cells),
        "sturdy": np.packbits(wider),
        "rods": np.packbits(rods(wider)),
        "surface_point": points[chosen].astype(np.float16),
        "surface_colour": index[visible][chosen],
    }


def quantise(albedo: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Reduce the colours of a shape to a palette.

    Returns:
        palette uint8 [32, 3], the share of the seen pixels of each entry float32 [32] (sums to one), and indices
        uint8 [V, S, S] with 255 outside `masks`.

    """
    seen = albedo[masks]
    picture = Image.fromarray(seen.reshape(1, -1, 3))
    reduced = picture.quantize(PALETTE_SIZE, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    labels = np.asarray(reduced).reshape(-1)
    counts = np.bincount(labels, minlength=PALETTE_SIZE)
    palette = np.zeros((PALETTE_SIZE, 3), np.uint8)
    for entry in np.flatnonzero(counts):
        palette[entry] = seen[labels == entry].mean(axis=0).round()
    index = np.full(masks.shape, BACKGROUND, np.uint8)
    index[masks] = labels
    return palette, (counts / counts.sum()).astype(np.float32), index
