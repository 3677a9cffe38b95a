"""Writing one shape into the multi-view data set (DVR's folder layout), whole or not at all."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from iss_backend.data.centred import CentredView
from iss_backend.errors import OutputError


def write_capture(folder: Path, views: Sequence[CentredView], focal: float, about: dict[str, str]) -> None:
    """Write views of one focal length as the shape's folder, which `multi_view.read_shape` reads.

    Raises:
        OutputError: the folder cannot be written.
    """
    part = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}.part")
    try:
        _write_views(part, views)
        (part / "model.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        np.savez(part / "cameras.npz", **_camera_arrays(views, focal))
        part.rename(folder)
    except OSError as problem:
        raise OutputError(f"'{folder}' cannot be written ({problem.strerror or problem}).") from problem
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_views(folder: Path, views: Sequence[CentredView]) -> None:
    for kind in ("image", "mask", "depth"):
        if kind != "depth" or all(view.depth is not None for view in views):
            (folder / kind).mkdir(parents=True)
    for number, view in enumerate(views):
        Image.fromarray(view.image).save(folder / "image" / f"{number:04d}.png")
        Image.fromarray(view.mask.astype(np.uint8) * 255).save(folder / "mask" / f"{number:04d}.png")
        if (folder / "depth").is_dir():
            np.savez_compressed(folder / "depth" / f"{number:04d}.npz", depth=view.depth)


def _camera_arrays(views: Sequence[CentredView], focal: float) -> dict[str, np.ndarray]:
    cameras = {}
    for number, view in enumerate(views):
        cameras[f"world_mat_{number}"] = view.world_mat.astype(np.float32)
        cameras[f"camera_mat_{number}"] = np.diag([focal, focal, 1.0, 1.0]).astype(np.float32)
        cameras[f"scale_mat_{number}"] = np.eye(4, dtype=np.float32)
    return cameras
