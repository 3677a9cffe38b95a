from dataclasses import replace

import numpy as np
import pytest

from iss_backend.errors import BadInputError
from iss_backend.evaluation.metrics.colours import has_colours, mesh_colours, vertex_areas
from iss_backend.evaluation.metrics.health import mesh_health, wall_shares
from iss_backend.evaluation.metrics.surfaces import chamfer_l1, f_score, sample_surface
from iss_backend.evaluation.metrics.volumes import filled_cells, mesh_iou
from iss_backend.meshing import ColouredMesh


def turned_inside_out(mesh):
    return replace(mesh, faces=np.ascontiguousarray(mesh.faces[:, ::-1]))


def test_points_lie_on_the_surface_in_proportion_to_area(cuboid):
    points = sample_surface(cuboid((-0.4, -0.1, -0.1), (0.4, 0.1, 0.1)), 20000, np.random.default_rng(0))
    distance = np.abs(np.abs(points) - [0.4, 0.1, 0.1]).min(axis=1)
    assert distance.max() < 1e-6
    ends = (np.abs(np.abs(points[:, 0]) - 0.4) < 1e-6).mean()
    assert ends == pytest.approx(0.08 / (0.08 + 0.64), abs=0.01)  # two 0.2 x 0.2 ends, four 0.8 x 0.2 sides
    assert points.mean(axis=0) == pytest.approx([0, 0, 0], abs=0.01)


def test_a_mesh_without_area_has_no_points():
    with pytest.raises(BadInputError, match="0 faces without area"):
        sample_surface(ColouredMesh.empty(), 5, np.random.default_rng(0))


def test_chamfer_and_f_score_of_two_points_by_hand():
    a, b = np.array([[0.0, 0, 0], [1, 0, 0]]), np.array([[0.0, 0.3, 0]])
    # accuracy: (0.3 + sqrt(1.09)) / 2, completeness: 0.3
    assert chamfer_l1(a, b) == pytest.approx(((0.3 + 1.09**0.5) / 2 + 0.3) / 2)
    assert chamfer_l1(a, a) == 0
    assert f_score(a, b, 0.3) == pytest.approx(2 * 0.5 * 1.0 / 1.5)
    assert (f_score(a, b, 0.1), f_score(a, a)) == (0.0, 1.0)


def test_filled_cells_of_a_box(cuboid):
    cells = filled_cells(cuboid((-0.25, -0.5, 0), (0.25, 0.25, 0.125)), 16)
    expected = np.zeros((16, 16, 16), bool)
    expected[4:12, :12, 8:10] = True
    assert np.array_equal(cells, expected)


def test_iou_of_a_cube_and_the_same_cube_shifted(cuboid):
    cube = cuboid((-0.25, -0.25, -0.25), (0.25, 0.25, 0.25))
    for shift in np.eye(3) / 8:
        assert mesh_iou(cube, cuboid(shift - 0.25, shift + 0.25)) == pytest.approx(0.375 / 0.625, abs=1e-12)
    assert mesh_iou(cube, cube) == 1.0
    assert mesh_iou(cube, cuboid((0.3, 0.3, 0.3), (0.4, 0.4, 0.4))) == 0.0


def test_overlapping_and_inside_out_parts_are_filled(cuboid, join):
    cube, bar = cuboid((-0.25, -0.25, -0.25), (0.25, 0.25, 0.25)), cuboid((-0.25, -0.25, 0), (0.25, 0.25, 0.5))
    both = filled_cells(join(cube, bar), 16)
    assert np.array_equal(both, filled_cells(cube, 16) | filled_cells(bar, 16))
    assert np.array_equal(filled_cells(turned_inside_out(cube), 16), filled_cells(cube, 16))


def test_colours_by_area(cuboid, join):
    red = cuboid((0, 0, 0), (0.4, 0.4, 0.4), (255, 0, 0))
    blue = cuboid((-0.4, 0, 0), (-0.2, 0.2, 0.2), (0, 0, 255))
    green = cuboid((-0.4, -0.2, 0), (-0.3, -0.1, 0.1), (0, 128, 0))
    shares = mesh_colours(join(green, blue, red))
    assert [name for name, _ in shares] == ["red", "blue", "green"]
    assert [share for _, share in shares] == pytest.approx([16 / 21, 4 / 21, 1 / 21])
    assert has_colours(shares, ("blue",))
    assert has_colours(shares, ("blue", "red"))
    assert not has_colours(shares, ("green",))
    assert has_colours(shares, ())


def test_black_and_white_stay_themselves(cuboid):
    assert mesh_colours(cuboid((0, 0, 0), (1, 1, 1), (255, 255, 255))) == [("white", 1.0)]
    assert mesh_colours(cuboid((0, 0, 0), (1, 1, 1), (0, 0, 0))) == [("black", 1.0)]


def test_areas_of_vertices_add_up_to_the_surface(cuboid):
    assert vertex_areas(cuboid((0, 0, 0), (0.5, 0.25, 1))).sum() == pytest.approx(2 * (0.125 + 0.5 + 0.25))


def test_a_sound_mesh(cuboid):
    health = mesh_health(cuboid((-0.4, -0.4, -0.4), (0.4, 0.4, 0.4)))
    assert (health.watertight, health.pieces, health.specks, health.boxed) == (True, 1, 0, False)
    assert health.volume == pytest.approx(0.512)
    assert health.is_sound()


def test_each_fault_is_seen(cuboid, join):
    cube, speck = cuboid((-0.4, -0.4, -0.4), (0.4, 0.4, 0.4)), cuboid((0.45, 0.45, 0.45), (0.46, 0.46, 0.46))
    slab = cuboid((-0.4, 0.45, -0.4), (0.4, 0.46, 0.4))
    assert mesh_health(join(cube, speck)).specks == 1
    assert not mesh_health(join(cube, speck)).is_sound()
    assert mesh_health(join(cube, slab)).pieces == 2  # little volume, but area: not a speck
    assert mesh_health(join(cube, slab)).is_sound(most_pieces=2)
    assert mesh_health(turned_inside_out(cube)).volume == pytest.approx(-0.512)
    assert not mesh_health(turned_inside_out(cube)).is_sound()
    assert not mesh_health(replace(cube, faces=cube.faces[1:])).watertight
    assert not mesh_health(ColouredMesh.empty()).is_sound()


def test_a_background_that_became_solid_is_seen(cuboid, join):
    room = join(
        cuboid((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5)),
        turned_inside_out(cuboid((-0.48, -0.48, -0.48), (0.48, 0.48, 0.48))),
    )
    assert wall_shares(room) == pytest.approx([1.0] * 6)
    assert mesh_health(room).boxed
    standing = cuboid((-0.5, -0.5, -0.5), (0.5, -0.4, 0.5))
    assert wall_shares(standing)[1] == pytest.approx(1.0)  # -y
    assert not mesh_health(standing).boxed
