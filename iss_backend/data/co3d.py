"""Reading CO3D (Reizenstein et al., ICCV 2021), versions 1 and 2: videos of things with cameras, masks and depths.

A category's folder holds frame_annotations.jgz and sequence_annotations.jgz (zipped JSON lists), whose paths begin at
the folder above it. Cameras are PyTorch3D's: points are rows, X_cam = X_world R + T, with x to the left, y up and z
forward, and intrinsics in normalised device coordinates, which also grow to the left and up.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from iss_backend.data.pinhole import Pinhole, RawView
from iss_backend.errors import BadInputError

FRAMES_FILE = "frame_annotations.jgz"
SEQUENCES_FILE = "sequence_annotations.jgz"
# Version 1 names no format, and uses this one.
NORM_IMAGE_BOUNDS, ISOTROPIC = "ndc_norm_image_bounds", "ndc_isotropic"
FLIP = np.diag([-1.0, -1.0, 1.0])  # x left, y up <-> x right, y down
MASK_THRESHOLD = 127
DAMAGED = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, SyntaxError)


@dataclass(frozen=True)
class Co3dSequence:
    """One video: its `category`, its `name`, and the annotations of its frames that have a mask and a camera."""

    category: str
    name: str
    frames: Sequence[dict[str, Any]]


def co3d_categories(folder: Path) -> list[Path]:
    """Return the category folders in a CO3D folder, or the folder itself if it is one; empty where it is no CO3D."""
    if (folder / FRAMES_FILE).is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{FRAMES_FILE}"))


def read_sequences(category: Path) -> list[Co3dSequence]:
    """Return the sequences of a category's folder, sorted by name; those without any usable frame are left out.

    Raises:
        BadInputError: an annotation file is missing, cut off, or not CO3D's.
    """
    frames, sequences = (_read_annotations(category / name) for name in (FRAMES_FILE, SEQUENCES_FILE))
    try:
        category_of = {entry["sequence_name"]: entry["category"] for entry in sequences}
        by_name: dict[str, list[dict[str, Any]]] = {}
        for frame in sorted(frames, key=lambda frame: frame["frame_number"]):
            if frame["sequence_name"] in category_of and _is_usable(frame):
                by_name.setdefault(frame["sequence_name"], []).append(frame)
    except (KeyError, TypeError) as error:
        raise BadInputError(f"The annotations in {category} are not CO3D's: {error} is missing in an entry.") from error
    return [Co3dSequence(category_of[name], name, by_name[name]) for name in sorted(by_name)]


def read_frames(root: Path, sequence: Co3dSequence, count: int) -> list[RawView]:
    """Read `count` frames (all, where there are fewer) evenly from first to last; depths where all of them have one.

    Args:
        root: the folder above the categories.
        sequence: see `read_sequences`.
        count: at most.

    Raises:
        BadInputError: a picture is missing or damaged, or an annotation is not CO3D's.
    """
    frames = sequence.frames
    chosen = [frames[i] for i in np.unique(np.linspace(0, len(frames) - 1, count).round().astype(int))]
    with_depth = all((frame.get("depth") or {}).get("path") for frame in chosen)
    try:
        return [_read_frame(root, frame, with_depth) for frame in chosen]
    except DAMAGED as error:
        raise BadInputError(
            f"The sequence {sequence.category}/{sequence.name} cannot be read ({error}); copy it again."
        ) from error


def pinhole_of(viewpoint: dict[str, Any], height: int, width: int) -> Pinhole:
    """Convert a `viewpoint` of the annotations for a picture of `height` x `width` pixels.

    Focal length and principal point are shares of half the picture: of its width and height each
    ("ndc_norm_image_bounds", version 1), or of the shorter of both ("ndc_isotropic", version 2).

    Raises:
        BadInputError: the format of the intrinsics is neither.
    """
    kind = str(viewpoint.get("intrinsics_format", NORM_IMAGE_BOUNDS)).lower()
    half = np.array([width, height]) / 2.0
    if kind not in (NORM_IMAGE_BOUNDS, ISOTROPIC):
        raise BadInputError(f"The intrinsics of a frame are '{kind}', not {NORM_IMAGE_BOUNDS} or {ISOTROPIC}.")
    unit = half if kind == NORM_IMAGE_BOUNDS else np.full(2, half.min())
    focal = unit * viewpoint["focal_length"]
    centre = half - unit * viewpoint["principal_point"]
    world_mat = np.eye(4)
    world_mat[:3, :3] = FLIP @ np.array(viewpoint["R"], dtype=np.float64).T
    world_mat[:3, 3] = FLIP @ np.array(viewpoint["T"], dtype=np.float64)
    return Pinhole((float(focal[0]), float(focal[1])), (float(centre[0]), float(centre[1])), world_mat)


def read_depth_png(path: Path) -> np.ndarray:
    """Return what a depth picture holds, float32 [H, W]: the bits of half-precision numbers, stored as 16-bit grey."""
    with Image.open(path) as picture:
        return np.asarray(picture).astype(np.uint16).view(np.float16).astype(np.float32)


def _read_annotations(path: Path) -> list[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            entries = json.load(file)
    except FileNotFoundError as error:
        raise BadInputError(f"There is no {path}; CO3D keeps one in every category's folder.") from error
    except DAMAGED as error:
        raise BadInputError(f"{path} is cut off or damaged ({error}); download it again.") from error
    if not isinstance(entries, list):
        raise BadInputError(f"{path} holds a {type(entries).__name__}, not CO3D's list of annotations.")
    return entries


def _is_usable(frame: dict[str, Any]) -> bool:
    """Tell whether a frame has a camera and a mask that shows something."""
    mask = frame.get("mask") or {}
    return bool(frame.get("viewpoint")) and bool(mask.get("path")) and mask.get("mass", 1.0) not in (None, 0, 0.0)


def _read_frame(root: Path, frame: dict[str, Any], with_depth: bool) -> RawView:
    with Image.open(root / frame["image"]["path"]) as picture:
        image = np.asarray(picture.convert("RGB"))
    height, width = image.shape[:2]
    mask = _read_grey(root / frame["mask"]["path"], (width, height)) > MASK_THRESHOLD
    depth = _read_depth(root, frame["depth"], (width, height)) if with_depth else None
    return RawView(image, mask, depth, pinhole_of(frame["viewpoint"], height, width))


def _read_grey(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Read a mask [H, W] in the picture's size, which networks' masks need not have."""
    with Image.open(path) as picture:
        grey = picture.convert("L")
        return np.asarray(grey if grey.size == size else grey.resize(size, Image.Resampling.NEAREST))


def _read_depth(root: Path, about: dict[str, Any], size: tuple[int, int]) -> np.ndarray:
    """Return camera-space z in units of the world, inf where it is not known."""
    depth = read_depth_png(root / about["path"]) * float(about.get("scale_adjustment") or 1.0)
    known = np.isfinite(depth) & (depth > 0)
    if about.get("mask_path"):
        known &= _read_grey(root / about["mask_path"], (depth.shape[1], depth.shape[0])) > 0
    depth = np.where(known, depth, np.float32(np.inf))
    if (depth.shape[1], depth.shape[0]) != size:
        depth = np.asarray(Image.fromarray(depth).resize(size, Image.Resampling.NEAREST))
    return depth
