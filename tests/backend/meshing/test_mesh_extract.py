import dataclasses
import math

import numpy as np
import pytest
import torch
import trimesh

from iss_backend.errors import BadInputError, BundleError
from iss_backend.meshing import MeshSettings, extract_mesh, sample_field

CODE = torch.zeros(1, 1)
NAMES = ["sphere", "torus", "two spheres", "thin plate", "box", "beyond the cube"]


@pytest.mark.parametrize("name", NAMES)
def test_known_shapes_have_their_volume_and_genus(fields, shapes, name):
    distance, volume, euler = fields[name]
    mesh = extract_mesh(
        shapes["svr"](distance), CODE, MeshSettings(resolution=96, coarse_resolution=24, one_piece=False)
    )
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(volume, rel=0.03)
    assert shapes["euler"](mesh) == euler
    assert np.abs(mesh.bounds).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("steepness", [40.0, 4000.0])
def test_coarse_to_fine_is_exactly_the_dense_mesh(fields, shapes, name, steepness):
    distance = fields[name][0]

    def saturated(p):  # like a trained decoder: distances far from the surface do not show
        return torch.tanh(distance(p) * 20) / 20

    settings = MeshSettings(resolution=61, coarse_resolution=17)
    quick = extract_mesh(shapes["svr"](saturated, steepness), CODE, settings)
    dense = extract_mesh(shapes["svr"](saturated, steepness), CODE, dataclasses.replace(settings, coarse_resolution=61))
    assert np.array_equal(quick.vertices, dense.vertices)
    assert np.array_equal(quick.faces, dense.faces)
    assert np.array_equal(quick.colours, dense.colours)


def test_a_thin_rod_seen_only_at_its_thick_end_is_followed_to_its_tip(shapes):
    """The rod passes between the coarse nodes, and hard logits give no hint of it beyond the ball."""
    parts = shapes["union"](
        shapes["sphere"](0.12, (-0.35, 0.02, 0.02)), lambda p: shapes["box"](0.45, 0.015, 0.015)(p - 0.02)
    )
    svr = shapes["svr"](lambda p: torch.sign(parts(p)), 10.0)
    settings = MeshSettings(resolution=65, coarse_resolution=9)
    mesh = extract_mesh(svr, CODE, settings)
    dense = extract_mesh(svr, CODE, dataclasses.replace(settings, coarse_resolution=65))
    assert mesh.bounds[1, 0] > 0.45 and np.array_equal(mesh.vertices, dense.vertices)


def test_a_plate_between_two_layers_of_coarse_nodes_is_found(fields, shapes):
    """Nodes above and below it are equally far outside: only their neighbours' logits give it away."""
    mesh = extract_mesh(shapes["svr"](fields["thin plate"][0]), CODE, MeshSettings(128, 32))
    assert mesh.is_watertight and mesh.volume == pytest.approx(fields["thin plate"][1], rel=0.03)


def test_coarse_to_fine_asks_for_a_fraction_of_the_points(fields, shapes):
    svr = shapes["svr"](fields["sphere"][0])
    samples = sample_field(svr, CODE, MeshSettings(chunk=10_000))
    assert samples.values.shape == (128, 128, 128) and samples.evaluated == svr.asked
    assert samples.evaluated < 0.25 * 128**3


def test_samples_are_the_field_at_the_nodes_of_the_whole_cube(shapes):
    svr = shapes["svr"](lambda p: p[..., 0] + 10 * p[..., 1] + 100 * p[..., 2], 1.0)
    values = sample_field(svr, CODE, MeshSettings(resolution=8, coarse_resolution=8)).values
    steps = np.linspace(-0.5, 0.5, 8)
    expected = steps[:, None, None] + 10 * steps[:, None] + 100 * steps
    assert values == pytest.approx(expected, abs=1e-4)


def test_threshold_moves_the_surface_by_its_logit(shapes):
    """At 40 logits a unit, probability 0.9 lies log(9)/40 further in."""
    mesh = extract_mesh(shapes["svr"](shapes["sphere"](0.3)), CODE, MeshSettings(64, threshold=0.9))
    radii = np.linalg.norm(mesh.vertices, axis=1)
    assert radii.mean() == pytest.approx(0.3 - math.log(9) / 40, abs=1e-3)


def test_vertices_are_on_the_sphere_not_half_a_voxel_off(shapes):
    centre = (0.07, -0.03, 0.11)
    mesh = extract_mesh(shapes["svr"](shapes["sphere"](0.25, centre)), CODE, MeshSettings(64))
    radii = np.linalg.norm(mesh.vertices - np.float32(centre), axis=1)
    assert np.abs(radii - 0.25).max() < 0.1 / 63


def test_colours_are_those_of_the_field_at_the_vertices(shapes):
    mesh = extract_mesh(shapes["svr"](shapes["sphere"]()), CODE, MeshSettings(32, chunk=777))
    expected = torch.round((torch.from_numpy(mesh.vertices) + 0.5).clamp(0, 1) * 255).numpy()
    assert np.array_equal(mesh.colours, expected.astype(np.uint8))


def test_a_field_without_a_surface_gives_an_empty_mesh(shapes):
    mesh = extract_mesh(shapes["svr"](lambda p: -torch.ones_like(p[..., 0])), CODE, MeshSettings(32))
    assert mesh.is_empty and len(mesh.vertices) == 0 and len(mesh.colours) == 0


def test_a_field_that_answers_nan_is_reported(shapes):
    svr = shapes["svr"](lambda p: p[..., 0] * float("nan"))
    with pytest.raises(BundleError, match="NaN"):
        extract_mesh(svr, CODE, MeshSettings(16))


def test_infinite_logits_are_only_very_sure(shapes):
    svr = shapes["svr"](lambda p: torch.where(shapes["sphere"]()(p) > 0, math.inf, -math.inf))
    mesh = extract_mesh(svr, CODE, MeshSettings(48))
    assert mesh.is_watertight and mesh.volume == pytest.approx(4 / 3 * math.pi * 0.027, rel=0.05)


def test_trimesh_agrees_that_it_is_a_sound_volume(fields, shapes):
    mesh = extract_mesh(shapes["svr"](fields["torus"][0]), CODE, MeshSettings(64))
    other = trimesh.Trimesh(mesh.vertices, mesh.faces, process=True)
    assert other.is_watertight and other.is_winding_consistent and other.is_volume
    assert other.volume == pytest.approx(mesh.volume, rel=1e-4) and other.euler_number == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"resolution": 7},
        {"resolution": 513},
        {"coarse_resolution": 1},
        {"threshold": 0.0},
        {"threshold": 1.0},
        {"threshold": float("nan")},
        {"smallest_part": -0.1},
        {"chunk": 0},
    ],
)
def test_settings_out_of_range_are_refused_with_the_value_seen(wrong):
    with pytest.raises(BadInputError, match=str(next(iter(wrong.values())))):
        MeshSettings(**wrong)
