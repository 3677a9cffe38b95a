"""Captures of shapes whose surfaces are known, drawn by intersecting each pixel's ray; no Blender."""

import numpy as np
import pytest
from PIL import Image

FOCAL, DISTANCE, AMBIENT = 2.1875, 1.7, 0.45


def look_at_origin(centre):
    forward = -centre / np.linalg.norm(centre)
    right = np.cross(forward, (0, 1, 0))
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, np.cross(forward, right), forward])
    matrix[:3, 3] = -matrix[:3, :3] @ centre
    return matrix


def around(count):
    """`count` world matrices over the whole sphere."""
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    angle = np.pi * (3 - np.sqrt(5)) * np.arange(count)
    radius = np.sqrt(1 - height**2)
    centres = DISTANCE * np.stack([radius * np.sin(angle), height, radius * np.cos(angle)], axis=1)
    return [look_at_origin(centre) for centre in centres]


def pixel_rays(world, size):
    ticks = ((2 * np.arange(size) + 1) / size - 1) / FOCAL
    x, y = np.meshgrid(ticks, ticks)
    return np.stack([x, y, np.ones_like(x)], -1) @ world[:3, :3]


def hit_sphere(origin, rays, radius=0.35):
    """Depth (inf: miss) and outward normals of a sphere about the origin."""
    a, b, c = (rays * rays).sum(-1), rays @ origin, origin @ origin - radius**2
    root = b * b - a * c
    depth = np.where(root > 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf)
    points = origin + rays * np.where(np.isfinite(depth), depth, 0)[..., None]
    return depth, points / np.linalg.norm(points, axis=-1, keepdims=True)


def hit_box(origin, rays, low, high):
    """Depth and outward normals of the box between the corners `low` and `high`."""
    with np.errstate(divide="ignore"):
        first, second = (np.array(low) - origin) / rays, (np.array(high) - origin) / rays
    near, far = np.minimum(first, second), np.maximum(first, second)
    depth = np.where(near.max(-1) <= far.min(-1), near.max(-1), np.inf)
    return depth, -np.sign(rays) * np.eye(3)[near.argmax(-1)]


def hit_boxes(*corners):
    """A shape of several boxes, for `write_capture`."""

    def hit(origin, rays):
        depths, normals = zip(*(hit_box(origin, rays, *pair) for pair in corners), strict=True)
        first = np.stack(depths).argmin(0)
        return np.stack(depths).min(0), np.take_along_axis(np.stack(normals), first[None, ..., None], 0)[0]

    return hit


def four_colours(points):
    """Albedo by quadrant of x and y."""
    table = np.array([[200, 40, 40], [40, 160, 60], [30, 60, 180], [220, 200, 60]])
    return table[2 * (points[..., 0] > 0) + (points[..., 1] > 0)] / 255


def write_capture(folder, hit=hit_sphere, views=12, size=48):
    """Write a capture as the product does, drawn from hit(origin, rays) -> depth, normals."""
    for kind in ("image", "mask", "albedo", "normal", "depth"):
        (folder / kind).mkdir(parents=True)
    cameras = {}
    for number, world in enumerate(around(views)):
        origin, rays = -world[:3, :3].T @ world[:3, 3], pixel_rays(world, size)
        depth, normal = hit(origin, rays)
        mask = np.isfinite(depth)[..., None]
        albedo = np.where(mask, four_colours(origin + rays * np.where(mask, depth[..., None], 0)), 1)
        normal = np.where(mask, normal, 0)
        cosine = -(normal * rays).sum(-1) / np.linalg.norm(rays, axis=-1)
        image = np.where(mask, albedo * (AMBIENT + (1 - AMBIENT) * cosine.clip(0))[..., None], 1)
        pictures = {"image": image, "mask": mask[..., 0], "albedo": albedo, "normal": (normal + 1) / 2}
        for kind, pixels in pictures.items():
            Image.fromarray(np.round(pixels * 255.0).astype(np.uint8)).save(folder / kind / f"{number:04d}.png")
        np.savez_compressed(folder / "depth" / f"{number:04d}.npz", depth=depth.astype(np.float32))
        for name, matrix in (("world", world), ("camera", np.diag([FOCAL, FOCAL, 1, 1])), ("scale", np.eye(4))):
            cameras[f"{name}_mat_{number}"] = matrix.astype(np.float32)
            cameras[f"{name}_mat_inv_{number}"] = np.linalg.inv(matrix).astype(np.float32)
    np.savez_compressed(folder / "cameras.npz", **cameras)
    return folder


@pytest.fixture(scope="session")
def capture():
    """Give the writer of captures, with the shapes that it can draw."""
    write_capture.boxes, write_capture.rays, write_capture.ambient = hit_boxes, pixel_rays, AMBIENT
    return write_capture


@pytest.fixture(scope="session")
def sphere_folder(tmp_path_factory):
    """One captured sphere of radius 0.35 in four colours; read only."""
    return write_capture(tmp_path_factory.mktemp("captured") / "pack" / "ball", views=24, size=64)
