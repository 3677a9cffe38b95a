import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from iss_backend.meshing import ColouredMesh, MeshSettings, extract_mesh, remove_specks, taubin_smooth, weld
from iss_backend.meshing.marching import marching_cubes

CODE = torch.zeros(1, 1)


def extracted(shapes, *distances, resolution=64):
    return extract_mesh(shapes["svr"](shapes["union"](*distances)), CODE, MeshSettings(resolution, one_piece=False))


def soup(mesh):
    """The same triangles, each with corners of its own."""
    corners = mesh.faces.ravel()
    faces = np.arange(len(corners), dtype=np.int32).reshape(-1, 3)
    return ColouredMesh(mesh.vertices[corners], faces, mesh.colours[corners])


def test_a_speck_goes_and_the_body_stays_as_it_is(shapes):
    body, speck = shapes["sphere"](0.25), shapes["sphere"](0.03, (0.42, 0.42, 0.42))
    mesh, alone = extracted(shapes, body, speck), extracted(shapes, body)
    assert shapes["euler"](mesh) == 4
    clean = remove_specks(mesh, 0.02)
    assert clean.is_watertight and shapes["euler"](clean) == 2
    assert clean.volume == pytest.approx(alone.volume) and clean.bounds.max() < 0.26
    assert np.array_equal(clean.colours, np.round((clean.vertices + 0.5) * 255).astype(np.uint8))
    assert remove_specks(mesh, 0.0).volume == pytest.approx(mesh.volume)


def test_a_thin_part_with_little_volume_but_area_stays(shapes):
    """A leg of under 2 % of the seat's volume, not touching it, has over 2 % of its area."""
    seat, leg = shapes["box"](0.4, 0.1, 0.4), shapes["box"](0.025, 0.2, 0.025)
    mesh = extracted(shapes, seat, lambda p: leg(p + torch.tensor([0.0, 0.35, 0.0])), resolution=96)
    assert shapes["euler"](remove_specks(mesh, 0.02)) == 4


def test_an_inner_cavity_is_filled(shapes):
    def shell(p):
        return torch.minimum(shapes["sphere"](0.4)(p), -shapes["sphere"](0.25)(p))

    mesh = extracted(shapes, shell)
    clean = remove_specks(mesh)
    assert shapes["euler"](mesh) == 4 and shapes["euler"](clean) == 2
    assert clean.volume == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=0.02) and clean.is_watertight


def test_weld_joins_a_soup_of_triangles_again(cube_mesh):
    loose = soup(cube_mesh)
    assert not loose.is_watertight
    joined = weld(loose)
    assert joined.is_watertight and len(joined.vertices) == 8 and joined.volume == pytest.approx(1.0)
    colour_of = {tuple(v): tuple(c) for v, c in zip(cube_mesh.vertices, cube_mesh.colours, strict=True)}
    assert all(colour_of[tuple(v)] == tuple(c) for v, c in zip(joined.vertices, joined.colours, strict=True))


def test_weld_removes_a_triangle_without_area_and_stays_closed(cube_mesh):
    """Corner 8 repeats corner 0, spliced into an edge of it: two faces of zero width."""
    faces = cube_mesh.faces.tolist()
    faces.remove([0, 1, 3])
    faces += [[8, 1, 3], [0, 1, 8], [0, 8, 3]]
    vertices = np.concatenate([cube_mesh.vertices, cube_mesh.vertices[:1]])
    colours = np.concatenate([cube_mesh.colours, cube_mesh.colours[:1]])
    mesh = ColouredMesh(vertices, np.array(faces, np.int32), colours)
    assert mesh.is_watertight
    clean = weld(mesh)
    assert clean.is_watertight and len(clean.vertices) == 8 and len(clean.faces) == 12


def test_weld_removes_a_fold_that_is_left_back_to_back(cube_mesh):
    faces = np.concatenate([cube_mesh.faces, [[0, 3, 5], [5, 3, 0]]]).astype(np.int32)
    folded = ColouredMesh(cube_mesh.vertices, faces, cube_mesh.colours)
    assert not folded.is_watertight
    assert weld(folded).is_watertight and len(weld(folded).faces) == 12


def test_weld_leaves_two_cubes_that_share_an_edge_apart(cube_mesh):
    n = len(cube_mesh.vertices)
    moved = cube_mesh.vertices + np.float32([1, 1, 0])
    pair = ColouredMesh(
        np.concatenate([cube_mesh.vertices, moved]),
        np.concatenate([cube_mesh.faces, cube_mesh.faces + n]).astype(np.int32),
        np.concatenate([cube_mesh.colours] * 2),
    )
    assert pair.is_watertight and weld(pair).is_watertight and len(weld(pair).vertices) == 2 * n


def test_cleaning_nothing_gives_nothing():
    empty = ColouredMesh.empty()
    assert remove_specks(empty).is_empty and weld(empty).is_empty and taubin_smooth(empty).is_empty


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rounded=st.booleans(), smallest=st.floats(0, 1))
def test_cleaning_keeps_random_fields_watertight(seed, rounded, smallest):
    values = np.random.default_rng(seed).normal(size=(8, 8, 8))
    vertices, faces = marching_cubes(np.round(values) if rounded else values)
    mesh = ColouredMesh((vertices / 7 - 0.5).astype(np.float32), faces, np.zeros((len(vertices), 3), np.uint8))
    clean = remove_specks(mesh, smallest)
    assert clean.is_watertight and clean.volume > 0
    assert len(np.unique(clean.faces)) == len(clean.vertices)
    assert taubin_smooth(clean).is_watertight


def test_smoothing_takes_the_stairs_and_keeps_the_volume(shapes):
    """Hard logits give a staircase; on a smoothed sphere the radii scatter far less."""
    hard = shapes["svr"](lambda p: torch.sign(shapes["sphere"](0.3)(p)), 5.0)
    stairs = extract_mesh(hard, CODE, MeshSettings(48))
    smooth = taubin_smooth(stairs, 10)
    radii = [np.linalg.norm(m.vertices, axis=1) for m in (stairs, smooth)]
    assert radii[1].std() < 0.6 * radii[0].std()
    assert smooth.volume == pytest.approx(stairs.volume, rel=0.02)
    assert smooth.is_watertight and np.array_equal(smooth.faces, stairs.faces)
    assert np.array_equal(smooth.colours, stairs.colours)
