"""What a training by rays sees: pictures for the encoder, and rays of other pictures of the same shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.data.multi_view import MultiViewShape, choy_pictures, read_cameras, read_picture, read_shape
from iss_backend.data.packed import INPUT_ELEVATION
from iss_backend.pixels import pixel_centres
from iss_backend.svr.ray_losses import RayTargets


@dataclass(frozen=True)
class RayBatch:
    """Encoder inputs [B, 3, S, S] on white, in 0..1, and what the fields of their codes should look like."""

    images: Tensor
    targets: tuple[RayTargets, ...]

    def to(self, device: torch.device) -> RayBatch:
        """Return the same batch on a device."""
        return RayBatch(self.images.to(device), tuple(_on_device(part, device) for part in self.targets))


def _on_device(targets: RayTargets, device: torch.device) -> RayTargets:
    return RayTargets(**{name: None if part is None else part.to(device) for name, part in vars(targets).items()})


class RayBatches:
    """Draws batches from captured shapes; batch number `step` is the same in every run with the same seed.

    Args:
        folders: of the shapes, N; they are read as they are drawn, because official data sets exceed any memory.
        batch: shapes in a batch; `rays` random pixels of one view each.
        lit: whether rays carry the colours of lit pictures, or albedo (where it was captured).
        seed: of all draws.

    """

    def __init__(self, folders: Sequence[Path], batch: int, rays: int, lit: bool, seed: int) -> None:
        self._folders, self._batch, self._rays = folders, batch, rays
        self._lit, self._seed = lit, seed
        self._known: dict[Path, CaptureViews] = {}

    def draw(self, step: int, image_size: int) -> RayBatch:
        """Return batch number `step`. The encoder's picture and the supervising view are drawn independently.

        Raises:
            BadInputError: a shape's folder cannot be read.

        """
        rng = np.random.default_rng((self._seed, step))
        count = len(self._folders)
        chosen = rng.choice(count, self._batch, replace=count < self._batch)
        images, targets = [], []
        for number in chosen:
            folder = self._folders[number]
            if folder not in self._known:
                self._known[folder] = views_of(folder)
            views = self._known[folder]
            images.append(encoder_picture(folder, views, rng, image_size))
            shape = read_shape(folder, [int(rng.integers(views.count))])
            targets.append(random_rays(shape, self._rays, self._lit, rng))
        return RayBatch(torch.stack(images), tuple(targets))


@dataclass(frozen=True)
class CaptureViews:
    """How many views a captured shape has, and the indices of those that a person would take."""

    count: int
    eye_level: np.ndarray


def views_of(folder: Path) -> CaptureViews:
    """Return the views of a shape; at eye level as `PackedShapes` chooses them, or all where there is none.

    Raises:
        BadInputError: its cameras cannot be read.

    """
    world = read_cameras(folder)[0].astype(np.float64)
    centres = np.linalg.inv(world)[:, :3, 3]
    sine = centres[:, 1] / np.linalg.norm(centres, axis=1)
    fits = (sine >= INPUT_ELEVATION[0]) & (sine <= INPUT_ELEVATION[1])
    return CaptureViews(len(world), np.flatnonzero(fits if fits.any() else np.ones_like(fits)))


def encoder_picture(folder: Path, views: CaptureViews, rng: np.random.Generator, size: int) -> Tensor:
    """Draw a picture of a shape as encoders see it: lit, on white, [3, size, size] in 0..1.

    Taken from the data set's own encoder inputs where it has any, else from the views at about eye level.
    """
    inputs = choy_pictures(folder)
    if inputs:
        return resized(read_picture(inputs[rng.integers(len(inputs))]), size)
    return resized(read_shape(folder, [rng.choice(views.eye_level)]).images[0], size)


def resized(pixels: np.ndarray, size: int) -> Tensor:
    """Return a picture uint8 [H, W, 3] as [3, size, size] in 0..1, smoothed where it shrinks."""
    image = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 255.0
    scaled = functional.interpolate(image, (size, size), mode="bilinear", antialias=True, align_corners=False)
    return scaled[0].clamp(0.0, 1.0)


def random_rays(shape: MultiViewShape, count: int, lit: bool, rng: np.random.Generator) -> RayTargets:
    """Return the rays of `count` random pixels (all of them in random order where there are fewer) of the first view.

    The inverse matrix is taken, not the transposed one, because official world matrices may hold a scale.
    """
    size = shape.masks.shape[1]
    pixels = rng.choice(size * size, min(count, size * size), replace=False)
    row, column = np.divmod(pixels, size)
    plane = pixel_centres(np.stack([column, row], axis=1), size)
    to_cube = np.linalg.inv(shape.world_mats[0].astype(np.float64))
    rays = np.concatenate([plane / shape.focal, np.ones((len(pixels), 1))], axis=1) @ to_cube[:3, :3].T
    colours = (shape.images if lit else shape.albedo)[0, row, column]
    return RayTargets(
        origins=torch.from_numpy(to_cube[:3, 3]).float().expand(len(pixels), 3),
        rays=torch.from_numpy(rays).float(),
        rgb=torch.from_numpy(colours).float() / 255.0,
        mask=torch.from_numpy(shape.masks[0, row, column]),
        depth=None if shape.depths is None else torch.from_numpy(shape.depths[0, row, column]).float(),
    )
