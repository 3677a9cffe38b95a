"""Wavefront OBJ with vertex colours as `v x y z r g b`, which Blender, MeshLab and others read as sRGB."""

from __future__ import annotations

import json

import numpy as np

from iss_backend.meshing.mesh import ColouredMesh


def encode_obj(mesh: ColouredMesh, about: dict[str, str]) -> bytes:
    """Return the bytes of a .obj file; `about` becomes comments, values quoted as in JSON."""
    # json.dumps keeps a comment on one line, in ASCII, and its last character a quote: "\" would join lines.
    comments = "".join(f"# {json.dumps(key)}: {json.dumps(value)}\n" for key, value in about.items())
    rows = np.hstack([mesh.vertices, mesh.colours / 255.0])
    # One format over all numbers is several times faster than a line at a time.
    vertices = ("v %.7f %.7f %.7f %.4f %.4f %.4f\n" * len(rows)) % tuple(rows.ravel().tolist())
    faces = ("f %d %d %d\n" * len(mesh.faces)) % tuple((mesh.faces + 1).ravel().tolist())
    return (comments + "o shape\n" + vertices + faces).encode("ascii")
