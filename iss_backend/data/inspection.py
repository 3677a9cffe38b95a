"""A look at a folder of training data: what it is, and whether its cameras see its objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from iss_backend.data.importing import ImportPlan, centred_shape, sources_in
from iss_backend.data.kinds import MESH_SUFFIXES, Kind, kind_of
from iss_backend.data.multi_view import MultiViewShape, read_shape, shape_folders
from iss_backend.data.packed import Lighting, PackedShapes
from iss_backend.data.plain_pictures import picture_files, read_prepared
from iss_backend.data.view_checks import not_seen, views_that_see
from iss_backend.errors import BadInputError

PACKED_SIZE, PICTURE_SIZE = 96, 160
AMBIENT = 0.7
CAPTURE_FIRST = "Meshes have no pictures yet; run 'python -m iss_blender_addon.view_capture FOLDER -o DATASET' first."


@dataclass(frozen=True)
class LookedAt:
    """One shape: its `name`, its views with cameras, and which of them see it, bool [V]; or pictures alone.

    Attributes:
        name: of the shape, or of what the pictures have in common.
        images: uint8 [V, S, S, 3].
        masks: bool [V, S, S].
        world_mats: cube -> camera [V, 4, 4], None for pictures without cameras.
        focal: in half picture widths.
        seen: bool [V].
    """

    name: str
    images: np.ndarray
    masks: np.ndarray
    world_mats: np.ndarray | None
    focal: float
    seen: np.ndarray


@dataclass(frozen=True)
class Inspection:
    """What a folder holds: `count` shapes or pictures, those `looked_at`, and `warnings`, a sentence each."""

    kind: Kind
    count: int
    looked_at: tuple[LookedAt, ...]
    warnings: tuple[str, ...]


def inspect_folder(folder: Path, shapes: int) -> Inspection:
    """Look at up to `shapes` shapes of a folder (pictures without cameras: six times as many), evenly chosen.

    What cannot be read or seen becomes a warning.

    Raises:
        BadInputError: the folder holds nothing that a training could read, or its list of shapes is damaged.
    """
    kind = kind_of(folder)
    if kind == "meshes":
        meshes = [path for path in folder.rglob("*") if path.suffix.lower() in MESH_SUFFIXES]
        return Inspection(kind, len(meshes), (), (CAPTURE_FIRST,))
    if kind == "pictures":
        return _inspect_pictures(folder, 6 * shapes)
    readers = {"captures": _capture_readers, "co3d": _co3d_readers, "packed": _packed_readers}[kind](folder)
    looked_at, warnings = [], []
    for number in _spread(len(readers), shapes):
        try:
            shape = readers[number]()
        except BadInputError as error:
            warnings.append(str(error))
            continue
        seen = views_that_see(shape.masks, shape.world_mats, shape.focal)
        name = f"{shape.group}/{shape.name}"
        looked_at.append(LookedAt(name, shape.images, shape.masks, shape.world_mats, shape.focal, seen))
        if not seen.all():
            warnings.append(_sentence(not_seen(shape, seen)))
    return Inspection(kind, len(readers), tuple(looked_at), tuple(warnings))


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _spread(count: int, wanted: int) -> list[int]:
    """Return up to `wanted` numbers below `count`, evenly from first to last."""
    return np.unique(np.linspace(0, count - 1, min(count, wanted)).round().astype(int)).tolist()


def _capture_readers(folder: Path) -> Sequence[Callable[[], MultiViewShape]]:
    return [partial(read_shape, path) for path in shape_folders(folder)]


def _co3d_readers(folder: Path) -> Sequence[Callable[[], MultiViewShape]]:
    return [partial(centred_shape, source, ImportPlan()) for source in sources_in(folder)]


def _packed_readers(folder: Path) -> Sequence[Callable[[], MultiViewShape]]:
    shapes = PackedShapes(folder)
    return [partial(_packed_shape, shapes, number) for number in range(len(shapes))]


def _packed_shape(shapes: PackedShapes, number: int) -> MultiViewShape:
    """Return the pictures of a packed shape in its own colours, lit from the camera."""
    world_mats = shapes.world_mats[number]
    views, entry = len(world_mats), shapes.entries[number]
    numbers = np.full(views, number)
    centres = shapes.camera_centres(numbers, np.arange(views))
    light = Lighting(torch.nn.functional.normalize(centres, dim=1), torch.full((views,), AMBIENT))
    palettes = torch.from_numpy(shapes.palettes[numbers])
    colour, coverage = shapes.pictures(numbers, np.arange(views), palettes, light, PACKED_SIZE)
    images = ((colour + 1.0 - coverage) * 255.0).round().byte().permute(0, 2, 3, 1).numpy()
    masks = (coverage[:, 0] >= 0.5).numpy()
    return MultiViewShape(entry.name, entry.group, images, images, masks, None, None, world_mats, shapes.focal)


def _inspect_pictures(folder: Path, wanted: int) -> Inspection:
    files, images, masks, warnings = picture_files(folder), [], [], []
    for number in _spread(len(files), wanted):
        try:
            prepared = read_prepared(files[number], PICTURE_SIZE)
        except BadInputError as error:
            warnings.append(str(error))
            continue
        images.append((prepared.image * 255.0).round().byte().permute(1, 2, 0).numpy())
        masks.append(prepared.mask.numpy())
    looked_at = ()
    if images:
        seen = np.ones(len(images), bool)
        looked_at = (LookedAt(folder.name, np.stack(images), np.stack(masks), None, 0.0, seen),)
    return Inspection("pictures", len(files), looked_at, tuple(warnings))
