import numpy as np
import pytest
import trimesh
from scipy import ndimage

from iss_backend.meshing.marching import marching_cubes
from iss_backend.meshing.one_piece import REACH, SPECK, in_one_piece

SIZE = 64
NODES = np.stack(np.meshgrid(*[np.linspace(-0.5, 0.5, SIZE)] * 3, indexing="ij"), axis=-1)


def ball(centre, radius):
    return (radius - np.linalg.norm(NODES - np.array(centre), axis=-1)).astype(np.float32)


def pieces(values):
    return ndimage.label(values > 0)[1]


def test_what_is_one_piece_already_is_not_touched():
    values = ball((0, 0, 0), 0.3)
    assert in_one_piece(values) is values


@pytest.mark.parametrize("axis", range(3))
def test_a_near_piece_is_bridged_by_a_thin_closed_bar(axis):
    centre = np.zeros(3)
    centre[axis] = 0.25
    both = np.maximum(ball(-centre * 0.5, 0.15), ball(centre, 0.1))
    joined = in_one_piece(both)
    assert pieces(both) == 2 and pieces(joined) == 1
    assert (joined >= both).all()
    raised = (joined > 0) & (both <= 0)
    spread = np.argwhere(raised).max(axis=0) - np.argwhere(raised).min(axis=0)
    assert (np.delete(spread, axis) <= 2 * 0.03 * SIZE).all()  # no wider than the thickest bridge
    vertices, faces = marching_cubes(joined)
    mesh = trimesh.Trimesh(vertices, faces, process=False)
    assert mesh.is_watertight and mesh.body_count == 1


def test_a_far_piece_and_a_speck_are_removed():
    main = ball((-0.3, 0, 0), 0.15)
    far = ball((-0.15 + REACH + 0.12, 0, 0), 0.05)
    speck_radius = 0.15 * (0.5 * SPECK) ** (1 / 3)
    speck = ball((-0.11, 0, 0), speck_radius)
    joined = in_one_piece(np.maximum.reduce([main, far, speck]))
    assert ((joined > 0) == (main > 0)).all()


def test_a_chain_of_pieces_is_joined_link_by_link():
    chain = [ball((0.28 * i - 0.35, 0, 0), 0.1) for i in range(3)]  # the last is far from the first
    joined = in_one_piece(np.maximum.reduce(chain))
    assert pieces(joined) == 1
    assert all((joined > 0)[link > 0].all() for link in chain)


def test_pieces_that_touch_over_an_edge_alone_become_one():
    values = np.full((9, 9, 9), -1.0, np.float32)
    values[2:4, 2:6, 2:6] = 1.0
    values[4:6, 6:8, 2:6] = 1.0
    assert pieces(values) == 2 and pieces(in_one_piece(values)) == 1
