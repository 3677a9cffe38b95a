"""Write meshes to files, the format by suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from iss_backend.errors import OutputError
from iss_backend.files import check_output, write_whole
from iss_backend.meshing.glb import encode_glb
from iss_backend.meshing.mesh import ColouredMesh
from iss_backend.meshing.obj import encode_obj
from iss_backend.meshing.ply import encode_ply

ENCODERS: dict[str, Callable[[ColouredMesh, dict[str, str]], bytes]] = {
    ".glb": encode_glb,
    ".ply": encode_ply,
    ".obj": encode_obj,
}


def write_mesh(
    mesh: ColouredMesh, path: str | Path, about: dict[str, str] | None = None, overwrite: bool = False
) -> Path:
    """Write a mesh as .glb, .ply or .obj, by the suffix of the path, and return the path of the file.

    The file appears whole or not at all: it grows under another name in the same folder and moves at the end.

    Args:
        mesh: what to write; not empty.
        path: where to; its folder exists.
        about: what the file says about its origin (text, seed...), as names and values.
        overwrite: replace a file that is there already.

    Raises:
        OutputError: the path cannot be used (see `files.check_output`), the mesh is empty, or the disk is full.
    """
    target = check_output(path, ENCODERS, overwrite)
    if mesh.is_empty:
        raise OutputError(f"Nothing was written to '{path}': the mesh is empty; try another text or seed.")
    contents = ENCODERS[Path(path).suffix.lower()](mesh, dict(about or {}))
    write_whole(target, contents)
    return target
