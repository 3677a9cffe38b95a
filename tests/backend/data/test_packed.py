import json
import os
import shutil

import numpy as np
import pytest
import torch

from iss_backend.data.multi_view import read_shape
from iss_backend.data.packed import INPUT_ELEVATION, Lighting, PackedShapes, random_lighting
from iss_backend.data.packing import pack_dataset
from iss_backend.data.thin_parts import sturdy
from iss_backend.errors import BadInputError
from iss_backend.progress import ignore_progress

VIEWS, SIZE = 10, 32


@pytest.fixture(scope="module")
def root(capture, tmp_path_factory):
    root = tmp_path_factory.mktemp("set")
    capture(root / "captures" / "one" / "ball", views=VIEWS, size=SIZE)
    corner = capture.boxes(((-0.3, -0.3, -0.1), (0.3, -0.1, 0.2)), ((-0.3, -0.1, -0.1), (0.0, 0.35, 0.1)))
    capture(root / "captures" / "one" / "corner", corner, views=VIEWS, size=SIZE)
    pack_dataset(root / "captures", root / "packed", None, ignore_progress, workers=1)
    return root


@pytest.fixture(scope="module")
def packed(root):
    return PackedShapes(root / "packed")


@pytest.fixture(scope="module")
def thin(capture, tmp_path_factory):
    """A solid box, and a shade on a rod of a fiftieth."""
    root = tmp_path_factory.mktemp("thin")
    capture(
        root / "captures" / "one" / "box", capture.boxes(((-0.3, -0.2, -0.1), (0.3, 0.2, 0.1))), views=VIEWS, size=64
    )
    rod = capture.boxes(((-0.01, -0.45, -0.01), (0.01, 0.1, 0.01)), ((-0.2, 0.1, -0.2), (0.2, 0.4, 0.2)))
    capture(root / "captures" / "one" / "lamp", rod, views=VIEWS, size=64)
    pack_dataset(root / "captures", root / "packed", None, ignore_progress, workers=1)
    return PackedShapes(root / "packed")


@pytest.fixture(scope="module")
def originals(root):
    return [read_shape(root / "captures" / "one" / name) for name in ("ball", "corner")]


def palettes(packed, shapes):
    return torch.from_numpy(packed.palettes[shapes])


def test_entries_and_constants(packed):
    assert len(packed) == 2
    assert [entry.name for entry in packed.entries] == ["ball", "corner"]
    assert (packed.focal, packed.grid) == (2.1875, 64)


def test_full_ambient_light_gives_the_albedo_and_the_mask(packed, originals):
    shapes, views = np.array([0, 1, 1]), np.array([3, 0, 7])
    light = Lighting(torch.zeros(3, 3), torch.ones(3))
    rgb, cover = packed.pictures(shapes, views, palettes(packed, shapes), light, SIZE)
    for row, (shape, view) in enumerate(zip(shapes, views, strict=True)):
        mask = originals[shape].masks[view]
        assert (cover[row, 0].bool().numpy() == mask).all()
        expected = originals[shape].albedo[view] * mask[..., None] / 255.0
        assert np.abs(rgb[row].permute(1, 2, 0).numpy() - expected).max() < 1e-5


@pytest.mark.parametrize("shape", [0, 1])
def test_the_light_of_the_capture_gives_the_captured_image(packed, originals, capture, shape):
    """A picture has one light direction, the capture's headlight one for each pixel: so one picture for each."""
    view, original = 4, originals[shape]
    rays = capture.rays(original.world_mats[view].astype(float), SIZE)
    rows, columns = (axis[::7] for axis in np.nonzero(original.masks[view]))
    count = len(rows)
    assert count > 15
    towards = -rays[rows, columns] / np.linalg.norm(rays[rows, columns], axis=1, keepdims=True)
    light = Lighting(torch.from_numpy(towards).float(), torch.full((count,), capture.ambient))
    shapes = np.full(count, shape)
    rgb, _ = packed.pictures(shapes, np.full(count, view), palettes(packed, shapes), light, SIZE)
    drawn = rgb[np.arange(count), :, rows, columns].numpy() * 255
    assert np.abs(drawn - original.images[view][rows, columns]).max() <= 2


def test_smaller_pictures_are_area_averages(packed):
    shapes, views = np.array([1]), np.array([2])
    light = Lighting(torch.tensor([[0.0, 1.0, 0.0]]), torch.tensor([0.3]))
    full, small = (packed.pictures(shapes, views, palettes(packed, shapes), light, size) for size in (SIZE, SIZE // 2))
    for big, little in zip(full, small, strict=True):
        blocks = big.reshape(1, -1, SIZE // 2, 2, SIZE // 2, 2).mean(dim=(3, 5))
        assert torch.allclose(blocks, little, atol=1e-6)


def test_another_palette_recolours(packed):
    shapes = np.array([0])
    green = torch.zeros(1, 32, 3)
    green[..., 1] = 1
    light = Lighting(torch.zeros(1, 3), torch.ones(1))
    rgb, cover = packed.pictures(shapes, np.array([0]), green, light, SIZE)
    assert torch.equal(rgb[:, 1:2], cover)
    assert not rgb[:, [0, 2]].any()


def test_occupancy_at_agrees_with_the_grids(packed):
    shapes = np.array([1, 0])
    grids = packed.occupancy_grids(shapes)
    points = torch.rand(2, 3000, 3, generator=torch.Generator().manual_seed(0)) * 1.3 - 0.65
    values = packed.occupancy_at(shapes, points)
    cell = ((points + 0.5) * 64).floor().long()
    inside = ((cell >= 0) & (cell < 64)).all(-1)
    x, y, z = cell.clamp(0, 63).unbind(-1)
    expected = grids[torch.arange(2)[:, None], x, y, z] & inside
    assert torch.equal(values, expected.float())
    assert 0.02 < values.mean() < 0.3


def test_the_grid_is_indexed_x_y_z(packed):
    corner = packed.occupancy_grids(np.array([1]))[0]
    at = lambda x, y, z: bool(corner[tuple(int((c + 0.5) * 64) for c in (x, y, z))])  # noqa: E731
    assert at(-0.15, 0.2, 0.0)  # the post stands on the left ...
    assert not at(0.15, 0.2, 0.0)
    assert at(0.15, -0.2, 0.15)  # ... and the foot reaches further to the front
    assert not at(0.15, -0.2, -0.2)


def test_surface_samples_lie_on_the_surface_in_its_colours(packed):
    shapes = np.array([0, 0])
    points, colours = packed.surface_samples(shapes, palettes(packed, shapes), np.random.default_rng(0), 500)
    assert points.shape == colours.shape == (2, 500, 3)
    assert torch.allclose(points.norm(dim=-1), torch.tensor(0.35), atol=1e-3)
    right_top = (points[..., 0] > 0.01) & (points[..., 1] > 0.01)
    assert torch.allclose(colours[right_top], torch.tensor([220.0, 200.0, 60.0]) / 255)
    assert not torch.equal(points[0], points[1])


@pytest.fixture(scope="module")
def spotted(root, tmp_path_factory):
    """Give the shapes, a fifth of the first one's surface in the colour 0 and the rest in 1."""
    folder = shutil.copytree(root / "packed", tmp_path_factory.mktemp("spotted") / "packed")
    colours, shares = (np.load(folder / f"{name}.npy") for name in ("surface_colour", "palette_share"))
    colours[0] = np.arange(colours.shape[1]) % 5 > 0
    shares[0] = 0.0
    shares[0, :2] = 0.2, 0.8
    np.save(folder / "surface_colour.npy", colours)
    np.save(folder / "palette_share.npy", shares)
    return PackedShapes(folder)


@pytest.mark.parametrize(("evenness", "share"), [(0.0, 0.2), (0.5, 1 / 3), (1.0, 0.5)])
def test_a_colour_that_covers_little_is_drawn_more_often(spotted, evenness, share):
    """Shares of 0.2 and 0.8 are drawn in proportion to their powers of 1 - evenness: 1 to 4, 1 to 2, 1 to 1."""
    marked = torch.zeros(1, spotted.palettes.shape[1], 3)
    marked[0, 0] = 1.0
    points, colours = spotted.surface_samples(np.array([0]), marked, np.random.default_rng(0), 20000, evenness)
    assert colours[0, :, 0].mean().item() == pytest.approx(share, abs=0.015)
    assert points[0].mean(dim=0).abs().max() < 0.02  # from all over the ball


def test_input_views_are_seen_from_eye_level(packed):
    rng = np.random.default_rng(0)
    shapes = np.array([0, 1] * 30)
    views = packed.draw_input_views(shapes, rng)
    centres = packed.camera_centres(shapes, views)
    assert torch.allclose(centres.norm(dim=1), torch.tensor(1.7), atol=1e-4)
    sine = centres[:, 1] / 1.7
    assert INPUT_ELEVATION[0] <= sine.min() < sine.max() <= INPUT_ELEVATION[1]
    assert len(set(views)) > 2


def test_a_shape_that_has_no_view_from_eye_level_is_drawn_from_any(capture, tmp_path):
    capture(tmp_path / "c" / "p" / "ball", views=2, size=16)  # from 30 degrees above, and below
    cameras = dict(np.load(tmp_path / "c" / "p" / "ball" / "cameras.npz"))
    cameras["world_mat_0"] = cameras["world_mat_1"]
    np.savez(tmp_path / "c" / "p" / "ball" / "cameras.npz", **cameras)
    pack_dataset(tmp_path / "c", tmp_path / "packed", None, ignore_progress, workers=1)
    views = PackedShapes(tmp_path / "packed").draw_input_views(np.zeros(20, int), np.random.default_rng(0))
    assert set(views) == {0, 1}


def test_random_light_is_unit_bounded_seeded_and_near_the_camera():
    towards = torch.nn.functional.normalize(torch.randn(400, 3, generator=torch.Generator().manual_seed(1)), dim=1)
    light, same = (random_lighting(towards, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(light.direction, same.direction)
    assert torch.allclose(light.direction.norm(dim=1), torch.ones(400), atol=1e-5)
    assert light.ambient.min() >= 0.35
    assert light.ambient.max() <= 0.65
    assert (light.direction * towards).sum(1).mean() > 0.7


def test_a_folder_that_is_no_pack_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="no packed data set"):
        PackedShapes(tmp_path)


def test_sturdy_at_holds_all_that_is_carved_and_more_only_near_it(packed):
    rng = np.random.default_rng(5)
    shapes = np.array([0, 1])
    points = torch.from_numpy(rng.random((2, 4000, 3), dtype=np.float32) - 0.5)
    carved, thick = packed.occupancy_at(shapes, points), packed.sturdy_at(shapes, points)
    assert (thick >= carved).all() and carved.sum() > 0
    expected = np.stack([sturdy(grid.numpy()) for grid in packed.occupancy_grids(shapes)])
    cell = ((points + 0.5) * 64).long().numpy()
    assert (thick.numpy() == expected[shapes[:, None], cell[..., 0], cell[..., 1], cell[..., 2]]).all()


def test_points_at_rods_lie_in_them(thin):
    shapes = np.array([1, 1])
    points = thin.points_at_rods(shapes, np.random.default_rng(1), 300)
    assert points.shape == (2, 300, 3)
    assert (thin.sturdy_at(shapes, points) == 1).all()
    assert 0.2 < thin.occupancy_at(shapes, points).mean() < 0.6  # the others are where the rod became wider
    assert (points[..., [0, 2]].abs() < 0.06).all()  # around the rod


def test_points_at_rods_lie_anywhere_where_there_are_none(thin):
    points = thin.points_at_rods(np.array([0]), np.random.default_rng(2), 4000)
    assert points.abs().max() <= 0.5
    assert points.std(dim=1).numpy() == pytest.approx(12**-0.5, abs=0.02)


def test_a_set_of_another_version_is_refused(root, tmp_path):
    shutil.copytree(root / "packed", tmp_path / "old")
    about = json.loads((tmp_path / "old" / "shapes.json").read_text())
    (tmp_path / "old" / "shapes.json").write_text(json.dumps({**about, "format": 1}))
    with pytest.raises(BadInputError, match="another version; pack the captures again"):
        PackedShapes(tmp_path / "old")


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda folder: (folder / "normal.npy").unlink(), "No such file"),
        (lambda folder: os.truncate(folder / "depth.npy", 5000), "is damaged"),
        (lambda folder: np.save(folder / "rods.npy", np.load(folder / "rods.npy")[:1]), "'rods.npy' holds 1"),
        (lambda folder: (folder / "shapes.json").write_text("[]"), "is no packed data set"),
    ],
)
def test_a_pack_that_was_copied_in_part_is_told_in_a_sentence(harm, told, root, tmp_path):
    shutil.copytree(root / "packed", tmp_path / "packed")
    harm(tmp_path / "packed")
    with pytest.raises(BadInputError, match=told):
        PackedShapes(tmp_path / "packed")
