"""A tiny CO3D category in its true format: a known box, filmed by PyTorch3D cameras with rectangular pictures."""

import gzip
import json

import numpy as np
from PIL import Image

SCALE_ADJUSTMENT = 0.5


def look_at_rows(position, target):
    """Return R and T of PyTorch3D for points as rows, x left, y up, z forward, with the world's z up."""
    forward = (target - position) / np.linalg.norm(target - position)
    left = np.cross((0.0, 0.0, 1.0), forward)
    left /= np.linalg.norm(left)
    rotation = np.stack([left, np.cross(forward, left), forward], axis=1)
    return rotation, -position @ rotation


def ndc_point(points, rotation, translation, focal, principal):
    """PyTorch3D's perspective projection to normalised device coordinates: +x left, +y up."""
    x, y, z = (points @ rotation + translation).T
    return np.stack([focal[0] * x / z + principal[0], focal[1] * y / z + principal[1]], axis=1), z


def box_hits(rays, origin, half, middle):
    first, second = (middle - half - origin) / rays, (middle + half - origin) / rays
    near, far = np.minimum(first, second).max(-1), np.maximum(first, second).min(-1)
    return np.where((near <= far) & (near > 0), near, np.inf)


def write_sequence(root, name, half, middle, frames=10, size=(60, 90), kind="ndc_isotropic", distance=6.0, depths=True):
    """Film a box around `middle` in a circle; return the annotations of the frames and of the sequence."""
    height, width = size
    unit = np.full(2, min(size) / 2) if kind == "ndc_isotropic" else np.array([width / 2, height / 2])
    half_size, focal_px, centre_px = np.array([width / 2, height / 2]), np.array([110.0, 120.0]), np.array([41.0, 33.0])
    focal, principal = focal_px / unit, (half_size - centre_px) / unit
    entries = []
    for number in range(frames):
        angle = 2 * np.pi * number / frames
        position = middle + distance * np.array([np.cos(angle), np.sin(angle), 0.35])
        rotation, translation = look_at_rows(position, middle + 0.3)
        column, row = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        ndc = (half_size - np.stack([column, row], -1)) / unit
        camera = np.concatenate([(ndc - principal) / focal, np.ones((height, width, 1))], -1)
        depth = box_hits(camera @ rotation.T, position, half, middle)
        entries.append(_write_frame(root, name, number, depth, depths))
        entries[-1]["viewpoint"] = {
            "R": rotation.tolist(),
            "T": translation.tolist(),
            "focal_length": focal.tolist(),
            "principal_point": principal.tolist(),
            "intrinsics_format": kind,
        }
    return entries, {"sequence_name": name, "category": "crate", "viewpoint_quality_score": 1.2}


def _write_frame(root, name, number, depth, depths):
    seen, stem = np.isfinite(depth), f"frame{number + 1:06d}"
    folder = root / "crate" / name
    for part in ("images", "masks", "depths", "depth_masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    colours = np.where(seen[..., None], (200, 60, 20), (10, 90, 30)).astype(np.uint8)
    Image.fromarray(colours).save(folder / "images" / f"{stem}.jpg", quality=95)
    Image.fromarray(seen.astype(np.uint8) * 255).save(folder / "masks" / f"{stem}.png")
    half_bits = (np.where(seen, depth, 0) / SCALE_ADJUSTMENT).astype(np.float16).view(np.uint16)
    Image.fromarray(half_bits).save(folder / "depths" / f"{stem}.jpg.geometric.png")
    Image.fromarray(seen.astype(np.uint8) * 255).save(folder / "depth_masks" / f"{stem}.png")
    at = f"crate/{name}"
    entry = {
        "sequence_name": name,
        "frame_number": number,
        "frame_timestamp": number / 30,
        "image": {"path": f"{at}/images/{stem}.jpg", "size": list(depth.shape)},
        "mask": {"path": f"{at}/masks/{stem}.png", "mass": float(seen.sum())},
        "depth": None,
    }
    if depths:
        path, mask = f"{at}/depths/{stem}.jpg.geometric.png", f"{at}/depth_masks/{stem}.png"
        entry["depth"] = {"path": path, "scale_adjustment": SCALE_ADJUSTMENT, "mask_path": mask}
    return entry


def write_annotations(category, frames, sequences):
    for name, entries in (("frame_annotations.jgz", frames), ("sequence_annotations.jgz", sequences)):
        with gzip.open(category / name, "wt", encoding="utf-8") as file:
            json.dump(entries, file)


def write_category(root, **options):
    """Write two sequences, one per format of the intrinsics."""
    frames, sequences = [], []
    for name, kind in (("1_2_3", "ndc_isotropic"), ("4_5_6", "ndc_norm_image_bounds")):
        made = write_sequence(root, name, np.array([0.4, 0.8, 0.6]), np.array([5.0, -3.0, 2.0]), kind=kind, **options)
        frames += made[0]
        sequences.append(made[1])
    write_annotations(root / "crate", frames, sequences)
    return root
