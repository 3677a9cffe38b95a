"""A labelled contact sheet of what a bundle makes of many texts: the quickest way to judge it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from iss_backend.batch import generate_many
from iss_backend.errors import BadInputError
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.preview import picture_sheet
from iss_backend.progress import ProgressCallback, with_progress

LABEL_HEIGHT = 22  # pixels under each picture


@dataclass(frozen=True)
class GalleryItem:
    """One text, pictures of its shape from `views` sides, [views, 3, S, S] in 0..1, and perhaps its seconds."""

    text: str
    pictures: Tensor
    seconds: float | None = None

    @property
    def label(self) -> str:
        """The text, and how long it took where that is known."""
        return self.text if self.seconds is None else f"{self.text}, {self.seconds:.0f} s"


def generate_gallery(
    studio: TextToShape,
    texts: Sequence[str],
    settings: GenerateSettings,
    views: int,
    size: int,
    report: ProgressCallback,
) -> list[GalleryItem]:
    """Generate every text with the same settings and seed, several at a time, and take pictures."""
    shapes = generate_many(studio, texts, [settings] * len(texts), report)
    return [GalleryItem(shape.text, studio.portraits(shape, views, size)) for shape in shapes]


def timed_gallery(
    studio: TextToShape,
    texts: Sequence[str],
    settings: GenerateSettings,
    views: int,
    size: int,
    report: ProgressCallback,
) -> list[GalleryItem]:
    """Do the same one text after the other, with all cores for each, and note its seconds until the mesh is there."""
    items = []
    for text in with_progress("gallery", texts, report):
        started = time.perf_counter()
        shape = studio.generate(text, settings)
        with suppress(BadInputError):  # an empty shape is an empty picture, as in the other gallery
            studio.mesh(shape)
        seconds = time.perf_counter() - started
        items.append(GalleryItem(text, studio.portraits(shape, views, size), seconds))
    return items


def contact_sheet(items: Sequence[GalleryItem], columns: int, labels: bool = True) -> Image.Image:
    """Arrange items in rows of `columns`, each with its text underneath unless the sheet is for a blind test."""
    tiles = [_tile(item, labels) for item in items]
    width, height = tiles[0].size
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), "white")
    for number, tile in enumerate(tiles):
        sheet.paste(tile, (number % columns * width, number // columns * height))
    return sheet


def _tile(item: GalleryItem, labels: bool) -> Image.Image:
    pictures = Image.fromarray(picture_sheet(item.pictures))
    tile = Image.new("RGB", (pictures.width, pictures.height + LABEL_HEIGHT * labels), "white")
    tile.paste(pictures, (0, 0))
    if labels:
        font = ImageFont.load_default(13)
        place = (pictures.width / 2, pictures.height + LABEL_HEIGHT / 2)
        ImageDraw.Draw(tile).text(place, item.label, fill=(60, 60, 60), font=font, anchor="mm")
    return tile
