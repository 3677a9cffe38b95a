"""Files of other programs, made here with trimesh, and our own, come back with their colours and axes."""

import json
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from iss_backend.clip.torchvision_ops import ensure_torchvision_imports
from iss_backend.errors import BadInputError
from iss_backend.meshing import ColouredMesh, read_mesh, write_mesh
from iss_backend.meshing.glb import bytes_of_linear, glb_chunk, glb_file, linear_colours

ensure_torchvision_imports()
import trimesh  # noqa: E402
from trimesh.visual.material import PBRMaterial  # noqa: E402

VERTICES = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], np.float32)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
COLOURS = np.array([[255, 0, 0], [10, 200, 30], [0, 0, 255], [120, 130, 140]], np.uint8)


def by_place(mesh):
    """Return a dictionary from the place of each vertex to its colour."""
    return {tuple(v): tuple(c) for v, c in zip(mesh.vertices.round(4).tolist(), mesh.colours.tolist(), strict=True)}


@pytest.mark.parametrize("suffix", [".glb", ".ply", ".obj"])
def test_our_own_files_come_back(tmp_path, suffix):
    mesh = ColouredMesh(VERTICES, FACES, COLOURS)
    back = read_mesh(write_mesh(mesh, tmp_path / f"x{suffix}", {}, overwrite=False))
    assert by_place(back) == by_place(mesh)
    assert back.volume == pytest.approx(mesh.volume)


def test_srgb_and_linear_are_inverse():
    every = np.arange(256, dtype=np.uint8)
    assert np.array_equal(bytes_of_linear(linear_colours(every)), every)


def test_the_parts_of_a_scene_are_placed_and_coloured(tmp_path):
    scene = trimesh.Scene()
    for place, colour in ((0.0, [255, 0, 0, 255]), (5.0, [0, 255, 0, 255])):
        part = trimesh.Trimesh(VERTICES, FACES, process=False)
        part.visual = trimesh.visual.TextureVisuals(material=PBRMaterial(baseColorFactor=colour))
        scene.add_geometry(part, transform=trimesh.transformations.translation_matrix([place, 0, 0]))
    scene.export(tmp_path / "two.glb")
    mesh = read_mesh(tmp_path / "two.glb")
    assert len(mesh.faces) == 8
    assert {tuple(c) for c in mesh.colours[mesh.vertices[:, 0] < 2].tolist()} == {(255, 0, 0)}
    assert {tuple(c) for c in mesh.colours[mesh.vertices[:, 0] > 2].tolist()} == {(0, 255, 0)}


def test_textures_are_looked_up_at_the_vertices(tmp_path):
    picture = Image.new("RGB", (2, 2))
    for place, colour in zip(((0, 1), (1, 1), (0, 0), (1, 0)), COLOURS.tolist(), strict=True):
        picture.putpixel(place, tuple(colour))
    part = trimesh.Trimesh(VERTICES, FACES, process=False)
    uv = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    part.visual = trimesh.visual.TextureVisuals(uv=uv, material=PBRMaterial(baseColorTexture=picture))
    part.export(tmp_path / "x.glb")
    found = by_place(read_mesh(tmp_path / "x.glb"))
    expected = by_place(ColouredMesh(VERTICES, FACES, COLOURS))
    assert all(np.abs(np.subtract(found[place], expected[place])).max() <= 3 for place in expected)


def test_a_texture_of_a_gltf_is_tinted_by_its_factor_in_linear_light(tmp_path):
    part = trimesh.Trimesh(VERTICES, FACES, process=False)
    picture = Image.new("RGB", (2, 2), (255, 128, 200))
    material = PBRMaterial(baseColorTexture=picture, baseColorFactor=[255, 51, 0, 255])
    part.visual = trimesh.visual.TextureVisuals(uv=np.full((4, 2), 0.5), material=material)
    part.export(tmp_path / "x.glb")
    green = bytes_of_linear(linear_colours(np.uint8(128)) * 0.2)
    assert np.unique(read_mesh(tmp_path / "x.glb").colours, axis=0).tolist() == [[255, int(green), 0]]


def test_what_has_no_colour_is_grey_and_z_may_be_up(tmp_path):
    trimesh.Trimesh(VERTICES, FACES, process=False).export(tmp_path / "x.stl")
    mesh = read_mesh(tmp_path / "x.stl", up="z")
    assert len(np.unique(mesh.colours)) == 1
    assert mesh.bounds.tolist() == [[0, 0, -2], [1, 3, 0]]
    assert mesh.volume == pytest.approx(1.0)


def write_gltf(path, colours, material, buffer="x.bin"):
    """Write a .gltf file and the one beside it as Blender does: the positions, normalised colours, and the indices."""
    arrays = {"POSITION": (VERTICES, 5126, "VEC3"), "indices": (FACES.astype(np.uint32).reshape(-1), 5125, "SCALAR")}
    if colours is not None:
        kind = {"uint8": 5121, "uint16": 5123, "float32": 5126}[colours.dtype.name]
        arrays["COLOR_0"] = (colours, kind, "VEC4")
    accessors, views, contents = [], [], b""
    for number, (array, kind, form) in enumerate(arrays.values()):
        views.append({"buffer": 0, "byteOffset": len(contents), "byteLength": array.nbytes})
        accessors.append({"bufferView": number, "componentType": kind, "count": len(array), "type": form})
        contents += array.tobytes()
    if colours is not None:
        accessors[-1]["normalized"] = colours.dtype.kind == "u"
    primitive = {"attributes": {name: i for i, name in enumerate(arrays) if name != "indices"}, "indices": 1}
    document = {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive | ({} if material is None else {"material": 0})]}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"uri": quote(buffer), "byteLength": len(contents)}],
    }
    if material is not None:
        document["materials"] = [material]
    path.write_text(json.dumps(document), encoding="utf-8")
    (path.parent / buffer).write_bytes(contents)
    return path


@pytest.mark.parametrize("material", [None, {}, {"pbrMetallicRoughness": {"metallicFactor": 0.0}}])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("suffix", [".gltf", ".glb"])
def test_colours_at_the_vertices_stay_as_they_are(tmp_path, material, kind, suffix):
    light = np.concatenate([linear_colours(COLOURS), np.ones((4, 1))], axis=1)
    stored = light.astype(kind) if kind is np.float32 else (light * np.iinfo(kind).max).round().astype(kind)
    path = write_gltf(tmp_path / "x.gltf", stored, material)
    if suffix == ".glb":
        text, binary = json.loads(path.read_text()), (tmp_path / "x.bin").read_bytes()
        del text["buffers"][0]["uri"]
        chunks = glb_chunk(b"JSON", json.dumps(text).encode(), b" ") + glb_chunk(b"BIN\0", binary, b"\0")
        path = tmp_path / "x.glb"
        path.write_bytes(glb_file(chunks))
    few = 12 if kind is np.uint8 else 0  # dark ones have few steps in 8 bits of linear light
    found = by_place(read_mesh(path))
    expected = by_place(ColouredMesh(VERTICES, FACES, COLOURS))
    assert all(np.abs(np.subtract(found[place], expected[place])).max() <= few for place in expected)


def test_a_material_without_a_colour_is_white(tmp_path):
    mesh = read_mesh(write_gltf(tmp_path / "x.gltf", None, {"pbrMetallicRoughness": {"metallicFactor": 0.0}}))
    assert np.unique(mesh.colours).tolist() == [255]


@pytest.mark.parametrize("name", ["my chair", "stühle 100%"])
def test_the_file_beside_a_gltf_may_have_any_name(tmp_path, name):
    mesh = read_mesh(write_gltf(tmp_path / f"{name}.gltf", None, None, f"{name}.bin"))
    assert mesh.volume == pytest.approx(1.0)


@pytest.mark.parametrize("suffix", [".obj", ".ply"])
@pytest.mark.parametrize(("number", "index"), [("nan", 2), ("1e39", 2), ("1", 7)])
def test_numbers_that_no_mesh_can_have(tmp_path, suffix, number, index):
    if suffix == ".obj":
        text = f"v 0 0 0\nv 1 0 0\nv 0 {number} 0\nf 1 2 {index + 1}\n"
    else:
        places = "".join(f"property double {axis}\n" for axis in "xyz")
        header = f"ply\nformat ascii 1.0\nelement vertex 3\n{places}element face 1\n"
        text = (
            f"{header}property list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n0 {number} 0\n3 0 1 {index}\n"
        )
    (tmp_path / f"x{suffix}").write_text(text)
    with pytest.raises(BadInputError, match="cannot be read as a mesh"):
        read_mesh(tmp_path / f"x{suffix}")


@pytest.mark.parametrize("name", ["missing.glb", "damaged.glb", "damaged.ply", "points.ply", "picture.png"])
def test_files_that_hold_no_mesh(tmp_path, name):
    if name.startswith("damaged"):
        (tmp_path / name).write_bytes(b"no mesh at all")
    if name == "points.ply":
        trimesh.PointCloud(VERTICES).export(tmp_path / name)
    with pytest.raises(BadInputError, match=name):
        read_mesh(tmp_path / name)
