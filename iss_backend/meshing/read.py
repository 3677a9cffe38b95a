"""Mesh files of other programs -> `ColouredMesh`."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from iss_backend.errors import BadInputError
from iss_backend.meshing.glb import bytes_of_linear, linear_colours
from iss_backend.meshing.gltf import explicit_gltf
from iss_backend.meshing.mesh import ColouredMesh

READABLE = (".glb", ".gltf", ".ply", ".obj", ".stl", ".off")
LINEAR_LIGHT = (".glb", ".gltf")  # whose factors and vertex colours are linear; pictures are sRGB everywhere
PLAIN = 160  # grey of what has no colour


def read_mesh(path: Path, up: str = "y") -> ColouredMesh:
    """Read a mesh file as triangles with one colour a vertex, in the file's units.

    Textures are looked up at the vertices. What has no colour is grey.

    Args:
        path: .glb, .gltf, .ply, .obj, .stl or .off.
        up: the axis that points up in the file, "y" as in glTF, or "z" as in Blender; the result has Y up.

    Raises:
        BadInputError: the file is missing, damaged, of another kind, or holds no triangles.
    """
    if path.suffix.lower() not in READABLE:
        raise BadInputError(f"{path} is no mesh file that can be read; give one of {', '.join(READABLE)}.")
    try:
        scene = _scene(path)
        placed = (scene.graph[node] for node in scene.graph.nodes_geometry)
        parts = [(scene.geometry[name], place) for place, name in placed]
        is_linear = path.suffix.lower() in LINEAR_LIGHT
        arrays = [_arrays(part, place, is_linear) for part, place in parts if len(getattr(part, "faces", ()))]
        mesh = _joined(arrays, up) if arrays else ColouredMesh.empty()
    except Exception as error:  # the readers of a dozen formats raise whatever they stumble over
        raise BadInputError(f"{path} cannot be read as a mesh ({error}); save it again as .glb or .ply.") from error
    if mesh.is_empty:
        raise BadInputError(f"{path} holds no triangles; give a file with a mesh.")
    return mesh


def _scene(path: Path) -> Any:
    """Return a file as a scene of trimesh."""
    trimesh = import_module("trimesh")  # takes half a second
    kind = path.suffix.lower()
    if kind not in LINEAR_LIGHT:
        return trimesh.load_scene(path, process=False)
    beside = trimesh.resolvers.FilePathResolver(path)
    return trimesh.load_scene(BytesIO(explicit_gltf(path)), file_type=kind[1:], resolver=beside, process=False)


def _arrays(part: Any, place: np.ndarray, is_linear: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return vertices [V, 3] float32, faces [F, 3] int32 and colours [V, 3] uint8 of a part under a matrix [4, 4]."""
    with np.errstate(over="ignore"):  # what is too large becomes infinite, which no mesh may be
        vertices = (np.asarray(part.vertices) @ place[:3, :3].T + place[:3, 3]).astype(np.float32)
    faces = np.asarray(part.faces, np.int32)
    if np.linalg.det(place[:3, :3]) < 0:  # a mirror turns faces inside out
        faces = faces[:, ::-1]
    return vertices, faces, _colours(part.visual, len(vertices), is_linear)


def _colours(visual: Any, count: int, is_linear: bool) -> np.ndarray:
    """Return sRGB bytes [count, 3]: of a material at the vertices, times what the vertices have; or of these alone."""
    if visual.kind in ("vertex", "face"):
        values = np.asarray(visual.vertex_colors, np.uint8)[:, :3]
        return bytes_of_linear(values / 255.0) if is_linear else np.ascontiguousarray(values)
    if visual.kind != "texture":
        return np.full((count, 3), PLAIN, np.uint8)
    colours = _material_colours(visual, count, is_linear)
    painted = visual.vertex_attributes.get("color")
    if painted is None:
        return colours
    most = 1.0 if painted.dtype.kind == "f" else np.iinfo(painted.dtype).max
    return bytes_of_linear(linear_colours(colours) * (np.asarray(painted)[:, :3] / most))


def _material_colours(visual: Any, count: int, is_linear: bool) -> np.ndarray:
    """Return sRGB bytes [count, 3] of a material: its picture, which a glTF's factor tints; or one colour for all."""
    material = visual.material
    factor = np.asarray(material.main_color, np.uint8)[:3]
    image = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if image is None or visual.uv is None:
        return np.tile(bytes_of_linear(factor / 255.0) if is_linear else factor, (count, 1))
    pictured = np.ascontiguousarray(np.asarray(visual.to_color().vertex_colors, np.uint8)[:, :3])
    return bytes_of_linear(linear_colours(pictured) * (factor / 255.0)) if is_linear else pictured


def _joined(arrays: list[tuple[np.ndarray, np.ndarray, np.ndarray]], up: str) -> ColouredMesh:
    starts = np.cumsum([0, *(len(vertices) for vertices, _, _ in arrays)])
    vertices = np.concatenate([part[0] for part in arrays])
    faces = np.concatenate([part[1] + start for part, start in zip(arrays, starts, strict=False)]).astype(np.int32)
    if up == "z":
        vertices = np.stack([vertices[:, 0], vertices[:, 2], -vertices[:, 1]], axis=1)
    return ColouredMesh(np.ascontiguousarray(vertices), faces, np.concatenate([part[2] for part in arrays]))
