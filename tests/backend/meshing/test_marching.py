import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iss_backend.meshing import ColouredMesh
from iss_backend.meshing.marching import OVERHANG, installed_library, marching_cubes


@pytest.fixture(params=["mcubes", "skimage"])
def library(request):
    pytest.importorskip({"mcubes": "mcubes", "skimage": "skimage.measure"}[request.param])
    return request.param


def coloured(vertices, faces):
    return ColouredMesh(vertices.astype(np.float32), faces, np.zeros((len(vertices), 3), np.uint8))


def ball(centre, radius, size=24):
    i, j, k = np.indices((size, size, size))
    return radius - np.sqrt((i - centre[0]) ** 2 + (j - centre[1]) ** 2 + (k - centre[2]) ** 2)


def test_vertices_lie_where_the_field_is_zero_in_grid_indices(library):
    """A shift by half a voxel, as libmcubes of DVR has it, would be an error of 0.5 here."""
    centre = (10.3, 12.0, 11.6)
    vertices, faces = marching_cubes(ball(centre, 8.0).astype(np.float32), library)
    radii = np.linalg.norm(vertices - centre, axis=1)
    assert abs(radii.mean() - 8.0) < 0.02 and np.abs(radii - 8.0).max() < 0.05
    assert vertices.mean(axis=0) == pytest.approx(centre, abs=0.05)
    mesh = coloured(vertices, faces)
    assert mesh.is_watertight and mesh.volume == pytest.approx(4 / 3 * np.pi * 8**3, rel=0.01)


def test_axes_keep_their_order_in_a_grid_of_three_sizes(library):
    values = np.full((5, 7, 9), -1.0, np.float32)
    values[1, 2, 3:8] = 1.0
    vertices, _ = marching_cubes(values, library)
    assert vertices.min(axis=0) == pytest.approx([0.5, 1.5, 2.5])
    assert vertices.max(axis=0) == pytest.approx([1.5, 2.5, 7.5])


def test_both_libraries_find_the_same_vertices():
    pytest.importorskip("skimage.measure")
    found = [marching_cubes(ball((10, 11, 12), 7.2), name)[0] for name in ("mcubes", "skimage")]
    assert found[0][np.lexsort(found[0].T)] == pytest.approx(found[1][np.lexsort(found[1].T)], abs=1e-4)


@pytest.mark.parametrize("fill", [0.0, -3.0])
def test_nothing_inside_gives_no_mesh(library, fill):
    vertices, faces = marching_cubes(np.full((6, 6, 6), fill, np.float32), library)
    assert vertices.shape == (0, 3) and faces.shape == (0, 3) and faces.dtype == np.int32


def test_a_grid_that_is_inside_everywhere_is_closed_at_its_border(library):
    vertices, faces = marching_cubes(np.full((6, 6, 6), 2.0, np.float32), library)
    mesh = coloured(vertices, faces)
    assert mesh.is_watertight and mesh.volume == pytest.approx(5**3, rel=0.02)
    assert np.abs(vertices - 2.5).max() <= 2.5 + OVERHANG + 1e-9


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(["normal", "signs", "zeros", "spikes"]))
def test_random_fields_give_closed_manifolds_without_doubled_vertices(seed, kind):
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(9, 8, 10)).astype(np.float32)
    if kind == "signs":
        values = np.sign(values)
    elif kind == "zeros":
        values = np.round(values)
    elif kind == "spikes":
        values *= 10.0 ** generator.integers(-6, 7, values.shape).astype(np.float32)
    vertices, faces = marching_cubes(values, installed_library())
    mesh = coloured(vertices / 128, faces)
    assert mesh.is_watertight and mesh.volume > 0
    assert len(np.unique(mesh.vertices, axis=0)) == len(mesh.vertices)


def test_the_slower_library_gives_closed_manifolds_of_noise_too():
    pytest.importorskip("skimage.measure")
    generator = np.random.default_rng(5)
    for _ in range(20):
        mesh = coloured(*marching_cubes(np.sign(generator.normal(size=(9, 9, 9))), "skimage"))
        assert mesh.is_watertight and mesh.volume > 0
