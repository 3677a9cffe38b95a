"""What a folder of data holds, told by its files."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from iss_backend.data.co3d import co3d_categories
from iss_backend.errors import BadInputError

Kind = Literal["packed", "captures", "co3d", "pictures", "meshes"]
LISTING = "shapes.json"  # of a packed folder, written last: a folder without it is no pack
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
MESH_SUFFIXES = (".ply", ".obj", ".stl", ".glb", ".gltf", ".fbx", ".off")
TITLES: dict[Kind, str] = {
    "packed": "packed shapes",
    "captures": "multi-view captures in DVR's layout",
    "co3d": "CO3D videos",
    "pictures": "single pictures without cameras",
    "meshes": "meshes",
}


def kind_of(folder: Path) -> Kind:
    """Return what lies in a folder.

    Raises:
        BadInputError: it does not exist, or holds nothing that a training could read.
    """
    if not folder.is_dir():
        raise BadInputError(f"There is no folder {folder}.")
    if is_packed(folder):
        return "packed"
    if co3d_categories(folder):
        return "co3d"
    if next(folder.rglob("cameras.npz"), None) is not None:
        return "captures"
    suffixes = {path.suffix.lower() for path in folder.rglob("*")}
    if suffixes.intersection(MESH_SUFFIXES):  # textures may lie beside them
        return "meshes"
    if suffixes.intersection(PICTURE_SUFFIXES):
        return "pictures"
    raise BadInputError(
        f"{folder} holds no captures (cameras.npz), no CO3D (frame_annotations.jgz), no pictures, no meshes and no "
        "packed shapes; check the path."
    )


def is_packed(folder: Path) -> bool:
    """Tell whether a folder is packed, or joined of packed ones."""
    return (folder / LISTING).is_file()
