"""Captured views on disk, in the folder layout of DVR's multi-view data sets.

::

    <model>/image/0000.png   lit RGB on white          <model>/mask/0000.png    255 = shape
            albedo/0000.png  unlit RGB                         normal/0000.png  (n + 1) / 2, cube axes
            depth/0000.npz   "depth": camera-space z, float32, inf = background
            cameras.npz      world_mat_i, camera_mat_i, scale_mat_i, and their inverses, float32 [4, 4]
            model.json       name, source

`cameras.npz` is written last: a folder that has it is complete, so an interrupted capture can be resumed.
"""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from .cameras import Camera
from .png import encode_png
from .raycast import View

COMPLETE_MARK = "cameras.npz"
ABOUT = "model.json"
KINDS = ("image", "mask", "albedo", "normal", "depth")
PARTIAL = ".partial"


def is_complete(folder: Path) -> bool:
    """Tell whether the capture in `folder` was finished."""
    return (folder / COMPLETE_MARK).is_file()


def write_views(
    folder: Path, cameras: list[Camera], views: Iterable[View | None], about: dict[str, str]
) -> Iterator[int]:
    """Write the views of one shape as they come, and mark the folder as complete; yields how many there are so far.

    A None among the views only passes the turn on. An older capture in `folder` is replaced. Whatever stops the
    writing (a full disk, an error of the iterable, a cancellation by closing), nothing of the capture stays behind.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    remove_capture(folder)
    try:
        for kind in KINDS:
            (folder / kind).mkdir(parents=True, exist_ok=True)
        done = 0
        for view in views:
            if view is not None:
                _write_view(folder, done, view)
                done += 1
            yield done
        (folder / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
        _write_npz(folder / COMPLETE_MARK, _camera_arrays(cameras))
    except BaseException:
        remove_capture(folder)
        raise


def remove_capture(folder: Path) -> None:
    """Remove a capture's files, the mark of completeness first; other files in `folder` are kept."""
    (folder / COMPLETE_MARK).unlink(missing_ok=True)
    for kind in KINDS:
        shutil.rmtree(folder / kind, ignore_errors=True)
    for name in (ABOUT, Path(COMPLETE_MARK).with_suffix(PARTIAL).name):
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _write_view(folder: Path, number: int, view: View) -> None:
    for kind, pixels in _pictures(view).items():
        (folder / kind / f"{number:04d}.png").write_bytes(encode_png(pixels))
    _write_npz(folder / "depth" / f"{number:04d}.npz", {"depth": view.depth.astype(np.float32)})


def _pictures(view: View) -> dict[str, np.ndarray]:
    return {
        "image": _to_bytes(view.image),
        "mask": np.where(view.mask, 255, 0).astype(np.uint8),
        "albedo": _to_bytes(view.albedo),
        "normal": _to_bytes((view.normal + 1.0) / 2.0),
    }


def _to_bytes(values: np.ndarray) -> np.ndarray:
    return np.round(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)


def _camera_arrays(cameras: list[Camera]) -> dict[str, np.ndarray]:
    """Name the matrices as DVR's loader expects them."""
    arrays: dict[str, np.ndarray] = {}
    for number, camera in enumerate(cameras):
        matrices = {"world_mat": camera.world_mat, "camera_mat": camera.camera_mat, "scale_mat": np.eye(4)}
        for name, matrix in matrices.items():
            arrays[f"{name}_{number}"] = matrix.astype(np.float32)
            arrays[f"{name}_inv_{number}"] = np.linalg.inv(matrix).astype(np.float32)
    return arrays


def _write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write atomically: a reader sees the whole file or none."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    partial = path.with_suffix(PARTIAL)
    partial.write_bytes(buffer.getvalue())
    os.replace(partial, path)
