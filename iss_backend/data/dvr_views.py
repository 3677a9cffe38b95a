"""Shapes in DVR's layout whose cameras are not centred, or have several focal lengths (DTU), as raw views."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from iss_backend.data.multi_view import DAMAGED, READERS, count_cameras, extrinsics, files_of
from iss_backend.data.pinhole import Pinhole, RawView
from iss_backend.errors import BadInputError


def read_raw_views(folder: Path, count: int) -> list[RawView]:
    """Read `count` views of a shape's folder (all, where there are fewer), evenly from first to last.

    `world_mat` and `scale_mat` may hold a scale: depths are brought to units of the cube.

    Raises:
        BadInputError: files are missing, damaged, or their numbers differ.
    """
    try:
        kinds = [kind for kind in ("image", "mask", "depth") if kind != "depth" or (folder / kind).is_dir()]
        files = {kind: files_of(folder / kind) for kind in kinds}
        with np.load(folder / "cameras.npz") as cameras:
            counts = {len(paths) for paths in files.values()} | {count_cameras(cameras)}
            if len(counts) != 1 or counts == {0}:
                raise ValueError(f"different numbers of pictures and cameras: {sorted(counts)}")
            chosen = np.unique(np.linspace(0, min(counts) - 1, count).round().astype(int)).tolist()
            return [_view(cameras, {kind: paths[view] for kind, paths in files.items()}, view) for view in chosen]
    except DAMAGED as error:
        raise BadInputError(f"The shape in {folder} cannot be read ({error}).") from error


def _view(cameras: np.lib.npyio.NpzFile, files: dict[str, Path], view: int) -> RawView:
    """Return one view; the camera's pixels span [-1, 1]^2 of what `camera_mat` makes."""
    image, mask = READERS["image"](files["image"]), READERS["mask"](files["mask"])
    half = np.array([image.shape[1], image.shape[0]]) / 2.0
    intrinsics = cameras[f"camera_mat_{view}"]
    scale_mat = cameras[f"scale_mat_{view}"] if f"scale_mat_{view}" in cameras else np.eye(4)
    world_mat = extrinsics(cameras, view) @ scale_mat
    scale = np.cbrt(np.linalg.det(world_mat[:3, :3]))
    world_mat[:3] /= scale
    depth = READERS["depth"](files["depth"]) / scale if "depth" in files else None
    focal = half * (intrinsics[0, 0], intrinsics[1, 1])
    centre = half * (1.0 + intrinsics[:2, 2])
    return RawView(
        image, mask, depth, Pinhole((float(focal[0]), float(focal[1])), (float(centre[0]), float(centre[1])), world_mat)
    )
