"""Binary glTF 2.0: one mesh with positions, normals and linear vertex colours."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

from iss_backend import __version__
from iss_backend.meshing.mesh import ColouredMesh, vertex_normals

MAGIC, JSON_CHUNK, BINARY_CHUNK = b"glTF", b"JSON", b"BIN\0"
FLOAT, UNSIGNED_INT = 5126, 5125
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963


def encode_glb(mesh: ColouredMesh, about: dict[str, str]) -> bytes:
    """Return the bytes of a .glb file; `about` becomes asset.extras, and its "text" the name of the mesh.

    The cube's axes are those of glTF (Y up, front +Z), so positions stay as they are.
    """
    arrays = {
        "POSITION": mesh.vertices,
        "NORMAL": vertex_normals(mesh),
        "COLOR_0": linear_colours(mesh.colours),
        "indices": mesh.faces.astype(np.uint32).reshape(-1, 1),
    }
    binary = b"".join(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays.values())
    text = json.dumps(_document(arrays, about), separators=(",", ":")).encode("ascii")
    chunks = glb_chunk(JSON_CHUNK, text, b" ") + glb_chunk(BINARY_CHUNK, binary, b"\0")
    return glb_file(chunks)


def glb_chunk(kind: bytes, data: bytes, padding: bytes) -> bytes:
    """Return one chunk of a .glb file, filled up to whole words with a byte of padding."""
    data += padding * (-len(data) % 4)
    return struct.pack("<I4s", len(data), kind) + data


def glb_file(chunks: bytes) -> bytes:
    """Return the bytes of a .glb file of these chunks, the JSON one first."""
    return struct.pack("<4sII", MAGIC, 2, 12 + len(chunks)) + chunks


def linear_colours(colours: np.ndarray) -> np.ndarray:
    """Return the linear light [..., 3] float32 in 0..1 of sRGB bytes (IEC 61966-2-1), as glTF wants it."""
    return _LINEAR_OF_BYTE[colours]


def bytes_of_linear(light: np.ndarray) -> np.ndarray:
    """Return the sRGB bytes [..., 3] of linear light in 0..1: the other way round."""
    light = np.clip(light, 0.0, 1.0)
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1.0 / 2.4) - 0.055)
    return (srgb * 255.0).round().astype(np.uint8)


def _linear_of_byte() -> np.ndarray:
    c = np.arange(256) / 255.0
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR_OF_BYTE = _linear_of_byte()


def _document(arrays: dict[str, np.ndarray], about: dict[str, str]) -> dict[str, Any]:
    """Return the JSON part for arrays that lie one after the other in the buffer."""
    name = about.get("text") or "shape"
    views, offset = [], 0
    for key, array in arrays.items():
        target = ELEMENT_ARRAY_BUFFER if key == "indices" else ARRAY_BUFFER
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": array.nbytes, "target": target})
        offset += array.nbytes
    attributes = {key: i for i, key in enumerate(arrays) if key != "indices"}
    primitive = {"attributes": attributes, "indices": len(attributes), "material": 0, "mode": 4}
    return {
        "asset": {"version": "2.0", "generator": f"ISS for Blender {__version__}", "extras": about},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": name}],
        "meshes": [{"name": name, "primitives": [primitive], "extras": about}],
        "materials": [_material()],
        "accessors": [_accessor(i, key, array) for i, (key, array) in enumerate(arrays.items())],
        "bufferViews": views,
        "buffers": [{"byteLength": offset}],
    }


def _material() -> dict[str, Any]:
    surface = {"baseColorFactor": [1.0, 1.0, 1.0, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.8}
    return {"name": "vertex colours", "pbrMetallicRoughness": surface, "doubleSided": False}


def _accessor(view: int, key: str, array: np.ndarray) -> dict[str, Any]:
    kind = {"componentType": FLOAT, "type": "VEC3"}
    if key == "indices":
        kind = {"componentType": UNSIGNED_INT, "type": "SCALAR"}
    accessor = {"bufferView": view, "count": len(array), **kind}
    if key == "POSITION":  # the one attribute for which glTF demands its bounds
        accessor |= {"min": array.min(axis=0).tolist(), "max": array.max(axis=0).tolist()}
    return accessor
