import errno
import json
import os
import struct

import numpy as np
import pytest
import trimesh

from iss_backend.errors import OutputError
from iss_backend.files import check_output as check_any_output
from iss_backend.meshing import MESH_FORMATS, ColouredMesh, write_mesh
from iss_backend.meshing.glb import linear_colours

SUFFIXES = [".glb", ".ply", ".obj"]
ABOUT = {"text": 'a "red" armchair\nwith wöoden legs \\', "seed": "7"}


def check_output(path, overwrite=False):
    return check_any_output(path, MESH_FORMATS, overwrite)


def read_glb(path):
    """The JSON part and the arrays of the accessors, straight from the specification."""
    data = path.read_bytes()
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data)) and length % 4 == 0
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON" and size % 4 == 0
    document = json.loads(data[20 : 20 + size])
    assert struct.unpack_from("<I4s", data, 20 + size)[1] == b"BIN\0"
    binary, arrays = data[28 + size :], []
    for accessor in document["accessors"]:
        view = document["bufferViews"][accessor["bufferView"]]
        part = binary[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
        kind = {5126: "<f4", 5125: "<u4"}[accessor["componentType"]]
        arrays.append(np.frombuffer(part, kind).reshape(accessor["count"], -1))
    return document, arrays


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_trimesh_reads_back_the_same_closed_mesh(cube_mesh, tmp_path, suffix):
    path = write_mesh(cube_mesh, tmp_path / f"cube{suffix}", ABOUT)
    # Beside a material trimesh drops vertex colours when it joins a scene to one mesh.
    back = trimesh.load(path, force="mesh", process=False, skip_materials=True)
    assert back.vertices == pytest.approx(cube_mesh.vertices, abs=1e-6)
    assert np.array_equal(back.faces, cube_mesh.faces)
    assert back.is_watertight and back.volume == pytest.approx(1.0)
    colours = linear_colours(cube_mesh.colours) * 255 if suffix == ".glb" else cube_mesh.colours
    assert np.array_equal(back.visual.vertex_colors[:, :3], np.round(colours))
    assert os.listdir(tmp_path) == [path.name]


def test_glb_holds_linear_colours_bounds_normals_and_its_origin(cube_mesh, tmp_path):
    document, arrays = read_glb(write_mesh(cube_mesh, tmp_path / "cube.glb", ABOUT))
    attributes = document["meshes"][0]["primitives"][0]["attributes"]
    linear = arrays[attributes["COLOR_0"]].astype(np.float64)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.array_equal(np.round(srgb * 255), cube_mesh.colours)
    assert np.linalg.norm(arrays[attributes["NORMAL"]], axis=1) == pytest.approx(np.ones(8))
    position = document["accessors"][attributes["POSITION"]]
    assert position["min"] == [-0.5] * 3 and position["max"] == [0.5] * 3
    assert document["asset"]["extras"] == ABOUT and document["asset"]["version"] == "2.0"
    assert document["meshes"][0]["name"] == ABOUT["text"]
    surface = document["materials"][0]["pbrMetallicRoughness"]
    assert (surface["metallicFactor"], surface["roughnessFactor"]) == (0.0, 0.8)
    assert document["materials"][0]["doubleSided"] is False


def test_linear_light_of_known_srgb_bytes():
    linear = linear_colours(np.array([0, 10, 188, 255], np.uint8))
    assert linear == pytest.approx([0.0, 10 / 255 / 12.92, 0.502886, 1.0], abs=1e-6)


@pytest.mark.parametrize("suffix", [".ply", ".obj"])
def test_a_text_of_many_lines_cannot_leave_its_comment(cube_mesh, tmp_path, suffix):
    about = {"text": "end_header\nv 9 9 9\nend_header\n\\"}
    path = write_mesh(cube_mesh, tmp_path / f"cube{suffix}", about)
    assert np.abs(trimesh.load(path, force="mesh", process=False).vertices).max() == 0.5


@pytest.mark.parametrize("name", ["shape", "shape.stl", "shape.blend", ".glb"])
def test_unknown_suffix_names_the_known_ones(tmp_path, name):
    with pytest.raises(OutputError, match=r"\.glb, \.ply, \.obj"):
        check_output(tmp_path / name)


def test_suffix_may_be_in_capitals(cube_mesh, tmp_path):
    assert write_mesh(cube_mesh, tmp_path / "CUBE.GLB").read_bytes()[:4] == b"glTF"


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match=r"no folder .*nowhere"):
        check_output(tmp_path / "nowhere" / "a.glb")


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "a.glb").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        check_output(tmp_path / "a.glb", overwrite=True)


@pytest.mark.parametrize("name", ["NUL.glb", "con.ply", "Com1.x.obj"])
def test_devices_of_windows_are_refused(tmp_path, name):
    with pytest.raises(OutputError, match="Windows"):
        check_output(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no POSIX")
@pytest.mark.parametrize("device", ["/dev/null", "pipe"])
def test_a_device_or_pipe_is_refused_also_behind_a_link(tmp_path, device):
    if device == "pipe":
        device = tmp_path / "pipe"
        os.mkfifo(device)
    (tmp_path / "a.glb").symlink_to(device)
    with pytest.raises(OutputError, match="device"):
        check_output(tmp_path / "a.glb", overwrite=True)


def test_a_file_that_exists_is_replaced_only_on_request(cube_mesh, tmp_path):
    path = tmp_path / "a.ply"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already"):
        write_mesh(cube_mesh, path)
    assert path.read_bytes() == b"precious"
    assert write_mesh(cube_mesh, path, overwrite=True).read_bytes()[:3] == b"ply"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_no_permission_is_said_before_work_begins(tmp_path, monkeypatch, kind):
    path = tmp_path / "a.glb"
    path.write_bytes(b"")
    denied = path if kind == "file" else tmp_path
    monkeypatch.setattr(os, "access", lambda p, mode: os.fspath(p) != os.fspath(denied))
    with pytest.raises(OutputError, match=r"protected|permission"):
        check_output(path, overwrite=True)


def test_impossible_names_are_one_sentence(tmp_path):
    (tmp_path / "loop.glb").symlink_to(tmp_path / "loop.glb")
    for name in ("a\0b.glb", "x" * 300 + ".glb", "loop.glb"):
        with pytest.raises(OutputError, match="cannot be written"):
            check_output(tmp_path / name, overwrite=True)


def test_a_link_is_followed_and_kept(cube_mesh, tmp_path):
    (tmp_path / "real.glb").write_bytes(b"old")
    (tmp_path / "link.glb").symlink_to(tmp_path / "real.glb")
    write_mesh(cube_mesh, tmp_path / "link.glb", overwrite=True)
    assert (tmp_path / "link.glb").is_symlink() and (tmp_path / "real.glb").read_bytes()[:4] == b"glTF"


def test_an_empty_mesh_is_not_written(tmp_path):
    with pytest.raises(OutputError, match="empty"):
        write_mesh(ColouredMesh.empty(), tmp_path / "a.glb")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize(
    ("problem", "becomes", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), OutputError, "disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), OutputError, "Permission denied"),
        (KeyboardInterrupt(), KeyboardInterrupt, None),
    ],
)
def test_failure_keeps_the_old_file_and_leaves_no_part(
    cube_mesh, tmp_path, monkeypatch, suffix, call, problem, becomes, says
):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")

    def fail(*args):
        raise problem

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(becomes, match=says):
        write_mesh(cube_mesh, path, overwrite=True)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no POSIX")
def test_a_disk_that_is_really_full_is_reported(cube_mesh, tmp_path):
    """A limit on file size stands in for the full disk: the write itself fails half way."""
    import resource
    import signal

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        with pytest.raises(OutputError, match="was not written"):
            write_mesh(cube_mesh, tmp_path / "a.ply")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert not list(tmp_path.iterdir())


@pytest.mark.blender
def test_blender_stands_the_shape_upright_with_its_front_to_the_viewer(tmp_path):
    """Y up and front +Z here are Z up and front -Y there; sRGB bytes come back from the linear colours."""
    bpy = pytest.importorskip("bpy")
    corners = np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.2, 0], [0, 0, 0.4]], np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
    colours = np.array([[0, 0, 0], [200, 30, 90], [17, 128, 255], [255, 255, 255]], np.uint8)
    mesh = ColouredMesh(corners, faces, colours)
    assert mesh.is_watertight and mesh.volume > 0
    path = write_mesh(mesh, tmp_path / "corner.glb", {"text": "a corner"})
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(path))
    (thing,) = (o for o in bpy.data.objects if o.type == "MESH")
    placed = np.array([thing.matrix_world @ v.co for v in thing.data.vertices])
    assert placed == pytest.approx(np.array([[0, 0, 0], [0.1, 0, 0], [0, 0, 0.2], [0, -0.4, 0]]), abs=1e-6)
    attribute = thing.data.color_attributes[0]
    srgb = np.array([value.color_srgb[:3] for value in attribute.data])
    corner = [loop.vertex_index for loop in thing.data.loops] if attribute.domain == "CORNER" else slice(None)
    assert srgb * 255 == pytest.approx(colours[corner].astype(float), abs=0.6)
    assert thing.name == "a corner"
