"""Reading multi-view data sets in DVR's folder layout (images, masks, depths, cameras of one shape a folder)."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from iss_backend.data.exr import read_exr_depth
from iss_backend.errors import BadInputError

KINDS = ("image", "mask", "albedo", "depth", "normal")
REQUIRED = ("image", "mask")
# Pictures that official data sets show to the encoder, instead of those that supervise.
CHOY_FOLDER = "img_choy2016"
SUFFIXES = (".png", ".jpg", ".jpeg", ".npz", ".exr")
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
    # Renderings after Choy et al. have cameras of their own inside a shape's folder.
    folders = sorted(path.parent for path in root.rglob("cameras.npz") if path.parent.name != CHOY_FOLDER)
    if not folders:
        raise BadInputError(f"{root} holds no captured shape (no folder with a cameras.npz); capture meshes first.")
    return folders


def read_shape(folder: Path, views: Sequence[int] | None = None) -> MultiViewShape:
    """Read one shape's folder, or only the chosen views of it.

    Official DVR and ShapeNet folders fit: pictures may be .png or .jpg, depths .npz or .exr or missing.

    Raises:
        BadInputError: files are missing, damaged, or their numbers differ; cameras of several focal lengths or with
            skew; no reader for EXR depths is installed.
    """
    try:
        files = {kind: files_of(folder / kind) for kind in KINDS if kind in REQUIRED or (folder / kind).is_dir()}
        with np.load(folder / "cameras.npz") as cameras:
            _check_counts(folder, {len(paths) for paths in files.values()} | {count_cameras(cameras)})
            chosen = range(len(files["image"])) if views is None else views
            world_mats, focal = _cameras_of(cameras, chosen, folder)
        arrays = {kind: np.stack([READERS[kind](paths[view]) for view in chosen]) for kind, paths in files.items()}
    except DAMAGED as error:
        raise BadInputError(f"The captured shape in {folder} cannot be read ({error}); capture it again.") from error
    sizes = {part.shape[1:3] for part in arrays.values()}
    if len(sizes) != 1:
        raise BadInputError(f"{folder} has pictures of different sizes: {sorted(sizes)}.")
    return MultiViewShape(
        name=folder.name,
        group=folder.parent.name,
        images=arrays["image"],
        albedo=arrays.get("albedo", arrays["image"]),
        masks=arrays["mask"],
        depths=arrays.get("depth"),
        normals=arrays.get("normal"),
        world_mats=world_mats,
        focal=focal,
    )


def read_cameras(folder: Path) -> tuple[np.ndarray, float]:
    """Return a shape's world matrices float32 [V, 4, 4] (scale matrix included) and focal length.

    Raises:
        BadInputError: they cannot be read, have several focal lengths, or skew.
    """
    try:
        with np.load(folder / "cameras.npz") as cameras:
            return _cameras_of(cameras, range(count_cameras(cameras)), folder)
    except DAMAGED as error:
        raise BadInputError(f"The cameras in {folder} cannot be read ({error}); capture it again.") from error


def choy_pictures(folder: Path) -> list[Path]:
    """Return the pictures that a data set keeps for the encoder alone (Choy et al.), or an empty list."""
    inputs = folder / CHOY_FOLDER
    return [path for path in files_of(inputs) if path.suffix.lower() != ".npz"] if inputs.is_dir() else []


def read_picture(path: Path) -> np.ndarray:
    """Read one picture as RGB on white, uint8 [H, W, 3].

    Raises:
        BadInputError: it is damaged.
    """
    try:
        return _read_rgb(path)
    except DAMAGED as error:
        raise BadInputError(f"The picture {path} cannot be read ({error}); copy it again.") from error


def about_shape(folder: Path) -> dict[str, str]:
    """Return what was noted about a shape when it was captured (`name`, `source`), or an empty dict."""
    path = folder / "model.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def files_of(folder: Path) -> list[Path]:
    """Return a folder's pictures and depths in sorted order, which is that of the cameras."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


def _check_counts(folder: Path, counts: set[int]) -> None:
    if len(counts) != 1 or counts == {0}:
        raise BadInputError(f"{folder} has different numbers of pictures and cameras: {sorted(counts)}.")


def _read_rgb(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        if picture.has_transparency_data:
            layer = picture.convert("RGBA")
            picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
        return np.asarray(picture.convert("RGB"))


def _read_mask(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))[..., 0] > 0


def _read_normal(path: Path) -> np.ndarray:
    return _read_rgb(path).astype(np.float32) / 127.5 - 1.0


def _read_depth(path: Path) -> np.ndarray:
    if path.suffix.lower() == ".exr":
        return read_exr_depth(path)
    with np.load(path) as arrays:
        return arrays["depth" if "depth" in arrays else arrays.files[0]]


READERS = {"image": _read_rgb, "mask": _read_mask, "albedo": _read_rgb, "depth": _read_depth, "normal": _read_normal}


def count_cameras(cameras: Mapping[str, np.ndarray]) -> int:
    """Count the cameras; some data sets (NMR) may keep nothing but the inverse of a world matrix."""
    return len({name.removeprefix("world_mat_").removeprefix("inv_") for name in cameras if "world_mat_" in name})


def extrinsics(cameras: Mapping[str, np.ndarray], view: int) -> np.ndarray:
    """Return world -> camera [4, 4]; three rows are enough."""
    if f"world_mat_{view}" in cameras:
        return np.vstack([cameras[f"world_mat_{view}"][:3], [0.0, 0.0, 0.0, 1.0]])
    inverse = np.vstack([cameras[f"world_mat_inv_{view}"][:3], [0.0, 0.0, 0.0, 1.0]])
    if abs(np.linalg.det(inverse)) < 1e-12:
        raise ValueError(f"world_mat_inv_{view} cannot be inverted")
    return np.linalg.inv(inverse)


def _cameras_of(cameras: Mapping[str, np.ndarray], views: Iterable[int], folder: Path) -> tuple[np.ndarray, float]:
    """Return world matrices (scale included) float32 [V, 4, 4] and the focal length that all views share."""
    world_mats, focals = [], set()
    for view in views:
        intrinsics = cameras[f"camera_mat_{view}"]
        focal = float(intrinsics[0, 0])
        if not np.allclose(intrinsics, np.diag([focal, focal, 1.0, 1.0]), atol=1e-4 * abs(focal)):
            raise BadInputError(
                f"Camera {view} in {folder} is not a centred pin-hole with square pixels; run 'data import' first, "
                "which draws its pictures as such a camera sees them."
            )
        scale = cameras[f"scale_mat_{view}"] if f"scale_mat_{view}" in cameras else np.eye(4)
        world_mats.append(extrinsics(cameras, view) @ scale)
        focals.add(round(focal, 4))
    if len(focals) != 1:
        raise BadInputError(
            f"{folder} has cameras of different focal lengths {sorted(focals)}; run 'data import' first."
        )
    return np.stack(world_mats).astype(np.float32), focal
