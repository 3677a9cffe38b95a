import numpy as np
import pytest

from iss_backend.meshing import ColouredMesh, vertex_normals


def replaced(mesh, **arrays):
    return ColouredMesh(**{"vertices": mesh.vertices, "faces": mesh.faces, "colours": mesh.colours, **arrays})


def test_a_cube_has_the_numbers_of_a_cube(cube_mesh):
    assert cube_mesh.volume == pytest.approx(1.0)
    assert cube_mesh.is_watertight and not cube_mesh.is_empty
    assert cube_mesh.bounds.tolist() == [[-0.5] * 3, [0.5] * 3]
    assert vertex_normals(cube_mesh)[7] == pytest.approx([3**-0.5] * 3, abs=0.25)
    assert np.linalg.norm(vertex_normals(cube_mesh), axis=1) == pytest.approx(np.ones(8))


def test_volume_does_not_depend_on_the_place_and_changes_sign_inside_out(cube_mesh):
    assert replaced(cube_mesh, vertices=cube_mesh.vertices + np.float32(3)).volume == pytest.approx(1.0)
    turned = replaced(cube_mesh, faces=np.ascontiguousarray(cube_mesh.faces[:, ::-1]))
    assert turned.volume == pytest.approx(-1.0) and turned.is_watertight


@pytest.mark.parametrize("harm", ["hole", "flipped face", "double face"])
def test_is_watertight_sees_every_kind_of_harm(cube_mesh, harm):
    faces = cube_mesh.faces.copy()
    if harm == "hole":
        faces = faces[1:]
    elif harm == "flipped face":
        faces[0] = faces[0, ::-1]
    else:
        faces = np.concatenate([faces, faces[:1]])
    assert not replaced(cube_mesh, faces=faces).is_watertight


def test_an_empty_mesh_is_a_mesh_that_encloses_nothing():
    mesh = ColouredMesh.empty()
    assert mesh.is_empty and mesh.volume == 0 and not mesh.is_watertight
    assert mesh.bounds.shape == (2, 3) and vertex_normals(mesh).shape == (0, 3)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("vertices", np.zeros((8, 3)), "float32 .* not float64"),
        ("vertices", np.zeros((8, 2), np.float32), r"\[8, 2\]"),
        ("vertices", np.full((8, 3), np.nan, np.float32), "finite"),
        ("vertices", [[0, 0, 0]], "not list"),
        ("faces", np.zeros((4, 3), np.int64), "int64"),
        ("faces", np.full((1, 3), 8, np.int32), "8..8"),
        ("faces", np.full((1, 3), -1, np.int32), "-1"),
        ("colours", np.zeros((8, 3), np.float32), "uint8"),
        ("colours", np.zeros((7, 3), np.uint8), "8 vertices .* not 7"),
    ],
)
def test_arrays_of_the_wrong_kind_are_refused(cube_mesh, field, value, says):
    with pytest.raises(ValueError, match=says):
        replaced(cube_mesh, **{field: value})


def test_normals_of_a_vertex_whose_faces_cancel_still_have_unit_length():
    corners = np.eye(3, dtype=np.float32)
    both_sides = np.array([[0, 1, 2], [0, 2, 1]], np.int32)
    normals = vertex_normals(ColouredMesh(corners, both_sides, np.zeros((3, 3), np.uint8)))
    assert normals.tolist() == [[0.0, 1.0, 0.0]] * 3
