"""Files of glTF 2.0 of other programs, with what glTF leaves to its readers, and trimesh does not know, written out.

That is: a material without a colour is white, also where it shows nothing but the colours of the vertices, and names of
other files are percent-encoded.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from iss_backend.meshing.glb import JSON_CHUNK, MAGIC, glb_chunk, glb_file

WHITE = [1.0, 1.0, 1.0, 1.0]
JSON_START = 20  # bytes of a .glb file before its JSON


def explicit_gltf(path: Path) -> bytes:
    """Return the contents of a .gltf or .glb file with its defaults written out.

    Raises:
        OSError: the file cannot be read.
        ValueError, LookupError, TypeError, AttributeError: it is no glTF.
    """
    contents = path.read_bytes()
    if path.suffix.lower() == ".gltf":
        return _explicit(contents)
    if len(contents) < JSON_START:
        raise ValueError(f"only {len(contents)} bytes")
    magic, version, _, length, kind = struct.unpack_from("<4sIII4s", contents)
    if (magic, version, kind) != (MAGIC, 2, JSON_CHUNK):
        raise ValueError("it does not begin as glTF 2.0")
    text, rest = contents[JSON_START : JSON_START + length], contents[JSON_START + length :]
    return glb_file(glb_chunk(JSON_CHUNK, _explicit(text), b" ") + rest)


def _explicit(text: bytes) -> bytes:
    """Return the JSON of a glTF with its defaults written out."""
    document = json.loads(text)
    _give_white_to_painted(document)
    for material in document.get("materials", []):
        material.setdefault("pbrMetallicRoughness", {}).setdefault("baseColorFactor", WHITE)
    for file in (*document.get("buffers", []), *document.get("images", [])):
        if "uri" in file:
            file["uri"] = unquote(file["uri"])
    return json.dumps(document).encode()


def _give_white_to_painted(document: dict[str, Any]) -> None:
    """Give a white material to what has colours at its vertices alone: then these come out of trimesh as they are."""
    primitives = [primitive for mesh in document.get("meshes", []) for primitive in mesh["primitives"]]
    painted = [one for one in primitives if "COLOR_0" in one["attributes"] and "material" not in one]
    if painted:
        materials = document.setdefault("materials", [])
        materials.append({})
        for primitive in painted:
            primitive["material"] = len(materials) - 1
