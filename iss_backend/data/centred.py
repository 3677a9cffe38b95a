"""Square pictures of centred cameras, which the multi-view data set holds, from the pictures of any cameras.

Each camera is turned where it stands until it looks at the object, and the picture is drawn anew: what is cropped is
then centred again, and pixels are square, without the object being seen from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from iss_backend.data.pinhole import Pinhole, RawView
from iss_backend.data.placement import Placement
from iss_backend.pixels import pixel_centres

MARGIN = 0.95  # of the half picture that the object reaches at most
MOST_SAMPLES = 6  # per side of a pixel


@dataclass(frozen=True)
class CentredView:
    """What the data set holds of one view: `image` uint8 [S, S, 3] on white, `mask` bool [S, S], perhaps `depth`.

    Attributes:
        depth: camera-space z in units of the cube, float32 [S, S], inf outside the mask and where unknown.
        world_mat: cube -> camera, rigid, float64 [4, 4].
    """

    image: np.ndarray
    mask: np.ndarray
    depth: np.ndarray | None
    world_mat: np.ndarray


def fitting_focal(views: Sequence[RawView], placement: Placement) -> float:
    """Return the focal length, in half picture widths, at which the object just fits into all centred pictures."""
    reach = 0.0
    for view in views:
        world_mat = _turned(view.camera, placement)[1]
        camera = placement.hull @ world_mat[:3, :3].T + world_mat[:3, 3]
        reach = max(reach, float(np.abs(camera[:, :2] / camera[:, 2:].clip(1e-3)).max()))
    return MARGIN / reach


def centred_view(view: RawView, placement: Placement, focal: float, size: int) -> CentredView:
    """Draw a view as the camera sees it that was turned towards the cube's middle, `size` pixels a side."""
    rotation, world_mat = _turned(view.camera, placement)
    samples = int(np.clip(np.ceil(max(view.camera.focal) * 2.0 / (focal * size)), 1, MOST_SAMPLES))
    pixels, _ = _source_pixels(view.camera, rotation, focal, size * samples)
    mask = _nearest(view.mask, pixels, False)
    image = np.where(mask[..., None], _smooth(view.image, pixels), 255.0)
    shares = _averaged(mask[..., None].astype(float), samples)[..., 0]
    mask = shares >= 0.5
    depth = None
    if view.depth is not None:
        pixels, along = _source_pixels(view.camera, rotation, focal, size)
        depth = (_nearest(view.depth, pixels, np.inf) / (along * placement.scale)).astype(np.float32)
        depth = np.where(mask, depth, np.float32(np.inf))
    return CentredView(_averaged(image, samples).round().astype(np.uint8), mask, depth, world_mat)


def _turned(camera: Pinhole, placement: Placement) -> tuple[np.ndarray, np.ndarray]:
    """Return the rotation of a camera towards the cube's middle, and cube -> turned camera [4, 4] without scale."""
    rotation = camera.rotation_towards(placement.to_world[:3, 3])
    world_mat = np.eye(4)
    world_mat[:3, :3] = rotation
    world_mat = world_mat @ camera.world_mat @ placement.to_world
    world_mat[:3] /= placement.scale
    return rotation, world_mat


def _source_pixels(camera: Pinhole, rotation: np.ndarray, focal: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels [S, S, 2] of the picture that a turned camera's pixels show, and z of their rays [S, S].

    A ray of the turned camera has z = 1 there; its z in the camera as it was turns depths of one into the other's.
    """
    ticks = pixel_centres(np.arange(size), size) / focal
    x, y = np.meshgrid(ticks, ticks)
    rays = np.stack([x, y, np.ones_like(x)], axis=-1) @ rotation
    along = rays[..., 2].clip(1e-6)  # what lies behind the camera is far outside its picture then
    return rays[..., :2] / along[..., None] * camera.focal + camera.centre, along


def _nearest(values: np.ndarray, pixels: np.ndarray, outside: float) -> np.ndarray:
    """Return the values [H, W] at pixels [S, S, 2], `outside` beyond the picture."""
    height, width = values.shape
    inside = ((pixels >= 0.0) & (pixels < (width, height))).all(axis=-1)
    column, row = np.where(inside[..., None], pixels, 0.0).astype(int).transpose(2, 0, 1)
    return np.where(inside, values[row, column], outside)


def _smooth(image: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Return the colours of an image [H, W, 3] at pixels [S, S, 2], between pixel centres linear, [S, S, 3] float."""
    place = [pixels[..., 1] - 0.5, pixels[..., 0] - 0.5]
    channels = [
        ndimage.map_coordinates(image[..., number].astype(np.float32), place, order=1, mode="nearest")
        for number in range(3)
    ]
    return np.stack(channels, axis=-1)


def _averaged(values: np.ndarray, samples: int) -> np.ndarray:
    """Return the means [S, S, C] of blocks of `samples` x `samples` values [S * samples, S * samples, C]."""
    size = len(values) // samples
    return values.reshape(size, samples, size, samples, -1).mean(axis=(1, 3))
