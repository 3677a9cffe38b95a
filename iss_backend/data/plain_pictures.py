"""Single pictures of things, whose cameras nobody knows; masks lie beside them, or are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from iss_backend.data.kinds import PICTURE_SUFFIXES
from iss_backend.errors import BadInputError
from iss_backend.images import PreparedImage, find_object, read_image

MASK_FOLDERS = ("masks", "mask")
MASK_ENDING = "_mask"


@dataclass(frozen=True)
class PictureFile:
    """A picture's path, and its mask's where there is one."""

    picture: Path
    mask: Path | None


def picture_files(folder: Path) -> list[PictureFile]:
    """Return the pictures below a folder, sorted.

    The mask of "a/chair.jpg" is "a/chair_mask.png", or "chair.png" in a folder "masks" or "mask" in a or beside it.

    Raises:
        BadInputError: there is no picture.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURE_SUFFIXES)
    found = [PictureFile(path, _mask_of(path)) for path in paths if not _is_mask(path)]
    if not found:
        raise BadInputError(f"{folder} holds no pictures ({', '.join(PICTURE_SUFFIXES)}).")
    return found


def read_prepared(file: PictureFile, size: int) -> PreparedImage:
    """Read a picture and put its object on white, centred, at the scale of captures, `size` pixels a side.

    Without a mask the object is what the alpha channel shows, or what differs from a plain background.

    Raises:
        BadInputError: a file is damaged, mask and picture differ in size, or no object is found.
    """
    image = read_image(file.picture)
    try:
        if file.mask is None:
            return find_object(image).centred(size)
        return find_object(torch.cat([image[:3], _read_mask(file.mask, image)[None]])).centred(size)
    except BadInputError as error:
        raise BadInputError(f"{file.picture}: {error}") from error


def _read_mask(path: Path, image: Tensor) -> Tensor:
    """Return the mask [H, W] in 0..1 in the picture's size; it may be a smaller version of it."""
    try:
        with Image.open(path) as picture:
            mask = torch.frombuffer(bytearray(picture.convert("L").tobytes()), dtype=torch.uint8)
            mask = mask.view(1, 1, picture.height, picture.width).float() / 255.0
    except (OSError, ValueError, SyntaxError) as error:
        raise BadInputError(f"the mask {path} cannot be read ({error}); copy it again.") from error
    height, width = image.shape[1:]
    if abs(mask.shape[3] / mask.shape[2] - width / height) > 0.02 * width / height:
        raise BadInputError(
            f"the mask {path} has {mask.shape[3]} x {mask.shape[2]} pixels, the picture {width} x {height}."
        )
    return functional.interpolate(mask, (height, width), mode="bilinear", antialias=True)[0, 0]


def _is_mask(path: Path) -> bool:
    return path.stem.endswith(MASK_ENDING) or path.parent.name in MASK_FOLDERS


def _mask_of(path: Path) -> Path | None:
    places: Sequence[Path] = (
        *(path.with_name(f"{path.stem}{MASK_ENDING}{suffix}") for suffix in PICTURE_SUFFIXES),
        *(
            parent / folder / f"{path.stem}{suffix}"
            for parent in (path.parent, path.parent.parent)
            for folder in MASK_FOLDERS
            for suffix in PICTURE_SUFFIXES
        ),
    )
    return next((place for place in places if place.is_file()), None)
