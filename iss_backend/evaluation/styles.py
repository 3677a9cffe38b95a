"""What styles do to shapes: a sheet for the eye, and agreements by a CLIP that no bundle was made with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.errors import BadInputError
from iss_backend.pipeline import GenerateSettings, StyliseSettings, TextToShape
from iss_backend.preview import picture_sheet
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.shape import Shape
from iss_backend.stylisation.fields import kind_of, restore_style
from iss_backend.stylisation.shape_texture import silhouette_iou
from iss_backend.stylisation.style_text import styled_text

JUDGED_VIEWS, JUDGED_SIZE = 4, 96
HEADING = 20  # pixels above the sheet


@dataclass(frozen=True)
class StyleScore:
    """Means over the objects that one style was given to.

    Attributes:
        style: its text.
        before, after: agreement (cosine) of the styled text with pictures of the plain and of the styled shapes.
        recognised: share of the shapes whose pictures agree better with this style's text than with any other's.
        silhouette: IoU of the silhouettes before and after.
    """

    style: str
    before: float
    after: float
    recognised: float
    silhouette: float


def plain_shapes(
    studio: TextToShape, texts: Sequence[str], settings: GenerateSettings, folder: Path, report: ProgressCallback
) -> list[Shape]:
    """Generate all texts; what lies in `folder` from a run that was interrupted is taken from there."""
    shapes = []
    for number, text in enumerate(with_progress("objects", texts, report), 1):
        wanted = {"text": text, "seed": settings.seed}
        make = partial(studio.generate, text, settings)
        shapes.append(_made_once(folder / f"object-{number}.shape", studio, wanted, make))
    return shapes


def styled_shapes(
    studio: TextToShape,
    shapes: Sequence[Shape],
    styles: Sequence[str],
    settings: StyliseSettings,
    folder: Path,
    report: ProgressCallback,
) -> list[list[Shape]]:
    """Give every shape every style, a row for each shape; goes on where a run was interrupted."""
    pairs = list(product(enumerate(shapes, 1), enumerate(styles, 1)))
    styled = []
    for (number, shape), (column, style) in with_progress("styles", pairs, report):
        path = folder / f"object-{number}-{settings.mode}-{settings.way}-{column}.shape"
        wanted = {"code": shape.code, "style": style, **asdict(settings)}
        styled.append(_made_once(path, studio, wanted, partial(studio.stylise, shape, style, settings)))
    return [styled[start : start + len(styles)] for start in range(0, len(styled), len(styles))]


def score_styles(
    studio: TextToShape, judge: Clip, shapes: Sequence[Shape], rows: Sequence[Sequence[Shape]], styles: Sequence[str]
) -> list[StyleScore]:
    """Judge all styles; `judge` is a CLIP that shares no weights with the bundle's."""
    texts = torch.stack([judge.encode_text([styled_text(shape.text, style) for style in styles]) for shape in shapes])
    before = torch.stack([_seen(studio, judge, shape) for shape in shapes])  # [objects, D]
    after = torch.stack([torch.stack([_seen(studio, judge, shape) for shape in row]) for row in rows])
    plain = torch.einsum("osd,od->os", texts, before).mean(dim=0)
    agreements = torch.einsum("otd,osd->ost", texts, after)  # of styled shape s with the text of style t
    right = (agreements.argmax(dim=-1) == torch.arange(len(styles))).float().mean(dim=0)
    own = agreements.diagonal(dim1=1, dim2=2).mean(dim=0)
    pairs = list(zip(shapes, rows, strict=True))
    ious = torch.tensor([[_silhouette(studio, shape, one) for one in row] for shape, row in pairs]).mean(dim=0)
    columns = zip(styles, plain.tolist(), own.tolist(), right.tolist(), ious.tolist(), strict=True)
    return [StyleScore(*column) for column in columns]


def style_sheet(
    studio: TextToShape, shapes: Sequence[Shape], rows: Sequence[Sequence[Shape]], styles: Sequence[str], size: int
) -> Image.Image:
    """Return a sheet with a row for each shape, plain and then in all styles, `size` pixels each; 256 colours."""
    pairs = zip(shapes, rows, strict=True)
    tiles = [studio.pictures(one, 3, size)[:1] for shape, row in pairs for one in (shape, *row)]
    grid = Image.fromarray(picture_sheet(torch.cat(tiles), len(styles) + 1))
    sheet = Image.new("RGB", (grid.width, grid.height + HEADING), "white")
    sheet.paste(grid, (0, HEADING))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for number, style in enumerate(styles, 1):
        pen.text(((number + 0.5) * size, HEADING / 2), style, fill=(60, 60, 60), font=font, anchor="mm")
    return sheet.quantize(256, dither=Image.Dither.NONE)


def score_lines(scores: Sequence[StyleScore]) -> list[str]:
    """Return the table that is printed."""
    numbers = np.array([[s.before, s.after, s.recognised, s.silhouette] for s in scores])
    names = [*(score.style for score in scores), "mean"]
    rows = zip(names, [*numbers, numbers.mean(axis=0)], strict=True)
    lines = [f"{name:22} {b:6.3f} {a:6.3f} {right:11.0%} {iou:11.3f}" for name, (b, a, right, iou) in rows]
    return [f"{'style':22} before  after  recognised  silhouette", *lines]


def _made_once(path: Path, studio: TextToShape, wanted: dict[str, object], make: Callable[[], Shape]) -> Shape:
    """Return the shape that an earlier run kept, where it came about as wanted; else make and keep it."""
    shape = _kept(path, studio, wanted)
    if shape is None:
        shape = make()
        shape.save(path)
    return shape


def _kept(path: Path, studio: TextToShape, wanted: dict[str, object]) -> Shape | None:
    """Return a shape of an earlier run where it is there and came about as wanted."""
    try:
        shape = Shape.load(path)
    except BadInputError:
        return None
    facts = {**shape.settings, "text": shape.text, "seed": shape.seed, "code": shape.code}
    fits = shape.bundle == studio.bundle.name and all(_same(facts.get(name), value) for name, value in wanted.items())
    return shape if fits else None


def _same(found: object, wanted: object) -> bool:
    if isinstance(wanted, Tensor):
        return isinstance(found, Tensor) and torch.equal(found, wanted)
    if isinstance(wanted, dict):  # whose tuples came back as lists
        return isinstance(found, dict) and all(_same(found.get(name), value) for name, value in wanted.items())
    return list(found) == list(wanted) if isinstance(wanted, tuple) and found else found == wanted


def _seen(studio: TextToShape, judge: Clip, shape: Shape) -> Tensor:
    """Return the mean feature [D] of pictures from all sides; its product with a unit feature is the mean cosine."""
    pictures = studio.pictures(shape, JUDGED_VIEWS, JUDGED_SIZE)
    with torch.no_grad():
        return judge.encode_image(pictures).mean(dim=0)


def _silhouette(studio: TextToShape, shape: Shape, styled: Shape) -> float:
    if kind_of(styled.weights) != "shape":
        return 1.0  # D_o is the base's, bit for bit
    svr = studio.bundle.svr
    models = [restore_style(svr, one.weights) for one in (shape, styled)]
    return silhouette_iou(*models, shape.code.to(studio.device))
