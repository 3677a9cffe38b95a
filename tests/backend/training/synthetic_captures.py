"""Balls and boxes, captured in DVR's layout by intersecting every pixel's ray."""

import numpy as np
from PIL import Image

FOCAL, DISTANCE, AMBIENT = 2.1875, 1.7, 0.45
RED, BLUE = (0.8, 0.2, 0.1), (0.1, 0.3, 0.8)


def ball(radius):
    def hit(origin, rays):
        a, b, c = (rays * rays).sum(-1), rays @ origin, origin @ origin - radius**2
        root = b * b - a * c
        depth = np.where(root > 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf)
        points = origin + rays * np.where(np.isfinite(depth), depth, 0)[..., None]
        return depth, points / np.linalg.norm(points, axis=-1, keepdims=True)

    return hit


def box(*half):
    def hit(origin, rays):
        first, second = (-np.array(half) - origin) / rays, (np.array(half) - origin) / rays
        near, far = np.minimum(first, second), np.maximum(first, second)
        depth = np.where(near.max(-1) <= far.min(-1), near.max(-1), np.inf)
        return depth, -np.sign(rays) * np.eye(3)[near.argmax(-1)]

    return hit


def cameras_around(count):
    """World matrices over the whole sphere."""
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    angle = np.pi * (3 - np.sqrt(5)) * np.arange(count)
    radius = np.sqrt(1 - height**2)
    return [
        look_from(centre) for centre in DISTANCE * np.stack([radius * np.sin(angle), height, radius * np.cos(angle)], 1)
    ]


def look_from(centre):
    forward = -centre / np.linalg.norm(centre)
    right = np.cross(forward, (0, 1, 0))
    right /= np.linalg.norm(right)
    world = np.eye(4)
    world[:3, :3] = np.stack([right, np.cross(forward, right), forward])
    world[:3, 3] = -world[:3, :3] @ centre
    return world


def write_capture(folder, hit, colour=RED, views=6, size=24, kinds=("image", "mask", "albedo", "normal", "depth")):
    """Write the chosen kinds of pictures of a shape hit(origin, rays) -> depth, normals, and its cameras."""
    ticks = ((2 * np.arange(size) + 1) / size - 1) / FOCAL
    x, y = np.meshgrid(ticks, ticks)
    cameras = {}
    for number, world in enumerate(cameras_around(views)):
        origin, rays = -world[:3, :3].T @ world[:3, 3], np.stack([x, y, np.ones_like(x)], -1) @ world[:3, :3]
        depth, normal = hit(origin, rays)
        mask = np.isfinite(depth)[..., None]
        cosine = -(normal * rays).sum(-1, keepdims=True) / np.linalg.norm(rays, axis=-1, keepdims=True)
        pictures = {
            "image": np.where(mask, colour * (AMBIENT + (1 - AMBIENT) * cosine.clip(0)), 1),
            "mask": mask[..., 0],
            "albedo": np.where(mask, colour, 1),
            "normal": (np.where(mask, normal, 0) + 1) / 2,
        }
        for kind in kinds:
            path = folder / kind / f"{number:04d}"
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == "depth":
                np.savez(path.with_suffix(".npz"), depth=depth.astype(np.float32))
            else:
                pixels = np.round(pictures[kind] * 255.0).astype(np.uint8)
                Image.fromarray(pixels).save(path.with_suffix(".png"))
        cameras[f"world_mat_{number}"] = world.astype(np.float32)
        cameras[f"camera_mat_{number}"] = np.diag([FOCAL, FOCAL, 1, 1]).astype(np.float32)
        cameras[f"scale_mat_{number}"] = np.eye(4, dtype=np.float32)
    np.savez(folder / "cameras.npz", **cameras)
    return folder


def write_captures(root, **options):
    """Write four training shapes and, named by a split file, a held-out one that is between the balls."""
    shapes = {
        "big_ball": (ball(0.4), RED),
        "ball": (ball(0.3), RED),
        "box": (box(0.4, 0.2, 0.25), BLUE),
        "plate": (box(0.2, 0.35, 0.4), BLUE),
        "middle_ball": (ball(0.35), RED),
    }
    folders = [write_capture(root / "solids" / name, *shape, **options) for name, shape in shapes.items()]
    (root / "solids" / "train.lst").write_text("\n".join(list(shapes)[:4]))
    (root / "solids" / "test.lst").write_text("middle_ball\n")
    return folders
