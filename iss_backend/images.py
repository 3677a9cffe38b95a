"""Pictures that people bring: find the object, put it on white, square and centred, as E_S and E_I know them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from iss_backend.errors import BadInputError

SMALLEST = 8  # pixels per side; below, nothing can be recognised
WORKING_SIDE = 1024  # larger pictures are shrunk first
DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")  # Pillow's modes that it cuts off at 255 on the way to RGB
# Pillow brings the values of these raw modes of PNG to bytes, but not the one that the file names as transparent.
TO_BYTES = {"L;2": 255 / 3, "L;4": 255 / 15, "RGB;16B": 1 / 256}
LEAST_SHARE = 0.002  # of the picture that an object fills
MOST_SHARE = 0.995
FILL = 0.6  # share of the prepared picture's side that the object's longer side takes, as in the training captures
LOWER = 0.015  # of the side, by which its middle lies below the picture's; 0.014 in 800 training captures
OPAQUE = 0.5
BORDER_DEVIATION = 0.08  # how much a plain background may vary around its own colour (RGB distance in 0..1)
LEAST_CONTRAST = 0.1  # RGB distance from the background at which an object begins


@dataclass(frozen=True)
class PreparedImage:
    """An object on white: `image` [3, S, S] in 0..1, and its `mask`, bool [S, S]."""

    image: Tensor
    mask: Tensor


def read_image(path: Path) -> Tensor:
    """Read a picture file as [3 or 4, H, W] in 0..1, turned upright by its EXIF note; a large one at a fraction.

    Raises:
        BadInputError: the file is missing, damaged, no picture, or too large for this program or the memory.
    """
    try:
        with _opened(path) as picture:
            _mend_transparency(picture)
            picture.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
            ImageOps.exif_transpose(picture, in_place=True)
            values = _values(picture)
    except Image.DecompressionBombError as error:
        most = 2 * Image.MAX_IMAGE_PIXELS // 1_000_000
        raise BadInputError(f"{path} has more than {most} million pixels; shrink it first.") from error
    except MemoryError as error:
        raise BadInputError(f"{path} has too many pixels for the memory of this computer; shrink it first.") from error
    except Exception as error:  # the readers of a dozen formats raise whatever they stumble over
        raise BadInputError(f"{path} cannot be read as a picture ({error}); give a PNG or JPEG file.") from error
    return torch.from_numpy(values).permute(2, 0, 1)


def _opened(path: Path) -> Image.Image:
    """Open a picture file; Pillow refuses too large ones, and warns of those half as large, which are fine here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(path)


def _mend_transparency(picture: Image.Image) -> None:
    """Bring the value or colour that a PNG names as transparent to bytes, where its others come so."""
    factor = TO_BYTES.get(picture.tile[0].args) if picture.format == "PNG" else None
    named = picture.info.get("transparency")
    if factor is not None and named is not None:
        bands = [int(factor * value) for value in np.atleast_1d(named)]
        picture.info["transparency"] = tuple(bands) if len(bands) > 1 else bands[0]


def image_of_bytes(pixels: np.ndarray) -> Tensor:
    """Return sRGB bytes [H, W, 3 or 4] as [3 or 4, H, W] in 0..1; those of a large picture at a fraction."""
    return torch.from_numpy(_fractions(Image.fromarray(pixels))).permute(2, 0, 1)


def _values(picture: Image.Image) -> np.ndarray:
    """Return a picture's colours, and its transparency if it has any, as float32 [H, W, 3 or 4] in 0..1."""
    if picture.mode in DEEP_GREY:
        named = picture.info.get("transparency")
        return _deep_grey(picture) if named is None else _cut_out_grey(picture, named)
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return _fractions(picture if picture.mode == mode else picture.convert(mode))


def _fractions(picture: Image.Image) -> np.ndarray:
    """Return a picture of bytes as float32 [H, W, 3 or 4] in 0..1, made smaller before it takes four times its memory.

    Colours are weighted by alpha while averaging.
    """
    return np.asarray(_reduced(picture), np.float32) / 255.0


def _reduced(picture: Image.Image) -> Image.Image:
    """Return a large picture at a fraction; what is left is at least twice WORKING_SIDE, for `_shrink`."""
    factor = min(max(picture.size) // (2 * WORKING_SIDE), min(picture.size) // SMALLEST)
    return picture.reduce(factor) if factor > 1 else picture


def _deep_grey(picture: Image.Image) -> np.ndarray:
    """Return [H, W, 3] in 0..1 of grey whose white is 65535; of fractions (mode F) it is 1, or 255 if some exceed 1."""
    grey, white = picture.convert("F"), 65535.0  # the other modes cannot be reduced
    if picture.mode == "F":
        white = 255.0 if grey.getextrema()[1] > 1.0 else 1.0
    return np.clip(np.asarray(_reduced(grey)) / white, 0.0, 1.0)[..., None].repeat(3, axis=2)


def _cut_out_grey(picture: Image.Image, named: int) -> np.ndarray:
    """Return [H, W, 4] in 0..1 of 16-bit grey, one of whose values is transparent; the upper 8 bits are kept."""
    deep = np.asarray(picture)
    grey, alpha = (Image.fromarray(part.astype(np.uint8)) for part in (deep >> 8, 255 * (deep != named)))
    return _fractions(Image.merge("RGBA", (grey, grey, grey, alpha)))


@dataclass(frozen=True, eq=False)
class FoundObject:
    """The object of a picture, on white: `layers` [4, H, W], colours and coverage in 0..1, and `mask`, bool [H, W].

    Each model that reads it is given the size that it knows, shrunk from the whole picture: shrinking twice costs.
    """

    layers: Tensor
    mask: Tensor

    def centred(self, size: int, fill: float = FILL) -> PreparedImage:
        """Return it at `size` pixels per side, in the middle, its longer side taking the share `fill` of these."""
        return _resized(_centred_square(self.layers, self.mask, fill, LOWER), size)

    def framed(self, size: int) -> PreparedImage:
        """Return it where it is, the whole picture made square by white margins: of one framed as training captures."""
        return _resized(_centred_square(self.layers, torch.ones_like(self.mask), 1.0, 0.0), size)


def find_object(image: Tensor) -> FoundObject:
    """Find the one object of a picture and put it on white.

    The object is what the alpha channel shows; where there is none, or it shows nearly all, what differs from a plain
    background, whose colour is read off the picture's border and may change evenly across it.

    Args:
        image: [3 or 4, H, W] in 0..1; the fourth channel is alpha, colours not multiplied by it.

    Raises:
        BadInputError: another form of tensor, a picture too small, no object, or a background that is not plain.
    """
    image = _shrink(_checked(image))
    coverage = _coverage(image)
    mask = coverage > OPAQUE
    if not LEAST_SHARE <= float(mask.float().mean()) <= MOST_SHARE:
        raise BadInputError(
            f"No object was found in the picture ({float(mask.float().mean()):.1%} of it stands out); use one object "
            "before a plain background of another colour, or cut it out with transparency."
        )
    return FoundObject(torch.cat([image[:3] * coverage + (1.0 - coverage), coverage[None]]), mask)


def _resized(square: Tensor, size: int) -> PreparedImage:
    resized = functional.interpolate(square[None], (size, size), mode="bilinear", antialias=True)[0].clamp(0.0, 1.0)
    return PreparedImage(resized[:3], resized[3] > OPAQUE)


def _checked(image: Tensor) -> Tensor:
    if image.ndim != 3 or image.shape[0] not in (3, 4):
        raise BadInputError(f"A picture of shape {tuple(image.shape)} cannot be used; give [3 or 4, height, width].")
    if min(image.shape[1:]) < SMALLEST:
        raise BadInputError(
            f"The picture has only {image.shape[2]} x {image.shape[1]} pixels; use at least {SMALLEST} x {SMALLEST}."
        )
    if not bool(torch.isfinite(image).all()):
        raise BadInputError("The picture holds values that are no numbers; save it again as PNG.")
    return image.detach().float().cpu().clamp(0.0, 1.0)


def _shrink(image: Tensor) -> Tensor:
    """Return the picture with its longer side at most WORKING_SIDE; colours weighted by alpha while averaging."""
    factor = WORKING_SIDE / max(image.shape[1:])
    if factor >= 1.0:
        return image
    size = [max(SMALLEST, round(side * factor)) for side in image.shape[1:]]
    if len(image) == 3:
        return functional.interpolate(image[None], size, mode="bilinear", antialias=True)[0]
    weighted = torch.cat([image[:3] * image[3:], image[3:]])[None]
    small = functional.interpolate(weighted, size, mode="bilinear", antialias=True)[0]
    return torch.cat([small[:3] / small[3:].clamp(min=1e-6), small[3:]]).clamp(0.0, 1.0)


def _coverage(image: Tensor) -> Tensor:
    """Return how much of each pixel [H, W] the object covers, 0..1."""
    if len(image) == 4 and float((image[3] > OPAQUE).float().mean()) <= MOST_SHARE:
        return image[3]  # more of it would be a frame with round corners, not an object that was cut out
    values = image[:3].permute(1, 2, 0).numpy()
    return torch.from_numpy(_stands_out(values).astype(np.float32))


def _stands_out(values: np.ndarray) -> np.ndarray:
    """Return which pixels [H, W] of a picture [H, W, 3] differ from its background; specks and pinholes mended."""
    distance = np.linalg.norm(values - _background(values), axis=-1)
    # An opening, before whose first half all beyond the picture counts as object, so that cut objects stay whole.
    mask = ndimage.binary_dilation(ndimage.binary_erosion(distance > LEAST_CONTRAST, border_value=1))
    if not mask.any():
        return mask
    mask = _without_small_parts(mask, 0.05 * _largest_part(mask))
    return ~_without_small_parts(~mask, 0.01 * mask.sum())


def _background(values: np.ndarray) -> np.ndarray:
    """Return the background [H, W, 3]: a plane through the colours of the border, fitted twice, outliers left out."""
    height, width = values.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y], axis=-1)
    edge = np.ones((height, width), bool)
    edge[1:-1, 1:-1] = False
    colours, places = values[edge], terms[edge]
    near = np.linalg.norm(colours - np.median(colours, axis=0), axis=1)
    near = near <= max(np.quantile(near, 0.6), LEAST_CONTRAST)
    plane = np.linalg.lstsq(places[near], colours[near], rcond=None)[0]
    residual = np.linalg.norm(colours - places @ plane, axis=1)
    if np.quantile(residual, 0.6) > BORDER_DEVIATION:
        raise BadInputError(
            "The background of the picture is not plain, so the object cannot be told from it; cut it out with "
            "transparency, or take it before a plain background."
        )
    return terms @ plane


def _largest_part(mask: np.ndarray) -> int:
    return int(np.bincount(ndimage.label(mask)[0].ravel())[1:].max())


def _without_small_parts(mask: np.ndarray, least: float) -> np.ndarray:
    labels, _ = ndimage.label(mask)
    large = np.bincount(labels.ravel()) >= least
    large[0] = False
    return large[labels]


def bounds_of(mask: Tensor) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the first row and the one after the last of what a mask [H, W] holds, and its columns; not of nothing."""
    rows, columns = (mask.any(dim=axis).nonzero().squeeze(-1) for axis in (1, 0))
    return (int(rows[0]), int(rows[-1]) + 1), (int(columns[0]), int(columns[-1]) + 1)


def _centred_square(image: Tensor, mask: Tensor, fill: float, lower: float) -> Tensor:
    """Cut a square [4, L, L] around the mask [H, W] out of a picture on white [4, H, W], white and empty beyond it.

    The mask's longer side takes a share `fill` of the square's, its middle lies a share `lower` below the square's.
    """
    (top, bottom), (left, right) = bounds_of(mask)
    side = max(1, round(max(bottom - top, right - left) / fill))
    square = image.new_ones(len(image), side, side)
    square[3] = 0.0
    first_row, first_column = (side - (bottom - top)) // 2 + round(lower * side), (side - (right - left)) // 2
    inner = image[:, top:bottom, left:right]
    square[:, first_row : first_row + bottom - top, first_column : first_column + right - left] = inner
    return square
