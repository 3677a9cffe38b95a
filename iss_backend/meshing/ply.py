"""Binary PLY (Stanford), little endian, with sRGB vertex colours as bytes."""

from __future__ import annotations

import json

import numpy as np

from iss_backend.meshing.mesh import ColouredMesh

VERTEX = np.dtype([("place", "<f4", 3), ("colour", "u1", 3)])
FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])


def encode_ply(mesh: ColouredMesh, about: dict[str, str]) -> bytes:
    """Return the bytes of a .ply file; `about` becomes comments, values quoted as in JSON."""
    vertices, faces = np.empty(len(mesh.vertices), VERTEX), np.empty(len(mesh.faces), FACE)
    vertices["place"], vertices["colour"] = mesh.vertices, mesh.colours
    faces["count"], faces["corners"] = 3, mesh.faces
    return _header(mesh, about).encode("ascii") + vertices.tobytes() + faces.tobytes()


def _header(mesh: ColouredMesh, about: dict[str, str]) -> str:
    # json.dumps keeps a comment on one line and in ASCII, whatever a text holds.
    comments = [f"comment {json.dumps(key)}: {json.dumps(value)}" for key, value in about.items()]
    places = [f"property float {axis}" for axis in "xyz"]
    colours = [f"property uchar {name}" for name in ("red", "green", "blue")]
    lines = [
        "ply",
        "format binary_little_endian 1.0",
        *comments,
        f"element vertex {len(mesh.vertices)}",
        *places,
        *colours,
        f"element face {len(mesh.faces)}",
        "property list uchar int vertex_indices",
        "end_header",
    ]
    return "\n".join(lines) + "\n"
