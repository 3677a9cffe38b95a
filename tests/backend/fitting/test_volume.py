import numpy as np
import pytest
import torch

from iss_backend.errors import BadInputError
from iss_backend.fitting.volume import GRID, LONGEST_SIDE, VolumeModel, volume_of
from iss_backend.meshing import ColouredMesh

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
     [1, 5, 7], [1, 7, 3]], np.int32
)  # fmt: skip


def box_mesh(size=(4.0, 2.0, 1.0), corner=(10.0, -3.0, 5.0), faces=FACES):
    """Return a box, red where x is low and blue where it is high."""
    colours = np.where(CORNERS[:, :1] > 0, [[0, 0, 255]], [[255, 0, 0]]).astype(np.uint8)
    return ColouredMesh((CORNERS * size + corner).astype(np.float32), faces, colours)


@pytest.fixture(scope="module")
def volume():
    return volume_of(box_mesh(), np.random.default_rng(0))


def test_a_box_is_centred_scaled_and_filled(volume):
    assert volume.placement.centre == pytest.approx((12.0, -2.0, 5.5))
    assert volume.placement.scale == pytest.approx(LONGEST_SIDE / 4.0)
    expected = LONGEST_SIDE**3 * (2 / 4) * (1 / 4)
    cell = 1.0 / GRID
    # Cells that the surface only runs through count too, on average half a cell on each side.
    grown = (LONGEST_SIDE + cell) * (LONGEST_SIDE / 2 + cell) * (LONGEST_SIDE / 4 + cell)
    share = float(volume.occupied.float().mean())
    assert expected < share < 1.08 * grown
    inside = volume.inside(torch.tensor([[0.0, 0.0, 0.0], [0.44, 0.0, 0.0], [0.0, 0.3, 0.0], [0.7, 0.0, 0.0]]))
    assert inside.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_surface_points_have_the_colours_around_them(volume):
    share = volume.points[:, 0] / LONGEST_SIDE + 0.5
    expected = torch.stack([1.0 - share, torch.zeros_like(share), share], dim=-1)
    torch.testing.assert_close(volume.colours, expected, atol=1e-3, rtol=0)


def test_an_open_box_is_its_walls_alone():
    lidless = box_mesh(faces=FACES[:-2])  # without the side of high z
    volume = volume_of(lidless, np.random.default_rng(0))
    assert volume.inside(torch.tensor([[0.0, 0.0, 0.0]])).item() == 0.0
    assert 0.0 < float(volume.occupied.float().mean()) < 0.05


@pytest.mark.parametrize(
    "mesh",
    [
        ColouredMesh.empty(),
        ColouredMesh(np.zeros((3, 3), np.float32), np.array([[0, 1, 2]], np.int32), np.zeros((3, 3), np.uint8)),
        ColouredMesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 1]], np.int32), np.zeros((3, 3), np.uint8)),
    ],
)
def test_meshes_without_a_surface(mesh):
    with pytest.raises(BadInputError, match="give one with faces of some size"):
        volume_of(mesh, np.random.default_rng(0))


def test_the_field_of_a_volume_has_its_surface_and_colours(volume):
    model = VolumeModel(volume)
    points = torch.tensor([[[0.3, 0.0, 0.0], [-0.3, 0.0, 0.0], [0.3, 0.25, 0.0], [0.3, 0.0, 0.14]]])
    logits, colours = model.query(model.prepare(torch.zeros(1, 1)), points)
    assert (logits > 0).tolist() == [[True, True, False, False]]
    assert colours[0, 0, 2] > colours[0, 0, 0]  # blue at high x
    assert colours[0, 1, 0] > colours[0, 1, 2]
    assert torch.equal(model.occupancy(None, points), logits)
