"""ShapeNet as DVR distributes it: renderings after Choy et al. (RGB-D, inputs of their own) and by NMR (24 views)."""

import numpy as np
import pytest
from PIL import Image

from iss_backend.data.carving import seen_surface
from iss_backend.data.importing import ImportPlan, import_folder
from iss_backend.data.multi_view import choy_pictures, read_cameras, read_shape, shape_folders
from iss_backend.data.split_files import split_folders
from iss_backend.data.view_checks import views_that_see
from iss_backend.errors import BadInputError
from iss_backend.progress import ignore_progress

HALF = np.array([0.3, 0.2, 0.4])


def look(azimuth, elevation, distance):
    """World -> camera: x right, y down, z forward; the object's y is up."""
    away = np.array([np.cos(elevation) * np.sin(azimuth), np.sin(elevation), np.cos(elevation) * np.cos(azimuth)])
    right = np.cross(-away, (0, 1, 0))
    right /= np.linalg.norm(right)
    world = np.eye(4)
    world[:3, :3] = np.stack([right, np.cross(-away, right), -away])
    world[:3, 3] = world[:3, :3] @ (-distance * away)
    return world


def box_depth(world, focal, size):
    ticks = ((2 * np.arange(size) + 1) / size - 1) / focal
    x, y = np.meshgrid(ticks, ticks)
    rays, origin = np.stack([x, y, np.ones_like(x)], -1) @ world[:3, :3], -world[:3, :3].T @ world[:3, 3]
    with np.errstate(divide="ignore"):
        first, second = (-HALF - origin) / rays, (HALF - origin) / rays
    near, far = np.minimum(first, second).max(-1), np.maximum(first, second).min(-1)
    return np.where(near <= far, near, np.inf).astype(np.float32)


def write_model(folder, kind, views=24):
    """Write one model: "choy" (137 pixels, focal 2.1875, depth) or "nmr" (64 pixels, 30 degrees, RGB alone)."""
    size, focal, distance = (137, 2.1875, 1.6) if kind == "choy" else (64, 1 / np.tan(np.radians(15)), 2.732)
    cameras = {}
    for part in ("image", "mask") + (("depth",) if kind == "choy" else ()):
        (folder / part).mkdir(parents=True)
    for number in range(views):
        world = look(2 * np.pi * number / views, np.radians(30), distance)
        depth = box_depth(world, focal, size)
        seen = np.isfinite(depth)
        picture = np.where(seen[..., None], (30, 60, 200), 255).astype(np.uint8)
        Image.fromarray(picture).save(folder / "image" / f"{number:04d}.png")
        Image.fromarray(np.repeat((seen * 255).astype(np.uint8)[..., None], 3, 2)).save(
            folder / "mask" / f"{number:04d}.png"
        )
        if kind == "choy":
            np.savez(folder / "depth" / f"{number:04d}.npz", depth)  # without a name: arr_0
        cameras[f"world_mat_inv_{number}"] = np.linalg.inv(world)
        cameras[f"camera_mat_{number}"] = np.diag([focal, focal, 1, 1])
        cameras[f"camera_mat_inv_{number}"] = np.diag([1 / focal, 1 / focal, 1, 1])
        if kind == "choy":
            cameras |= {f"world_mat_{number}": world[:3], f"scale_mat_{number}": np.eye(4)}
            cameras |= {f"scale_mat_inv_{number}": np.eye(4)}
    np.savez(folder / "cameras.npz", **cameras)
    if kind == "choy":
        (folder / "img_choy2016").mkdir()
        for number in range(3):
            Image.fromarray(np.full((137, 137, 3), 255, np.uint8)).save(folder / "img_choy2016" / f"{number:03d}.jpg")
        np.savez(folder / "img_choy2016" / "cameras.npz", world_mat_0=np.eye(4))
        np.savez(folder / "pointcloud.npz", points=np.zeros((5, 3)), normals=np.zeros((5, 3)))
    return folder


@pytest.fixture(scope="module")
def shapenet(tmp_path_factory):
    root = tmp_path_factory.mktemp("shapenet")
    (root / "metadata.yaml").write_text("02958343: {id: '02958343', name: 'car'}\n")
    write_model(root / "choy" / "02958343" / "1a0b", "choy")
    write_model(root / "nmr" / "02958343" / "1a0b", "nmr")
    (root / "nmr" / "02958343" / "softras_train.lst").write_text("1a0b\n")
    return root


def test_renderings_after_choy(shapenet):
    (folder,) = shape_folders(shapenet / "choy")
    shape = read_shape(folder)
    assert (shape.group, shape.name, shape.focal) == ("02958343", "1a0b", 2.1875)
    assert shape.images.shape == (24, 137, 137, 3)
    assert len(choy_pictures(folder)) == 3
    points = seen_surface(_with_zero_normals(shape))[0]
    assert np.abs(points).max(axis=0) == pytest.approx(HALF, abs=1e-3)
    assert views_that_see(shape.masks, shape.world_mats, shape.focal).all()


def test_renderings_by_nmr_whose_cameras_are_inverses(shapenet):
    (folder,) = shape_folders(shapenet / "nmr")
    shape = read_shape(folder)
    assert shape.depths is None
    assert shape.masks.shape == (24, 64, 64)
    assert shape.focal == pytest.approx(3.7320508)
    assert views_that_see(shape.masks, shape.world_mats, shape.focal).all()
    # View 6 is a quarter round, 30 degrees up. The corner (0.3, 0.2, 0.4) by hand: right is -z, so x = -0.4; up (-y) is
    # 0.2 cos 30 - 0.3 sin 30; ahead 2.732 - 0.3 cos 30 - 0.2 sin 30.
    corner = shape.world_mats[6] @ (*HALF, 1.0)
    assert corner[:3] == pytest.approx([-0.4, -(0.2 * 0.8660254 - 0.3 * 0.5), 2.732 - 0.3 * 0.8660254 - 0.1], abs=1e-5)
    assert split_folders([folder]) == ([folder], [])


def test_inverses_that_are_none_are_named(tmp_path):
    folder = write_model(tmp_path / "car" / "1a", "nmr", views=2)
    with np.load(folder / "cameras.npz") as stored:
        cameras = dict(stored)
    np.savez(folder / "cameras.npz", **{**cameras, "world_mat_inv_1": np.zeros((4, 4))})
    with pytest.raises(BadInputError, match="world_mat_inv_1 cannot be inverted"):
        read_cameras(folder)


def test_cameras_like_dtu_s_are_drawn_centred(tmp_path):
    """Rectangular pictures, principal points off the middle, two focal lengths, and a scale matrix."""
    folder = tmp_path / "scans" / "scan1"
    for part in ("image", "mask", "depth"):
        (folder / part).mkdir(parents=True)
    cameras, scale_mat = {}, np.diag([4.0, 4.0, 4.0, 1.0])
    scale_mat[:3, 3] = (7.0, -2.0, 1.0)
    for number in range(8):
        world = look(2 * np.pi * number / 8, np.radians(20), 2.0)
        camera_mat = np.eye(4)
        camera_mat[0, [0, 2]], camera_mat[1, [1, 2]] = (1.8 + 0.1 * (number % 2), 0.15), (2.4, -0.1)
        column, row = np.meshgrid((2 * np.arange(96) + 1) / 96 - 1, (2 * np.arange(72) + 1) / 72 - 1)
        x, y = (column - camera_mat[0, 2]) / camera_mat[0, 0], (row - camera_mat[1, 2]) / camera_mat[1, 1]
        rays, origin = np.stack([x, y, np.ones_like(x)], -1) @ world[:3, :3], -world[:3, :3].T @ world[:3, 3]
        with np.errstate(divide="ignore"):
            first, second = (-HALF - origin) / rays, (HALF - origin) / rays
        near, far = np.minimum(first, second).max(-1), np.maximum(first, second).min(-1)
        depth = np.where(near <= far, near, np.inf)
        Image.fromarray(np.where(np.isfinite(depth)[..., None], (30, 60, 200), 99).astype(np.uint8)).save(
            folder / "image" / f"{number}.png"
        )
        Image.fromarray((np.isfinite(depth) * 255).astype(np.uint8)).save(folder / "mask" / f"{number}.png")
        np.savez(folder / "depth" / f"{number}.npz", depth=4.0 * depth)  # in units of the scan's world
        rigid = world.copy()
        rigid[:3, 3] = 4.0 * world[:3, 3]  # the world is four times as large, and moved
        shift = np.eye(4)
        shift[:3, 3] = -scale_mat[:3, 3]
        cameras[f"world_mat_{number}"], cameras[f"scale_mat_{number}"] = rigid @ shift, scale_mat
        cameras[f"camera_mat_{number}"] = camera_mat
    np.savez(folder / "cameras.npz", **cameras)
    with pytest.raises(BadInputError, match="run 'data import' first"):
        read_shape(folder)
    assert import_folder(tmp_path / "scans", tmp_path / "out", ImportPlan(8, 96), ignore_progress) == 1
    shape = read_shape(tmp_path / "out" / "scans" / "scan1")
    assert views_that_see(shape.masks, shape.world_mats, shape.focal).all()
    points = seen_surface(_with_zero_normals(shape))[0]
    assert np.quantile(np.abs(points), 0.99, axis=0) == pytest.approx(HALF, abs=0.02)
    centres = -np.einsum("vji,vj->vi", shape.world_mats[:, :3, :3], shape.world_mats[:, :3, 3])
    assert np.linalg.norm(centres, axis=1) == pytest.approx(np.full(8, 2.0), abs=1e-4)


def _with_zero_normals(shape):
    return type(shape)(**{**vars(shape), "normals": np.zeros((*shape.masks.shape, 3), np.float32)})
