import numpy as np
import pytest

from iss_backend.data.procedural.solids import (
    Solid,
    arc,
    box,
    cushion,
    cylinder,
    ellipsoid,
    extrude,
    hull,
    joined,
    lathe,
    loft,
    ring_section,
    tube,
)  # fmt: skip

L_SHAPE = [(0, 0), (3, 0), (3, 1), (1, 1), (1, 3), (0, 3)]
CIRCLE = np.column_stack([arc(3.0, 0, 360, 41), np.zeros(41)])
EXACT = {
    "box": (box((1, 2, 3)), 6.0),
    "box in its place": (box((2, 2, 2), (5, 6, 7)), 8.0),
    "cylinder": (cylinder(1, 2, sides=400), 2 * np.pi),
    "cone": (cylinder(1, 3, 0, sides=400), np.pi),
    "ellipsoid": (ellipsoid((1, 2, 3), rings=100, sides=200), 8 * np.pi),
    "bowl": (lathe([(0, 0), (1, 0), (1, 1), (0.9, 1), (0.9, 0.1), (0, 0.1)], 400), np.pi * (1 - 0.81 * 0.9)),
    "straight tube": (tube([(0, 0, 0), (0, 2, 0)], 1.0, 400), 2 * np.pi),
    "mitred tube": (tube([(0, 0, 0), (0, 2, 0), (2, 2, 0)], 0.1, 400), 4 * np.pi * 0.01),
    "ring": (tube(CIRCLE, 1.0, 100), 2 * np.pi**2 * 3),
    "concave prism": (extrude(L_SHAPE, 2), 10.0),
    "clockwise prism": (extrude(L_SHAPE[::-1], 2), 10.0),
    "loft to a tip": (loft([np.array([(0, 0), (1, 0), (1, 1), (0, 1)]), np.full((4, 2), 0.5)], [0, 3]), 1.0),
    "loft backwards": (loft([np.array([(0, 0), (1, 0), (1, 1), (0, 1)]), np.full((4, 2), 0.5)], [3, 0]), 1.0),
    "hull": (hull([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0.1, 0.1, 0.1)]), 1 / 6),
    "pair": (joined(box((1, 1, 1)), box((1, 1, 1), (3, 0, 0))), 2.0),
}


def edge_counts(solid):
    edges = np.concatenate([solid.faces[:, [0, 1]], solid.faces[:, [1, 2]], solid.faces[:, [2, 0]]])
    return {tuple(edge) for edge in edges.tolist()}, len(edges)


@pytest.mark.parametrize("name", EXACT)
def test_closed_with_the_volume_of_the_formula(name):
    solid, volume = EXACT[name]
    directed, count = edge_counts(solid)
    assert len(directed) == count and all((end, start) in directed for start, end in directed)
    assert solid.volume == pytest.approx(volume, rel=5e-3)
    assert solid.vertices.dtype == np.float64 and solid.faces.dtype == np.int32


@pytest.mark.parametrize("name", EXACT)
def test_moving_keeps_the_volume_and_mirrors_look_outwards(name):
    solid, _ = EXACT[name]
    for other in (solid.moved(1, 2, 3), solid.turned("z", 33), solid.mirrored("x"), solid.mirrored("y").mirrored("z")):
        assert other.volume == pytest.approx(solid.volume)
    assert solid.scaled(2, -3, 0.5).volume == pytest.approx(3 * solid.volume)


@pytest.mark.parametrize(
    ("axis", "start", "end"), [("x", (0, 1, 0), (0, 0, 1)), ("y", (0, 0, 1), (1, 0, 0)), ("z", (1, 0, 0), (0, 1, 0))]
)
def test_turns_are_right_handed(axis, start, end):
    point = Solid(np.array([start], float), np.zeros((0, 3), np.int32))
    assert np.allclose(point.turned(axis, 90).vertices, [end])


def test_a_bevel_keeps_the_size_and_takes_the_corners():
    solid = box((1, 2, 3), bevel=0.1)
    assert np.allclose(np.ptp(solid.vertices, axis=0), (1, 2, 3))
    assert 5.5 < solid.volume < 6
    assert not np.isclose(np.abs(solid.vertices), (0.5, 1, 1.5)).all(axis=1).any()


def test_a_cushion_fills_its_size_more_the_less_round_it_is():
    soft, hard = cushion((2, 1, 3), (1, 0, 0), 1.0), cushion((2, 1, 3), roundness=0.15)
    assert np.allclose(soft.vertices.min(axis=0), (0, -0.5, -1.5)) and np.allclose(
        soft.vertices.max(axis=0), (2, 0.5, 1.5)
    )
    assert 2.8 < soft.volume < np.pi < 5 < hard.volume < 6


def test_a_section_has_its_size_at_every_sharpness():
    for sharpness in (1.0, 0.5, 0.2):
        section = ring_section(4, 2, 1.0, sharpness)
        assert np.allclose(section.max(axis=0), (2, 2)) and np.allclose(section.min(axis=0), (-2, 0))
