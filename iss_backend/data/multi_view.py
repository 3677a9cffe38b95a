"""Reading multi-view data sets in DVR's folder layout (images, masks, depths, cameras of one shape a folder)."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from iss_backend.errors import BadInputError

# What Pillow (SyntaxError for some broken PNG files) and numpy raise for damaged files.
DAMAGED = (OSError, ValueError, KeyError, EOFError, SyntaxError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class MultiViewShape:
    """All views of one shape, V pictures of S x S pixels, top row first.

    Attributes:
        name, group: folder name of the shape and of the folder above it (a category or a pack).
        images: lit RGB, uint8 [V, S, S, 3], on white.
        albedo: unlit RGB, uint8 [V, S, S, 3]; the images themselves where a data set has none.
        masks: bool [V, S, S].
        depths: camera-space z, float32 [V, S, S], inf outside the mask; None for an RGB-only data set.
        normals: unit vectors in the cube's axes, float32 [V, S, S, 3], or None.
        world_mats: cube -> camera, float32 [V, 4, 4] (scale matrix included).
        focal: camera_mat[0, 0], the same for all views.
    """

    name: str
    group: str
    images: np.ndarray
    albedo: np.ndarray
    masks: np.ndarray
    depths: np.ndarray | None
    normals: np.ndarray | None
    world_mats: np.ndarray
    focal: float


def shape_folders(root: Path) -> list[Path]:
    """Return the folders of all completely captured shapes below `root`, sorted.

    Raises:
        BadInputError: there is none.
    """
    folders = sorted(path.parent for path in root.rglob("cameras.npz"))
    if not folders:
        raise BadInputError(f"{root} holds no captured shape (no folder with a cameras.npz); capture meshes first.")
    return folders


def read_shape(folder: Path) -> MultiViewShape:
    """Read one shape's folder.

    Raises:
        BadInputError: files are missing, damaged, or their numbers differ.
    """
    try:
        images = _read_pictures(folder / "image")
        masks = _read_pictures(folder / "mask")[..., 0] > 0
        albedo = _read_pictures(folder / "albedo") if (folder / "albedo").is_dir() else images
        world_mats, focal = _read_cameras(folder / "cameras.npz")
        depths = _read_depths(folder / "depth")
        normals = _read_normals(folder / "normal")
    except DAMAGED as error:
        raise BadInputError(f"The captured shape in {folder} cannot be read ({error}); capture it again.") from error
    counts = {len(part) for part in (images, masks, albedo, world_mats, depths, normals) if part is not None}
    if len(counts) != 1:
        raise BadInputError(f"{folder} has different numbers of pictures and cameras: {sorted(counts)}.")
    sizes = {part.shape[1:3] for part in (images, masks, albedo, depths, normals) if part is not None}
    if len(sizes) != 1:
        raise BadInputError(f"{folder} has pictures of different sizes: {sorted(sizes)}.")
    return MultiViewShape(folder.name, folder.parent.name, images, albedo, masks, depths, normals, world_mats, focal)


def about_shape(folder: Path) -> dict[str, str]:
    """Return what was noted about a shape when it was captured (`name`, `source`), or an empty dict."""
    path = folder / "model.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _read_pictures(folder: Path) -> np.ndarray:
    """Stack a folder's pictures in sorted order, uint8 [V, H, W, 3]."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".png", ".jpg", ".jpeg"))
    return np.stack([np.asarray(Image.open(path).convert("RGB")) for path in paths])


def _read_depths(folder: Path) -> np.ndarray | None:
    if not folder.is_dir():
        return None
    return np.stack([_read_depth(path) for path in sorted(folder.glob("*.npz"))])


def _read_depth(path: Path) -> np.ndarray:
    with np.load(path) as arrays:
        return arrays["depth"]


def _read_normals(folder: Path) -> np.ndarray | None:
    if not folder.is_dir():
        return None
    return _read_pictures(folder).astype(np.float32) / 127.5 - 1.0


def _read_cameras(path: Path) -> tuple[np.ndarray, float]:
    with np.load(path) as arrays:
        count = sum(name.startswith("world_mat_") and "inv" not in name for name in arrays.files)
        world = [arrays[f"world_mat_{i}"] @ arrays[f"scale_mat_{i}"] for i in range(count)]
        return np.stack(world).astype(np.float32), float(arrays["camera_mat_0"][0, 0])
